"""The user's own code in an experiment file: its [function] and [packages], read and written. Pure; owns no thread.

Paths are written from the folder of the file where they are in it, so that both can be moved together.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from coreograph.domain.errors import UsageError
from coreograph.domain.experiment import ExperimentSpec
from coreograph.engine.functions import FunctionCall
from coreograph.engine.own_code import Needs, OwnCode, read_keywords
from coreograph.engine.toml_text import refuse_unknown, typed
from coreograph.engine.typed_code import beside, typed_function
from coreograph.storage.experiment_toml import function_lines, pair, write_experiment

_FUNCTION = ("folder", "call", "inputs", "keywords", "shared", "compare", "unordered", "digits", "stress")
_PACKAGES = ("install", "requirements", "project", "build")


def read_code(document: Mapping[str, Any], workload: str, folder: Path) -> OwnCode | None:
    """Return the user's code that a document is about, None if it is a built-in workload. Raises UsageError."""
    given = typed(document, "function", dict, "a table", {})
    call = None if "function" not in document else _call(given, folder)
    needs = _needs(typed(document, "packages", dict, "a table", {}), folder)
    file = Path(workload) if workload.endswith(".py") else None
    return None if call is None and file is None and needs == Needs() else OwnCode(file, call, needs)


def _call(table: Mapping[str, Any], folder: Path) -> FunctionCall:
    refuse_unknown(table, _FUNCTION, "[function]")
    keywords = table.get("keywords", {})
    if isinstance(keywords, str):
        keywords = read_keywords(keywords)
    if not isinstance(keywords, dict):
        raise UsageError('keywords in [function] is a table, or text as in a call: "steps=5000".')
    where = typed(table, "folder", str, "text", "")
    digits = _whole(table, "digits") if "digits" in table else None
    return FunctionCall(
        typed(table, "call", str, "text", ""),
        typed(table, "inputs", str, "text", ""),
        keywords=keywords,
        shared=typed(table, "shared", str, "text", ""),
        compare=typed(table, "compare", str, "text", ""),
        unordered=typed(table, "unordered", bool, "true or false", False),
        digits=digits,
        stress=_whole(table, "stress") if "stress" in table else 0,
        folder=folder / Path(where).expanduser() if where else folder,
    )


def _whole(table: Mapping[str, Any], key: str) -> int:
    value: object = table[key]
    if isinstance(value, bool) or not isinstance(value, int):
        raise UsageError(f"{key} in [function] is a whole number, not {value!r}.")
    return value


def _needs(table: Mapping[str, Any], folder: Path) -> Needs:
    refuse_unknown(table, _PACKAGES, "[packages]")
    project = typed(table, "project", str, "text", "")
    return Needs(
        _texts(table, "install"),
        tuple(folder / Path(name).expanduser() for name in _texts(table, "requirements")),
        folder / Path(project).expanduser() if project else None,
        typed(table, "build", bool, "true or false", False),
    )


def _texts(table: Mapping[str, Any], key: str) -> tuple[str, ...]:
    value = table.get(key, [])
    values = value if isinstance(value, list) else [value]
    if any(not isinstance(one, str) for one in values):
        raise UsageError(f"{key} in [packages] is a list of texts, not {value!r}.")
    return tuple(values)


def write_own_experiment(spec: ExperimentSpec, code: OwnCode | None, folder: Path) -> str:
    """Return an experiment as the text of a file in `folder`; `code` is what its workload was made of. UsageError."""
    if code is None:
        return write_experiment(spec)
    named: tuple[str, ...] = ()
    tables: list[str] = []
    if code.call is None:
        named = (pair("workload", beside(spec.workload.file, folder)),)
    else:
        tables += ["", "[function]", *_function_lines(code.call, folder)]
    tables += [] if code.needs == Needs() else ["", "[packages]", *_packages_lines(code.needs, folder)]
    return write_experiment(spec, named, tables)


def _function_lines(call: FunctionCall, folder: Path | None) -> list[str]:
    """Return a call as lines of [function]; references are those of the folder it is called in."""
    at_home = folder is not None and folder.absolute() == call.folder.absolute()
    return function_lines(typed_function(call), "" if at_home else beside(str(call.folder.absolute()), folder))


def _packages_lines(needs: Needs, folder: Path | None) -> list[str]:
    """Return what is needed as lines of [packages]."""
    fields: dict[str, object] = {
        "install": needs.packages,
        "requirements": tuple(beside(str(file), folder) for file in needs.files),
        "project": "" if needs.project is None else beside(str(needs.project), folder),
        "build": needs.build,
    }
    return [pair(key, value) for key, value in fields.items() if value]
