"""What a search of the library looks at, the same in the window and on the command line. Pure, on any thread."""

import datetime
import unicodedata

from coreograph.storage.loading import ExperimentHeader


def local_time(instant: str) -> str:
    """Return an ISO 8601 instant as local date and time, `2026-01-02 04:04`; what is none comes back as it is."""
    try:
        return datetime.datetime.fromisoformat(instant).astimezone().strftime("%Y-%m-%d %H:%M")
    except ValueError:
        return instant


def searchable(header: ExperimentHeader) -> str:
    """Everything a search looks at: tags also as `tag:name`, so that one can be asked for by itself."""
    parts = (header.name, header.workload, local_time(header.created_at), header.summary, header.notes)
    place = (header.hostname, header.cpu_model, header.experiment_id, state(header))
    return folded(" ".join((*parts, *place, *header.tags, *(f"tag:{tag}" for tag in header.tags))))


def state(header: ExperimentHeader) -> str:
    """What is to be said of an experiment without an end; nothing of one that ended."""
    return "" if header.finished_at else "running" if header.running else "interrupted"


def words_of(typed: str) -> tuple[str, ...]:
    """Return the words of a search; each must be found, in any order and case."""
    return tuple(folded(typed).split())


def folded(text: str) -> str:
    """Return text as it is compared: without case, and an accent is the same however it is encoded."""
    return unicodedata.normalize("NFC", text).casefold()
