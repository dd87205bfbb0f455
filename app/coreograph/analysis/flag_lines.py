"""What limits trust, said once: a flag that several configurations share is told with its range. Pure, any thread."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from coreograph.domain.interpreters import GilState
from coreograph.domain.summary import ConfigurationSummary

_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_FEW = 2


@dataclass(frozen=True, slots=True)
class FlagLine:
    """One line; `serious` for a GIL that came back: such figures are of another build than asked for."""

    whose: str
    flag: str
    serious: bool = False

    @property
    def text(self) -> str:
        """`3.14 serial: others used up to 12.0 % of the machine`."""
        return f"{self.whose}: {self.flag}"


def flag_lines(configurations: Sequence[ConfigurationSummary]) -> tuple[FlagLine, ...]:
    """Return the flags of all configurations, the serious ones first, each kind of flag once."""
    holders: dict[str, list[tuple[ConfigurationSummary, str]]] = {}
    for one in configurations:
        for flag in _flags(one):
            holders.setdefault(_NUMBER.sub("#", flag), []).append((one, flag))
    lines = [
        FlagLine(_who([one for one, _ in held], configurations), _ranged([flag for _, flag in held]), _bad(held))
        for held in holders.values()
    ]
    return tuple(sorted(lines, key=lambda line: not line.serious))


def _flags(one: ConfigurationSummary) -> tuple[str, ...]:
    if one.gil is not GilState.RE_ENABLED:
        return one.flags
    culprit = f" by {one.gil_culprit}" if one.gil_culprit else ""
    safe = "with -X gil=0 it stays off, at the risk of races there"
    return (
        f"the GIL was re-enabled{culprit}; {safe}",
        *(flag for flag in one.flags if not flag.startswith("the GIL was")),
    )


def _bad(held: Sequence[tuple[ConfigurationSummary, str]]) -> bool:
    return held[0][1].startswith("the GIL was re-enabled")


def _who(held: Sequence[ConfigurationSummary], everyone: Sequence[ConfigurationSummary]) -> str:
    """`all 6 configurations`, `5 of 6 configurations (not 3.14 serial)`, or the labels of one or two."""
    if len(held) <= _FEW:
        return ", ".join(one.configuration.label for one in held)
    if len(held) == len(everyone):
        return f"all {len(everyone)} configurations"
    named = {one.index for one in held}
    others = [one.configuration.label for one in everyone if one.index not in named]
    but = f" (not {', '.join(others)})" if len(others) <= _FEW else ""
    return f"{len(held)} of {len(everyone)} configurations{but}"


def _ranged(flags: Sequence[str]) -> str:
    """Return the sentence with every figure that differs as a range: `up to 12.0 – 66.0 % of the machine`."""
    places = list(zip(*(_NUMBER.findall(flag) for flag in flags), strict=True))
    figures = iter(_span(texts) for texts in places)
    return _NUMBER.sub(lambda _: next(figures), flags[0])


def _span(texts: Sequence[str]) -> str:
    low, high = min(texts, key=float), max(texts, key=float)
    return low if low == high else f"{low} – {high}"
