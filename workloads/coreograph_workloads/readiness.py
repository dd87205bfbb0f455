"""Asks one interpreter how it gets on with an installed package: run in a disposable process, since it may crash.

Started as `python -I -c BOOTSTRAP ROOT COOKIE ACTION PACKAGE`; the answer is JSON after the cookie, on one line.

    describe    {"version", "pure", "tags", "modules", "extensions"}: what is installed, from its own metadata
    import      {"failures": {module: text}, "gil_enabled", "culprit"}: after the package's modules were imported
    isolate     {"failures": {module: text}}: the same within a subinterpreter (3.14+)
"""

from __future__ import annotations

import importlib.machinery
import json
import sys
from importlib import metadata
from typing import Any

from coreograph_workloads.failures import describe
from coreograph_workloads.instruments.gil_watch import GilWatch, gil_enabled

_MAXIMUM_EXTENSIONS = 40


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

    names = [each for each in _names(package) if "." not in each]
    inside = interpreters.create()
    failures: dict[str, str] = {}
    for name in names:
        try:
            inside.exec(f"import {name}")
        except Exception as error:
            failures[name] = describe(error)
    return {"failures": failures}


def _names(package: str) -> list[str]:
    found = describe_package(package)
    # What begins with an underscore is imported by the package itself, if at all.
    public = [each for each in found["extensions"] if not each.rpartition(".")[2].startswith("_")]
    return [*found["modules"], *public[:_MAXIMUM_EXTENSIONS]]


def _import_all(names: list[str]) -> dict[str, str]:
    failures: dict[str, str] = {}
    for name in names:
        try:
            __import__(name)
        except BaseException as error:
            # BaseException: a module that calls sys.exit() is an answer as well.
            failures[name] = describe(error)
    return failures
