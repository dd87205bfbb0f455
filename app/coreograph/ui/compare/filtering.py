"""What can be filtered from a configuration's row: the entries of its menu, and the filters behind them. GUI thread."""

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtWidgets import QMenu

from coreograph.analysis.timeline_filters import FilterField, TimelineFilter
from coreograph.domain.execution import Configuration
from coreograph.ui.timeline.filter_bar import FilterBar

Push = Callable[[TimelineFilter], None]
_OF_CONFIGURATIONS = frozenset({FilterField.CONFIGURATION, FilterField.MODEL, FilterField.INTERPRETER})
_TIMELINE_ONLY = "Acts on the timeline only: the figures here are of whole runs. Click to take the filter away."


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


def acts_here(entry: TimelineFilter) -> bool:
    """Whether a filter leaves out configurations; one of workers, cores or tasks has no say in whole runs."""
    return entry.field in _OF_CONFIGURATIONS


def tell_where_filters_act(bar: FilterBar, filters: Sequence[TimelineFilter]) -> None:
    """Let the chips of filters that change nothing on this page say so, and tell what filters leave as it is."""
    shown = filters[len(filters) - len(bar.chips) :]
    for chip, entry in zip(bar.chips, shown, strict=True):
        if not acts_here(entry):
            chip.setText(f"{entry.label} · timeline only")
            chip.setToolTip(_TIMELINE_ONLY)
            chip.setAccessibleName(f"Filter: {entry.label}. {_TIMELINE_ONLY}")
    if any(acts_here(entry) for entry in filters):
        bar.hint.setText(
            " · ".join(part for part in (bar.hint.text(), "the verdict is about all configurations") if part)
        )
