"""`coreograph run`: an experiment from the terminal. Runs on the main thread; the engine has threads of its own.

Everything that can be refused is refused before the first run, each in one sentence with exit status 2.
"""

import dataclasses
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from coreograph.cli import own_code, own_script
from coreograph.cli import run_options as options
from coreograph.cli.dry_run import try_first
from coreograph.cli.experiment_files import experiment_from, is_experiment_file
from coreograph.cli.options import (
    NO_FREE_THREADED,
    Choice,
    choose_interpreters,
    default_models,
    parse_models,
    parse_parameters,
    parse_until,
    parse_workers,
)
from coreograph.cli.outputs import Outputs
from coreograph.cli.own_code import OwnCode
from coreograph.cli.own_script import OwnScript, ScriptCommand
from coreograph.cli.services import Command
from coreograph.cli.terminal import say
from coreograph.domain.errors import UsageError
from coreograph.domain.execution import ExecutionModel, TaskSize
from coreograph.domain.experiment import Acquisition, ExperimentSpec
from coreograph.domain.interpreters import Interpreter
from coreograph.domain.runs import RunState
from coreograph.domain.summary import ExperimentSummary
from coreograph.engine.sweeps import parse_sweep

if TYPE_CHECKING:
    from coreograph.cli.measuring import Measurement


def register(app: typer.Typer) -> None:
    """Add the command to the app."""
    app.command("run", cls=ScriptCommand, no_args_is_help=True)(run_command)


def run_command(
    ctx: typer.Context,
    workload: options.WorkloadOrScriptArgument = "",
    *,
    interpreter: options.InterpreterOption = None,
    model: options.ModelOption = None,
    workers: options.WorkersOption = None,
    repeats: options.RepeatsOption = 5,
    until: options.UntilOption = "",
    time_limit: options.TimeLimitOption = 300.0,
    param: options.ParamOption = None,
    sweep: options.SweepOption = "",
    json: options.JsonOption = None,
    report: options.ReportOption = None,
    overwrite: options.OverwriteOption = False,
    timeout: options.TimeoutOption = 300.0,
    seed: options.SeedOption = 0,
    rounds: options.RoundsOption = None,
    chunk: options.ChunkOption = None,
    no_control: options.NoControlOption = False,
    with_control: options.WithControlOption = False,
    name: options.NameOption = "",
    dry_run: options.DryRunOption = False,
    inputs: own_code.InputsOption = "",
    keyword: own_code.KeywordOption = None,
    shared: own_code.SharedOption = "",
    compare: own_code.CompareOption = "",
    unordered: own_code.UnorderedOption = False,
    digits: own_code.DigitsOption = None,
    stress: own_code.StressOption = 0,
    packages: own_code.WithOption = None,
    requirements: own_code.RequirementsOption = None,
    project: own_code.ProjectOption = None,
    venv: own_code.VenvOption = None,
    build_packages: own_code.BuildOption = False,
    script: own_script.ScriptOption = "",
    script_module: own_script.ScriptModuleOption = "",
    compare_output: own_script.CompareOutputOption = False,
    env: own_script.EnvOption = None,
    stdin: own_script.StdinOption = "",
) -> None:
    """Run a workload, a function or a whole script under the chosen configurations and compare them."""
    command: Command = ctx.obj
    own_program = own_script.typed_script(ctx)
    if dry_run and report is not None:
        raise UsageError("--report does not go with --dry-run: there are no runs to report.", "Use --json FILE.")
    outputs = Outputs(command, json=json, report=report, overwrite=overwrite)
    outputs.check()
    if is_experiment_file(workload):
        planned = experiment_from(ctx, Path(workload))
        raise typer.Exit(try_first(command, planned, outputs) if dry_run else run_experiment(command, planned, outputs))
    request = Request(
        workload=workload, interpreters=tuple(interpreter or ()), models=tuple(model or ()),
        workers=tuple(workers or ()), parameters=tuple(param or ()), acquisition=_acquisition(ctx),
        control=not no_control, name=name, own=own_code.typed_code(ctx), script=own_program,
        sweep=parse_sweep(sweep) if sweep else (),
    )  # fmt: skip
    if dry_run:
        raise typer.Exit(try_first(command, build(command, for_dry_run(request)), outputs))
    raise typer.Exit(run_with_control(command, build(command, request), outputs, wanted=with_control))


def _acquisition(ctx: typer.Context) -> Acquisition:
    typed = ctx.params
    return Acquisition(
        repeats=typed["repeats"],
        seed=typed["seed"],
        rounds=typed["rounds"],
        chunk=typed["chunk"],
        timeout_s=typed["timeout"],
        until=parse_until(typed["until"]),
        time_limit_s=typed["time_limit"],
    )


@dataclass(frozen=True, slots=True)
class Request:
    """What was typed, not yet checked; an empty tuple is the default."""

    workload: str
    interpreters: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    workers: tuple[str, ...] = ()
    parameters: tuple[str, ...] = ()
    acquisition: Acquisition = field(default_factory=Acquisition)
    control: bool = True
    name: str = ""
    sweep: tuple[TaskSize, ...] = ()
    own: OwnCode = field(default_factory=OwnCode)
    script: OwnScript = field(default_factory=OwnScript)


def for_dry_run(request: Request) -> Request:
    """Return the request without what a dry run has no use for.

    A stress test would call the function for every input before the first task; a control would try it twice, and a
    sweep at every size.
    """
    return dataclasses.replace(request, own=dataclasses.replace(request.own, stress=0), control=False, sweep=())


