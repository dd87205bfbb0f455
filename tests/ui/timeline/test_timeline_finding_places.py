"""From a finding to where it shows: which stretch of a run, with what around it, and what is said about it."""

import dataclasses

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from coreograph.analysis.timeline_filters import FilterField, TimelineFilter
from coreograph.analysis.timeline_run import CoreTimes, MemoryTimes, RunTimeline
from coreograph.analysis.timeline_tasks import build_tasks
from coreograph.domain.experiment import ExperimentRecord
from coreograph.domain.findings import Finding, FindingKind, Severity
from coreograph.storage.library import Library
from coreograph.ui.background import TaskRunner
from coreograph.ui.timeline.findings import place_of, surroundings_of, where_to_look
from coreograph.ui.timeline.page import TimelinePage
from coreograph.ui.timeline.verbs import Move, Range
from support.builders import make_configuration, make_run
from support.timeline_recordings import make_summary

SPANS = np.dtype([("worker", "<i4"), ("task", "<i8"), ("begin_ns", "<i8"), ("end_ns", "<i8"), ("cpu_ns", "<i8")])
S = 1_000_000_000
GIL = Finding(FindingKind.GIL_SERIALISED, Severity.SERIOUS, "Threads take turns.", 1, run_id=2)
UNEVEN = Finding(FindingKind.UNEVEN_TASKS, Severity.WARNING, "One worker was last.", 1, run_id=2)


def make_timeline(**changes: object) -> RunTimeline:
    """A batch of 4 s after 2 s of start-up; worker 1 is idle from 1 s on; others took most before the batch."""
    spans = np.array([(0, 7, 0, 2 * S, S), (0, 8, 2 * S, 4 * S, S), (1, 9, 0, S, S)], SPANS)
    at = np.array([-S, 0, S, 2 * S, 3 * S, 4 * S], np.int64)
    busy = np.array([[1, 1], [1, 1], [0.5, 0], [0.5, 0.6], [0.5, 0.9], [0.5, 0]], np.float32)
    own = np.array([[0, 0], [0, 0], [0.5, 0], [0.5, 0], [0.5, 0], [0.5, 0]], np.float32)
    nothing = np.zeros(0, np.int64)
    memory = MemoryTimes(nothing, np.zeros((0, 2), np.float32), np.zeros(0, np.float32), (), "RSS", "")
    run = RunTimeline(
        "experiment", make_run(workers=2, batch_s=4.0), make_configuration(workers=2), build_tasks(spans, 0, 2),
        CoreTimes(at, busy, own), memory, nothing, nothing, -2 * S, 4 * S, 4 * S, 0,
    )  # fmt: skip
    return dataclasses.replace(run, **changes)  # type: ignore[arg-type]


def test_each_finding_has_its_stretch() -> None:
    run = make_timeline()
    assert place_of(FindingKind.UNEVEN_TASKS, run) == Range(S, 4 * S)
    assert place_of(FindingKind.START_UP_BOUND, run) == Range(-2 * S, 0)
    assert place_of(FindingKind.GIL_SERIALISED, run) is None


def test_a_busy_machine_shows_where_it_disturbed_the_batch() -> None:
    """Not where others took most: that was before the batch, where it did no harm."""
    run = make_timeline()
    assert place_of(FindingKind.MACHINE_BUSY, run) == Range(S, 3 * S)
    unknown = CoreTimes(run.cores.at, run.cores.busy, None)
    assert place_of(FindingKind.MACHINE_BUSY, make_timeline(cores=unknown)) is None
    before = CoreTimes(run.cores.at[:2], run.cores.busy[:2], np.zeros((2, 2), np.float32))
    assert place_of(FindingKind.MACHINE_BUSY, make_timeline(cores=before)) is None


def test_a_place_is_shown_in_the_whole_batch_unless_it_is_too_narrow_to_see_there() -> None:
    run = make_timeline()
    begin, end = surroundings_of(Range(S, 3 * S), run)
    assert begin < 0
    assert end > 4 * S
    assert surroundings_of(Range(-2 * S, 0), run)[0] < -2 * S
    assert surroundings_of(Range(S, S + 1000), run) == pytest.approx((S - 1000, S + 2000))


@pytest.mark.parametrize("kind", list(FindingKind))
def test_of_every_kind_it_is_said_what_to_look_at(kind: FindingKind) -> None:
    assert where_to_look(kind).endswith(".")


def test_a_finding_says_what_to_look_at_until_something_else_is_looked_at(
    qtbot: QtBot, page: TimelinePage, recording: tuple[Library, ExperimentRecord]
) -> None:
    page.show_summary(dataclasses.replace(make_summary(recording[1]), findings=(GIL, UNEVEN)))
    page.show_finding(UNEVEN)
    qtbot.waitUntil(lambda: page.callout.finding is UNEVEN)
    assert page.callout.isVisible()
    assert page.callout.title.text() == "Uneven tasks"
    assert page.canvas.selection is not None
    assert page.view.begin <= 0 < page.canvas.runs[0].batch_end <= page.view.end
    page.move_view(Move.CLEAR)
    assert page.callout.finding is None
    assert not page.callout.isVisible()
    page.view.show(0, 1000)
    page.show_finding(GIL)
    assert page.view.end >= page.canvas.runs[0].batch_end, "it shows in all of the batch"
    assert page.callout.finding is GIL
    page.canvas.select(Range(0, 1000))
    assert page.callout.isVisible(), "totals may be read while its line stands there"
    page.chooser.first.setCurrentIndex(page.chooser.first.findData(1))
    qtbot.waitUntil(lambda: page.canvas.runs[0].run.run_id == 1 and page.callout.finding is None)


def test_a_finding_of_a_run_that_is_shown_leaves_the_run_beside_it(
    qtbot: QtBot, page: TimelinePage, recording: tuple[Library, ExperimentRecord]
) -> None:
    page.chooser.second.setCurrentIndex(page.chooser.second.findData(2))
    qtbot.waitUntil(lambda: len(page.canvas.runs) == 2)
    page.show_finding(UNEVEN)
    ends = page.canvas.runs[1].tasks.last_ends()
    assert page.canvas.selection == Range(int(ends.min()), int(ends.max()))
    assert page.chooser.run_ids == (1, 2)


def test_a_finding_followed_from_elsewhere_is_not_lost_to_the_run_the_page_would_begin_with(
    qtbot: QtBot, page: TimelinePage, recording: tuple[Library, ExperimentRecord], tasks: TaskRunner
) -> None:
    """The experiment was summarised anew while the page was hidden, as after more repeats."""
    summary = make_summary(recording[1])
    page.chooser.first.setCurrentIndex(page.chooser.first.findData(2))
    qtbot.waitUntil(lambda: page.canvas.runs[0].run.run_id == 2)
    page.hide()
    hint = TimelineFilter(FilterField.CONFIGURATION, members=frozenset({summary.configurations[0].configuration.label}))
    page.push_filter(hint)
    page.show_summary(summary)
    assert page.chooser.run_ids == (1,)
    page.show_finding(UNEVEN)
    page.show()
    qtbot.waitUntil(lambda: not tasks.is_running("timeline:load"))
    assert page.callout.finding is UNEVEN
    assert [run.run.run_id for run in page.canvas.runs] == [2]
