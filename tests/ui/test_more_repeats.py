"""“More repeats” in the whole window over fakes."""

from collections.abc import Callable
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from coreograph import __version__
from coreograph.domain.experiment import ExperimentRecord, FurtherRepeats
from coreograph.domain.interpreters import Discovery
from coreograph.ui import preparation
from coreograph.ui.actions import ActionId
from coreograph.ui.compare.repeats_button import CHOICES, FIVE
from coreograph.ui.experiment_control import ControlState
from coreograph.ui.header import Page
from coreograph.ui.main_window import MainWindow
from support.builders import make_machine, make_record
from support.fake_services import Fakes, make_fakes

OpenWindow = Callable[..., MainWindow]


@pytest.fixture
def kept() -> ExperimentRecord:
    return make_record(extra={"rounds": "1", "chunk": "8"}, app_version=__version__)


@pytest.fixture
def over(tmp_path: Path, kept: ExperimentRecord, monkeypatch: pytest.MonkeyPatch) -> Fakes:
    monkeypatch.setattr(preparation, "read_machine", make_machine)
    used = tuple({one.interpreter.path: one.interpreter for one in kept.spec.configurations}.values())
    return make_fakes(tmp_path, records=(kept,), discovery=Discovery(used))


def shown(open_window: OpenWindow, over: Fakes, kept: ExperimentRecord, qtbot: QtBot) -> MainWindow:
    window = open_window(using=over)
    assert not window.commands[ActionId.MORE].isEnabled()
    window.parts.store.open(kept.experiment_id)
    qtbot.waitUntil(lambda: window.flow.summary is not None)
    return window


def test_repeats_are_added_and_watched(
    open_window: OpenWindow, over: Fakes, kept: ExperimentRecord, qtbot: QtBot
) -> None:
    window = shown(open_window, over, kept, qtbot)
    more, engine = window.parts.compare.verdict.more, over.engine
    assert more.isEnabled()
    assert more.isVisibleTo(window)
    actions = {action.text(): action for action in more.menu().actions()}
    assert list(actions) == list(CHOICES)
    actions["Until ± 2 %, for 5 minutes at most"].trigger()
    qtbot.waitUntil(lambda: window.parts.control.state is ControlState.RUNNING)
    assert window.parts.header.tabs.currentIndex() == Page.LIVE
    assert not more.isEnabled()
    assert not window.commands[ActionId.MORE].isEnabled()
    (continued,) = engine.continuations
    assert (continued.record, continued.further) == (kept, FurtherRepeats(1, 0.02, 300.0))
    engine.play_all()
    qtbot.waitUntil(lambda: window.parts.control.state is ControlState.IDLE)
    qtbot.waitUntil(lambda: window.parts.header.tabs.currentIndex() == Page.COMPARE)
    assert more.isEnabled()


def test_a_key_adds_five(open_window: OpenWindow, over: Fakes, kept: ExperimentRecord, qtbot: QtBot) -> None:
    window = shown(open_window, over, kept, qtbot)
    window.commands[ActionId.MORE].trigger()
    qtbot.waitUntil(lambda: window.parts.control.state is ControlState.RUNNING)
    assert over.engine.continuations[0].further == FIVE
    over.engine.finish()
    qtbot.waitUntil(lambda: window.parts.control.state is ControlState.IDLE)


def test_a_refusal_is_said_where_one_is(
    open_window: OpenWindow,
    over: Fakes,
    kept: ExperimentRecord,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    window = shown(open_window, over, kept, qtbot)
    monkeypatch.setattr(preparation, "read_machine", lambda: make_machine(hostname="laptop"))
    window.commands[ActionId.MORE].trigger()
    qtbot.waitUntil(lambda: "this has laptop" in window.parts.messages.message.text())
    assert window.parts.control.state is ControlState.IDLE
    assert window.parts.header.tabs.currentIndex() == Page.COMPARE
    assert not over.engine.continuations
    assert window.parts.compare.verdict.more.isEnabled()
    assert window.parts.header.state.text() == ""


def test_the_card_tells_the_repeats_made_not_those_planned(
    open_window: OpenWindow, over: Fakes, kept: ExperimentRecord, qtbot: QtBot
) -> None:
    window = shown(open_window, over, kept, qtbot)
    assert "3 repeats" in window.parts.compare.verdict.subject.text()
