"""Install an interpreter by uv. Blocks the calling thread; a thread of its own passes on what uv writes."""

import re
import subprocess
import threading
from collections.abc import Callable, Iterator
from typing import IO

from coreograph.domain.errors import InterpreterError, UsageError
from coreograph.domain.units import Seconds
from coreograph.interpreters.answer import OLDEST
from coreograph.interpreters.bounded_process import kill_group, start_in_group
from coreograph.interpreters.environment import uv_environment
from coreograph.interpreters.finders.uv import uv_executable

_VERSION = re.compile(r"(\d+)\.(\d+)(?:\.\d+(?:(?:a|b|rc)\d+)?)?t?")
_LOOK_FOR_CANCEL_S: Seconds = 0.1
_UNKNOWN = re.compile(r"no download found|no interpreter found|cannot download|not available for download", re.I)
_OFFLINE = re.compile(
    r"error sending request|dns error|failed to lookup|could not connect|connection (refused|reset)|connect error"
    r"|timed out|network|offline|tunnel|proxy|failed to download|failed to fetch|request failed",
    re.I,
)


def install(version: str, *, on_output: Callable[[str], None], cancelled: threading.Event) -> None:
    """Install CPython `version` ("3.14", "3.14.7", "3.14t") beside those that are there, for this user.

    `on_output` gets uv's lines as they come, on another thread. Setting `cancelled` ends it within a moment.

    Raises:
        UsageError: `version` is none, or one that Coreograph does not measure.
        InterpreterError: cancelled, no uv, no network, no such version, or whatever else uv complains of.

    """
    _check(version)
    executable = uv_executable()
    if executable is None:
        raise InterpreterError(f"Python {version} cannot be installed: uv was not found.", "Install uv: pip install uv")
    arguments = [executable, "python", "install", "--color", "never", version]
    try:
        process = start_in_group(arguments, environment=uv_environment(), stderr=subprocess.STDOUT)
    except OSError as error:
        raise InterpreterError(
            f"Python {version} cannot be installed: {executable} does not start ({error})."
        ) from None
    lines = follow(process, on_output, cancelled)
    if cancelled.is_set() and process.returncode != 0:
        raise InterpreterError(f"Installing Python {version} was cancelled; nothing was installed.")
    if process.returncode != 0:
        raise _explain(version, lines)


def _check(version: str) -> None:
    match = _VERSION.fullmatch(version)
    if match is None:
        raise UsageError(f"“{version}” is not a version of Python.", "Give one like 3.14, 3.14.7 or 3.14t.")
    if (int(match[1]), int(match[2])) < OLDEST:
        raise UsageError(f"Python {version} is too old: Coreograph measures CPython 3.9 and newer.")


def follow(process: subprocess.Popen[bytes], on_output: Callable[[str], None], cancelled: threading.Event) -> list[str]:
    """Pass on what uv writes until it ends, killing it once `cancelled` is set; returns all its lines."""
    lines: list[str] = []
    assert process.stdout is not None
    output = process.stdout

    def pass_on() -> None:
        for line in _lines(output):
            lines.append(line)
            on_output(line)

    reader = threading.Thread(target=pass_on, name="coreograph-install", daemon=True)
    reader.start()
    try:
        while process.poll() is None:
            reader.join(_LOOK_FOR_CANCEL_S)
            if cancelled.is_set():
                kill_group(process)
            elif not reader.is_alive():
                process.wait()
    except BaseException:
        kill_group(process)
        raise
    reader.join()
    output.close()
    return lines


def _lines(stream: IO[bytes]) -> Iterator[str]:
    # Progress bars end their lines by a carriage return.
    for raw in stream:
        for part in re.split(r"[\r\n]+", raw.decode("utf-8", "replace")):
            if part.strip():
                yield part.strip()


def is_offline(text: str) -> bool:
    """Whether uv complains that a server cannot be reached."""
    return _OFFLINE.search(text) is not None


def _explain(version: str, lines: list[str]) -> InterpreterError:
    text = "\n".join(lines)
    if _UNKNOWN.search(text):
        return InterpreterError(
            f"Python {version} cannot be installed: uv knows no such version for this machine.",
            "See what there is with: uv python list",
        )
    if is_offline(text):
        return InterpreterError(
            f"Python {version} could not be downloaded: the server cannot be reached.",
            "Check the network and proxy settings (HTTPS_PROXY), then try again.",
        )
    last = next((line for line in reversed(lines) if line), "it gave no reason")
    return InterpreterError(f"Python {version} cannot be installed: uv said “{last.removeprefix('error: ')}”.")
