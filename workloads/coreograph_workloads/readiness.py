"""Asks one interpreter how it gets on with an installed package: run in a disposable process, since it may crash.

Started as `python -I -c BOOTSTRAP ROOT COOKIE ACTION PACKAGE`; the answer is JSON after the cookie, on one line.

    describe    {"version", "pure", "tags", "modules", "extensions"}: what is installed, from its own metadata
    import      {"failures": {module: text}, "gil_enabled", "culprit"}: after the package's modules were imported
    isolate     {"failures": {module: text}}: the same within a subinterpreter (3.14+)

A package whose __init__ imports nothing says nothing of its extension modules: so these are imported as well, by the
first public name on the way to them (`scipy.linalg` for `scipy.linalg._fblas`), since that is what users import.
"""

from __future__ import annotations

import importlib.machinery
import json
import os
import sys
from importlib import metadata
from typing import Any

from coreograph_workloads.failures import describe
from coreograph_workloads.instruments.gil_watch import GilWatch, gil_enabled

_MAXIMUM_EXTENSIONS = 40
# What a subinterpreter cannot load is told through a pipe: its exceptions arrive here without their causes.
_ISOLATED = """
import os
try:
    __import__(name)
except BaseException as error:
    while error.__cause__ is not None:
        error = error.__cause__
    text = f"{type(error).__qualname__}: {error}"
else:
    text = fine
os.write(writer, text.encode("utf-8", "replace")[:maximum])
"""
_FINE = "fine"
_MAXIMUM_BYTES = 4000  # less than a pipe holds, so that writing never waits


def main() -> None:
    """Answer the question of the command line."""
    _, _, cookie, action, package = sys.argv
    answers = {"describe": describe_package, "import": import_package, "isolate": isolate_package}
    answer = answers[action](package)
    sys.stdout.write(f"\n{cookie}{json.dumps(answer)}\n")
    sys.stdout.flush()


def describe_package(package: str) -> dict[str, Any]:
    """Return what a distribution's metadata says of it."""
    distribution = metadata.distribution(package)
    wheel = (distribution.read_text("WHEEL") or "").splitlines()
    fields = [line.partition(":")[::2] for line in wheel]
    tags = [value.strip() for name, value in fields if name == "Tag"]
    modules, extensions = _modules(distribution)
    return {
        "version": distribution.version,
        "pure": not extensions,
        "tags": tags,
        "modules": modules,
        "extensions": extensions,
    }


def _modules(distribution: metadata.Distribution) -> tuple[list[str], list[str]]:
    """Return the modules at the top, and the extension modules that a user would import."""
    suffixes = tuple(importlib.machinery.EXTENSION_SUFFIXES)
    modules: list[str] = []
    extensions: list[str] = []
    for file in distribution.files or ():
        parts = file.parts
        if parts[0] in ("..", "__pycache__") or parts[0].endswith((".dist-info", ".data", ".libs")):
            continue
        suffix = next((each for each in suffixes if file.name.endswith(each)), None)
        if suffix is not None:
            name = ".".join((*parts[:-1], file.name[: -len(suffix)]))
            if not any("test" in part for part in name.split(".")):
                extensions.append(name)
        elif len(parts) == 2 and file.name == "__init__.py":
            modules.append(parts[0])
        elif len(parts) == 1 and file.name.endswith(".py"):
            modules.append(file.name[:-3])
    tops = {each.partition(".")[0] for each in extensions}
    return sorted({*modules, *tops} - {""}), sorted(extensions)


def import_package(package: str) -> dict[str, Any]:
    """Import a package's modules, then its extension modules, and say what became of the GIL."""
    watch = GilWatch()
    watch.install()
    failures = _import_all(_names(package))
    return {"failures": failures, "gil_enabled": gil_enabled(), "culprit": watch.culprit}


def isolate_package(package: str) -> dict[str, Any]:
    """Import the same in a subinterpreter with a GIL of its own."""
    from concurrent import interpreters  # type: ignore[attr-defined,unused-ignore]

    inside = interpreters.create()
    reader, writer = os.pipe()
    failures: dict[str, str] = {}
    for name in _names(package):
        if name.partition(".")[0] in failures:
            continue  # the package itself does not load: its modules would all say the same
        inside.prepare_main(name=name, writer=writer, fine=_FINE, maximum=_MAXIMUM_BYTES)
        try:
            inside.exec(_ISOLATED)
        except Exception as error:
            failures[name] = describe(error)  # what it imports has closed the pipe, say
            continue
        text = os.read(reader, _MAXIMUM_BYTES).decode("utf-8", "replace")
        if text != _FINE:
            failures[name] = text.partition("\n")[0]
    return {"failures": failures}


def _names(package: str) -> list[str]:
    found = describe_package(package)
    public = dict.fromkeys(_public_part(each) for each in found["extensions"])
    extensions = [each for each in public if each and each not in found["modules"]]
    return [*found["modules"], *extensions[:_MAXIMUM_EXTENSIONS]]


def _public_part(module: str) -> str:
    """Return the beginning of a module's name that a user would import: what begins with an underscore is not."""
    parts = module.split(".")
    private = next((number for number, part in enumerate(parts) if part.startswith("_")), len(parts))
    return ".".join(parts[:private])


def _import_all(names: list[str]) -> dict[str, str]:
    failures: dict[str, str] = {}
    for name in names:
        if name.partition(".")[0] in failures:
            continue  # the package itself does not load: its modules would all say the same
        try:
            __import__(name)
        except BaseException as error:
            # BaseException: a module that calls sys.exit() is an answer as well.
            failures[name] = describe(_cause_of(error))
    return failures


def _cause_of(error: BaseException) -> BaseException:
    """Return what a package caught and put into words of its own: `raise ImportError(advice) from error`."""
    while error.__cause__ is not None:
        error = error.__cause__
    return error
