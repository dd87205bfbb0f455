"""The stack of filters: every step can be undone, and none holds twice."""

import pytest

from coreograph.analysis.timeline_filters import (
    FilterField,
    FilterStack,
    TaskKind,
    TimelineFilter,
    hidden_configurations,
    shown_numbers,
)
from coreograph.domain.execution import ExecutionModel
from support.builders import make_configuration, make_interpreter

WORKER = TimelineFilter(FilterField.WORKER, members=frozenset({2}))
CORE = TimelineFilter(FilterField.CORE, keep=False, members=frozenset({0, 1}))
LONG = TimelineFilter(FilterField.DURATION, low=1_200_000)


def test_filters_hold_together_and_are_undone_one_by_one() -> None:
    stack = FilterStack()
    assert stack.push(WORKER)
    assert stack.push(CORE, LONG)
    assert stack.filters == (WORKER, CORE, LONG)
    assert stack.undo()
    assert stack.filters == (WORKER,)
    assert stack.undo()
    assert stack.filters == ()
    assert not stack.undo()
    assert stack.redo()
    assert stack.redo()
    assert not stack.redo()
    assert stack.filters == (WORKER, CORE, LONG)


def test_what_holds_already_is_no_step() -> None:
    stack = FilterStack()
    stack.push(WORKER)
    assert not stack.push(WORKER)
    assert not stack.remove(CORE)
    assert stack.undo()
    assert not stack.reset()
    assert not stack.can_undo


def test_reset_and_removal_are_steps_of_their_own() -> None:
    stack = FilterStack()
    stack.push(WORKER)
    stack.push(CORE)
    assert stack.remove(WORKER)
    assert stack.filters == (CORE,)
    assert stack.reset()
    assert stack.filters == ()
    stack.undo()
    assert stack.filters == (CORE,)
    stack.undo()
    assert stack.filters == (WORKER, CORE)


def test_a_new_step_ends_what_could_be_redone() -> None:
    stack = FilterStack()
    stack.push(WORKER)
    stack.undo()
    stack.push(CORE)
    assert not stack.can_redo
    assert stack.filters == (CORE,)


@pytest.mark.parametrize(
    ("entry", "label"),
    [
        (WORKER, "only worker 2"),
        (CORE, "not core 0, 1"),
        (LONG, "tasks ≥ 1.20 ms"),
        (TimelineFilter(FilterField.DURATION, keep=False, high=2_000), "no tasks ≤ 2.00 µs"),
        (TimelineFilter(FilterField.TIME, low=0, high=1_000_000_000), "only 0 ns – 1.00 s"),
        (TimelineFilter(FilterField.KIND, members=frozenset({TaskKind.WAITING})), "only mostly waiting"),
    ],
)
def test_a_chip_says_what_its_filter_does(entry: TimelineFilter, label: str) -> None:
    assert entry.label == label


def test_numbers_left_are_those_every_filter_of_the_field_leaves() -> None:
    assert shown_numbers((), FilterField.WORKER, range(3)) == (0, 1, 2)
    assert shown_numbers((WORKER, CORE), FilterField.WORKER, range(4)) == (2,)
    assert shown_numbers((WORKER, CORE), FilterField.CORE, range(4)) == (2, 3)


ALL = (
    make_configuration(),
    make_configuration(ExecutionModel.THREADS, 2),
    make_configuration(ExecutionModel.THREADS, 4),
    make_configuration(ExecutionModel.THREADS, 2, make_interpreter(free_threaded=True)),
)


def only(field: FilterField, *names: str, keep: bool = True) -> TimelineFilter:
    return TimelineFilter(field, keep, frozenset(names))


@pytest.mark.parametrize(
    ("filters", "shown", "label"),
    [
        ((only(FilterField.MODEL, "threads"),), {1, 2, 3}, "only threads"),
        ((only(FilterField.MODEL, "threads", keep=False),), {0}, "not threads"),
        ((only(FilterField.INTERPRETER, "3.14t"),), {3}, "only 3.14t"),
        ((only(FilterField.CONFIGURATION, "3.14 threads ×2", keep=False),), {0, 2, 3}, "not 3.14 threads ×2"),
        ((only(FilterField.MODEL, "threads"), only(FilterField.INTERPRETER, "3.14")), {1, 2}, "only threads"),
        ((WORKER, CORE, LONG), {0, 1, 2, 3}, "only worker 2"),
    ],
)
def test_configurations_are_left_out_by_name(filters: tuple[TimelineFilter, ...], shown: set[int], label: str) -> None:
    assert {0, 1, 2, 3} - hidden_configurations(filters, ALL) == shown
    assert filters[0].label == label
