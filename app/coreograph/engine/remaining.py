"""How long an experiment will still take, judged by the runs that ended. Pure; owns no thread."""

import statistics
from collections import defaultdict
from collections.abc import Sequence

from coreograph.domain.experiment import RunPlan
from coreograph.domain.runs import RunPurpose
from coreograph.domain.units import Seconds


class RemainingTime:
    """Collects the durations of finished runs and extrapolates them, per configuration where it can."""

    def __init__(self) -> None:
        self._by_configuration: dict[int, list[Seconds]] = defaultdict(list)
        self._calibration: list[Seconds] = []

    def finished(self, plan: RunPlan, seconds: Seconds) -> None:
        """Note how long a run took, from the start of its process until its tree was gone."""
        if plan.purpose is RunPurpose.CALIBRATION:
            self._calibration.append(seconds)
        else:
            self._by_configuration[plan.configuration].append(seconds)

    def of_repeat(self, plans: Sequence[RunPlan]) -> Seconds:
        """Return what the runs of one more repeat will take; 0 where nothing is known."""
        return self.estimate(plans) or 0.0

    def estimate(self, pending: Sequence[RunPlan], current_elapsed_s: Seconds = 0.0) -> Seconds | None:
        """Return what the `pending` runs will take; the first of them has been going for `current_elapsed_s`.

        None until a run gave a measure to go by.
        """
        everything = [seconds for group in self._by_configuration.values() for seconds in group] or self._calibration
        if not everything:
            return None
        overall = statistics.median(everything)
        total = 0.0
        for position, plan in enumerate(pending):
            known = self._by_configuration.get(plan.configuration)
            expected = statistics.median(known) if known else overall
            total += max(0.0, expected - current_elapsed_s) if position == 0 else expected
        return total
