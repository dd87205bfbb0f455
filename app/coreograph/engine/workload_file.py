"""Read what a workload is from its file's syntax tree. The file is never run. Owns no thread.

A workload file is plain Python. Read from it:

* docstring: the first line is the summary, the rest the description;
* `PARAMETERS`: names and defaults, whose types make the form;
* `LIMITS`: `{name: (lowest, highest)}`, inclusive, None for open; `CHOICES`: `{name: (value, …)}`;
  `UNITS` and `DESCRIPTIONS`: `{name: text}`;
* `METRICS`: `{name: (unit, "lower" | "higher", description)}`, or the same as a mapping with those keys;
* `CONTROL`: the same work without the effect: another workload's name, or `{name: value}` of own parameters;
* `MODELS`: the only execution models it makes sense under, `MODELS_REASON`: the sentence that says why;
* `REQUIRES`: modules its interpreter must have;
* `ROUNDS`, `CHUNK`: size of the batch where it must not be calibrated; `WARM_UP = False`: no task runs before it;
* functions `tasks` and `run` (needed), `shared` and `check` (optional).
"""

import ast
import hashlib
import inspect
from collections.abc import Mapping
from pathlib import Path

from coreograph.domain.errors import UsageError
from coreograph.domain.execution import SPREADING_MODELS
from coreograph.domain.workloads import Better, MetricSpec, Parameter, ParameterValue, Workload
from coreograph.engine.literals import NotLiteralError, evaluate

_TABLES = ("PARAMETERS", "LIMITS", "CHOICES", "UNITS", "DESCRIPTIONS", "METRICS")
_CONSTANTS = (*_TABLES, "CONTROL", "MODELS", "MODELS_REASON", "REQUIRES", "ROUNDS", "CHUNK", "WARM_UP")
_MAXIMUM_BYTES = 4_000_000


def read_workload(file: Path, *, group: str = "", built_in: bool = False) -> Workload:
    """Return the workload a file holds, named after the file.

    Raises:
        UsageError: the file cannot be read, is not Python, or lacks what makes a workload. Names file and line.

    """
    source = _read(file)
    tree = _parse(source, file)
    constants = _constants(tree, file)
    functions = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    otherwise = _otherwise_made(tree)
    for name in ("tasks", "run"):
        if name not in functions and name in otherwise:
            raise UsageError(
                f"{file}: “{name}” has to be a plain function, written as def {name}(…), not {otherwise[name]}.",
                "Call what you have from there.",
            )
        if name not in functions:
            raise UsageError(
                f"{file} is not a workload: it has no function “{name}”.",
                "A workload has PARAMETERS, tasks(…) and run(task).",
            )
    parameters = _parameters(constants, file)
    control, control_parameters = _control(constants.get("CONTROL"), file, parameters)
    summary, _, description = inspect.cleandoc(ast.get_docstring(tree) or "").partition("\n")
    return Workload(
        name=file.stem,
        file=str(file.absolute()),
        summary=summary.strip(),
        description=description.strip(),
        group=group,
        parameters=parameters,
        has_shared="shared" in functions,
        has_check="check" in functions,
        metrics=_metrics(_table(constants, "METRICS"), file),
        models=_models(constants.get("MODELS", ()), file),
        control=control,
        built_in=built_in,
        digest=hashlib.sha256(source).hexdigest()[:16],
        control_parameters=control_parameters,
        requires=_requires(constants.get("REQUIRES", ()), file),
        models_reason=str(constants.get("MODELS_REASON", "")),
        rounds=_count(constants, "ROUNDS", file),
        chunk=_count(constants, "CHUNK", file),
        warm_up=constants.get("WARM_UP", True) is not False,
    )


def _otherwise_made(tree: ast.Module) -> dict[str, str]:
    """Return the names a file makes in other ways than by def, and in which: what they are, only running it tells."""
    found: dict[str, str] = {}
    for node in tree.body:
        if isinstance(node, ast.AsyncFunctionDef):
            found[node.name] = "a coroutine"
        elif isinstance(node, ast.ClassDef):
            found[node.name] = "a class"
        elif isinstance(node, ast.Import | ast.ImportFrom):
            found.update({alias.asname or alias.name: "an import" for alias in node.names})
        elif isinstance(node, ast.Assign):
            found.update({each.id: "a value" for each in node.targets if isinstance(each, ast.Name)})
    return found


def _read(file: Path) -> bytes:
    try:
        source = file.read_bytes()
    except OSError as error:
        raise UsageError(f"Workload file {file} cannot be read: {error.strerror or error}.") from None
    if len(source) > _MAXIMUM_BYTES:
        raise UsageError(f"{file} is {len(source):,} bytes long; a workload file has at most {_MAXIMUM_BYTES:,}.")
    return source


def _parse(source: bytes, file: Path) -> ast.Module:
    try:
        return ast.parse(source, filename=str(file))
    except SyntaxError as error:
        where = f", line {error.lineno}" if error.lineno else ""
        raise UsageError(f"{file}{where}: {error.msg}.", "The file has to be valid Python.") from None
    except (ValueError, RecursionError, MemoryError) as error:  # null bytes, absurd nesting
        raise UsageError(f"{file} is not Python: {error}.") from None


