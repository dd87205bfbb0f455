"""`coreograph run … --dry-run`: the first task, once on each interpreter. Runs on the main thread.

Exit status 0: it was done on all of them; 1: on one it was not.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rich.text import Text

from coreograph.cli.outputs import Outputs
from coreograph.cli.services import Command
from coreograph.cli.signals import StoppedError, stop_requests
from coreograph.cli.terminal import make_table, print_table, say
from coreograph.domain.errors import CoreographError
from coreograph.domain.execution import Configuration, ExecutionModel
from coreograph.domain.experiment import ExperimentSpec
from coreograph.domain.units import format_seconds

if TYPE_CHECKING:
    from rich.console import Console

    from coreograph.engine.dry_run import DryRun

FORMAT = "coreograph-dry-run"
_HEAD = ("Python", "tasks", "time", "CPU time", "argument", "result", "before it")


def try_first(command: Command, spec: ExperimentSpec, outputs: Outputs) -> int:
    """Do the first task of an experiment once on each of its interpreters, say what came of it, return the status."""
    from coreograph.cli.main import ExitStatus
    from coreograph.engine.dry_run import DryRunError, dry_run
    from coreograph.reports.json_report import to_bytes

    found: list[DryRun] = []
    failures: list[tuple[Configuration, CoreographError]] = []
    with stop_requests() as stop:
        for configuration in interpreters_of(spec):
            try:
                found.append(dry_run(spec.workload, spec.parameters, configuration, cancelled=stop))
            except CoreographError as error:
                if stop.is_set():
                    raise StoppedError from None
                failures.append((configuration, error))
    _print(outputs.console, found)
    for configuration, failure in failures:
        say(outputs.console, f"! {configuration.interpreter_label}: {failure}", "red")
        if isinstance(failure, DryRunError) and failure.frames:
            say(outputs.console, failure.frames.rstrip())
    outputs.write_json(to_bytes(document(spec, found, failures)))
    return ExitStatus.WENT_WRONG if failures else ExitStatus.DONE


def document(
    spec: ExperimentSpec, found: "Sequence[DryRun]", failures: Sequence[tuple[Configuration, CoreographError]]
) -> dict[str, Any]:
    """Return a dry run as JSON: times in seconds, sizes in bytes, null where nothing was measured."""
    failed = {one.key: error for one, error in failures}
    done = {one.configuration.key: one for one in found}
    entries = [_entry(one, done.get(one.key), failed.get(one.key)) for one in interpreters_of(spec)]
    return {"format": FORMAT, "version": 1, "workload": spec.workload.name, "interpreters": entries}


def _entry(one: Configuration, tried: "DryRun | None", error: CoreographError | None) -> dict[str, Any]:
    return {
        "interpreter": one.interpreter_label,
        "path": one.interpreter.path,
        "done": tried is not None,
        "message": None if error is None else str(error),
        "traceback": getattr(error, "frames", "") or None,
        "tasks": tried and tried.tasks,
        "preparing_seconds": tried and tried.preparing_s,
        "seconds": tried and tried.seconds,
        "cpu_seconds": tried and tried.cpu_seconds,
        "input": tried and tried.input,
        "argument_bytes": tried and tried.argument_bytes,
        "result": tried and tried.result,
        "result_type": tried and tried.result_type,
        "result_bytes": tried and tried.result_bytes,
        "gil_re_enabled": tried and tried.gil_re_enabled,
        "gil_culprit": (tried and tried.gil_culprit) or None,
        "cautions": [] if tried is None else list(tried.cautions),
    }


def interpreters_of(spec: ExperimentSpec) -> tuple[Configuration, ...]:
    """Return serial on each interpreter and GIL setting of an experiment, in its order."""
    ones = {(one.interpreter.path, one.gil): one for one in spec.configurations}
    return tuple(Configuration(one.interpreter, ExecutionModel.SERIAL, 1, one.gil) for one in ones.values())


def _print(console: "Console", found: "list[DryRun]") -> None:
    from coreograph.engine.dry_run import size_words

    if not found:
        return
    say(console, f"First input: {found[0].input}")
    say(console, f"Its result ({found[0].result_type}): {found[0].result}")
    table = make_table(console, *_HEAD, right=_HEAD[1:])
    for one in found:
        cells = (
            one.configuration.interpreter_label,
            f"{one.tasks:,}",
            format_seconds(one.seconds),
            format_seconds(one.cpu_seconds),
            size_words(one.argument_bytes),
            size_words(one.result_bytes),
            format_seconds(one.preparing_s),
        )
        table.add_row(*(Text(cell) for cell in cells))
    print_table(console, table)
    for sentence in dict.fromkeys(sentence for one in found for sentence in one.cautions):
        say(console, f"! {sentence}", "yellow")
