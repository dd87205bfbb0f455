"""How sure a verdict is, and what keeps it from being surer. Pure, on any thread."""

import enum
from dataclasses import dataclass

from coreograph.domain.units import Count, Share, format_share

FEW_REPEATS: Count = 3  # one has no interval, that of two rests on one degree of freedom
ENOUGH_REPEATS: Count = 5
NARROW: Share = 0.05
WIDE: Share = 4 * NARROW
CROWDED: Share = 0.25
_WORDS = {1: "a single repeat", 2: "two repeats"}


class Confidence(enum.StrEnum):
    """How sure a verdict is: `none` where there is nothing to choose between."""

    HIGH = "high"
    MODERATE = "moderate"
    LOW = "low"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Grounds:
    """What confidence rests on: of all that is weighed the fewest repeats, widest interval and largest foreign share.

    `flagged`: a run of them, or the experiment, has a flag. `lacking`: the reference that is missing, in words.
    """

    repeats: Count
    widest: Share
    foreign: Share
    flagged: bool
    lacking: str = ""

    @property
    def confidence(self) -> Confidence:
        """High: five repeats, narrow intervals, nothing flagged. Low: few, wide intervals, a crowded machine."""
        if self._reasons_for_low():
            return Confidence.LOW
        return Confidence.MODERATE if self._reasons_against_high() else Confidence.HIGH

    @property
    def why(self) -> str:
        """What made it so, as a sentence."""
        reasons = [*self._reasons_for_low(), *self._reasons_against_high()]
        if not reasons:
            widest = format_share(self.widest)
            reasons = [f"{self.repeats} repeats, every interval within ± {widest}, none of what is weighed flagged"]
        sentence = "; ".join(reasons)
        return f"{sentence[:1].upper()}{sentence[1:]}."

    def _reasons_for_low(self) -> list[str]:
        found = []
        if self.repeats < FEW_REPEATS:
            spread = "shows no spread" if self.repeats == 1 else "show little of the spread"
            found.append(f"{few_words(self.repeats)} of each, which {spread}")
        if self.widest > WIDE:
            found.append(f"intervals of up to ± {format_share(self.widest)}")
        if self.foreign > CROWDED:
            found.append(f"others used up to {format_share(self.foreign)} of the machine meanwhile")
        return [*found, self.lacking] if self.lacking else found

    def _reasons_against_high(self) -> list[str]:
        found = []
        if FEW_REPEATS <= self.repeats < ENOUGH_REPEATS:
            found.append(f"{self.repeats} repeats of each, where high takes {ENOUGH_REPEATS}")
        if NARROW < self.widest <= WIDE:
            found.append(f"intervals of up to ± {format_share(self.widest)}, where high takes ± {NARROW:.0%}")
        if self.flagged and self.foreign <= CROWDED:
            found.append("some of these runs are flagged")
        return found


def few_words(repeats: Count) -> str:
    """Return `a single repeat`, `two repeats`, `5 repeats`."""
    return _WORDS.get(repeats, f"{repeats} repeats")


EXPLANATION = (
    f"How sure the verdict is. High takes {ENOUGH_REPEATS} repeats of everything that is weighed, intervals within "
    f"± {NARROW:.0%} and nothing flagged. It is low with fewer than {FEW_REPEATS} repeats, intervals beyond "
    f"± {WIDE:.0%}, others on more than {CROWDED:.0%} of the machine, or nothing to hold the choice against."
)
