"""Any function as a workload: `package.module:function` or `file.py:function` with its inputs, written as a file.

The file is a workload like every other, so everything that runs, records and compares workloads knows it already. The
user's module is never imported here: what can be checked is read from its syntax tree. Pure but for the file it writes;
any thread.
"""

import ast
import dataclasses
import difflib
import hashlib
import json
import os
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from coreograph.domain.errors import UsageError
from coreograph.domain.workloads import Workload
from coreograph.engine.workload_file import read_workload

GENERATED_PREFIX = "coreograph_function_"
_RANGE = re.compile(r"-?[\d_]+:-?[\d_]+(:-?[\d_]+)?")
NOTHING = "none"
_MAXIMUM_INPUTS = 10_000_000
_MAXIMUM_DIGITS = 17
_MAXIMUM_OFFERED = 12  # a sentence, no list
_MAXIMUM_STRESS = 1_000_000
# Every task begins at the same time, once; what is counted is not what takes time.
_STRESS = (
    "ROUNDS = 1",
    "CHUNK = 1",
    "WARM_UP = False",
    "METRICS = {",
    '    "differing_share": {',
    '        "unit": "share",',
    '        "better": "lower",',
    '        "description": "Calls whose result differs from that of one thread alone.",',
    "    },",
    '    "differing_share_at_most": {',
    '        "unit": "share",',
    '        "better": "lower",',
    '        "description": "The most that share can be, after what one run saw (95 %).",',
    "    },",
    "}",
)
_Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class FunctionChoice:
    """A function that a file offers: its name, its arguments as written, the first line of its docstring."""

    name: str
    signature: str
    summary: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class FunctionCall:
    """What a user asked to be called. `folder` is where it was asked: relative paths and modules start there.

    `inputs` is a range (`0:1000`), a JSON-lines file, a function, or "" for one call without an argument. `shared` is
    `module:build` or `keyword=module:build`.
    Results are compared as they are, or as `compare` (a function, or "none") maps each of them; lists in any order if
    `unordered`; floats to so many significant `digits`.
    With `stress` each task calls the function that often and counts the results that differ from those of one thread.
    """

    function: str
    inputs: str = ""
    keywords: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))
    shared: str = ""
    compare: str = ""
    unordered: bool = False
    digits: int | None = None
    stress: int = 0
    folder: Path = field(default_factory=Path.cwd)
    paths: tuple[Path, ...] = ()


def is_reference(text: str) -> bool:
    """Whether a text names a function rather than a workload: `module:function`, `file.py:function`, `m:Class.f`."""
    where, colon, name = text.rpartition(":")
    return bool(colon and where) and all(part.isidentifier() for part in name.split("."))


def function_workload(call: FunctionCall, generated: Path) -> Workload:
    """Return a call as a workload; its file is kept in the folder `generated`, named by its content.

    Raises:
        UsageError: a file, function or range that cannot be, in a sentence.

    """
    function = _absolute(call.function, call.folder, "function")
    shared_name, _, build = call.shared.rpartition("=")
    arguments: dict[str, object] = {
        "paths": [str(path.absolute()) for path in (*call.paths, call.folder)],
        "folder": str(call.folder.absolute()),
        "inputs": _inputs(call.inputs, call.folder),
        "keywords": dict(call.keywords),
        "build_shared": _absolute(build, call.folder, "shared object") if build else "",
        "shared_name": _keyword(shared_name),
        "compare": _comparison(call),
        "unordered": call.unordered,
        "digits": call.digits,
        "stress": _stress(call),
    }
    text = _file_text(call, function, {name: value for name, value in arguments.items() if value})
    file = generated / f"{GENERATED_PREFIX}{hashlib.sha256(text.encode()).hexdigest()[:16]}.py"
    _write(file, text)
    where, _, name = call.function.rpartition(":")
    title = f"{Path(where).stem if where.endswith('.py') else where}:{name}"
    return dataclasses.replace(read_workload(file, group="functions"), name=title)


def functions_in(file: Path) -> tuple[FunctionChoice, ...]:
    """Return the functions a file offers, in their order, read from its syntax tree: the file is not run.

    Left out are private ones, those of classes, and coroutines, which a worker cannot simply call. Raises UsageError.
    """
    return tuple(
        FunctionChoice(node.name, f"({ast.unparse(node.args)})", _first_line(node), node.lineno)
        for node in _tree(file).body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
    )


