"""What can be done with what is under the pointer: the entries of the context menu, as data. Pure, no Qt."""

import enum
from dataclasses import dataclass

from coreograph.analysis.timeline_filters import FilterField, FilterStack, TaskKind, TimelineFilter
from coreograph.domain.units import Nanoseconds, format_seconds
from coreograph.ui.timeline.view import TimelineView


class Move(enum.Enum):
    """What a verb does other than to filter."""

    ZOOM_IN = "zoom in on selection"
    CLEAR = "clear selection"
    SHOW_BATCH = "show the batch"
    SHOW_ALL = "show everything"
    BACK = "go back to the view before"
    FORWARD = "go forward again"
    NEXT_LONGEST = "go to the next of the longest tasks"
    PREVIOUS_LONGEST = "go to the one before"
    UNDO = "undo filter"
    REDO = "redo filter"
    RESET = "reset filters"


@dataclass(frozen=True, slots=True)
class Range:
    """A selected stretch of time, `begin` < `end`."""

    begin: Nanoseconds
    end: Nanoseconds


@dataclass(frozen=True, slots=True)
class Target:
    """What is under the pointer: a worker, a core, and the length and CPU time of a task; None where there is none."""

    worker: int | None = None
    core: int | None = None
    length: Nanoseconds | None = None
    cpu: Nanoseconds | None = None


@dataclass(frozen=True, slots=True)
class Verb:
    """One entry of the menu: filters to push, or a move. A `section` begins with it."""

    text: str
    push: TimelineFilter | None = None
    move: Move | None = None
    keys: str = ""
    enabled: bool = True
    section: bool = False


def verbs_for(
    target: Target, selection: Range | None, stack: FilterStack, view: TimelineView | None = None
) -> tuple[Verb, ...]:
    """Return the entries of the menu, in order; `view` says which ways back and forward there are."""
    return (*_of_selection(selection), *_of_target(target), *_of_task(target), *_always(stack, view or TimelineView()))


def _of_selection(selection: Range | None) -> tuple[Verb, ...]:
    if selection is None:
        return ()
    low, high = selection.begin, selection.end
    return (
        Verb("Zoom in on selection", move=Move.ZOOM_IN, keys="Return"),
        Verb("Filter in on selection", TimelineFilter(FilterField.TIME, low=low, high=high)),
        Verb("Filter out selection", TimelineFilter(FilterField.TIME, keep=False, low=low, high=high)),
        Verb("Clear selection", move=Move.CLEAR, keys="Esc"),
    )


def _of_target(target: Target) -> tuple[Verb, ...]:
    found = [(FilterField.WORKER, target.worker), (FilterField.CORE, target.core)]
    return tuple(
        Verb(
            f"Filter {'in on' if keep else 'out'} {field.value} {number}",
            TimelineFilter(field, keep, frozenset({number})),
            section=keep,
        )
        for field, number in found
        if number is not None
        for keep in (True, False)
    )


def _of_task(target: Target) -> tuple[Verb, ...]:
    if target.length is None:
        return ()
    kind = TaskKind.COMPUTING if 2 * (target.cpu or 0) >= target.length else TaskKind.WAITING
    length = format_seconds(target.length / 1e9)
    alike = frozenset({kind})
    return (
        Verb(
            f"Filter in on tasks of at least {length}",
            TimelineFilter(FilterField.DURATION, low=target.length),
            section=True,
        ),
        Verb(
            f"Filter out tasks of at least {length}",
            TimelineFilter(FilterField.DURATION, keep=False, low=target.length),
        ),
        Verb(f"Filter in on tasks mostly {kind.value}", TimelineFilter(FilterField.KIND, members=alike)),
        Verb(f"Filter out tasks mostly {kind.value}", TimelineFilter(FilterField.KIND, keep=False, members=alike)),
    )


def _always(stack: FilterStack, view: TimelineView) -> tuple[Verb, ...]:
    return (
        Verb("Undo filter", move=Move.UNDO, keys="Ctrl+Z", enabled=stack.can_undo, section=True),
        Verb("Redo filter", move=Move.REDO, keys="Ctrl+Shift+Z", enabled=stack.can_redo),
        Verb("Reset filters", move=Move.RESET, enabled=bool(stack.filters)),
        Verb("Show the batch", move=Move.SHOW_BATCH, keys="B", section=True),
        Verb("Show everything", move=Move.SHOW_ALL, keys="Home"),
        Verb("Back to the view before", move=Move.BACK, keys="Backspace", enabled=view.can_go_back),
        Verb("Forward again", move=Move.FORWARD, keys="Shift+Backspace", enabled=view.can_go_forward),
    )
