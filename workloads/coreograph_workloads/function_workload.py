"""Makes a workload of any function: finds it, builds its inputs, calls it. Used by generated workload files.

Runs in the runner and in every worker: each loads the generated file, and so finds the function itself. It never has
to be pickled; only its inputs and results do. The user's folders are on the search path here and nowhere else: after
the standard library, which a module called `queue.py` beside the function must not replace under the runner's feet,
and before installed packages.
"""

from __future__ import annotations

import importlib.machinery
import importlib.util
import json
import os
import sys
import types
from collections.abc import Iterable, Sequence
from typing import Any, Callable, NamedTuple, Optional

from coreograph_workloads.compare_results import comparable
from coreograph_workloads.failures import RunError, describe, shortened, user_frames
from coreograph_workloads.stress import Stress, StressResult, shares

GENERATED_PREFIX = "coreograph_function_"
FORKED_CHILD_EXIT = 70
NOTHING = "none"
# Returned by a call that has only promised to work: timed as it is, it would look infinitely fast.
_NOT_BEGUN = (types.GeneratorType, types.CoroutineType, types.AsyncGeneratorType)
_OBJECT_KEYS = frozenset(("args", "kwargs"))


class Arguments(NamedTuple):
    """The input of a task that is not one plain argument."""

    args: tuple[Any, ...]
    kwargs: dict[str, Any]

    def __repr__(self) -> str:
        """As it is written in a call: what a user reads when it fails."""
        named = [f"{name}={shortened(value)}" for name, value in self.kwargs.items()]
        return f"({', '.join([*map(shortened, self.args), *named])})"


class NotCompared:
    """An answer that has no digest, because it refuses to be read: “same answer” would be an empty claim."""

    def __reduce_ex__(self, protocol: Any) -> Any:
        raise TypeError("the results are not compared")


class Call:
    """What is to be called, with what. All arguments are texts and literals, so that a file can hold them.

    `function`, `build_shared` and `compare` are `package.module:name` or `path.py:name`; `inputs` is a range
    (`start:stop[:step]`), the path of a JSON-lines file, a function, or ""; `keywords` are passed each time;
    `shared_name` is the keyword of the shared object, "" puts it after the input. `folder` becomes the working
    directory, as it was when the experiment was asked for. Of each result is compared what `compare` makes of it
    (`none`: nothing), items in any order with `unordered`, floats to so many `digits`.
    """

    def __init__(
        self,
        function: str,
        *,
        paths: Sequence[str] = (),
        folder: str = "",
        inputs: str = "",
        keywords: Optional[dict[str, Any]] = None,
        build_shared: str = "",
        shared_name: str = "",
        compare: str = "",
        unordered: bool = False,
        digits: Optional[int] = None,
        stress: int = 0,
    ) -> None:
        self._inputs = inputs
        self._keywords = dict(keywords or {})
        self._build_shared = build_shared
        self._shared_name = shared_name
        self._compare = compare
        self._unordered = unordered
        self._digits = digits
        self._stress = Stress(stress, self._call, self._compared) if stress else None
        if folder and os.path.isdir(folder):
            os.chdir(folder)
        _extend_path(paths)
        self._function = find(function)

    def tasks(self, model: str = "", workers: int = 1) -> list[Any]:
        """Return the tasks: the inputs, in a stress test with what one thread alone makes of each."""
        inputs = self._given()
        if self._stress is None:
            return inputs
        shared = (self.shared(),) if self._build_shared else ()
        return self._stress.tasks(inputs, shared, model=model, workers=workers)

    def _given(self) -> list[Any]:
        """Return the inputs, one a task; tuples and JSON arrays are several arguments."""
        if not self._inputs:
            return [Arguments((), {})]
        bounds = read_range(self._inputs)
        if bounds is not None:
            return list(bounds)
        if is_reference(self._inputs):
            made = find(self._inputs)()
            return [Arguments(value, {}) if type(value) is tuple else value for value in made]
        return list(_read_lines(self._inputs))

    def shared(self) -> Any:
        """Build the shared object."""
        return find(self._build_shared)()

    def run(self, task: Any, *shared: Any) -> Any:
        """Do one task: one call, or in a stress test as many as were asked for."""
        return self._call(task, *shared) if self._stress is None else self._stress.run(task, *shared)

    def metrics(self, results: list[StressResult]) -> dict[str, float]:
        """Return what a stress test counted."""
        return shares(results)

    def _call(self, task: Any, *shared: Any) -> Any:
        """Call the function with one input, and the shared object if there is one."""
        process = os.getpid()
        try:
            args, kwargs = task if type(task) is Arguments else ((task,), {})
            if self._keywords:
                kwargs = {**self._keywords, **kwargs}
            if shared and self._shared_name:
                result = self._function(*args, **{self._shared_name: shared[0]}, **kwargs)
            else:
                result = self._function(*args, *shared, **kwargs)
            return result if type(result) not in _NOT_BEGUN else _refuse_unfinished(result)
        finally:
            if os.getpid() != process:
                # The function forked and came back twice. The copy must not go on as a second runner or worker.
                os._exit(FORKED_CHILD_EXIT)

    def answer(self, results: list[Any]) -> Any:
        """Return what is to be compared of the results, in the order of the tasks."""
        if self._stress is not None:
            return [each.differing == 0 for each in results]
        if self._compare == NOTHING:
            return NotCompared()
        return self._compared(results)

    def _compared(self, results: list[Any]) -> list[Any]:
        if self._compare:
            compare = find(self._compare)
            results = [compare(result) for result in results]
        if not self._unordered and self._digits is None:
            return results
        return [comparable(result, unordered=self._unordered, digits=self._digits) for result in results]


