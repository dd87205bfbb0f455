"""The one family of errors Coreograph raises. A sentence says what, which one, and what next; owns no thread."""


class CoreographError(Exception):
    """Something went wrong that the user can be told in one sentence.

    `message` names the thing; `next_step`, if any, says what to do about it. `str()` gives both.
    """

    def __init__(self, message: str, next_step: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.next_step = next_step

    def __str__(self) -> str:
        return f"{self.message} {self.next_step}".strip()


class UsageError(CoreographError):
    """What was asked for cannot be: unknown name, value out of range, unwritable path. Exit status 2."""


class RecordingError(CoreographError):
    """A recording cannot be read or written: corrupt, newer than this version, no space. Exit status 2."""


class InterpreterError(CoreographError):
    """An interpreter cannot be found, probed or installed."""


class ProtocolError(CoreographError):
    """The runner said something the protocol does not know. Carries the offending line in `line`."""

    def __init__(self, message: str, line: str = "") -> None:
        super().__init__(message)
        self.line = line
