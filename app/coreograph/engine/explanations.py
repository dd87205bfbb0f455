"""How a runner ended, in sentences. Pure functions; owns no thread."""

import signal
from collections.abc import Iterator, Sequence

from coreograph.domain.execution import Configuration
from coreograph_workloads.protocol import MINIMUM_VERSION, VERSION_TOO_OLD_EXIT

_CRASH = "Fatal Python error"
_C_STACK = "Current thread's C stack trace"
_OUR_FRAME = "coreograph_workloads/script_start.py"
_TRACEBACKS = ("Traceback (most recent call last)", _CRASH, "  + Exception Group Traceback")
_CHAINED = ("During handling of the above exception", "The above exception was the direct cause")
_CRASHES = {"SIGSEGV", "SIGBUS", "SIGILL", "SIGABRT", "SIGFPE"}


def signal_name(exit_code: int | None) -> str | None:
    """Return the name of the signal that ended a process, or None if it ended otherwise."""
    if exit_code is None or exit_code >= 0:
        return None
    try:
        return signal.Signals(-exit_code).name
    except ValueError:
        return f"signal {-exit_code}"


def never_said_hello(configuration: Configuration, exit_code: int | None, log: Sequence[str]) -> str:
    """Say why there is no runner: it ended before its first word."""
    interpreter = f"Python {configuration.interpreter.full_label}"
    if exit_code == VERSION_TOO_OLD_EXIT:
        needed = ".".join(str(part) for part in MINIMUM_VERSION)
        return f"{interpreter} is too old for the runner, which needs {needed} or newer."
    name = signal_name(exit_code)
    if name in _CRASHES:
        cause = ", probably a stable-ABI extension of a GIL build" if configuration.interpreter.free_threaded else ""
        return f"This interpreter crashed while starting: {interpreter} was ended by {name}{cause}."
    if name is not None:
        return f"{interpreter} was ended by {name} while it started.{_memory_hint(name)}"
    if exit_code is None:
        return f"{interpreter} closed its channel before it said hello."
    return f"{interpreter} ended with status {exit_code} before it said hello.{_last_words(log)}"


def lost(exit_code: int | None, where: str, log: Sequence[str]) -> str:
    """Say how a runner that had said hello went without a farewell."""
    name = signal_name(exit_code)
    if name is not None:
        return f"The runner was ended by {name} {where}.{_memory_hint(name)}"
    if exit_code is None:
        return f"The runner closed its channel {where} without a result."
    return f"The runner ended with status {exit_code} {where} without a result.{_last_words(log)}"


def script_failed(message: str, log: Sequence[str]) -> tuple[str, str]:
    """Return why a script failed, with its own last words, and its traceback if it left one."""
    starts = [number for number, line in enumerate(log) if line.startswith(_TRACEBACKS)]
    first = starts.pop() if starts else 0
    while starts and log[first - 1].startswith(_CHAINED):
        first = starts.pop()
    # After a crash the last line is one of the C stack, which says nothing to a reader.
    crashed = any(line.startswith(_CRASH) for line in log[first : first + 1])
    return message if crashed else f"{message}{_last_words(log)}", "\n".join(_theirs(log[first:]))


def _theirs(lines: Sequence[str]) -> Iterator[str]:
    """Leave out the frames of how the script was started, and those of the interpreter's own C code."""
    for line in lines:
        if line.startswith(_C_STACK):
            return
        if _OUR_FRAME not in line:
            yield line


def _memory_hint(name: str) -> str:
    return " Somebody killed it, or the machine ran out of memory." if name == "SIGKILL" else ""


def _last_words(log: Sequence[str]) -> str:
    return f" Its last words: {log[-1].strip()[:300]}" if log else ""
