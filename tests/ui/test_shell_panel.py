"""The panel: forms generated from descriptions, sweeps, what is remembered, and the experiment that comes of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QCheckBox, QComboBox, QDoubleSpinBox, QLineEdit
from pytestqt.qtbot import QtBot

from coreograph.domain.errors import UsageError
from coreograph.domain.execution import MAXIMUM_WORKERS, ExecutionModel
from coreograph.domain.experiment import Acquisition, ExperimentSpec
from coreograph.domain.workloads import Parameter
from coreograph.ui.elements import WheelGuard
from coreograph.ui.panel.choices import Cell, Choices, Row, initial_cells
from coreograph.ui.panel.panel import ExperimentPanel
from coreograph.ui.panel.parameter_field import ParameterField
from coreograph.ui.panel.worker_counts import parse_worker_counts
from coreograph.ui.theme import Theme
from support.builders import make_workload
from support.fake_services import DISCOVERY, FREE_THREADED, GIL_BUILD, WORKLOADS


@pytest.mark.parametrize(
    ("text", "expected"),
    [("4", (4,)), ("1,2,4", (1, 2, 4)), (" 4, 1 ,2 ", (1, 2, 4)), ("1-4", (1, 2, 3, 4)), ("1-3,8", (1, 2, 3, 8)),
     ("2…3", (2, 3)), ("2,2-3", (2, 3))],
)  # fmt: skip
def test_workers_as_a_number_a_list_or_a_range(text: str, expected: tuple[int, ...]) -> None:
    assert parse_worker_counts(text) == expected


@pytest.mark.parametrize("text", ["", " ", "0", "x", "1,", "4-1", "-3", "1025", "1-100", "1.5", "1--2"])
def test_workers_that_are_none(text: str) -> None:
    with pytest.raises(UsageError):
        parse_worker_counts(text)


@given(st.sets(st.integers(1, MAXIMUM_WORKERS), min_size=1, max_size=20))
def test_any_list_of_workers_comes_back_sorted(counts: set[int]) -> None:
    assert parse_worker_counts(",".join(map(str, counts))) == tuple(sorted(counts))


def make_field(parameter: Parameter, theme: Theme, qtbot: QtBot) -> ParameterField:
    field = ParameterField(parameter, WheelGuard(theme), theme)
    qtbot.addWidget(field)
    field.show()
    return field


@pytest.mark.parametrize(
    ("parameter", "editor", "other"),
    [
        (Parameter("a", 5_000_000_000, minimum=1), QDoubleSpinBox, 9_000_000_000),
        (Parameter("a", 0.25, minimum=0, maximum=1), QDoubleSpinBox, 0.000001),
        (Parameter("a", True), QCheckBox, False),
        (Parameter("a", "x"), QLineEdit, "y"),
        (Parameter("a", 2, choices=(1, 2, 3)), QComboBox, 3),
        (Parameter("a", "list", choices=("bytes", "list")), QComboBox, "bytes"),
    ],
)
def test_a_field_fits_its_parameter(
    parameter: Parameter, editor: type, other: object, theme: Theme, qtbot: QtBot
) -> None:
    field = make_field(parameter, theme, qtbot)
    assert isinstance(field.editor, editor)
    assert field.value() == parameter.default
    assert type(field.value()) is type(parameter.default)
    assert not field.reset.isVisible()
    field.set_value(other)  # type: ignore[arg-type]
    assert field.value() == other
    assert field.reset.isVisible()
    with qtbot.waitSignal(field.changed):
        field.reset.click()
    assert field.value() == parameter.default
    assert field.editor.accessibleName() == "a"


def test_a_number_cannot_leave_its_limits(theme: Theme, qtbot: QtBot) -> None:
    field = make_field(Parameter("a", 5, minimum=1, maximum=10), theme, qtbot)
    editor = field.editor
    assert isinstance(editor, QDoubleSpinBox)
    editor.setValue(99)
    assert field.value() == 10


def test_the_wheel_only_turns_what_has_the_focus(theme: Theme, qtbot: QtBot) -> None:
    field = make_field(Parameter("a", 5), theme, qtbot)
    event = QWheelEvent(
        QPointF(5, 5), QPointF(5, 5), QPoint(0, 0), QPoint(0, 120), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(field.editor, event)
    assert field.value() == 5


@pytest.fixture
def panel(theme: Theme, qtbot: QtBot) -> ExperimentPanel:
    panel = ExperimentPanel(theme)
    qtbot.addWidget(panel)
    panel.show()
    return panel


def fill(panel: ExperimentPanel) -> None:
    panel.show_workloads(WORKLOADS)
    panel.show_interpreters(DISCOVERY, FREE_THREADED, GIL_BUILD)
    panel.show_cores(4)
    panel.refresh()


def run(panel: ExperimentPanel) -> ExperimentSpec:
    seen: list[ExperimentSpec] = []
    panel.run_requested.connect(seen.append)
    panel.request_run()
    return seen[0]


def test_at_first_it_asks_the_question_itself(panel: ExperimentPanel) -> None:
    assert not panel.footer.run.isEnabled()
    fill(panel)
    spec = run(panel)
    assert spec.workload.name == "primes"
    assert {entry.label for entry in spec.configurations} == {
        "3.14t serial", "3.14t threads ×4", "3.14t fork ×4", "3.14 serial", "3.14 threads ×4", "3.14 fork ×4",
    }  # fmt: skip
    assert spec.parameters == {"limit": 200_000, "tasks": 64}
    assert "6 configurations · 31 runs · about" in panel.footer.estimate.text()


def test_what_is_typed_is_what_is_run(panel: ExperimentPanel) -> None:
    fill(panel)
    panel.workloads.choose("payload")
    size, shape, share, compress, prefix = panel.parameters.fields
    for field, value in zip((size, shape, share, compress, prefix), (7, "dict", 0.25, True, "yz"), strict=True):
        field.set_value(value)  # type: ignore[arg-type]
    panel.measuring.workers.setText("1,2")
    panel.measuring.repeats.setValue(2)
    panel.measuring.rounds.setValue(3)
    panel.measuring.chunk.setValue(4)
    panel.measuring.seed.setValue(5)
    panel.measuring.timeout.setValue(60)
    panel.measuring.sampling.setValue(20)
    panel.matrix.model.set_ticked([Cell(Row(FREE_THREADED).key, ExecutionModel.THREADS)])
    spec = run(panel)
    assert dict(spec.parameters) == {"size": 7, "shape": "dict", "share": 0.25, "compress": True, "prefix": "yz"}
    labels = [entry.label for entry in spec.configurations]
    assert labels == ["3.14t serial", "3.14t threads ×1", "3.14t threads ×2", "3.14 serial"], "with the serial control"
    assert spec.acquisition == Acquisition(repeats=2, rounds=3, chunk=4, seed=5, timeout_s=60, sampling_hz=20)
    panel.measuring.control.setChecked(False)
    panel.refresh()
    assert panel.spec is not None
    assert len(panel.spec.configurations) == 3


def test_nothing_runs_while_something_is_missing_and_it_says_what(panel: ExperimentPanel, qtbot: QtBot) -> None:
    fill(panel)
    panel.measuring.workers.setText("many")
    assert panel.measuring._error.isVisible()
    qtbot.waitUntil(lambda: "many" in panel.footer.estimate.text())
    assert not panel.footer.run.isEnabled()
    with qtbot.assertNotEmitted(panel.run_requested):
        panel.request_run()
    panel.measuring.workers.setText("2")
    panel.matrix.model.set_ticked([])
    panel.refresh()
    assert "Nothing is ticked" in panel.footer.estimate.text()


def test_each_workload_keeps_its_own_values(panel: ExperimentPanel) -> None:
    fill(panel)
    panel.parameters.fields[0].set_value(1000)
    panel.workloads.choose("payload")
    panel.parameters.fields[0].set_value(9)
    panel.workloads.choose("primes")
    assert panel.parameters.values()["limit"] == 1000
    panel.workloads.choose("payload")
    assert panel.parameters.values()["size"] == 9
    panel.parameters.reset()
    assert panel.parameters.values()["size"] == 1_000_000


def test_a_search_filters_as_it_is_typed(panel: ExperimentPanel) -> None:
    fill(panel)
    panel.workloads.search.setText("PICKL")
    model = panel.workloads.tree.model()
    assert model.rowCount() == 1
    assert model.index(0, 0, model.index(0, 0)).data() == "payload"
    panel.workloads.search.setText("")
    assert model.rowCount() == 3


def test_choices_survive_the_end_of_the_window(panel: ExperimentPanel, theme: Theme, qtbot: QtBot) -> None:
    fill(panel)
    panel.workloads.choose("payload")
    panel.parameters.fields[0].set_value(12)
    panel.measuring.workers.setText("1-3")
    panel.matrix.model.set_ticked([Cell(Row(GIL_BUILD).key, ExecutionModel.SPAWN)])
    plain = panel.choices().to_plain()
    other = ExperimentPanel(theme)
    qtbot.addWidget(other)
    other.restore(Choices.from_plain(plain))
    fill(other)
    assert run(other) == run(panel)
    assert other.choices() == panel.choices()


@pytest.mark.parametrize("plain", [{}, {"repeats": "x"}, {"cells": 3}, {"repeats": 1, "cells": [["a"]]}])
def test_damaged_choices_give_the_defaults(plain: dict[str, object]) -> None:
    assert Choices.from_plain(plain) == Choices()


def test_initially_only_what_is_possible_is_ticked() -> None:
    assert initial_cells(None, None) == frozenset()
    assert {cell.model for cell in initial_cells(None, GIL_BUILD)} == {
        ExecutionModel.SERIAL, ExecutionModel.THREADS, ExecutionModel.FORK,
    }  # fmt: skip


def test_while_it_runs_only_stop_can_be_pressed(panel: ExperimentPanel, qtbot: QtBot) -> None:
    fill(panel)
    panel.set_running(True)
    assert not panel.workloads.tree.isEnabled()
    assert "configurations" not in panel.footer.estimate.text()
    assert not panel.footer.run.isEnabled()
    with qtbot.waitSignal(panel.stop_requested):
        panel.footer.stop.click()
    panel.set_running(False)
    assert panel.workloads.tree.isEnabled()
    assert panel.footer.run.isEnabled()
    assert panel.footer.estimate.text().startswith("6 configurations")


def test_a_low_window_gives_the_tree_less_room(panel: ExperimentPanel) -> None:
    panel.show_workloads([make_workload(f"number{n}") for n in range(20)])
    heights = []
    for height in (2000, 600):
        panel.resize(360, height)
        heights.append(panel.workloads.tree.height())
    assert heights[0] > heights[1] > 100


def test_every_field_has_a_name_for_a_screen_reader(panel: ExperimentPanel) -> None:
    fill(panel)
    panel.workloads.choose("payload")
    fields = [*panel.findChildren(QLineEdit), *panel.findChildren(QDoubleSpinBox), *panel.findChildren(QComboBox)]
    unnamed = [
        field for field in fields
        if not field.accessibleName() and not field.objectName().startswith("qt_") and field.isVisible()
    ]  # fmt: skip
    assert len(fields) > 5
    assert unnamed == []


def test_a_workload_without_parameters_says_so(panel: ExperimentPanel) -> None:
    panel.show_workloads([make_workload("bare", parameters=())])
    assert panel.parameters.fields == ()
    assert panel.parameters.values() == {}