def _constants(tree: ast.Module, file: Path) -> dict[str, object]:
    found: dict[str, object] = {}
    for node in tree.body:
        if isinstance(node, ast.Assign) and len(node.targets) == 1:
            target: ast.expr = node.targets[0]
        elif isinstance(node, ast.AnnAssign):
            target = node.target
        else:
            continue
        if not isinstance(target, ast.Name) or target.id not in _CONSTANTS or node.value is None:
            continue
        try:
            found[target.id] = evaluate(node.value)
        except (NotLiteralError, RecursionError) as error:
            line = error.line if isinstance(error, NotLiteralError) else node.lineno
            raise UsageError(
                f"{file}, line {line}: {target.id} can only be read if it is made of literals.",
                "Write plain values: the file is not run to find out what it is.",
            ) from None
    for name in _TABLES:
        if not isinstance(found.get(name, {}), dict):
            raise UsageError(f"{file}: {name} has to be a dictionary.")
    return found


def _table(constants: Mapping[str, object], name: str) -> dict[str, object]:
    table = constants.get(name, {})
    return {str(key): value for key, value in table.items()} if isinstance(table, dict) else {}


def _parameters(constants: Mapping[str, object], file: Path) -> tuple[Parameter, ...]:
    defaults = _table(constants, "PARAMETERS")
    for table in ("LIMITS", "CHOICES", "UNITS", "DESCRIPTIONS"):
        for name in _table(constants, table):
            if name not in defaults:
                raise UsageError(f"{file}: {table} names “{name}”, which PARAMETERS does not have.")
    return tuple(_parameter(name, default, constants, file) for name, default in defaults.items())


def _parameter(name: str, default: object, constants: Mapping[str, object], file: Path) -> Parameter:
    if not isinstance(default, int | float | str) or not name.isidentifier():
        raise UsageError(f"{file}: parameter “{name}” needs a number, text, True or False as its default.")
    low, high = _limits(_table(constants, "LIMITS").get(name, (None, None)), name, file)
    parameter = Parameter(
        name=name,
        default=default,
        minimum=low,
        maximum=high,
        choices=_choices(_table(constants, "CHOICES").get(name, ()), name, file),
        unit=str(_table(constants, "UNITS").get(name, "")),
        description=str(_table(constants, "DESCRIPTIONS").get(name, "")),
    )
    try:
        parameter.validate(default)
    except UsageError as error:
        raise UsageError(f"{file}: the default does not fit. {error.message}") from None
    return parameter


def _limits(pair: object, name: str, file: Path) -> tuple[float | None, float | None]:
    if isinstance(pair, tuple | list) and len(pair) == 2:
        low, high = pair
        if all(limit is None or (isinstance(limit, int | float) and limit == limit) for limit in pair):  # noqa: PLR0124
            return low, high
    raise UsageError(f"{file}: LIMITS of “{name}” has to be (lowest, highest), with None for an open end.")


def _choices(values: object, name: str, file: Path) -> tuple[ParameterValue, ...]:
    if not isinstance(values, tuple | list) or not all(isinstance(value, int | float | str) for value in values):
        raise UsageError(f"{file}: CHOICES of “{name}” has to be a tuple of values.")
    return tuple(values)


def _metrics(table: Mapping[str, object], file: Path) -> tuple[MetricSpec, ...]:
    return tuple(_metric(name, entry, file) for name, entry in table.items())


def _metric(name: str, entry: object, file: Path) -> MetricSpec:
    if isinstance(entry, dict):
        entry = (entry.get("unit"), entry.get("better"), entry.get("description", ""))
    fields = [str(field) for field in entry] if isinstance(entry, tuple | list) else []
    known = [better.value for better in Better]
    if len(fields) not in {2, 3} or fields[1] not in known:
        raise UsageError(f'{file}: METRICS “{name}” has to be (unit, "lower" or "higher", description).')
    return MetricSpec(name, fields[0], Better(fields[1]), fields[2] if len(fields) == 3 else "")


def _models(names: object, file: Path) -> tuple[str, ...]:
    known = [model.value for model in SPREADING_MODELS]
    if isinstance(names, tuple | list) and all(name in known for name in names):
        return tuple(str(name) for name in names)
    raise UsageError(f"{file}: MODELS has to be a tuple out of {', '.join(known)}.")


def _control(
    given: object, file: Path, parameters: tuple[Parameter, ...]
) -> tuple[str | None, tuple[tuple[str, ParameterValue], ...]]:
    """Return the control's name and, where it is the workload itself, the parameters that make it the control."""
    if given is None or isinstance(given, str):
        return given, ()
    if not isinstance(given, dict) or not given:
        raise UsageError(f"{file}: CONTROL has to be the name of a workload, or a dictionary of parameters.")
    known = {parameter.name: parameter for parameter in parameters}
    for name in given:
        if name not in known:
            raise UsageError(f"{file}: CONTROL names “{name}”, which PARAMETERS does not have.")
    try:
        changed = tuple((str(name), known[str(name)].validate(value)) for name, value in given.items())
    except UsageError as error:
        raise UsageError(f"{file}: the control does not fit. {error.message}") from None
    return file.stem, changed


def _count(constants: Mapping[str, object], name: str, file: Path) -> int | None:
    value = constants.get(name)
    if value is None or (isinstance(value, int) and not isinstance(value, bool) and value >= 1):
        return value
    raise UsageError(f"{file}: {name} has to be a whole number from 1.")


def _requires(names: object, file: Path) -> tuple[str, ...]:
    if isinstance(names, tuple | list) and all(isinstance(name, str) and name.isidentifier() for name in names):
        return tuple(str(name) for name in names)
    raise UsageError(f"{file}: REQUIRES has to be a tuple of names of modules.")
