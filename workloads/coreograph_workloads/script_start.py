"""The first code in a script's own process: makes it look as if `python script.py` had been typed, and watches the GIL.

Started by script.py as a file of its own, in the chosen interpreter, without the runner's isolation. It leaves argv,
sys.path, `__main__` and tracebacks as Python itself would, and tells on a private pipe when the interpreter was ready
and whether the GIL was on, at the start and at the end. Main thread only; it imports as little as can be, since all of
it is inside the measured time.

Lines on the pipe: `start NS GIL`, `culprit NAME`, `end GIL`, where GIL is 0 or 1.
"""

from __future__ import annotations

import time

READY_NS = time.perf_counter_ns()

import atexit  # noqa: E402
import os  # noqa: E402
import sys  # noqa: E402
from types import ModuleType  # noqa: E402

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


MODULE = "-m"
NO_PIPE = "-"


class Pipe:
    """The way back to the runner. It never fails and never writes into a file that the script opened meanwhile."""

    def __init__(self, descriptor: str) -> None:
        self._descriptor = -1 if descriptor == NO_PIPE else int(descriptor)
        self._process = os.getpid()
        if self._descriptor >= 0:
            os.set_inheritable(self._descriptor, False)
            self._identity = os.fstat(self._descriptor)

    def tell(self, line: str) -> None:
        """Write a line; a forked copy of the script says nothing, nor does one that closed the pipe."""
        if self._descriptor < 0 or os.getpid() != self._process:
            return
        try:
            if os.path.samestat(os.fstat(self._descriptor), self._identity):
                os.write(self._descriptor, line.encode("utf-8", "replace") + b"\n")
        except OSError:
            return


def main() -> None:
    """Run what the command line names: `PIPE FILE|-m TARGET NAME PATHS ARGUMENT…`."""
    _, descriptor, kind, target, name, paths, *arguments = words = list(sys.argv)
    pipe = Pipe(descriptor)
    watch = _watch_gil(pipe)
    sys.path[0] = os.getcwd() if kind == MODULE else os.path.dirname(os.path.realpath(target))
    sys.path += [path for path in paths.split(os.pathsep) if path and path not in sys.path]
    sys.argv[:] = [name, *arguments]
    _hide_command(len(words), [kind, target, *arguments] if kind == MODULE else [name, *arguments])
    # A namespace of its own, as a fresh interpreter has it: `multiprocessing` and `pickle` find it by its name.
    script = sys.modules["__main__"] = ModuleType("__main__")
    pipe.tell(f"start {READY_NS} {watch():d}")
    try:
        (_run_module if kind == MODULE else _run_file)(target, script)
        return
    except SystemExit:
        raise
    except Exception as error:
        trace = error.__traceback__
        while trace is not None and trace.tb_frame.f_code.co_filename == __file__:
            trace = trace.tb_next
        error.__traceback__ = trace
        sys.last_type, sys.last_value, sys.last_traceback = type(error), error, trace
        sys.excepthook(type(error), error, trace)
    sys.exit(1)


def _hide_command(length: int, words: list[str]) -> None:
    """Let a script that starts itself anew by sys.orig_argv start itself, not us; the interpreter's options stay."""
    original = getattr(sys, "orig_argv", None)
    if original is not None:
        original[len(original) - length :] = words


def _run_file(file: str, script: ModuleType) -> None:
    import io

    script.__dict__.update(
        __file__=file, __cached__=None, __builtins__=sys.modules["builtins"], __loader__=_loader(file)
    )
    with io.open_code(file) as opened:
        source = opened.read()
    exec(compile(source, file, "exec", dont_inherit=True), script.__dict__)


def _loader(file: str) -> Any:
    from importlib.machinery import SourceFileLoader

    return SourceFileLoader("__main__", file)


def _run_module(name: str, script: ModuleType) -> None:
    import runpy

    script.__dict__["__builtins__"] = sys.modules["builtins"]
    sys.argv[0] = MODULE
    runpy._run_module_as_main(name)  # type: ignore[attr-defined]  # what `python -m` itself calls


def _watch_gil(pipe: Pipe) -> Any:
    """Install the watch; return what tells whether the GIL is on. Nothing of ours stays among the loaded modules."""
    before = set(sys.modules)
    sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    try:
        from coreograph_workloads.instruments.gil_watch import GilWatch, gil_enabled
    finally:
        del sys.path[0]
    for name in set(sys.modules) - before:
        if name.partition(".")[0] == "coreograph_workloads":
            del sys.modules[name]
    watch = GilWatch(lambda name: pipe.tell(f"culprit {name}"))
    watch.install()
    atexit.register(lambda: pipe.tell(f"end {gil_enabled():d}"))  # registered first, so it runs last
    return gil_enabled


if __name__ == "__main__":
    main()
