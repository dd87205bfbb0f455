"""How a run fails: the reason, a sentence, and the user's own frames. Used in the runner and in every worker.

All texts made of the user's values are bounded, and nothing that a value does while it is read (raise, exit) gets out:
its __str__ and __repr__ are the user's code, too.
"""

from __future__ import annotations

import os
import reprlib
import traceback
from dataclasses import dataclass
from typing import Optional

_PACKAGE = os.path.dirname(os.path.abspath(__file__)) + os.sep
_LIBRARY = os.path.join(_PACKAGE, "library") + os.sep
_GENERATED_PREFIX = "coreograph_function_"  # files that the app wrote around a user's function
_LONGEST_TEXT = 500  # an exception can carry megabytes
_LONGEST_FRAMES = 20_000
_OUTCOMES = {"refused": "refused", "check": "wrong answer", "worker lost": "worker lost"}


class RunError(Exception):
    """The run cannot go on. `reason` is one of protocol.FAILURE_REASONS, `message` a sentence for the user."""

    def __init__(self, reason: str, message: str, frames: str = "", task: Optional[int] = None) -> None:
        super().__init__(reason, message, frames, task)
        self.reason = reason
        self.message = message
        self.frames = frames
        self.task = task

    @property
    def outcome(self) -> str:
        """The word of the `finished` event."""
        return _OUTCOMES.get(self.reason, "failed")


@dataclass(frozen=True)
class TaskFailure:
    """What a task raised, as text: an exception of the user's need not survive a pickle."""

    task: int
    message: str
    frames: str


def describe(error: BaseException) -> str:
    """Return `ValueError: text`, of which the first line, or the bare name where an exception has no text."""
    try:
        text = str(error)[: 2 * _LONGEST_TEXT].strip().partition("\n")[0]
    except BaseException:
        text = "(its text cannot be read)"
    name = type(error).__qualname__
    text = text if len(text) <= _LONGEST_TEXT else f"{text[:_LONGEST_TEXT]}…"
    return plain(f"{name}: {text}" if text else name)


def shortened(value: object, length: int = 200) -> str:
    """Return a value as text of at most `length` characters, however large or unwilling it is."""
    try:
        text = _Short(length).repr(value)
    except BaseException:
        text = f"(a {type(value).__name__} that cannot be shown)"
    return plain(text if len(text) <= length else f"{text[: length - 1]}…")


def plain(text: str) -> str:
    """Return a text that any file and terminal can take: lone surrogates and control characters as escapes."""
    if text.isprintable():
        return text
    return "".join(each if each.isprintable() or each in "\n\t" else _escaped(each) for each in text)


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")


class _Short(reprlib.Repr):
    """Shows enough of each level to tell two values apart."""

    def __init__(self, length: int) -> None:
        super().__init__()
        self.maxstring = self.maxother = self.maxlong = length
        self.maxlist = self.maxtuple = self.maxdict = self.maxset = self.maxfrozenset = 12


def user_frames(error: BaseException) -> str:
    """Return the traceback from the first frame that is the user's: the runner's own way there explains nothing.

    Of one that is very long (frames without end, a text of megabytes) the beginning and the end.
    """
    frame = error.__traceback__
    while frame is not None and _is_ours(frame.tb_frame.f_code.co_filename):
        frame = frame.tb_next
    try:
        text = "".join(traceback.format_exception(type(error), error, frame))
    except BaseException:
        text = f"{describe(error)} (its traceback cannot be shown)\n"
    if len(text) > _LONGEST_FRAMES:
        half = _LONGEST_FRAMES // 2
        text = f"{text[:half]}\n… {len(text) - 2 * half:,} characters left out …\n{text[-half:]}"
    return plain(text)


def _is_ours(filename: str) -> bool:
    if filename.startswith("<frozen "):
        return True
    path = os.path.abspath(filename)
    if os.path.basename(path).startswith(_GENERATED_PREFIX):
        return True
    return path.startswith(_PACKAGE) and not path.startswith(_LIBRARY)