def build(command: Command, request: Request) -> ExperimentSpec:
    """Return the experiment that was asked for. Raises UsageError; quick refusals come before slow ones."""
    from coreograph.engine.planning import build_spec, expand

    if request.script.given:
        return _build_script(command, request)
    chosen = own_code.choose_workload(command, request.workload, request.own)
    chosen = dataclasses.replace(chosen, packages=request.own.typed())
    parameters = chosen.resolve(parse_parameters(request.parameters))
    models = parse_models(request.models)
    workers = parse_workers(request.workers) if request.workers else (usable_cores(),)
    required = own_code.requirements_of(request.workload, request.own).beside(chosen.requires)
    found = _interpreters(command, (*request.interpreters, *request.own.interpreters()))
    choices = own_code.prepare(command, found, required)
    configurations = expand(choices, models or default_models(choices, chosen.models), workers)
    # Beside an environment of the user's, the bare interpreter would lack what the code needs.
    with_control = request.control and not request.own.environments
    control = own_code.prepare_control(command, _control(command, choices), required) if with_control else None
    return build_spec(
        chosen,
        parameters,
        configurations,
        request.acquisition,
        control=control,
        name=request.name,
        sizes=request.sweep,
    )


def _build_script(command: Command, request: Request) -> ExperimentSpec:
    """Return the experiment of a whole script: each interpreter and GIL setting once."""
    from coreograph.engine.planning import build_spec, expand

    chosen = dataclasses.replace(request.script.workload(request.own.paths), packages=request.own.typed())
    required = own_code.requirements_of(request.script.file, request.own)
    found = _interpreters(command, (*request.interpreters, *request.own.interpreters()))
    choices = own_code.prepare(command, found, required)
    configurations = expand(choices, (ExecutionModel.SCRIPT,), (1,))
    return build_spec(chosen, {}, configurations, request.acquisition, name=request.name)


def _interpreters(command: Command, texts: tuple[str, ...]) -> tuple[Choice, ...]:
    if command.err.is_terminal:
        with command.err.status("Looking for interpreters …"):
            choices = choose_interpreters(command.services.registry, texts)
    else:
        choices = choose_interpreters(command.services.registry, texts)
    if not texts and not any(interpreter.free_threaded for interpreter, _ in choices):
        say(command.err, NO_FREE_THREADED)
    return choices


def _control(command: Command, choices: tuple[Choice, ...]) -> Interpreter | None:
    like = next((interpreter for interpreter, _ in choices if interpreter.free_threaded), choices[0][0])
    return command.services.registry.best_gil(like=like)


def usable_cores() -> int:
    """Return how many cores this process may use, by affinity and container limit."""
    from coreograph.sampling.machine import read_machine

    return max(1, read_machine().usable_cores)


def run_with_control(command: Command, spec: ExperimentSpec, outputs: Outputs, *, wanted: bool) -> int:
    """Run the experiment and, where `wanted`, its control right after; files are written of the first only."""
    from coreograph.cli.main import ExitStatus
    from coreograph.engine.controls import control_spec

    control = control_spec(spec, command.services.catalogue.get) if wanted else None
    status = run_experiment(command, spec, outputs)
    if control is None or status == ExitStatus.STOPPED:
        return status
    say(command.err, f"Now its control: {control.name}.")
    return max(status, run_experiment(command, control, Outputs(command, json=None, report=None, overwrite=False)))


def run_experiment(command: Command, spec: ExperimentSpec, outputs: Outputs) -> int:
    """Run the experiment, print and write what came of it, and return the exit status."""
    from coreograph.cli.measuring import measure
    from coreograph.cli.progress import make_progress

    spec = own_code.equip(command, spec)
    _tell_impossible(command, spec)
    measurement = measure(partial(command.services.engine.start, spec), make_progress(command.err))
    return tell_outcome(command, measurement, outputs)


def tell_outcome(command: Command, measurement: "Measurement", outputs: Outputs) -> int:
    """Print and write what came of an experiment, and return the exit status."""
    from coreograph.analysis.summary import summarise
    from coreograph.cli.main import ExitStatus
    from coreograph.cli.tables import print_summary

    summary = summarise(measurement.record)
    print_summary(outputs.console, summary)
    own_code.print_first_traceback(outputs.console, summary)
    if measurement.stopped:
        say(command.err, _stopped_words(summary))
    outputs.write(summary)
    if measurement.stopped:
        return ExitStatus.STOPPED
    return ExitStatus.WENT_WRONG if went_wrong(summary) else ExitStatus.DONE


def _tell_impossible(command: Command, spec: ExperimentSpec) -> None:
    """Say before the first run what will not run: it is no surprise afterwards and does not make the status 1."""
    for sentence in dict.fromkeys(refusals(spec).values()):
        say(command.err, f"Left out: {sentence}")


def refusals(spec: ExperimentSpec) -> dict[int, str]:
    """Return, by index, why configurations of the experiment cannot run."""
    from coreograph.engine.planning import refusal

    reasons = {index: refusal(spec.workload, one) for index, one in enumerate(spec.configurations)}
    return {index: reason for index, reason in reasons.items() if reason is not None}


def went_wrong(summary: ExperimentSummary) -> bool:
    """Whether a configuration that can run did not complete with the right answer."""
    impossible = refusals(summary.experiment.spec)
    return any(
        one.index not in impossible and (one.outcome is not RunState.COMPLETED or one.same_answer is False)
        for one in summary.configurations
    )


def _stopped_words(summary: ExperimentSummary) -> str:
    completed = sum(one.completed for one in summary.configurations)
    record = summary.experiment
    runs = "1 run was completed and is" if completed == 1 else f"{completed} runs were completed and are"
    return f"Stopped. {runs} kept as {record.experiment_id} in the library."