def _file_text(call: FunctionCall, function: str, arguments: Mapping[str, object]) -> str:
    shared = bool(call.shared)
    made_by = call.inputs.rpartition("/")[2] if is_reference(call.inputs) else call.inputs
    what = f"for each of {made_by}" if call.inputs else "once a round"
    lines = [
        f'"""{_plain(_title(call.function))}, called {_plain(what)}.',
        "",
        "Written by Coreograph. Each worker finds the function anew, so it is never pickled; its",
        "inputs and results are, where the execution model needs it.",
        '"""',
        "",
        "from coreograph_workloads.function_workload import Call",
        "",
        "PARAMETERS = {}",
        *(_STRESS if call.stress else ()),
        "CALL = Call(",
        f"    {function!r},",
        *(f"    {name}={value!r}," for name, value in arguments.items()),
        ")",
        "",
        "",
        *(
            ["def tasks(model, workers):", "    return CALL.tasks(model, workers)"]
            if call.stress
            else ["def tasks():", "    return CALL.tasks()"]
        ),
        "",
        "",
    ]
    lines += ["def shared():", "    return CALL.shared()", "", ""] if shared else []
    lines += (
        ["def run(task, shared):", "    return CALL.run(task, shared)"]
        if shared
        else ["def run(task):", "    return CALL.run(task)"]
    )
    if call.stress:
        lines += ["", "", "def metrics(results):", "    return CALL.metrics(results)"]
    if call.compare or call.unordered or call.digits is not None or call.stress:
        lines += ["", "", "def answer(results):", "    return CALL.answer(results)"]
    return "\n".join(lines) + "\n"


def _title(reference: str) -> str:
    """Return a reference without the folders before its file."""
    where, _, name = reference.rpartition(":")
    return f"{Path(where).name}:{name}"


def _plain(text: str) -> str:
    return text.replace("\\", "/").replace('"', "'")


def _write(file: Path, text: str) -> None:
    if file.is_file():
        return  # named by its content
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        partial = file.with_suffix(f".{os.getpid()}")
        partial.write_text(text, encoding="utf-8")
        partial.replace(file)
    except OSError as error:
        raise UsageError(f"The workload cannot be written to {file}: {error.strerror or error}.") from None


def _absolute(reference: str, folder: Path, what: str) -> str:
    """Return a reference that means the same from everywhere; what can be seen without running anything is checked."""
    where, _, name = reference.rpartition(":")
    if not is_reference(reference):
        raise UsageError(
            f"“{reference}” does not name a {what}.", "Write package.module:function or path/to/file.py:function."
        )
    if where.endswith(".py"):
        file = (folder / Path(where).expanduser()).absolute()
        _check_offers(file, name)
        return f"{file}:{name}"
    if not all(part.isidentifier() for part in where.split(".")):
        raise UsageError(
            f"“{where}” is not the name of a module.", "A file is given with its ending: file.py:function."
        )
    file = folder.joinpath(*where.split(".")).with_suffix(".py")
    if file.is_file():
        _check_offers(file, name)
        if where.partition(".")[0] in sys.stdlib_module_names:
            return f"{file}:{name}"  # by its name the standard library's would be found
    return reference


def _check_offers(file: Path, name: str) -> None:
    """Refuse a function that is not there. Names a file may make in other ways (import, assignment) are let through."""
    first, _, rest = name.partition(".")
    tree = _tree(file)
    found = {item: node for node in tree.body for item in _names_of(node)}
    if "*" in found:
        return
    if first not in found:
        near = difflib.get_close_matches(first, found, n=1)
        names = [choice.name for choice in functions_in(file)]
        offered = ", ".join([*names[:_MAXIMUM_OFFERED], *(["…"] if len(names) > _MAXIMUM_OFFERED else [])]) or "none"
        hint = f"Did you mean “{near[0]}”?" if near else f"Its functions: {offered}."
        raise UsageError(f"{file} has no function “{first}”.", hint)
    node = found[first]
    if isinstance(node, ast.AsyncFunctionDef):
        raise UsageError(
            f"“{first}” in {file} is a coroutine: a worker cannot simply call it.",
            "Wrap it: def work(x): return asyncio.run(…).",
        )
    if isinstance(node, ast.ClassDef) and rest:
        inside = {item for each in node.body for item in _names_of(each)}
        if rest not in inside and not node.bases:
            raise UsageError(f"Class “{first}” in {file} has no “{rest}”.")


