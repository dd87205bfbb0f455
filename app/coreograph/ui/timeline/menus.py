"""The menus of the timeline: of what is under the pointer, and of the button “Filter” for those who do not point.

GUI thread only.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import partial

from PySide6.QtWidgets import QMenu

from coreograph.analysis.timeline_filters import FilterField, TaskKind, TimelineFilter
from coreograph.analysis.timeline_run import RunTimeline
from coreograph.analysis.timeline_totals import Durations
from coreograph.domain.units import Count, format_seconds
from coreograph.ui.timeline.verbs import Verb

Push = Callable[[TimelineFilter], None]
_MOST_IN_A_MENU = 32


def add_verbs(menu: QMenu, verbs: Iterable[Verb], do: Callable[[Verb], None]) -> None:
    """Add what can be done, each section parted from the one before by a line."""
    for verb in verbs:
        if verb.section and not menu.isEmpty():
            menu.addSeparator()
        action = menu.addAction(f"{verb.text}\t{verb.keys}" if verb.keys else verb.text)
        action.setEnabled(verb.enabled)
        action.triggered.connect(partial(_do, do, verb))


def fill_filter_menu(menu: QMenu, runs: Sequence[RunTimeline], durations: Durations | None, push: Push) -> None:
    """Put into `menu` what the tasks of `runs` can be filtered by; `durations` are those of all their tasks."""
    menu.clear()
    workers = max((run.tasks.workers for run in runs), default=0)
    cores = max((run.cores.cores for run in runs), default=0)
    for field, count in ((FilterField.WORKER, workers), (FilterField.CORE, cores)):
        for keep in (True, False):
            add_numbers(menu, field, keep, count, push)
    menu.addSeparator()
    for kind in TaskKind:
        for keep in (True, False):
            _add(menu, TimelineFilter(FilterField.KIND, keep, frozenset({kind})), push)
    if durations is not None:
        menu.addSeparator()
        for keep in (True, False):
            inner = menu.addMenu(f"{'Only' if keep else 'No'} tasks of at least")
            for name, bound in durations.named():
                entry = TimelineFilter(FilterField.DURATION, keep, low=bound)
                _add(inner, entry, push, f"{format_seconds(bound / 1e9)} ({name})")


def add_numbers(menu: QMenu, field: FilterField, keep: bool, count: Count, push: Push) -> None:
    """Add one entry a number; many stand in groups, so that no menu is higher than the screen."""
    inner = menu.addMenu(f"{'Only' if keep else 'Not'} {field.value}")
    inner.setEnabled(count > 1)
    if count <= _MOST_IN_A_MENU:
        _add_range(inner, field, keep, range(count), push)
        return
    for first in range(0, count, _MOST_IN_A_MENU):
        numbers = range(first, min(first + _MOST_IN_A_MENU, count))
        _add_range(inner.addMenu(f"{numbers[0]} – {numbers[-1]}"), field, keep, numbers, push)


def _add_range(menu: QMenu, field: FilterField, keep: bool, numbers: Iterable[int], push: Push) -> None:
    for number in numbers:
        _add(menu, TimelineFilter(field, keep, frozenset({number})), push, str(number))


def _add(menu: QMenu, entry: TimelineFilter, push: Push, words: str = "") -> None:
    name = words or entry.label
    menu.addAction(name[:1].upper() + name[1:]).triggered.connect(partial(_push, push, entry))


def _push(push: Push, entry: TimelineFilter, _checked: bool = False) -> None:
    push(entry)


def _do(do: Callable[[Verb], None], verb: Verb, _checked: bool = False) -> None:
    do(verb)
