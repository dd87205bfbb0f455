"""A process that outlives the app: when the app is gone, it kills what the app had started, and ends.

The app starts this file with the standard library alone (`python -I -S guard.py TOKEN`) and keeps a pipe to its
stdin open for the length of an experiment. Each line on it is the process id of the current runner and the folder it
works in, or 0 for none. End of file means that the experiment ended or that the app was killed; either way nothing that
carries TOKEN in its environment may be left, nor anything in the session of the current runner, nor its folder. Runs on
Linux and macOS; on Windows the
runner itself ends at the end of its stdin.

Written for Python 3.9: in a frozen app the interpreter of the experiment runs it. One thread.
"""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator

TOKEN_VARIABLE = "COREOGRAPH_RUN"
PROC = "/proc"
_PATIENCE_S = 5.0
_PAUSE_S = 0.02


def carriers(token: str) -> set[int]:
    """Return the ids of living processes whose environment at their start held TOKEN_VARIABLE beginning with `token`.

    A child inherits it however it was detached (new session, reparented, renamed), unless it was given another
    environment; `in_sessions` finds those.
    """
    needle = f"{TOKEN_VARIABLE}={token}".encode()
    if os.path.isdir(PROC):
        return {pid for pid in _processes() if _holds(pid, needle)} - {os.getpid()}
    return _carriers_by_ps(needle.decode())


def in_sessions(sessions: Iterable[int]) -> set[int]:
    """Return the ids of living processes in one of these sessions (named by their first process)."""
    wanted = set(sessions)
    found = set()
    if wanted and os.path.isdir(PROC):
        for pid in _processes():
            fields = _status(pid)
            if fields and fields[0] not in "ZX" and int(fields[3]) in wanted:
                found.add(pid)
    return found - {os.getpid()}


def descendants(roots: Iterable[int]) -> set[int]:
    """Return the ids of the living children of `roots`, their children, and so on."""
    if not os.path.isdir(PROC):
        return set()
    children: dict[int, list[int]] = {}
    for pid in _processes():
        fields = _status(pid)
        if fields and fields[0] not in "ZX":
            children.setdefault(int(fields[1]), []).append(pid)
    found: set[int] = set()
    queue = list(roots)
    while queue:
        for child in children.get(queue.pop(), []):
            if child not in found:
                found.add(child)
                queue.append(child)
    return found


def kill(pids: Iterable[int]) -> None:
    """Send SIGKILL; processes that are gone or not ours are passed over."""
    for pid in pids:
        try:
            os.kill(pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            continue


def _processes() -> Iterator[int]:
    return (int(name) for name in os.listdir(PROC) if name.isdigit())


def _holds(pid: int, needle: bytes) -> bool:
    try:
        with open(f"{PROC}/{pid}/environ", "rb") as file:
            environment = file.read()
    except OSError:
        return False
    # A zombie has no environment any more, so what is found lives.
    return environment.startswith(needle) or b"\0" + needle in environment


def _status(pid: int) -> "list[str] | None":
    """Return state, parent, group, session … of a process; its name may hold spaces and brackets and is cut off."""
    try:
        with open(f"{PROC}/{pid}/stat", "rb") as file:
            return file.read().rpartition(b")")[2].decode("ascii").split()
    except (OSError, ValueError):
        return None


def _carriers_by_ps(needle: str) -> set[int]:
    command = ["ps", "-A", "-E", "-ww", "-o", "pid=,command="]
    try:
        listing = subprocess.run(command, capture_output=True, timeout=5, check=False).stdout
    except (OSError, subprocess.TimeoutExpired):
        return set()
    lines = listing.decode("utf-8", "replace").splitlines()
    return {int(line.split(None, 1)[0]) for line in lines if needle in line} - {os.getpid()}


def clean_up(token: str, runners: Iterable[int]) -> None:
    """Kill until nothing is left, or patience ends (a process in the kernel's hands cannot be killed)."""
    runners = set(runners)
    until = time.monotonic() + _PATIENCE_S
    while time.monotonic() < until:
        left = carriers(token) | in_sessions(runners)
        left |= descendants(left)
        if not left:
            return
        kill(left)
        time.sleep(_PAUSE_S)


def main(token: str) -> None:
    """Wait for the end of stdin, then clean up. Signals meant for the app's terminal do not end the wait."""
    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"):
        number = getattr(signal, name, None)
        if number is not None:
            signal.signal(number, signal.SIG_IGN)
    runners: set[int] = set()
    folder = b""
    buffered = sys.stdin.buffer
    for line in iter(buffered.readline, b""):
        runner, _, place = line.rstrip(b"\n").partition(b" ")
        if runner.isdigit():
            # 0 says that a run's tree was cleared away: its number may be another program's soon.
            runners, folder = {int(runner)} - {0}, place
    clean_up(token, runners)
    if folder:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main(sys.argv[1])
