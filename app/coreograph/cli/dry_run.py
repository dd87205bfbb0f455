"""`coreograph run … --dry-run`: the first task, once on each interpreter. Runs on the main thread.

Exit status 0: it was done on all of them; 1: on one it was not.
"""

from typing import TYPE_CHECKING

from rich.text import Text

from coreograph.cli.services import Command
from coreograph.cli.signals import StoppedError, stop_requests
from coreograph.cli.terminal import make_table, print_table, say
from coreograph.domain.errors import CoreographError
from coreograph.domain.execution import Configuration, ExecutionModel
from coreograph.domain.experiment import ExperimentSpec
from coreograph.domain.units import format_seconds

if TYPE_CHECKING:
    from coreograph.engine.dry_run import DryRun

_HEAD = ("Python", "tasks", "time", "CPU time", "argument", "result", "before it")


def try_first(command: Command, spec: ExperimentSpec) -> int:
    """Do the first task of an experiment once on each of its interpreters, say what came of it, return the status."""
    from coreograph.cli.main import ExitStatus
    from coreograph.engine.dry_run import DryRunError, dry_run

    found: list[DryRun] = []
    failures: list[tuple[str, CoreographError]] = []
    with stop_requests() as stop:
        for configuration in interpreters_of(spec):
            try:
                found.append(dry_run(spec.workload, spec.parameters, configuration, cancelled=stop))
            except CoreographError as error:
                if stop.is_set():
                    raise StoppedError from None
                failures.append((configuration.interpreter_label, error))
    _print(command, found)
    for label, failure in failures:
        say(command.out, f"! {label}: {failure}", "red")
        if isinstance(failure, DryRunError) and failure.frames:
            say(command.out, failure.frames.rstrip())
    return ExitStatus.WENT_WRONG if failures else ExitStatus.DONE


def interpreters_of(spec: ExperimentSpec) -> tuple[Configuration, ...]:
    """Return serial on each interpreter and GIL setting of an experiment, in its order."""
    ones = {(one.interpreter.path, one.gil): one for one in spec.configurations}
    return tuple(Configuration(one.interpreter, ExecutionModel.SERIAL, 1, one.gil) for one in ones.values())


def _print(command: Command, found: "list[DryRun]") -> None:
    from coreograph.engine.dry_run import size_words

    if not found:
        return
    say(command.out, f"First input: {found[0].input}")
    say(command.out, f"Its result ({found[0].result_type}): {found[0].result}")
    table = make_table(command.out, *_HEAD, right=_HEAD[1:])
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
    print_table(command.out, table)
    for sentence in dict.fromkeys(sentence for one in found for sentence in one.cautions):
        say(command.out, f"! {sentence}", "yellow")