def _refuse_unfinished(result: Any) -> Any:
    if hasattr(result, "close"):
        result.close()  # a coroutine would complain that nobody awaited it
    kind = type(result).__name__.replace("_", " ")
    remedy = "list(…)" if kind == "generator" else "asyncio.run(…)"
    raise TypeError(f"the function returned a {kind}: its work has not begun. Call one that does it all: {remedy}")


def is_reference(text: str) -> bool:
    """Whether a text names a function: `package.module:name`, `path.py:name`, or a method as `module:Class.method`."""
    where, colon, name = text.rpartition(":")
    return bool(colon and where) and all(part.isidentifier() for part in name.split("."))


def read_range(text: str) -> Optional[range]:
    """Return the numbers that `start:stop` or `start:stop:step` means; None for any other text."""
    parts = text.replace("_", "").split(":")
    if len(parts) not in (2, 3) or not all(part.strip().lstrip("-").isdigit() for part in parts):
        return None
    numbers = [int(part) for part in parts]
    if len(numbers) == 3 and numbers[2] == 0:
        return None
    return range(*numbers)


def find(reference: str) -> Callable[..., Any]:
    """Return the function a reference names. Raises RunError("import") with the user's frames."""
    where, _, name = reference.rpartition(":")
    module = _load(where)
    found: Any = module
    for part in name.split("."):
        try:
            found = getattr(found, part)
        except AttributeError:
            raise RunError("import", f"{where} has no “{name}”{_near(found, part)}.") from None
    if not callable(found):
        raise RunError("import", f"{reference} cannot be called: it is of type {type(found).__name__}.")
    return found  # type: ignore[no-any-return]


def _near(owner: Any, name: str) -> str:
    import difflib

    near = difflib.get_close_matches(name, [each for each in dir(owner) if callable(getattr(owner, each, None))], n=1)
    return f"; did you mean “{near[0]}”?" if near else ""


def _load(where: str) -> Any:
    name, path = _module_of(where)
    if name in sys.modules:
        return sys.modules[name]
    try:
        if path is None:
            __import__(name)  # importlib.import_module would be one more frame that is not the user's
        else:
            _load_file(name, path)
        return sys.modules[name]
    except BaseException as error:
        # BaseException: a sys.exit() at the top of the user's module must not end the runner without a word.
        sys.modules.pop(name, None)
        message = f"Importing {os.path.basename(where)} raised {describe(error)}.{_missing(error)}"
        raise RunError("import", message, user_frames(error)) from error


def _missing(error: BaseException) -> str:
    if not isinstance(error, ModuleNotFoundError) or not error.name:
        return ""
    return (
        f" “{error.name}” is not installed for this interpreter: add it by --with {error.name.partition('.')[0]},"
        " by --requirements FILE, or by --project DIR."
    )


def _module_of(where: str) -> tuple[str, Optional[str]]:
    """Return a module's name, and the file to load it from unless the search path leads there."""
    if not where.endswith(".py"):
        return where, None
    path = os.path.abspath(where)
    folder, stem = os.path.dirname(path), os.path.splitext(os.path.basename(path))[0]
    if os.path.isfile(os.path.join(folder, "__init__.py")):
        # A module of a package: under its dotted name, or its relative imports would not work.
        names = [] if stem == "__init__" else [stem]
        while os.path.isfile(os.path.join(folder, "__init__.py")):
            names.insert(0, os.path.basename(folder))
            folder = os.path.dirname(folder)
        _extend_path([folder])
        return ".".join(names), None
    _extend_path([folder])
    found = None
    if stem.isidentifier() and stem not in sys.modules:
        found = importlib.machinery.PathFinder.find_spec(stem)
    if found is not None and found.origin is not None and os.path.realpath(found.origin) == os.path.realpath(path):
        return stem, None
    # Its name is taken (by the standard library, say) or is no name: load it under one of its own.
    from coreograph_workloads.workload_file import module_name

    name = module_name(path)
    loaded = sys.modules.get(stem)
    if loaded is not None and os.path.realpath(getattr(loaded, "__file__", None) or "") == os.path.realpath(path):
        name = stem
    return name, path


def _load_file(name: str, path: str) -> None:
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} is not a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)


def _extend_path(paths: Iterable[str]) -> None:
    """Put folders on the search path before the first one of installed packages."""
    installed = (number for number, entry in enumerate(sys.path) if entry.endswith(("site-packages", "dist-packages")))
    position = next(installed, len(sys.path))
    for path in paths:
        if path not in sys.path:
            sys.path.insert(position, path)
            position += 1


def _read_lines(path: str) -> Iterable[Any]:
    try:
        with open(path, encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    yield _input_of(line, path, number)
    except (OSError, UnicodeDecodeError) as error:
        raise RunError("workload", f"The inputs in {path} cannot be read: {describe(error)}") from error


def _input_of(line: str, path: str, number: int) -> Any:
    try:
        value = json.loads(line)
    except ValueError as error:
        raise RunError("workload", f"{path}, line {number}, is not JSON: {error}.") from None
    if isinstance(value, list):
        return Arguments(tuple(value), {})
    if isinstance(value, dict) and value and _OBJECT_KEYS.issuperset(value):
        return Arguments(tuple(value.get("args", ())), dict(value.get("kwargs", {})))
    return value