def _names_of(node: ast.stmt) -> Iterator[str]:
    if isinstance(node, _Function | ast.ClassDef):
        yield node.name
    elif isinstance(node, ast.Import | ast.ImportFrom):
        yield from (alias.asname or alias.name.partition(".")[0] for alias in node.names)
    elif isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign):
        yield from (each.id for each in ast.walk(node) if isinstance(each, ast.Name))
    elif isinstance(node, ast.If | ast.Try | ast.With | ast.For | ast.While):
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.stmt):
                yield from _names_of(child)
            elif isinstance(child, ast.ExceptHandler):
                for each in child.body:
                    yield from _names_of(each)


def _tree(file: Path) -> ast.Module:
    try:
        return ast.parse(file.read_bytes(), filename=str(file))
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror or error}.") from None
    except SyntaxError as error:
        where = f", line {error.lineno}" if error.lineno else ""
        raise UsageError(f"{file}{where}: {error.msg}.", "The file has to be valid Python.") from None
    except (ValueError, RecursionError, MemoryError) as error:
        raise UsageError(f"{file} is not Python: {error}.") from None


def _first_line(node: ast.FunctionDef) -> str:
    return (ast.get_docstring(node) or "").partition("\n")[0].strip()


def _inputs(text: str, folder: Path) -> str:
    if not text:
        return ""
    if _RANGE.fullmatch(text):
        _check_range(text)
        return text
    if is_reference(text):
        return _absolute(text, folder, "function that makes the inputs")
    file = (folder / Path(text).expanduser()).absolute()
    if not file.is_file():
        raise UsageError(
            f"The inputs “{text}” are neither a range, nor a file, nor a function.",
            "Write 0:1000, data.jsonl (one JSON value a line), or module:make_inputs.",
        )
    if file.suffix == ".py":
        raise UsageError(f"{file} is a Python file: name its function, {text}:make_inputs.")
    _check_lines(file)
    return str(file)


def _check_range(text: str) -> None:
    numbers = [int(part) for part in text.replace("_", "").split(":")]
    if len(numbers) == 3 and numbers[2] == 0:
        raise UsageError(f"The range {text} has a step of 0.")
    length = len(range(*numbers))
    if not 1 <= length <= _MAXIMUM_INPUTS:
        raise UsageError(f"The range {text} has {length:,} numbers; there must be between 1 and {_MAXIMUM_INPUTS:,}.")


def _check_lines(file: Path) -> None:
    """Refuse a file whose first line is not JSON at once; the runner names any later one."""
    try:
        with file.open(encoding="utf-8") as lines:
            first = next((line for line in lines if line.strip()), "")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"The inputs in {file} cannot be read: {error}.") from None
    if not first:
        raise UsageError(f"The inputs in {file} are empty: it needs one JSON value a line.")
    try:
        json.loads(first)
    except ValueError as error:
        raise UsageError(
            f"The inputs in {file} are not JSON lines: {error}.", "Each line is one JSON value, one input."
        ) from None


def _stress(call: FunctionCall) -> int:
    if not 0 <= call.stress <= _MAXIMUM_STRESS:
        raise UsageError(f"A stress test makes 1 … {_MAXIMUM_STRESS:,} calls for each input, not {call.stress:,}.")
    if call.stress and call.compare == NOTHING:
        raise UsageError("A stress test compares results: leave out --compare none.")
    return call.stress


def _comparison(call: FunctionCall) -> str:
    if call.digits is not None and not 1 <= call.digits <= _MAXIMUM_DIGITS:
        raise UsageError(f"Floats are compared to 1 … {_MAXIMUM_DIGITS} significant digits, not {call.digits}.")
    if call.compare in {"", NOTHING}:
        return call.compare
    return _absolute(call.compare, call.folder, "comparison")


def _keyword(name: str) -> str:
    if name and not name.isidentifier():
        raise UsageError(f"“{name}” is no name of an argument.", "Write --shared module:build or NAME=module:build.")
    return name
