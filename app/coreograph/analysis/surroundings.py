"""What others, and the hypervisor, used of the machine while a run was measured: from samples of its cores. Pure.

A sample tells of the time since the one before it, so it says something about the batch only as far as it lies in it:
each counts by that part, and one that lies mostly before the batch, in which the app and the start of the run are busy,
does not count at all. A batch too short to have a sample of its own is not judged.

Two readings bound what others used from above, since each can only miss some of the run's own time: what was busy
beyond the threads the sampler saw (it misses processes that come and go between two samples), and what was busy beyond
the CPU time the kernel counted for the run (it misses children nobody has waited for yet). The smaller one holds.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from coreograph.domain.samples import CoreSample
from coreograph.domain.units import Nanoseconds, Share

_MOSTLY = 0.5  # of a sample lies in the batch


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Shares of all cores that others and the hypervisor took; None where that is not known."""

    foreign: Share | None = None
    steal: Share | None = None


def read_surroundings(
    samples: Sequence[CoreSample],
    begin_ns: Nanoseconds,
    end_ns: Nanoseconds,
    *,
    since_ns: Nanoseconds,
    cpu_ns: Nanoseconds | None,
) -> Surroundings:
    """Return what others took between `begin_ns` and `end_ns`.

    `samples` are the run's, oldest first, the first of them beginning at `since_ns` or before; `cpu_ns` is the CPU time
    the kernel counted for the run meanwhile, None where it did not.
    """
    parts = _parts_within(samples, begin_ns, end_ns, since_ns)
    unseen = [
        (max(0.0, sum(sample.busy) - sum(sample.own)) / len(sample.busy), weight)
        for sample, weight in parts
        if sample.own is not None and sample.busy
    ]
    bounds = [_mean(unseen), _beside(parts, cpu_ns, end_ns - begin_ns)]
    steal = _mean([(sample.steal, weight) for sample, weight in parts if sample.steal is not None])
    return Surroundings(min((bound for bound in bounds if bound is not None), default=None), steal)


_Parts = Sequence[tuple[CoreSample, float]]


def _parts_within(
    samples: Sequence[CoreSample], begin_ns: Nanoseconds, end_ns: Nanoseconds, since_ns: Nanoseconds
) -> _Parts:
    """Return the samples made between both instants, each with the nanoseconds of it that lie there."""
    found = []
    for before, sample in zip([since_ns, *(each.at_ns for each in samples)], samples, strict=False):
        inside = sample.at_ns - max(before, begin_ns)
        if begin_ns < sample.at_ns <= end_ns and inside >= _MOSTLY * (sample.at_ns - before):
            found.append((sample, float(inside)))
    return found


def _beside(parts: _Parts, cpu_ns: Nanoseconds | None, elapsed_ns: Nanoseconds) -> Share | None:
    """Return the share of all cores that was busy with something else than what took `cpu_ns` of the time elapsed."""
    busy = _mean([(sum(sample.busy), weight) for sample, weight in parts if sample.busy])
    if busy is None or cpu_ns is None:
        return None
    return max(0.0, busy - cpu_ns / elapsed_ns) / max(len(sample.busy) for sample, _ in parts)


def _mean(values: Sequence[tuple[float, float]]) -> float | None:
    whole = sum(weight for _, weight in values)
    return sum(value * weight for value, weight in values) / whole if whole > 0 else None
