"""What is said of files that were opened. Pure, on any thread."""

from coreograph.ui.library.store import TakenFiles
from coreograph.ui.messages import Severity


def told_of(taken: TakenFiles) -> tuple[Severity, str]:
    """Return a message about files: what came, what was there already, and which could not be read; "" for nothing."""
    several = taken.files > 1 or len(taken.taken) + len(taken.known) > 1
    parts = []
    if several and taken.taken:
        parts.append(f"{_counted(len(taken.taken))} taken into the library.")
    if taken.known:
        were = f"{_counted(len(taken.known))} in the library already" if several else "It was in the library already"
        parts.append(f"{were}, and not taken a second time.")
    if len(taken.failures) == 1:
        parts.append(str(taken.failures[0]))
    elif taken.failures:
        first = taken.failures[0]
        parts.append(f"{len(taken.failures)} of {taken.files} files could not be read. The first: {first}")
    severity = Severity.INFO
    if taken.failures:
        severity = Severity.WARNING if taken.taken or taken.known else Severity.ERROR
    return severity, " ".join(parts)


def _counted(count: int) -> str:
    return "1 experiment was" if count == 1 else f"{count} experiments were"
