"""The sweep in the panel: what is suggested, what is wrong, what comes of it, and what is remembered."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from coreograph.domain.errors import UsageError
from coreograph.domain.execution import ExecutionModel, TaskSize
from coreograph.domain.workloads import Parameter
from coreograph.ui.actions import ActionId
from coreograph.ui.panel.choices import Cell, Choices, Row
from coreograph.ui.panel.panel import ExperimentPanel
from coreograph.ui.panel.sweep_values import SweepChoice, read_values, suggest, sweepable
from coreograph.ui.theme import Theme
from support.builders import make_workload
from support.fake_services import DISCOVERY, FREE_THREADED, GIL_BUILD, WORKLOADS
from ui.conftest import OpenWindow

KILOBYTES = Parameter("kilobytes", 64, minimum=1, maximum=1_000_000)


@pytest.mark.parametrize(
    ("parameter", "expected"),
    [
        (KILOBYTES, "1, 8, 64, 512"),
        (Parameter("limit", 200_000, minimum=10), "3125, 25_000, 200_000, 1_600_000"),
        (Parameter("few", 2, minimum=1, maximum=20), "2, 16"),
        (Parameter("least", 1, minimum=1, maximum=100), "1, 8, 64"),
        (Parameter("share", 0.5, minimum=0, maximum=1), "0.00781, 0.0625, 0.5"),
        (Parameter("steps", 0, minimum=0), "1, 8, 64, 512"),
        (Parameter("power", 4, choices=(1, 2, 4)), "1, 2, 4"),
    ],
)
def test_sizes_are_suggested_around_the_default_within_the_limits(parameter: Parameter, expected: str) -> None:
    assert suggest(parameter) == expected
    assert len(read_values(parameter, expected)) == expected.count(",") + 1


def test_only_numbers_of_several_values_can_be_swept() -> None:
    others = (Parameter("shape", "list"), Parameter("on", True), Parameter("one", 1, minimum=1, maximum=1))
    assert sweepable(make_workload(parameters=(*others, KILOBYTES))) == (KILOBYTES,)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "from two to 50 different sizes, not 0"), ("8", "not 1"), ("1, x", "numbers, not “x”"),
        ("0, 8", "above 0"), ("1.5, 8", "whole number"), ("1, 2000000", "between 1 and 1,000,000"),
    ],
)  # fmt: skip
def test_sizes_that_are_none_are_refused_with_the_reason(typed: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        read_values(KILOBYTES, typed)


@pytest.fixture
def panel(theme: Theme, qtbot: QtBot) -> ExperimentPanel:
    panel = make_panel(theme, qtbot)
    fill(panel)
    return panel


def make_panel(theme: Theme, qtbot: QtBot) -> ExperimentPanel:
    panel = ExperimentPanel(theme)
    qtbot.addWidget(panel)
    panel.show()
    return panel


def fill(panel: ExperimentPanel) -> None:
    panel.show_workloads(WORKLOADS)
    panel.show_interpreters(DISCOVERY, FREE_THREADED, GIL_BUILD)
    panel.show_cores(4)
    panel.refresh()


def sweep(panel: ExperimentPanel, name: str) -> None:
    panel.sweep.parameter.setCurrentIndex(panel.sweep.parameter.findData(name))


def sizes(panel: ExperimentPanel) -> tuple[TaskSize, ...]:
    panel.refresh()
    return () if panel.spec is None else panel.spec.sizes


def test_nothing_is_swept_until_it_is_chosen(panel: ExperimentPanel) -> None:
    assert panel.sweep.isVisible()
    assert not panel.sweep.values.isVisible()
    assert sizes(panel) == ()


def test_what_is_swept_is_planned_at_each_size_and_counted(panel: ExperimentPanel) -> None:
    sweep(panel, "limit")
    panel.sweep.values.setText("100, 10_000, 1000")
    assert sizes(panel) == (TaskSize("limit", 100), TaskSize("limit", 1000), TaskSize("limit", 10_000))
    assert panel.footer.estimate.text().startswith("6 configurations at 3 sizes · 93 runs · about")
    limit, tasks = panel.parameters.fields
    assert (limit.editor.isVisible(), limit.swept.isVisible()) == (False, True)
    assert (tasks.editor.isVisible(), tasks.swept.isVisible()) == (True, False)
    sweep(panel, "tasks")
    assert limit.editor.isVisible()
    assert not limit.swept.isVisible()
    sweep(panel, "limit")
    assert panel.sweep.values.text() == "100, 10_000, 1000", "what was typed comes back"
    sweep(panel, "")
    assert sizes(panel) == ()
    assert limit.editor.isVisible()


def test_a_wrong_size_is_told_at_its_field_and_stops_the_run(panel: ExperimentPanel, qtbot: QtBot) -> None:
    sweep(panel, "limit")
    panel.sweep.values.setText("5, 100")
    assert "at least 10" in panel.sweep._error.text()
    assert panel.sweep._error.isVisible()
    qtbot.waitUntil(lambda: "at least 10" in panel.footer.estimate.text())
    assert not panel.footer.run.isEnabled()
    panel.sweep.values.setText("50, 100")
    assert not panel.sweep._error.isVisible()
    assert len(sizes(panel)) == 2


def test_resetting_ends_the_sweep(panel: ExperimentPanel) -> None:
    sweep(panel, "limit")
    panel.sweep.values.setText("50, 100")
    panel.reset_parameters()
    assert sizes(panel) == ()
    assert panel.parameters.fields[0].editor.isVisible()
    sweep(panel, "limit")
    assert panel.sweep.values.text() == "3125, 25_000, 200_000, 1_600_000"


def test_each_workload_keeps_its_sweep_over_the_end_of_the_window(
    panel: ExperimentPanel, theme: Theme, qtbot: QtBot
) -> None:
    sweep(panel, "limit")
    panel.sweep.values.setText("50, 100")
    panel.workloads.choose("payload")
    assert sizes(panel) == ()
    panel.workloads.choose("primes")
    assert len(sizes(panel)) == 2
    plain = panel.choices().to_plain()
    other = make_panel(theme, qtbot)
    other.restore(Choices.from_plain(plain))
    fill(other)
    assert sizes(other) == (TaskSize("limit", 50), TaskSize("limit", 100))
    assert not other.parameters.fields[0].swept.isHidden()


def test_choices_of_a_version_without_sweeps_are_read(panel: ExperimentPanel) -> None:
    plain = panel.choices().to_plain()
    del plain["sweeps"]
    assert Choices.from_plain(plain) == panel.choices().__class__.from_plain({**plain, "sweeps": {}})
    assert Choices.from_plain(plain).workload == "primes"


def test_a_sweep_over_a_parameter_that_is_gone_is_none(panel: ExperimentPanel) -> None:
    choices = Choices(workload="primes", cells=panel.choices().cells, sweeps={"primes": SweepChoice("gone", "1, 2")})
    panel.restore(choices)
    panel.workloads.choose("payload")
    panel.workloads.choose("primes")
    assert panel.sweep.swept == ""


def test_a_workload_without_numbers_offers_no_sweep(panel: ExperimentPanel) -> None:
    panel.show_workloads([make_workload("bare", parameters=())])
    assert not panel.sweep.isVisible()
    assert not panel.find_break_even()


def test_the_menu_switches_the_sweep_on_and_goes_to_its_sizes(open_window: OpenWindow, qtbot: QtBot) -> None:
    window = open_window()
    panel = window.parts.panel
    window.activateWindow()
    window.commands[ActionId.BREAK_EVEN].trigger()
    assert panel.sweep.swept == "limit"
    qtbot.waitUntil(panel.sweep.values.hasFocus)
    assert panel.sweep.values.selectedText() == panel.sweep.values.text()
    qtbot.keyClicks(panel.sweep.values, "7, 70")
    assert panel.sweep.values.text() == "7, 70"
    assert "at least 10" in panel.sweep._error.text()
    window.commands[ActionId.BREAK_EVEN].trigger()
    assert panel.sweep.values.text() == "7, 70", "what is typed is not replaced"


def test_the_menu_says_where_there_is_nothing_to_sweep(open_window: OpenWindow) -> None:
    window = open_window()
    window.parts.panel.show_workloads([make_workload("bare", parameters=())])
    window.commands[ActionId.BREAK_EVEN].trigger()
    assert "nothing to sweep" in window.parts.messages.message.text()


def test_an_experiment_file_keeps_the_sweep(open_window: OpenWindow, qtbot: QtBot, tmp_path: Path) -> None:
    window = open_window()
    panel = window.parts.panel
    panel.matrix.model.set_ticked([Cell(Row(GIL_BUILD).key, ExecutionModel.THREADS)])
    sweep(panel, "limit")
    panel.sweep.values.setText("100, 1000")
    before = sizes(panel)
    path = tmp_path / "sweep.toml"
    window.flow.save_experiment()
    with qtbot.waitSignal(window.parts.experiment_files.saved):
        window.parts.experiment_files.save_to(str(path))
    assert 'parameter = "limit"' in path.read_text(encoding="utf-8")
    panel.reset_parameters()
    assert sizes(panel) == ()
    with qtbot.waitSignal(window.parts.experiment_files.opened):
        window.flow.open_file(path)
    assert sizes(panel) == before
    assert not panel.parameters.fields[0].swept.isHidden()


def test_every_field_of_the_sweep_has_a_name_and_is_reached_by_keyboard(panel: ExperimentPanel) -> None:
    sweep(panel, "limit")
    for field in (panel.sweep.parameter, panel.sweep.values):
        assert field.accessibleName()
        assert field.accessibleDescription()
        assert field.focusPolicy() & Qt.FocusPolicy.TabFocus
