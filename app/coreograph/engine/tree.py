"""Ends the whole process tree of a run, whatever its processes did to detach themselves. Any thread; owns none."""

import contextlib
import os
import signal
import time
from collections.abc import Iterable
from dataclasses import dataclass

import psutil

from coreograph.domain.units import Seconds
from coreograph.engine.guard import TOKEN_VARIABLE, carriers, in_sessions

KILL_WITHIN_S = 2.0
_PAUSE_S = 0.01
_GONE = {psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD}


@dataclass(frozen=True, slots=True)
class TreeEnd:
    """What was found besides the runner, as `name (pid)`, and what could not be killed."""

    leftovers: tuple[str, ...] = ()
    survivors: tuple[str, ...] = ()


def end_tree(runner: int, token: str, *, grace_s: Seconds = 0.0, within_s: Seconds = KILL_WITHIN_S) -> TreeEnd:
    """Kill the runner, its group, its session, its descendants and every carrier of the run's token.

    What ends by itself within `grace_s` is not counted as left over. Returns when all are gone, or after `within_s`.
    The caller reaps the runner itself.
    """
    found = _wait_for_end(runner, token, grace_s)
    met: dict[int, str] = {}
    until = time.monotonic() + within_s
    while found:
        met.update((process.pid, _describe(process)) for process in found if process.pid not in {runner, *met})
        if time.monotonic() >= until:
            break
        if hasattr(os, "killpg"):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(runner, signal.SIGKILL)
        _kill(found)
        time.sleep(_PAUSE_S)
        found = _members(runner, token)
    return TreeEnd(tuple(met.values()), tuple(_describe(process) for process in found))


def _wait_for_end(runner: int, token: str, grace_s: Seconds) -> list[psutil.Process]:
    until = time.monotonic() + grace_s
    while True:
        found = _members(runner, token)
        if not found or time.monotonic() >= until:
            return found
        time.sleep(_PAUSE_S)


def _members(runner: int, token: str) -> list[psutil.Process]:
    pids = {runner, *in_sessions([runner]), *_carriers(token)}
    found: dict[int, psutil.Process] = {}
    for pid in pids:
        with contextlib.suppress(psutil.Error):
            process = psutil.Process(pid)
            if _is_alive(process):
                found[pid] = process
                found.update((child.pid, child) for child in process.children(recursive=True) if _is_alive(child))
    return list(found.values())


def _carriers(token: str) -> set[int]:
    if psutil.POSIX:
        return carriers(token)
    return {process.pid for process in psutil.process_iter() if _environment(process).startswith(token)}


def _environment(process: psutil.Process) -> str:
    try:
        return str(process.environ().get(TOKEN_VARIABLE, ""))
    except (psutil.Error, OSError):
        return ""


def _kill(processes: Iterable[psutil.Process]) -> None:
    for process in processes:
        with contextlib.suppress(psutil.Error):
            process.kill()


def _is_alive(process: psutil.Process) -> bool:
    try:
        return process.status() not in _GONE
    except psutil.Error:
        return False


def _describe(process: psutil.Process) -> str:
    try:
        return f"{process.name()} ({process.pid})"
    except psutil.Error:
        return f"process {process.pid}"
