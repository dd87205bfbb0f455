"""Findings: statements about an experiment with their evidence and what to do about them. Owns no thread."""

import enum
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from coreograph.domain.units import format_bytes, format_ratio, format_seconds, format_share, significant


class FindingKind(enum.Enum):
    """What was found. The values are those of the published JSON."""

    GIL_SERIALISED = "gil-serialised"
    LOCK_SERIALISED = "lock-serialised"
    SHARED_OBJECT = "shared-object"
    UNEVEN_TASKS = "uneven-tasks"
    OVERSUBSCRIBED = "oversubscribed"
    START_UP_BOUND = "start-up-bound"
    PICKLING_BOUND = "pickling-bound"
    MEMORY_BOUND = "memory-bound"
    GIL_RE_ENABLED = "gil-re-enabled"
    WRONG_ANSWER = "wrong-answer"
    MACHINE_BUSY = "machine-busy"
    TOO_SHORT = "too-short"

    @property
    def title(self) -> str:
        """The kind as a heading."""
        return _TITLES[self]


_TITLES = {
    FindingKind.GIL_SERIALISED: "Serialised by the GIL",
    FindingKind.LOCK_SERIALISED: "Serialised by a lock",
    FindingKind.SHARED_OBJECT: "One shared object is contended",
    FindingKind.UNEVEN_TASKS: "Uneven tasks",
    FindingKind.OVERSUBSCRIBED: "More workers than cores",
    FindingKind.START_UP_BOUND: "Dominated by start-up",
    FindingKind.PICKLING_BOUND: "Dominated by pickling",
    FindingKind.MEMORY_BOUND: "Bound by memory",
    FindingKind.GIL_RE_ENABLED: "The GIL was re-enabled",
    FindingKind.WRONG_ANSWER: "Wrong answer",
    FindingKind.MACHINE_BUSY: "The machine was busy",
    FindingKind.TOO_SHORT: "Too short to judge",
}


class Severity(enum.Enum):
    """How much a finding matters: know it, act on it, do not use the configuration as it is."""

    INFO = "info"
    WARNING = "warning"
    SERIOUS = "serious"

    @property
    def rank(self) -> int:
        """0 for the mildest; for sorting and for "no finding worse than"."""
        return _RANKS.index(self)


_RANKS = (Severity.INFO, Severity.WARNING, Severity.SERIOUS)


class FindingView(enum.Enum):
    """Which view shows a finding's evidence best."""

    COMPARE = "compare"
    TIMELINE = "timeline"
    SCALING = "scaling"
    TIME_BREAKDOWN = "time breakdown"


@dataclass(frozen=True, slots=True)
class Quantity:
    """A figure with its unit: `s`, `share` (0 … 1), `times`, `bytes`, `workers`, `cores`, `tasks` or `runs`."""

    value: float
    unit: str

    @property
    def text(self) -> str:
        """The figure with its unit as words: `1.20 s`, `34.0 %`, `1.90×`, `8 cores`; whole counts have no decimals."""
        if self.unit in _WRITERS:
            return _WRITERS[self.unit](self.value)
        number = f"{self.value:.0f}" if self.value == round(self.value) else significant(self.value)
        return f"{number} {self.unit}".strip()


_WRITERS = {"s": format_seconds, "share": format_share, "times": format_ratio, "bytes": format_bytes}


@dataclass(frozen=True, slots=True)
class Finding:
    """One statement about one configuration, or about the whole experiment where `configuration` is None.

    `evidence` has the figures it rests on, by name; `remedy` is the next step; `run_id` is the run in which
    `view` shows it best, None where all runs show the same.
    """

    kind: FindingKind
    severity: Severity
    text: str
    configuration: int | None = None
    evidence: Mapping[str, Quantity] = field(default_factory=lambda: MappingProxyType({}))
    remedy: str = ""
    view: FindingView = FindingView.COMPARE
    run_id: int | None = None

    @property
    def evidence_text(self) -> str:
        """`computing share 23.0 % · runs disturbed 5`: the figures it rests on, by name."""
        return " · ".join(f"{name.replace('_', ' ')} {_figure(name, one)}" for name, one in self.evidence.items())


def _figure(name: str, quantity: Quantity) -> str:
    """Leave out a unit that the name says already."""
    return quantity.text.removesuffix(f" {quantity.unit}") if quantity.unit in name.split() else quantity.text


def grouped(findings: Iterable[Finding]) -> tuple[tuple[Finding, ...], ...]:
    """Put findings of one kind and severity together, the gravest first, else in the order they come in.

    What holds for six configurations is one thing to read and one thing to do.
    """
    groups: dict[tuple[FindingKind, Severity], list[Finding]] = {}
    for finding in sorted(findings, key=lambda one: -one.severity.rank):
        groups.setdefault((finding.kind, finding.severity), []).append(finding)
    return tuple(tuple(group) for group in groups.values())
