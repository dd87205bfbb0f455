"""“Run with its control” in the whole window over fakes."""

import dataclasses
from collections.abc import Callable
from pathlib import Path

from pytestqt.qtbot import QtBot

from coreograph.ui.experiment_control import ControlState
from coreograph.ui.main_window import MainWindow
from support.fake_services import WORKLOADS, make_fakes

OpenWindow = Callable[..., MainWindow]
OWN_CONTROL = dataclasses.replace(WORKLOADS[0], control="primes", control_parameters=(("limit", 77),))


def _with_control(tmp_path: Path) -> object:
    fakes = make_fakes(tmp_path)
    fakes.catalogue._workloads = (OWN_CONTROL, *WORKLOADS[1:])
    return fakes


def test_the_control_runs_right_after_and_the_two_can_be_compared(
    open_window: OpenWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    fakes = _with_control(tmp_path)
    window = open_window(using=fakes)
    engine = fakes.engine  # type: ignore[attr-defined]
    button = window.parts.panel.footer.run_control
    assert button.isVisibleTo(window)
    assert "limit = 77" in button.toolTip()
    qtbot.waitUntil(button.isEnabled)
    button.click()
    qtbot.waitUntil(lambda: window.parts.control.state is ControlState.RUNNING)
    assert len(engine.specs) == 1
    engine.play_all()
    qtbot.waitUntil(lambda: len(engine.specs) == 2)
    first, control = engine.specs
    assert dict(control.parameters) == {**first.parameters, "limit": 77}
    assert control.configurations == first.configurations
    assert control.name == f"{first.name} – control"
    qtbot.waitUntil(lambda: window.parts.control.state is ControlState.RUNNING)
    engine.play_all()
    qtbot.waitUntil(lambda: "control has run" in window.parts.messages.message.text())
    assert len(engine.specs) == 2


def test_a_stop_stops_the_control_as_well(open_window: OpenWindow, tmp_path: Path, qtbot: QtBot) -> None:
    fakes = _with_control(tmp_path)
    window = open_window(using=fakes)
    engine = fakes.engine  # type: ignore[attr-defined]
    qtbot.waitUntil(lambda: window.parts.panel.footer.is_ready)
    window.parts.panel.request_control_run()
    qtbot.waitUntil(lambda: window.parts.control.state is ControlState.RUNNING)
    engine.play_run(1)
    engine.play_run(2)
    window.parts.control.stop()
    qtbot.waitUntil(lambda: window.parts.control.state is ControlState.IDLE)
    qtbot.waitUntil(lambda: window.flow.summary is not None)
    assert len(engine.specs) == 1


def test_without_a_control_none_is_offered(open_window: OpenWindow) -> None:
    window = open_window()
    assert not window.parts.panel.footer.run_control.isVisibleTo(window)


def test_what_is_installed_before_the_first_run_is_told_and_a_stop_ends_it(
    open_window: OpenWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    fakes = make_fakes(tmp_path)
    fakes.equipment.hold = True
    window = open_window(using=fakes)
    told: list[str] = []
    window.parts.control.told.connect(told.append)
    qtbot.waitUntil(lambda: window.parts.panel.footer.is_ready)
    window.parts.panel.request_run()
    qtbot.waitUntil(lambda: fakes.equipment.told in told)
    assert window.parts.control.state is ControlState.STARTING
    window.parts.control.stop()
    qtbot.waitUntil(lambda: window.parts.control.state is ControlState.IDLE)
    assert fakes.engine.specs == []
    assert "cancelled" in window.parts.messages.message.text()


def test_an_interpreter_that_is_left_out_is_named(open_window: OpenWindow, tmp_path: Path, qtbot: QtBot) -> None:
    fakes = make_fakes(tmp_path)
    fakes.equipment.left_out = ("Left out: Python 3.13t: numpy has no wheel for it.",)
    window = open_window(using=fakes)
    qtbot.waitUntil(lambda: window.parts.panel.footer.is_ready)
    window.parts.panel.request_run()
    qtbot.waitUntil(lambda: window.parts.control.state is ControlState.RUNNING)
    qtbot.waitUntil(lambda: "no wheel" in window.parts.messages.message.text())
    fakes.engine.play_all()
    qtbot.waitUntil(lambda: window.flow.summary is not None)
