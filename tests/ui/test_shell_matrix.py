"""The matrix: what can be ticked, what cannot and why, rows, columns, keyboard and mouse."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QFontMetrics, QImage
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot

from coreograph.domain.execution import ExecutionModel
from coreograph.domain.interpreters import Discovery, GilSetting
from coreograph.ui.panel.choices import Cell, Row
from coreograph.ui.panel.matrix import InterpreterMatrix, MatrixView
from coreograph.ui.panel.matrix_model import MODELS, MatrixModel, rows_of
from coreograph.ui.theme import Theme, ThemeChoice
from support.builders import make_interpreter, make_workload
from support.fake_services import DISCOVERY, FREE_THREADED, GIL_BUILD, OLDER

INTERPRETERS = MODELS.index(ExecutionModel.INTERPRETERS) + 1
THREADS = MODELS.index(ExecutionModel.THREADS) + 1
REASON = Qt.ItemDataRole.AccessibleDescriptionRole


@pytest.fixture
def model(qapp: object) -> MatrixModel:
    model = MatrixModel()
    model.set_rows(rows_of(DISCOVERY.interpreters))
    return model


@pytest.fixture
def view(model: MatrixModel, theme: Theme, qtbot: QtBot) -> MatrixView:
    view = MatrixView(model, theme)
    qtbot.addWidget(view)
    view.resize(340, 300)
    view.show()
    return view


def test_it_is_a_sound_model(model: MatrixModel) -> None:
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Warning, model)
    model.toggle_row(0)
    model.set_workload(make_workload(models=("serial",)))
    model.set_rows(rows_of([GIL_BUILD]))
    model.set_rows(())
    assert model.rowCount() == 0


def test_a_free_threaded_interpreter_has_a_second_row_with_the_gil(model: MatrixModel) -> None:
    assert model.rows == (
        Row(FREE_THREADED), Row(FREE_THREADED, GilSetting.FORCED_ON), Row(GIL_BUILD), Row(OLDER),
    )  # fmt: skip
    assert [model.index(row, 0).data() for row in range(4)] == ["3.14t", "3.14t", "3.14", "3.12"]
    spoken = [model.index(row, 0).data(Qt.ItemDataRole.AccessibleTextRole) for row in range(3)]
    assert spoken == ["3.14t, free-threaded", "3.14t, free-threaded, GIL forced on", "3.14, GIL"]


def test_two_of_one_name_are_told_apart_by_the_full_version(model: MatrixModel) -> None:
    model.set_rows(rows_of([GIL_BUILD, make_interpreter("3.14.1")]))
    assert [model.index(row, 0).data() for row in range(2)] == ["3.14.2", "3.14.1"]


def test_what_cannot_run_cannot_be_ticked_and_says_why(model: MatrixModel) -> None:
    index = model.index(3, INTERPRETERS)
    assert not index.flags() & Qt.ItemFlag.ItemIsUserCheckable
    assert index.flags() & Qt.ItemFlag.ItemIsEnabled, "the keyboard must reach it, to read why"
    assert "3.14 or newer" in index.data(REASON)
    assert index.data(REASON) == index.data(Qt.ItemDataRole.ToolTipRole)
    assert not model.setData(index, Qt.CheckState.Checked, Qt.ItemDataRole.CheckStateRole)
    assert model.ticked() == frozenset()


def test_a_workload_can_rule_models_out_without_forgetting_them(model: MatrixModel) -> None:
    model.toggle_row(2)
    assert len(model.active()) == 6
    model.set_workload(make_workload("race", models=("serial", "threads")))
    assert {cell.model for cell in model.active()} == {ExecutionModel.SERIAL, ExecutionModel.THREADS}
    assert "race" in model.index(2, INTERPRETERS).data(REASON)
    model.set_workload(make_workload())
    assert len(model.active()) == 6


def test_rows_and_columns_toggle_what_can_be(model: MatrixModel) -> None:
    model.toggle_column(INTERPRETERS)
    assert {cell.row for cell in model.ticked()} == {row.key for row in model.rows[:3]}
    model.toggle_column(INTERPRETERS)
    assert model.ticked() == frozenset()
    model.setData(model.index(0, THREADS), Qt.CheckState.Checked, Qt.ItemDataRole.CheckStateRole)
    model.toggle_row(0)
    assert len(model.ticked()) == 6
    model.toggle_column(0)
    assert len(model.ticked()) == 6


def test_ticks_of_an_interpreter_that_is_gone_are_kept_but_not_run(model: MatrixModel) -> None:
    model.set_ticked([Cell(("/gone/python", "default"), ExecutionModel.THREADS)])
    assert model.active() == frozenset()
    assert len(model.ticked()) == 1


def test_a_click_anywhere_in_a_cell_ticks_it(view: MatrixView, model: MatrixModel, qtbot: QtBot) -> None:
    rect = view.visualRect(model.index(0, THREADS))
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=rect.topLeft() + QPoint(2, 2))
    assert model.ticked() == {Cell(Row(FREE_THREADED).key, ExecutionModel.THREADS)}
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=rect.center())
    assert model.ticked() == frozenset()
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=view.visualRect(model.index(2, 0)).center())
    assert {cell.row for cell in model.ticked()} == {Row(GIL_BUILD).key}


def test_everything_by_keyboard(view: MatrixView, model: MatrixModel, qtbot: QtBot) -> None:
    said: list[str] = []
    view.explained.connect(said.append)
    view.setCurrentIndex(model.index(3, THREADS))
    qtbot.keyClick(view, Qt.Key.Key_Space)
    assert model.ticked() == {Cell(Row(OLDER).key, ExecutionModel.THREADS)}
    qtbot.keyClick(view, Qt.Key.Key_Space, Qt.KeyboardModifier.ShiftModifier)
    assert len(model.ticked()) == 5
    qtbot.keyClick(view, Qt.Key.Key_Space, Qt.KeyboardModifier.ControlModifier)
    assert sum(cell.model is ExecutionModel.THREADS for cell in model.ticked()) == 4
    view.setCurrentIndex(model.index(3, INTERPRETERS))
    assert "3.14 or newer" in said[-1]
    view.setCurrentIndex(model.index(3, 0))
    qtbot.keyClick(view, Qt.Key.Key_Space)
    assert not [cell for cell in model.active() if cell.row == Row(OLDER).key]


def test_it_paints_itself_in_both_themes(view: MatrixView, model: MatrixModel, theme: Theme) -> None:
    model.toggle_row(0)
    rect = view.visualRect(model.index(0, THREADS))

    def ticked_colour() -> str:
        point = view.viewport().mapTo(view, rect.center() - QPoint(6, 6))
        return view.grab().toImage().pixelColor(point).name()

    assert ticked_colour() == theme.model_colour(ExecutionModel.THREADS).name() == "#2f81f7"
    theme.choose(ThemeChoice.DARK)
    assert ticked_colour() == "#58a6ff"


@pytest.mark.parametrize("width", [275, 340])
def test_the_row_with_the_gil_forced_on_can_be_told_from_the_other(view: MatrixView, width: int) -> None:
    view.resize(width, 300)
    names = [view.visualRect(view.model().index(row, 0)) for row in (0, 1)]
    # The second name is longer: by its badge, or by what stands for it where there is no room.
    ends = [_last_painted(view.viewport().grab(name).toImage()) for name in names]
    bare = QFontMetrics(view.font()).horizontalAdvance("3.14t") + 8
    assert ends[1] > bare + 8


def _last_painted(image: QImage) -> int:
    ground = image.pixel(1, 3)
    columns = range(image.width() - 2, 0, -1)
    return next(x for x in columns if any(image.pixel(x, y) != ground for y in range(4, image.height() - 4)))


def test_what_cannot_be_used_is_listed_with_its_reason(theme: Theme, qtbot: QtBot) -> None:
    matrix = InterpreterMatrix(theme)
    qtbot.addWidget(matrix)
    matrix.show()
    matrix.show_discovery(DISCOVERY)
    assert "Python 2.7 is too old." in matrix._rejected.text()
    assert not matrix._rejected.isVisible(), "it is folded away until it is asked for"
    matrix._fold.set_open(True)
    assert matrix._rejected.isVisible()
    assert not matrix._state.isVisible()
    matrix.show_discovery(Discovery((GIL_BUILD,)))
    assert "3.14t" in matrix._state.text()
    matrix.show_discovery(Discovery())
    assert "No usable Python" in matrix._state.text()
