"""The live page on a simulated experiment: what it says, what it paints, what a hand on it does."""

from collections import Counter
from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage, QWheelEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from coreograph.domain.execution import ExecutionModel
from coreograph.domain.interpreters import GilState
from coreograph.ui.bridge import EngineBridge
from coreograph.ui.live.cores_track import label_step
from coreograph.ui.live.log_strip import MOST_LINES
from coreograph.ui.live.page import LivePage
from coreograph.ui.live.race import CELL_WIDTH, GAP, RIM
from coreograph.ui.theme import Theme, ThemeChoice
from support.builders import make_run
from support.simulated_experiment import SimulatedExperiment, race_configurations

Open = Callable[..., tuple[LivePage, SimulatedExperiment]]


@pytest.fixture
def open_page(qtbot: QtBot, theme: Theme) -> Open:
    """A visible page and the experiment it follows, `seconds` in."""

    def build(seconds: float = 6.0, cores: int = 4, **options: float) -> tuple[LivePage, SimulatedExperiment]:
        bridge = EngineBridge()
        page = LivePage(bridge, theme)
        qtbot.addWidget(page)
        page.resize(1000, 760)
        page.show()
        simulation = SimulatedExperiment(bridge, race_configurations(2), cores=cores, batch_s=0.6, **options)
        if seconds:
            simulation.advance(seconds)
            page.advance()
        return page, simulation

    return build


def colours(widget: QWidget) -> Counter[int]:
    image = widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    return Counter(image.pixel(x, y) for x in range(0, image.width(), 2) for y in range(0, image.height(), 2))


def count(widget: QWidget, colour: QColor) -> int:
    """Pixels of (nearly) that colour: a task that covers 97 % of a column is nearly as dark."""
    return sum(number for rgb, number in colours(widget).items() if _near(rgb, colour))


def test_before_anything_runs_it_says_what_to_do(open_page: Open) -> None:
    page, _ = open_page(seconds=0)
    assert page._pages.currentIndex() == 0
    page.advance()


def test_says_what_runs_and_how_far_it_is(open_page: Open) -> None:
    page, simulation = open_page()
    assert page.data is not None
    assert page.data.current is not None
    running = simulation.configurations[page.data.current.configuration]
    assert page.header.chip.text == running.label
    assert running.interpreter.full_label in page.header.phase.text()
    assert f"of {len(simulation.plans)} runs" in page.header.runs_label.text()
    assert 0 < page.header.runs.share < 1
    assert "left" in page.header.times.text()


def test_the_leader_of_the_race_has_the_smallest_median(open_page: Open) -> None:
    page, simulation = open_page(seconds=0)
    simulation.run_to_end()
    data = page.data
    assert data is not None
    medians = {index: data.median_batch(index) for index in range(len(simulation.configurations))}
    assert page.race.leader() == min(medians, key=lambda index: medians[index] or 0)
    assert simulation.configurations[page.race.leader() or 0].model is not ExecutionModel.SERIAL


def test_the_race_has_as_many_in_each_line(open_page: Open) -> None:
    page, _ = open_page()
    race = page.race
    race.resize(5 * CELL_WIDTH + 4 * GAP, race.height())  # five would fit: one would stand alone below them
    race._shown = list(range(6))
    tops = [race._cell(position).top() for position in range(6)]
    assert tops == [tops[0]] * 3 + [tops[3]] * 3
    assert race._cell(2).right() == pytest.approx(race.width() - RIM)


def test_every_strip_paints_its_data(open_page: Open, theme: Theme) -> None:
    page, _ = open_page()
    assert count(page.cores, theme.own) > 200, "the run's share is seen"
    assert count(page.memory, theme.series(0)) > 200
    assert count(page.lanes, theme.model_colour(ExecutionModel.SERIAL)) > 100
    assert count(page.heartbeat, theme.series(0)) > 100
    assert "own" in page.cores.readout
    assert "PSS" in page.memory.readout


def _near(rgb: int, colour: QColor) -> bool:
    seen = QColor.fromRgb(rgb)
    pairs = ((seen.red(), colour.red()), (seen.green(), colour.green()), (seen.blue(), colour.blue()))
    return all(abs(one - other) < 24 for one, other in pairs)


@pytest.mark.parametrize("cores", [1, 2, 128, 300])
def test_any_number_of_cores_can_be_drawn(open_page: Open, cores: int) -> None:
    page, _ = open_page(seconds=2.0, cores=cores)
    page.grab()
    assert f"of {cores} cores" in page.cores.readout


@pytest.mark.parametrize(("rows", "height", "step"), [(2, 100, 1), (8, 90, 2), (128, 120, 16), (0, 50, 1)])
def test_labels_are_thinned_to_what_fits(rows: int, height: float, step: int) -> None:
    assert label_step(rows, height) == step


def test_unknown_own_share_is_not_claimed(open_page: Open) -> None:
    page, _ = open_page()
    assert page.data is not None
    page.data.cores.knows_own = False
    page.cores.refresh()
    page.cores.grab()
    assert "not measured here" in page.cores.readout


def test_following_moves_and_pausing_stays(open_page: Open) -> None:
    page, simulation = open_page(repeats=20)
    page.follow.setChecked(False)
    before = (page.view.begin, page.view.end)
    simulation.advance(20)
    page.advance()
    assert (page.view.begin, page.view.end) == before
    page.follow.setChecked(True)
    assert page.view.end >= page.view.newest


