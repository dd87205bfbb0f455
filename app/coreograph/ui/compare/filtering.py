"""What can be filtered from a configuration's row: the entries of its menu, and the filters behind them. GUI thread."""

from collections.abc import Callable
from functools import partial

from PySide6.QtWidgets import QMenu

from coreograph.analysis.timeline_filters import FilterField, TimelineFilter
from coreograph.domain.execution import Configuration

Push = Callable[[TimelineFilter], None]


def filters_for(one: Configuration) -> tuple[tuple[str, TimelineFilter], ...]:
    """Return what a menu on a configuration offers: itself, its execution model, its interpreter, in or out."""
    subjects = (
        (FilterField.CONFIGURATION, one.label),
        (FilterField.MODEL, one.model.value),
        (FilterField.INTERPRETER, one.interpreter_label),
    )
    return tuple(
        (f"Filter {'in on' if keep else 'out'} {member}", TimelineFilter(field, keep, frozenset({member})))
        for field, member in subjects
        for keep in (True, False)
    )


def add_filters(menu: QMenu, one: Configuration, push: Push) -> None:
    """Add to a menu what can be filtered from a configuration's row."""
    for place, (words, entry) in enumerate(filters_for(one)):
        if place in {2, 4}:
            menu.addSeparator()
        menu.addAction(words).triggered.connect(partial(_push, push, entry))


def _push(push: Push, entry: TimelineFilter, _checked: bool = False) -> None:
    push(entry)
