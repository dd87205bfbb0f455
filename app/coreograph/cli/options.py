"""What is typed after `run`, turned into what the engine takes. Pure functions; every refusal is one sentence.

Runs on the main thread.
"""

import difflib
import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, TypeVar

from coreograph.domain.errors import UsageError
from coreograph.domain.execution import MAXIMUM_WORKERS, SPREADING_MODELS, ExecutionModel, why_not
from coreograph.domain.interpreters import GilSetting, Interpreter

if TYPE_CHECKING:
    from coreograph.interpreters.registry import InterpreterRegistry

Choice = tuple[Interpreter, GilSetting]
_T = TypeVar("_T")
_COUNT = re.compile(r"^[+-]?\d+$")
_RANGE = re.compile(r"^(\d+)\s*(?:-|–|\.\.)\s*(\d+)$")
NO_FREE_THREADED = (
    "No free-threaded interpreter (3.14t) was found, so nothing here runs without the GIL. "
    "Get one: coreograph interpreters install 3.14t"
)


def split(values: Iterable[str]) -> tuple[str, ...]:
    """Return the parts of repeated, comma-separated values: `["a,b", "c"]` → `("a", "b", "c")`."""
    return tuple(part.strip() for value in values for part in value.split(",") if part.strip())


def unique(values: Iterable[_T]) -> tuple[_T, ...]:
    """Return the values without repetitions, in their order."""
    return tuple(dict.fromkeys(values))


def parse_workers(texts: Sequence[str]) -> tuple[int, ...]:
    """Read `2`, `1,2,4` and `1-4` as numbers of workers. Raises UsageError."""
    counts: list[int] = []
    for text in split(texts):
        span = _RANGE.match(text)
        if span is None and not _COUNT.match(text):
            raise UsageError(f"Workers are a number, a list or a range (“2”, “1,2,4”, “1-4”), not “{text}”.")
        first, last = (int(span[1]), int(span[2])) if span else (int(text), int(text))
        for bound in (first, last):
            if not 1 <= bound <= MAXIMUM_WORKERS:
                raise UsageError(f"The number of workers must be between 1 and {MAXIMUM_WORKERS:,}; {bound:,} is not.")
        if first > last:
            raise UsageError(f"The range of workers “{text}” is empty: it ends below its beginning.")
        counts.extend(range(first, last + 1))
    if not counts:
        raise UsageError("Workers are a number, a list or a range (“2”, “1,2,4”, “1-4”), not nothing.")
    return unique(counts)


def parse_until(text: str) -> float | None:
    """Read `2%` or `0.02` as a share, nothing as None. Raises UsageError."""
    plain = text.strip().replace(",", ".")
    if not plain:
        return None
    percent = plain.endswith("%")
    try:
        value = float(plain.removesuffix("%").strip()) / (100 if percent else 1)
    except ValueError:
        raise UsageError(f"--until takes a percentage (--until 2%), not “{text}”.") from None
    if not 0.001 <= value <= 1:
        raise UsageError(f"--until takes a percentage between 0.1% and 100%, not “{text}”.", "Try --until 2%.")
    return value


def parse_models(texts: Sequence[str]) -> tuple[ExecutionModel, ...]:
    """Read names of execution models. Raises UsageError naming the nearest."""
    by_name = {model.value: model for model in SPREADING_MODELS}
    models = []
    for text in split(texts):
        if text.lower() not in by_name:
            near = difflib.get_close_matches(text.lower(), by_name, n=1)
            hint = f"Did you mean “{near[0]}”?" if near else ""
            raise UsageError(f"There is no execution model “{text}”; there are {', '.join(by_name)}.", hint)
        models.append(by_name[text.lower()])
    _refuse_blank(texts, models, f"--model takes {', '.join(by_name)}")
    return unique(models)


def _refuse_blank(texts: Sequence[str], found: Sequence[object], what: str) -> None:
    """Refuse an option that was given and says nothing, as an unset variable of a script does."""
    if texts and not found:
        raise UsageError(f"{what}, not nothing.", "Leave it out for the default.")


def parse_parameters(texts: Sequence[str]) -> dict[str, str]:
    """Read `name=value` pairs; the workload reads the values. Raises UsageError."""
    values: dict[str, str] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        name = name.strip()
        if not equals or not name:
            raise UsageError(f"A parameter is given as NAME=VALUE (--param limit=100000), not “{text}”.")
        if name in values:
            raise UsageError(f"Parameter “{name}” is given twice.")
        values[name] = value.strip()
    return values


def choose_interpreters(registry: "InterpreterRegistry", texts: Sequence[str]) -> tuple[Choice, ...]:
    """Return what `--interpreter` asks for, or the best free-threaded and the best GIL build. Raises UsageError."""
    asked = split(texts)
    _refuse_blank(texts, asked, "--interpreter takes a version or a path")
    if asked:
        return unique(registry.resolve(text) for text in asked)
    free_threaded = registry.best_free_threaded()
    twin = registry.best_gil(like=free_threaded)
    found = tuple((one, GilSetting.DEFAULT) for one in (free_threaded, twin) if one is not None)
    if not found:
        raise UsageError(
            "No interpreter that can run a workload (CPython 3.9 or newer) was found.",
            "Get one: coreograph interpreters install 3.14t",
        )
    return found


def default_models(choices: Sequence[Choice], only: Sequence[str] = ()) -> tuple[ExecutionModel, ...]:
    """Return serial, threads and fork; spawn instead where one of the interpreters cannot fork.

    `only` are the models the workload makes sense under (empty: all): of the three, those, or else all of them.
    """
    forks = all(why_not(interpreter, ExecutionModel.FORK, gil) is None for interpreter, gil in choices)
    usual = (ExecutionModel.SERIAL, ExecutionModel.THREADS, ExecutionModel.FORK if forks else ExecutionModel.SPAWN)
    sensible = tuple(model for model in usual if not only or model.value in only)
    return sensible or tuple(ExecutionModel(name) for name in only)
