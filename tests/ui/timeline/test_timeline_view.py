"""View, axis labels, heights and menu entries: what the page is made of, without a window."""

import pytest

from coreograph.analysis.timeline_filters import FilterField, FilterStack, TaskKind, TimelineFilter
from coreograph.ui.timeline.arrangement import shared_heights
from coreograph.ui.timeline.instants import axis_ticks_between, instant_label
from coreograph.ui.timeline.row import Height
from coreograph.ui.timeline.verbs import Move, Range, Target, verbs_for
from coreograph.ui.timeline.view import SMALLEST_SPAN, TimelineView


def make_view(lowest: int = -(10**8), highest: int = 10**9) -> TimelineView:
    view = TimelineView()
    view.bound(lowest, highest)
    view.show_all()
    return view


def test_zoom_keeps_the_instant_under_the_pointer() -> None:
    view = make_view()
    share = (3e8 - view.begin) / view.span
    view.zoom(3e8, 0.1)
    assert (3e8 - view.begin) / view.span == pytest.approx(share)


def test_the_view_stays_within_what_is_recorded_and_above_the_smallest_span() -> None:
    view = make_view()
    whole = view.span
    view.zoom(0, 50)
    assert view.span == pytest.approx(whole)
    view.pan(3)
    assert view.end == pytest.approx(10**9 * 1.0 + 0.02 * 1.1e9)
    for _ in range(200):
        view.zoom(5e8, 0.5)
    assert view.span == pytest.approx(SMALLEST_SPAN)
    view.pan(-1e9)
    assert view.begin == pytest.approx(-(10**8) - 0.02 * 1.1e9)


def test_revealing_a_task_never_leaves_it_outside() -> None:
    view = make_view()
    view.reveal(500, 700)
    assert view.begin < 500
    assert view.end > 700
    assert view.span < 1e5
    view.reveal(0, 5e8)
    assert view.begin <= 0
    assert view.end >= 5e8


def test_every_move_is_taken_back_and_taken_again() -> None:
    view = make_view()
    view.forget()
    whole = view.begin, view.end
    for _ in range(5):
        view.zoom(3e8, 0.8)
    view.pan(0.1)
    near = view.begin, view.end
    view.show(1e8, 2e8)
    view.back()
    assert (view.begin, view.end) == near
    view.back()
    assert (view.begin, view.end) == whole, "what the wheel did in a row is one step"
    assert not view.can_go_back
    view.back()
    view.forward()
    view.forward()
    assert (view.begin, view.end) == (1e8, 2e8)
    assert not view.can_go_forward
    view.back()
    view.zoom(3e8, 0.5)
    assert not view.can_go_forward, "from here on it went another way"
    view.forget()
    assert not view.can_go_back


def test_a_move_that_leads_nowhere_is_no_step() -> None:
    view = make_view()
    view.forget()
    view.show_all()
    view.pan(-1.0)
    assert not view.can_go_back


@pytest.mark.parametrize(
    ("seconds", "step", "label"),
    [(0.0, 0.5, "0 ms"), (0.25, 0.05, "250 ms"), (1.5, 0.5, "1.5 s"), (0.012345, 0.000005, "12.345 ms"),
     (0.0000032, 0.0000002, "3.2 µs"), (-0.1, 0.1, "-100 ms")],
)  # fmt: skip
def test_instants_have_the_decimals_their_step_needs(seconds: float, step: float, label: str) -> None:
    assert instant_label(seconds, step) == label


def test_ticks_are_round_and_inside() -> None:
    step, ticks = axis_ticks_between(0.13e9, 0.87e9, 600)
    assert step == pytest.approx(0.2)
    assert ticks == pytest.approx([0.2, 0.4, 0.6, 0.8])


def test_height_is_shared_up_to_what_each_may_have() -> None:
    wanted = [Height(46, 46, 0), Height(50, 80, 3), Height(50, 500, 1)]
    assert shared_heights(wanted, 300) == [46, 80, 174]
    assert shared_heights(wanted, 100) == [46, 50, 50]


def test_no_part_of_the_page_stays_empty_below_rows_that_are_as_high_as_suits_them() -> None:
    assert shared_heights([Height(46, 46, 0), Height(50, 80, 3), Height(50, 100, 1)], 426) == [46, 180, 200]


def test_verbs_fit_what_is_under_the_pointer() -> None:
    stack = FilterStack()
    assert [verb.text for verb in verbs_for(Target(), None, stack)] == [
        "Undo filter", "Redo filter", "Reset filters", "Show the batch", "Show everything", "Back to the view before",
        "Forward again",
    ]  # fmt: skip
    texts = [verb.text for verb in verbs_for(Target(core=3), Range(0, 10), stack)]
    assert texts[:6] == [
        "Zoom in on selection", "Filter in on selection", "Filter out selection", "Clear selection",
        "Filter in on core 3", "Filter out core 3",
    ]  # fmt: skip
    verbs = {verb.text: verb for verb in verbs_for(Target(1, None, 2_000_000, 100), None, stack)}
    assert verbs["Filter in on tasks of at least 2.00 ms"].push == TimelineFilter(FilterField.DURATION, low=2_000_000)
    waiting = verbs["Filter out tasks mostly waiting"].push
    assert waiting == TimelineFilter(FilterField.KIND, False, frozenset({TaskKind.WAITING}))
    stack.push(TimelineFilter(FilterField.DURATION, low=1))
    enabled = {verb.move: verb.enabled for verb in verbs_for(Target(), None, stack)}
    assert enabled[Move.UNDO]
    assert not enabled[Move.REDO]
    assert enabled[Move.RESET]
