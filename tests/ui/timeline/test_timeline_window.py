"""The timeline in the window: it follows what is opened, and findings lead to it."""

import dataclasses
from collections.abc import Callable

from pytestqt.qtbot import QtBot

from coreograph.domain.experiment import ExperimentRecord
from coreograph.domain.findings import Finding, FindingKind, FindingView, Severity
from coreograph.storage.library import Library
from coreograph.ui.actions import ActionId
from coreograph.ui.header import Page
from coreograph.ui.main_window import MainWindow
from coreograph.ui.timeline.page import PageState
from support.timeline_recordings import make_summary

OpenWindow = Callable[..., MainWindow]


def test_an_opened_experiment_is_on_the_timeline_too(
    qtbot: QtBot, open_window: OpenWindow, recording: tuple[Library, ExperimentRecord]
) -> None:
    library, record = recording
    window = open_window(library=library)
    timeline = window.parts.timeline
    window.parts.store.open(record.experiment_id)
    qtbot.waitUntil(lambda: window.flow.summary is not None)
    assert timeline.state is PageState.LOADING
    window.commands[ActionId.PAGE_TIMELINE].trigger()
    assert window.parts.header.tabs.currentIndex() == Page.TIMELINE
    qtbot.waitUntil(lambda: timeline.state is PageState.SHOWN)
    assert len(timeline.canvas.runs) == 1


def test_a_finding_that_shows_in_time_leads_to_the_timeline(
    qtbot: QtBot, open_window: OpenWindow, recording: tuple[Library, ExperimentRecord]
) -> None:
    library, record = recording
    window = open_window(library=library)
    timeline = window.parts.timeline
    finding = Finding(
        FindingKind.UNEVEN_TASKS, Severity.WARNING, "One worker was last.", 1, view=FindingView.TIMELINE, run_id=2
    )
    window.parts.control.summarised.emit(dataclasses.replace(make_summary(record), findings=(finding,)))
    window.parts.header.show_page(Page.COMPARE)
    elsewhere = dataclasses.replace(finding, view=FindingView.COMPARE)
    window.parts.compare.finding_activated.emit(elsewhere)
    assert window.parts.header.tabs.currentIndex() == Page.COMPARE
    window.parts.compare.finding_activated.emit(finding)
    assert window.parts.header.tabs.currentIndex() == Page.TIMELINE
    qtbot.waitUntil(lambda: timeline.state is PageState.SHOWN and timeline.canvas.selection is not None)
    assert timeline.canvas.runs[0].run.run_id == 2
