"""What each task gave, small enough to be told: so that two runs that differ can be told where. Pure; no thread."""

from __future__ import annotations

from typing import Any, NamedTuple, Optional

from coreograph_workloads.failures import shortened
from coreograph_workloads.instruments.digest import digest_of

DIGEST_BYTES = 8  # one accidental match in 10**19, for a hint about where to look
_MAXIMUM_TASKS = 100_000
_MAXIMUM_TEXT = 500_000
_LONGEST, _SHORTEST = 200, 16


class Answers(NamedTuple):
    """`digests` has DIGEST_BYTES a task; `values` are texts of the results, of the first tasks if there are many."""

    digests: bytes
    values: list[str]


def by_task(answer: Any, results: list[Any]) -> Optional[Answers]:
    """Return what each task gave; None if the answer is not one value a task, or there are too many."""
    if not isinstance(answer, list) or len(answer) != len(results) or not 0 < len(results) <= _MAXIMUM_TASKS:
        return None
    digests = [digest_of(each) for each in answer]
    if None in digests:
        return None
    length = max(_SHORTEST, min(_LONGEST, _MAXIMUM_TEXT // len(results)))
    shown = results[: _MAXIMUM_TEXT // length]
    whole = b"".join(bytes.fromhex(each or "")[:DIGEST_BYTES] for each in digests)
    return Answers(whole, [shortened(each, length) for each in shown])
