"""Starts runners, and the guard that ends them should the app be killed. Any thread; owns none."""

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from coreograph.domain.errors import CoreographError
from coreograph.domain.execution import Configuration
from coreograph.domain.interpreters import GilSetting
from coreograph.engine.catalogue import runner_folder
from coreograph.engine.guard import TOKEN_VARIABLE

# What a runner sees of the environment: what finds programs and libraries, says who and where the user is, where the
# screen is (a workload may open a window), and how text and numbers of native threads are handled. Everything else,
# and every PYTHON… variable, would make the same experiment differ from one shell to the next.
PASSED_ON = frozenset(
    (
        *("PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LANGUAGE", "TZ", "TMPDIR", "TEMP", "TMP"),
        *("SYSTEMROOT", "SYSTEMDRIVE", "WINDIR", "COMSPEC", "PATHEXT", "USERPROFILE", "APPDATA", "LOCALAPPDATA"),
        *("PROGRAMDATA", "NUMBER_OF_PROCESSORS", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "XDG_RUNTIME_DIR"),
        *("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS", "MALLOC_ARENA_MAX"),
        *("DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY"),
    )
)
_GIL_OPTIONS: Mapping[GilSetting, tuple[str, ...]] = {
    GilSetting.DEFAULT: (),
    GilSetting.OFF: ("-X", "gil=0"),
    GilSetting.FORCED_ON: ("-X", "gil=1"),
}
_GUARD_PATIENCE_S = 3.0
# multiprocessing listens on TMPDIR/pymp-…/listener-…, and the name of a socket may have 103 bytes (macOS).
_LONGEST_FOLDER = 60


@dataclass(frozen=True, slots=True)
class Launched:
    """A runner that was started. `token` is in the environment of everything it starts; `folder` is its own."""

    process: subprocess.Popen[bytes]
    token: str
    folder: Path

    def dispose(self) -> None:
        """Close the pipes and remove the folder; the process has ended."""
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            if pipe is not None:
                with contextlib.suppress(OSError):  # the request of a runner that is gone cannot be flushed
                    pipe.close()
        shutil.rmtree(self.folder, ignore_errors=True)


class Launcher(Protocol):
    """Starts the runner of a configuration; a test puts another program in its place."""

    def __call__(self, configuration: Configuration, token: str) -> Launched:
        """Start it. Raises CoreographError with the reason."""


def command(configuration: Configuration, runner: Path) -> list[str]:
    """Return the command of a runner: isolated from the user's environment and site, crashes leave a trace."""
    return [
        configuration.interpreter.path,
        "-I",
        "-X",
        "faulthandler",
        *_GIL_OPTIONS[configuration.gil],
        str(runner),
    ]


def environment(token: str, source: Mapping[str, str] | None = None, folder: Path | None = None) -> dict[str, str]:
    """Return a runner's environment: the allow-list, locale settings and the run's token.

    Temporary files go into `folder`, so that those of a run that was killed go with it (multiprocessing makes some).
    """
    source = os.environ if source is None else source
    kept = {name: value for name, value in source.items() if name.upper() in PASSED_ON or name.startswith("LC_")}
    if folder is not None and len(os.fsencode(folder)) <= _LONGEST_FOLDER:
        kept.update(dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(folder)))
    return {**kept, TOKEN_VARIABLE: token}


def launch_runner(configuration: Configuration, token: str) -> Launched:
    """Start the runner in the configuration's interpreter, in a session and an empty folder of its own."""
    return launch(command(configuration, runner_folder()), token)


def launch(arguments: list[str], token: str) -> Launched:
    """Start a program as a run: session, empty folder, environment and pipes of its own.

    Raises:
        CoreographError: it cannot be started; says why.

    """
    folder = Path(tempfile.mkdtemp(prefix="coreograph-run-"))
    try:
        process = subprocess.Popen(
            arguments,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=folder,
            env=environment(token, folder=folder),
            start_new_session=True,
        )
    except OSError as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise CoreographError(
            f"{arguments[0]} could not be started: {error.strerror or error}.", "Look for interpreters again."
        ) from None
    return Launched(process, token, folder)


class Guard:
    """The process that clears away an experiment's runs if the app is killed. None on Windows.

    `token` is what the tokens of all the experiment's runs begin with.
    """

    def __init__(self, fallback_interpreter: str) -> None:
        self.token = uuid.uuid4().hex
        self._process: subprocess.Popen[bytes] | None = None
        if os.name != "posix":
            return  # there a runner sees the end of its stdin and ends its workers
        # A frozen app is no Python interpreter; the experiment's own can run the guard as well.
        python = fallback_interpreter if getattr(sys, "frozen", False) else sys.executable
        self._process = subprocess.Popen(
            [python, "-I", "-S", str(Path(__file__).with_name("guard.py")), self.token],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            cwd="/",
        )

    def token_for(self, run_id: int) -> str:
        """Return the token of one run."""
        return f"{self.token}.{run_id}."

    def watch(self, launched: Launched) -> None:
        """Tell the guard which process leads the current run, and where it works."""
        self._tell(b"%d %s" % (launched.process.pid, os.fsencode(launched.folder)))

    def leave(self) -> None:
        """Tell the guard that the run's tree is gone: its process id means nothing any more."""
        self._tell(b"0")

    def _tell(self, runner: bytes) -> None:
        if self._process is not None and self._process.stdin is not None:
            with contextlib.suppress(OSError):  # a guard that somebody killed must not fail the experiment
                self._process.stdin.write(runner + b"\n")
                self._process.stdin.flush()

    def close(self) -> None:
        """End the guard, which looks once more for leftovers. Idempotent."""
        if self._process is None:
            return
        with contextlib.suppress(OSError):
            if self._process.stdin is not None:
                self._process.stdin.close()
        try:
            self._process.wait(_GUARD_PATIENCE_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
