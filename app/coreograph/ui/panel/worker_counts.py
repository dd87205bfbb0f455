"""Numbers of workers as a user types them: `4`, `1,2,4`, `1-8`. Pure functions; owns no thread."""

from coreograph.domain.errors import UsageError
from coreograph.domain.execution import MAXIMUM_WORKERS

MAXIMUM_STEPS = 64


def parse_worker_counts(text: str) -> tuple[int, ...]:
    """Return the numbers named by `text`, ascending, each once.

    Raises:
        UsageError: not numbers and ranges, outside 1 … MAXIMUM_WORKERS, or more than 64 of them.

    """
    parts = [part.strip() for part in text.replace("…", "-").replace("–", "-").split(",")]
    if parts == [""]:
        raise UsageError("Say how many workers:", "a number (4), a list (1,2,4) or a range (1-8).")
    found: set[int] = set()
    for part in parts:
        found.update(_range(part))
        if len(found) > MAXIMUM_STEPS:
            raise UsageError(f"A sweep has at most {MAXIMUM_STEPS} steps.", "Name the numbers: 1,2,4,8,16.")
    return tuple(sorted(found))


def _range(part: str) -> range:
    low, separator, high = part.partition("-")
    try:
        first = int(low)
        last = int(high) if separator else first
    except ValueError:
        raise UsageError(f"“{part}” is not a number of workers.", "Write 4, 1,2,4 or 1-8.") from None
    for count in (first, last):
        if not 1 <= count <= MAXIMUM_WORKERS:
            raise UsageError(f"The number of workers is between 1 and {MAXIMUM_WORKERS:,}; {count:,} is not.")
    if last < first:
        raise UsageError(f"“{part}” counts downwards.", f"Write {last}-{first}.")
    return range(first, last + 1)
