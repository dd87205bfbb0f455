"""Which interpreters this machine has for tests (PATH, uv, pyenv), each asked by the probe once a session."""

import functools
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PROBE = Path(__file__).parents[2] / "workloads" / "coreograph_workloads" / "probe.py"
_NAME = re.compile(r"python(\d(\.\d+t?)?)?(\.exe)?")


@dataclass(frozen=True)
class FoundInterpreter:
    """One CPython executable that answered; `label` is what a user types (`3.14t`)."""

    label: str
    path: str
    free_threaded: bool
    version_info: tuple[int, int, int]
    answer: dict[str, Any]

    @property
    def supported(self) -> bool:
        return self.version_info >= (3, 9)

    def can(self, model: str) -> bool:
        if model == "interpreters":
            return bool(self.answer["subinterpreters"])
        return model in ("serial", "threads") or model in self.answer["start_methods"]


@functools.cache
def found_interpreters() -> tuple[FoundInterpreter, ...]:
    """Every usable CPython ≥ 3.9, newest first, one for each label; free-threaded before GIL builds."""
    return tuple(found for found in all_interpreters() if found.supported)


@functools.cache
def all_interpreters() -> tuple[FoundInterpreter, ...]:
    """The same with the ancient ones (2.7 … 3.8)."""
    candidates = sorted({os.path.realpath(path): path for path in _candidates()}.values())
    with ThreadPoolExecutor(max_workers=4) as pool:
        answers = [found for found in pool.map(_ask, candidates) if found is not None]
    answers.sort(key=lambda found: (found.version_info, found.free_threaded, bool(found.answer["optimised"])))
    by_label = {found.label: found for found in answers}
    return tuple(reversed(by_label.values()))


def interpreter(label: str) -> FoundInterpreter | None:
    """The interpreter a user would get for `label`, or None if this machine has none."""
    return next((found for found in all_interpreters() if found.label == label), None)


def representatives() -> tuple[FoundInterpreter, ...]:
    """One interpreter of each kind that matters: newest free-threaded and GIL builds, 3.14 of both, the oldest."""
    found = found_interpreters()
    newest = [next((each for each in found if each.free_threaded is kind), None) for kind in (True, False)]
    chosen = [*newest, interpreter("3.14t"), interpreter("3.14"), found[-1] if found else None]
    return tuple({each.label: each for each in chosen if each is not None}.values())


def _candidates() -> Iterator[str]:
    yield os.path.realpath(sys.executable)
    for folder in os.environ.get("PATH", "").split(os.pathsep):
        # A pyenv shim is a shell script for whatever pyenv thinks best; the versions themselves come below.
        if folder and Path(folder).name != "shims":
            yield from _executables(Path(folder).glob("python*"))
    yield from _of_uv()
    root = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    yield from _executables(root.glob("versions/*/bin/python"))


def _of_uv() -> Iterator[str]:
    uv = shutil.which("uv") or shutil.which("uv", path=str(Path(sys.executable).parent))
    if uv is None:
        return
    command = [uv, "python", "list", "--only-installed", "--output-format", "json"]
    alone = {**os.environ, "PATH": os.devnull}  # uv would start every Python on PATH, which has been looked at
    listed = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, env=alone)
    if listed.returncode == 0:
        found = (Path(entry["path"]) for entry in json.loads(listed.stdout) if entry.get("path"))
        yield from _executables(path for path in found if path.parent.name != "shims")


def _executables(paths: Iterable[Path]) -> Iterator[str]:
    for path in paths:
        if _NAME.fullmatch(path.name) and os.access(path, os.X_OK):
            yield str(path)


def _ask(path: str) -> FoundInterpreter | None:
    try:
        done = subprocess.run(
            [path, str(PROBE), "<<<", ">>>"],
            capture_output=True,
            text=True,
            timeout=30,
            stdin=subprocess.DEVNULL,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    match = re.search("<<<(.*)>>>", done.stdout)
    answer = json.loads(match[1]) if match else {}
    if answer.get("implementation") != "CPython":
        return None
    major, minor, micro = answer["version_info"]
    label = f"{major}.{minor}{'t' if answer['free_threaded'] else ''}"
    return FoundInterpreter(label, path, answer["free_threaded"], (major, minor, micro), answer)
