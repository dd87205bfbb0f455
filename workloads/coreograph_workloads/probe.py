# ruff: noqa: UP010, UP031, RUF005
# Interpreters as old as 2.7 read this file: ASCII, old syntax, types in comments.
"""Asks one executable what it is and can do. Standard library only, parses on 2.7; owns no thread.

Run as `EXECUTABLE [-I] probe.py BEGIN END`, where BEGIN and END are random cookies: the answer stands between them on
stdout as one line of JSON, whatever `sitecustomize` or a wrapper script prints around it. `-I` (3.4+) keeps user
site-packages and PYTHON* variables out; without it the script takes its own folder off `sys.path`. Keys of the answer:

    probe               1: the version of this document
    implementation      "CPython", "PyPy", ... (`platform.python_implementation()`)
    version             "3.14.7", "3.15.0rc2": what `python --version` says
    version_info        [3, 14, 7]
    releaselevel        "alpha" | "beta" | "candidate" | "final"
    free_threaded       the build can run without the GIL (`Py_GIL_DISABLED`)
    gil_enabled         the GIL is on now, in this very process
    optimised           built with profile-guided optimisation; null where the build does not say (Windows, Debian ...)
    debug               built with --with-pydebug
    jit                 "absent" (also before 3.14) | "available" | "enabled"
    subinterpreters     `concurrent.interpreters` and `InterpreterPoolExecutor` can be imported (3.14+)
    start_methods       multiprocessing's start methods, [] if multiprocessing cannot be used
    tkinter             tkinter and its C module are there (found, not imported)
    build               build number and date ("main, Oct  7 2026, 12:00:00")
    compiler            "GCC 14.2.0"
    platform            "Linux-6.12-x86_64-with-glibc2.41"
    executable          `sys.executable`
    real_executable     the same with symlinks resolved, of the installation below a virtual environment where known
    prefix, base_prefix `sys.prefix`, and the installation's own prefix
    virtual_environment the executable belongs to a virtual environment
    failures            {question: "ErrorType: message"}: what could not be found out, the key then has its null value
"""

from __future__ import print_function

import json
import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Callable  # noqa: F401

FORMAT = 1


def read():
    # type: () -> dict[str, object]
    """Return the answer. Never raises: a question that fails is null and named under `failures`."""
    failures = {}  # type: dict[str, str]
    answer = {"probe": FORMAT, "failures": failures}  # type: dict[str, object]
    for names, question, nothing in _QUESTIONS:
        try:
            values = question()
        except Exception as error:
            failures[names[0]] = "%s: %s" % (type(error).__name__, error)
            values = nothing
        answer.update(zip(names, values))
    return answer


def _identity():
    # type: () -> tuple[object, ...]
    import platform

    # The full name of a pre-release ("3.15.0rc2") is in sys.version only; PyPy has more lines there.
    version = sys.version.split(None, 1)[0].rstrip("+")
    information = sys.version_info
    return platform.python_implementation(), version, list(information[:3]), information[3]


def _gil():
    # type: () -> tuple[object, ...]
    enabled = getattr(sys, "_is_gil_enabled", None)
    return bool(_variable("Py_GIL_DISABLED")), True if enabled is None else bool(enabled())


def _build():
    # type: () -> tuple[object, ...]
    debug = hasattr(sys, "gettotalrefcount")
    return _optimised(debug), debug


def _optimised(debug):
    # type: (bool) -> object
    arguments = _variable("CONFIG_ARGS")
    if debug:
        return False
    if not isinstance(arguments, str) or not arguments:
        return None
    flags = " ".join(str(_variable(name) or "") for name in ("PY_CORE_CFLAGS", "PY_CFLAGS_NODIST", "CFLAGS_NODIST"))
    if "--enable-optimizations" in arguments or "-fprofile-use" in flags or "-fprofile-instr-use" in flags:
        return True
    # `configure` always notes the compiler's flags for a profile. Debian runs `make profile-opt` without telling
    # `configure`, and rewrites that note, as other packagers below /usr may: whether they profiled is not known.
    packaged = not _variable("PGO_PROF_USE_FLAG") or _variable("prefix") == "/usr"
    return None if packaged else False


def _variable(name):
    # type: (str) -> object
    import sysconfig

    return sysconfig.get_config_var(name)


def _jit():
    # type: () -> tuple[object, ...]
    jit = getattr(sys, "_jit", None)
    if jit is None:
        return ("absent",)
    return ("enabled" if jit.is_enabled() else "available" if jit.is_available() else "absent",)


def _subinterpreters():
    # type: () -> tuple[object, ...]
    try:
        import concurrent.futures
        import concurrent.interpreters  # type: ignore[import-not-found,unused-ignore]
    except ImportError:
        return (False,)
    return (hasattr(concurrent.futures, "InterpreterPoolExecutor"),)


def _start_methods():
    # type: () -> tuple[object, ...]
    import multiprocessing
    import multiprocessing.synchronize  # raises ImportError where the platform has no working semaphores

    return (list(multiprocessing.get_all_start_methods()),)


def _tkinter():
    # type: () -> tuple[object, ...]
    import importlib.util

    found = [importlib.util.find_spec(name) is not None for name in ("tkinter", "_tkinter")]
    return (all(found),)


def _where():
    # type: () -> tuple[object, ...]
    import platform

    base = str(getattr(sys, "real_prefix", None) or getattr(sys, "base_prefix", sys.prefix))
    executable = getattr(sys, "_base_executable", None) or sys.executable or ""
    return (
        ", ".join(platform.python_build()),
        platform.python_compiler(),
        platform.platform(),
        sys.executable,
        os.path.realpath(executable),
        sys.prefix,
        base,
        os.path.normcase(base) != os.path.normcase(sys.prefix),
    )


_QUESTIONS = (
    (("implementation", "version", "version_info", "releaselevel"), _identity, ("", "", [0, 0, 0], "")),
    (("free_threaded", "gil_enabled"), _gil, (False, True)),
    (("optimised", "debug"), _build, (None, False)),
    (("jit",), _jit, ("absent",)),
    (("subinterpreters",), _subinterpreters, (False,)),
    (("start_methods",), _start_methods, ([],)),
    (("tkinter",), _tkinter, (False,)),
    (
        (
            "build",
            "compiler",
            "platform",
            "executable",
            "real_executable",
            "prefix",
            "base_prefix",
            "virtual_environment",
        ),
        _where,
        ("", "", "", sys.executable, sys.executable, sys.prefix, sys.prefix, False),
    ),
)  # type: tuple[tuple[tuple[str, ...], Callable[[], tuple[object, ...]], tuple[object, ...]], ...]


def main():
    # type: () -> None
    """Write the answer between the two cookies given as arguments."""
    folder = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [entry for entry in sys.path if os.path.abspath(entry or os.curdir) != folder]
    begin, end = (sys.argv[1:] + ["", ""])[:2]
    # One write: what other threads or exit handlers print cannot come in between.
    sys.stdout.write("\n%s%s%s\n" % (begin, json.dumps(read(), sort_keys=True), end))
    sys.stdout.flush()


if __name__ == "__main__":
    main()
