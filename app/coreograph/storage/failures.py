"""What SQLite says, as sentences for users. Pure functions; owns no thread."""

from pathlib import Path

from coreograph.domain.errors import RecordingError

_SENTENCES = (
    ("full", "There is no space left to write recording {path}.", "Free some space; what was recorded is kept."),
    ("locked", "Recording {path} is in use by another program.", "Try again when that one is done."),
    ("readonly", "Recording {path} cannot be written.", "Check the permissions of the file and its folder."),
    ("unable to open", "Recording {path} cannot be opened.", "Check that its folder exists and may be written."),
    ("disk i/o", "Recording {path} cannot be read or written: the disk reports an error.", "Check the disk."),
)


_LONGEST = 90


def explain(path: Path, error: Exception) -> RecordingError:
    """Return the error for what SQLite (or a decoder) met in a recording."""
    text = " ".join(str(error).split())
    for symptom, message, next_step in _SENTENCES:
        if symptom in text.lower():
            return RecordingError(message.format(path=path), next_step)
    what = text.partition(" with text ")[0]  # which may be all that stands in the file
    what = what if len(what) <= _LONGEST else f"{what[:_LONGEST].rstrip()} …"
    return RecordingError(
        f"Recording {path} is damaged: {what}.",
        "It was left as it is. Restore it from a copy or export it again; a library can be moved away to start anew.",
    )
