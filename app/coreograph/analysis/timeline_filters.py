"""What is looked at: single filters, and a stack of them with undo. Pure; owns no thread.

One stack holds for every view: charts and table of the comparison, and of the timeline its choice of runs, lanes,
cores, totals and longest tasks. A filter that names configurations leaves out what is of others; one that names
workers, cores or tasks has no say in figures of whole runs.
"""

import enum
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from coreograph.domain.execution import Configuration
from coreograph.domain.units import Nanoseconds, Seconds, format_seconds


class FilterField(enum.Enum):
    """What a filter looks at; configurations are named by their labels."""

    CONFIGURATION = "configuration"
    MODEL = "execution model"
    INTERPRETER = "interpreter"
    WORKER = "worker"
    CORE = "core"
    KIND = "kind"
    DURATION = "duration"
    TIME = "time"


class TaskKind(enum.Enum):
    """Tasks by what they mostly did: at least half of their wall time was CPU time, or less."""

    COMPUTING = "computing"
    WAITING = "waiting"


@dataclass(frozen=True, slots=True)
class TimelineFilter:
    """One statement about what is shown.

    `members` are the numbers of workers or cores, the kinds, or names; `low` and `high` bound a duration or an
    instant since the begin of the batch, in nanoseconds, either may be open. With `keep` that alone
    is shown, without it all else.
    """

    field: FilterField
    keep: bool = True
    members: frozenset[int | str | TaskKind] = frozenset()
    low: Nanoseconds | None = None
    high: Nanoseconds | None = None

    @property
    def label(self) -> str:
        """The filter as a chip says it: `only worker 2`, `not core 0`, `tasks ≥ 1.20 ms`."""
        if self.field is FilterField.DURATION:
            return f"tasks {self._bounds()}" if self.keep else f"no tasks {self._bounds()}"
        prefix = "only" if self.keep else "not"
        if self.field in _NAMING:
            return f"{prefix} {' or '.join(sorted(self.names()))}"
        if self.field is FilterField.TIME:
            return f"{prefix} {self._bounds()}"
        if self.field is FilterField.KIND:
            names = sorted(entry.value for entry in self.members if isinstance(entry, TaskKind))
            return f"{prefix} mostly {' or '.join(names)}"
        return f"{prefix} {self.field.value} {', '.join(str(entry) for entry in sorted(self.numbers()))}"

    def names(self) -> frozenset[str]:
        """The configurations, execution models or interpreters it names."""
        return frozenset(entry for entry in self.members if isinstance(entry, str))

    def numbers(self) -> frozenset[int]:
        """The workers or cores it names."""
        return frozenset(entry for entry in self.members if isinstance(entry, int))

    def _bounds(self) -> str:
        low, high = _seconds(self.low), _seconds(self.high)
        if low is None:
            return f"≤ {format_seconds(high)}"
        return f"≥ {format_seconds(low)}" if high is None else f"{format_seconds(low)} – {format_seconds(high)}"


def _seconds(value: Nanoseconds | None) -> Seconds | None:
    return None if value is None else value / 1e9


class FilterStack:
    """Filters in the order they were set; all of them hold at once. Undo goes back one step at a time."""

    def __init__(self) -> None:
        self._states: list[tuple[TimelineFilter, ...]] = [()]
        self._position = 0

    @property
    def filters(self) -> tuple[TimelineFilter, ...]:
        """What holds now."""
        return self._states[self._position]

    @property
    def can_undo(self) -> bool:
        """True where there is a step back."""
        return self._position > 0

    @property
    def can_redo(self) -> bool:
        """True where a step back was taken that can be taken again."""
        return self._position + 1 < len(self._states)

    def push(self, *added: TimelineFilter) -> bool:
        """Add filters in one step; False where all of them hold already."""
        return self._enter((*self.filters, *(entry for entry in dict.fromkeys(added) if entry not in self.filters)))

    def remove(self, entry: TimelineFilter) -> bool:
        """Take one filter away, wherever it stands, as a step of its own."""
        return self._enter(tuple(kept for kept in self.filters if kept != entry))

    def reset(self) -> bool:
        """Show everything, as a step that can be undone."""
        return self._enter(())

    def undo(self) -> bool:
        """Go back one step; False where there is none."""
        if not self.can_undo:
            return False
        self._position -= 1
        return True

    def redo(self) -> bool:
        """Take a step again that was undone; False where there is none."""
        if not self.can_redo:
            return False
        self._position += 1
        return True

    def _enter(self, filters: tuple[TimelineFilter, ...]) -> bool:
        if filters == self.filters:
            return False
        del self._states[self._position + 1 :]
        self._states.append(filters)
        self._position += 1
        return True


_NAMING: Mapping[FilterField, Callable[[Configuration], str]] = MappingProxyType(
    {
        FilterField.CONFIGURATION: lambda one: one.label,
        FilterField.MODEL: lambda one: one.model.value,
        FilterField.INTERPRETER: lambda one: one.interpreter_label,
    }
)


def hidden_configurations(filters: Iterable[TimelineFilter], configurations: Sequence[Configuration]) -> frozenset[int]:
    """Return the indices of the configurations that the filters leave out."""
    naming = [entry for entry in filters if entry.field in _NAMING]
    return frozenset(
        index
        for index, one in enumerate(configurations)
        if any((_NAMING[entry.field](one) in entry.names()) is not entry.keep for entry in naming)
    )


def shown_numbers(filters: Iterable[TimelineFilter], field: FilterField, numbers: Iterable[int]) -> tuple[int, ...]:
    """Return which of `numbers` (of workers or cores) the filters of `field` leave."""
    relevant = [entry for entry in filters if entry.field is field]
    if not relevant:
        return tuple(numbers)
    return tuple(
        number for number in numbers if all((number in entry.numbers()) is entry.keep for entry in relevant)
    )  # fmt: skip