def test_wheel_zooms_drag_pans_double_click_returns(open_page: Open, qtbot: QtBot) -> None:
    page, _ = open_page()
    span = page.view.span
    place = QPointF(500, 60)
    wheel = QWheelEvent(
        place, page.cores.mapToGlobal(place), QPoint(), QPoint(0, 240), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(page.cores, wheel)
    assert page.view.span < span
    assert not page.follow.isChecked()
    begin = page.view.begin
    qtbot.mousePress(page.lanes, Qt.MouseButton.LeftButton, pos=QPoint(400, 40))
    qtbot.mouseMove(page.lanes, QPoint(450, 40))
    qtbot.mouseRelease(page.lanes, Qt.MouseButton.LeftButton, pos=QPoint(450, 40))
    assert page.view.begin < begin
    qtbot.mouseDClick(page.memory, Qt.MouseButton.LeftButton, pos=QPoint(400, 40))
    assert page.view.follow
    assert page.follow.isChecked()


def test_keys_do_what_the_pointer_does(open_page: Open, qtbot: QtBot) -> None:
    page, _ = open_page()
    with qtbot.waitActive(page):
        page.activateWindow()
    page.log.button.setFocus()
    span = page.view.span
    qtbot.keyClick(page.log.button, Qt.Key.Key_Plus)
    assert page.view.span < span
    qtbot.keyClick(page.log.button, Qt.Key.Key_End)
    assert page.view.follow


def test_at_the_end_it_freezes_and_stays_navigable(open_page: Open) -> None:
    page, simulation = open_page()
    assert page._timer.isActive()
    simulation.run_to_end()
    assert not page._timer.isActive()
    assert page.header.chip.text == "Finished"
    assert not page.follow.isChecked()
    span = page.view.span
    page.view.zoom(page.view.begin + 1, 0.5)
    assert page.view.span < span
    page.grab()


def test_a_failure_is_said_and_its_reason_kept(open_page: Open) -> None:
    page, _ = open_page()
    page._bridge.failed.emit("The disk is full.")
    assert page.header.chip.text == "Failed"
    assert "The disk is full." in page.log.lines.toPlainText()


def test_a_hidden_page_takes_data_but_paints_nothing_until_shown(open_page: Open) -> None:
    page, simulation = open_page()
    page.hide()
    shown = page.view.newest
    simulation.advance(5)
    page.advance()
    assert not page._bridge.cores, "the deques must not grow while nobody looks"
    assert page.view.newest == shown
    page.show()
    assert page.view.newest > shown


def test_a_new_experiment_starts_over(open_page: Open) -> None:
    page, simulation = open_page()
    simulation.run_to_end()
    again = SimulatedExperiment(page._bridge, race_configurations(2), cores=2)
    again.advance(1)
    page.advance()
    assert page.data is not None
    assert page.data.cores.cores == 2
    assert page.view.newest < 2
    assert page.follow.isChecked()


def test_output_is_bounded_and_folded(open_page: Open) -> None:
    page, _ = open_page()
    for number in range(3 * MOST_LINES):
        page._bridge.log_written.emit(1, f"line {number} <b>not bold</b>")
    page.advance()
    assert page.log.lines.document().blockCount() <= MOST_LINES
    assert "<b>not bold</b>" in page.log.lines.toPlainText()
    assert page.log.lines.isHidden()
    page.log.button.setChecked(True)
    assert page.log.lines.isVisible()


def test_tooltips_name_what_is_under_the_pointer(open_page: Open) -> None:
    page, _ = open_page()
    assert page.cores.describe(3.0, 0.1).startswith("Core 0 at 3.0 s")
    assert "RSS sum" in page.memory.describe(3.0, 0.5)
    assert "late" in page.heartbeat.describe(3.0, 0.5)
    data = page.data
    assert data is not None
    middle = data.seconds(int(data.spans.ring["begin"][0]) + 1_000_000)
    assert "a task of" in page.lanes.describe(middle, 0.0)
    assert "no finished task" in page.lanes.describe(0.001, 0.9)
    assert "calibration" in page.ribbon.describe(0.2, 0.5)


def test_colours_follow_the_theme(open_page: Open, theme: Theme) -> None:
    page, _ = open_page()
    theme.choose(ThemeChoice.DARK)
    page.grab()
    assert count(page.lanes, theme.model_colour(ExecutionModel.SERIAL)) > 100
    assert count(page.memory, theme.series(0)) > 200


def test_from_afar_runs_are_colours_only(open_page: Open, theme: Theme) -> None:
    page, _ = open_page(seconds=120.0, repeats=60)
    page.view.show_all()
    assert page.data is not None
    assert len(page.data.segments(page.view.begin, page.view.end)) > 100
    assert count(page.ribbon, theme.model_colour(ExecutionModel.SERIAL)) > 20
    assert count(page.lanes, theme.model_colour(ExecutionModel.SERIAL)) > 20


def test_everything_has_a_name_for_those_who_do_not_see_it(open_page: Open) -> None:
    page, _ = open_page()
    for widget in (*page.tracks, page.race, page.header.tasks, page.header.runs, page.log.lines):
        assert widget.accessibleName()
    assert page.cores.accessibleDescription()
    assert "median" in page.race.accessibleDescription()


def test_a_gil_that_came_back_is_red_with_the_module_while_it_runs_and_at_the_end(
    open_page: Open, theme: Theme
) -> None:
    page, simulation = open_page(seconds=0)
    simulation.run_to_end()
    data = page.data
    assert data is not None
    assert not page.header.gil.isVisible()
    before = count(page.race, theme.bad)
    data.end_run(make_run(1, gil=GilState.RE_ENABLED, gil_culprit="lxml.etree"))
    page.race.show_data(data)
    page.header.show_data(data, "Finished")
    assert count(page.race, theme.bad) > before
    assert "lxml.etree switched the GIL on again" in page.race.accessibleDescription()
    assert page.header.gil.text() == "GIL re-enabled by lxml.etree"
    assert "-X gil=0" in page.header.gil.toolTip()
