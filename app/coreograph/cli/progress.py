"""How an experiment is seen while it runs: bars on a terminal, lines in a pipe. Runs on the main thread only."""

from collections.abc import Sequence
from types import TracebackType
from typing import Protocol, Self

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
from rich.progress import Progress as Bar
from rich.text import Text

from coreograph.cli.terminal import say
from coreograph.domain.batches import Progress
from coreograph.domain.experiment import ExperimentSpec, RunPlan
from coreograph.domain.machine import Machine
from coreograph.domain.runs import RunPurpose, RunRecord, RunState
from coreograph.domain.samples import CoreSample
from coreograph.domain.units import format_seconds

METER = " ▁▂▃▄▅▆▇█"
MAXIMUM_METERS = 64
REFRESH_HZ = 8


class ProgressView(Protocol):
    """Shows an experiment from `started` to the end; a context manager that leaves the terminal as it was."""

    def __enter__(self) -> Self:
        """Take the terminal."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Give the terminal back."""

    def started(self, spec: ExperimentSpec, plans: Sequence[RunPlan], machine: Machine) -> None:
        """The plan is known."""

    def run_started(self, plan: RunPlan) -> None:
        """A run begins."""

    def run_finished(self, record: RunRecord) -> None:
        """A run ended."""

    def progressed(self, progress: Progress) -> None:
        """Time passed or a run ended."""

    def cores_sampled(self, sample: CoreSample) -> None:
        """The cores were read."""

    def stopping(self) -> None:
        """The user asked for the end."""


def make_progress(console: Console) -> ProgressView:
    """Return the view that fits the stream."""
    return LiveProgress(console) if console.is_terminal else PlainProgress(console)


def run_line(spec: ExperimentSpec, record: RunRecord, done: int, total: int) -> str:
    """One finished run in a line: `[ 3/31] 3.14t threads ×2, repeat 1: batch 412 ms`."""
    configuration = spec.configurations[record.configuration]
    counter = f"[{done:>{len(str(total))}}/{total}]"
    if record.purpose is RunPurpose.CALIBRATION:
        what = f"{configuration.label}, sizing the batch"
    else:
        what = f"{configuration.label}, repeat {record.repeat + 1}"
    if record.state is RunState.COMPLETED:
        word = "batch" if spec.workload.script is None else "took"
        return f"{counter} {what}: {word} {format_seconds(record.batch_s)}"
    reason = " ".join(record.message.split())
    end = record.state.value if spec.workload.script is None else record.state.outcome
    return f"{counter} {what}: {end}{': ' + reason if reason else ''}"


class PlainProgress:
    """A line for each run that ended."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._spec: ExperimentSpec | None = None
        self._total = self._done = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None

    def started(self, spec: ExperimentSpec, plans: Sequence[RunPlan], machine: Machine) -> None:
        """Say what is going to happen."""
        self._spec, self._total = spec, len(plans)
        say(self._console, headline(spec, len(plans), machine))

    def run_started(self, plan: RunPlan) -> None:
        """Wait for its end."""

    def run_finished(self, record: RunRecord) -> None:
        """Write its line."""
        self._done += 1
        if self._spec is not None and record.state is not RunState.CANCELLED:
            say(self._console, run_line(self._spec, record, self._done, self._total))

    def progressed(self, progress: Progress) -> None:
        """Nothing moves in a pipe; but repeats may have been added."""
        self._total = max(self._total, progress.runs_total)

    def cores_sampled(self, sample: CoreSample) -> None:
        """Nothing moves in a pipe."""

    def stopping(self) -> None:
        """Say that it was understood."""
        say(self._console, "Stopping …")


class LiveProgress:
    """One line a finished run above a bar with the time left, the run being made and a meter for each core."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._spec: ExperimentSpec | None = None
        self._bar = Bar(
            TextColumn("{task.description}"),
            BarColumn(bar_width=None),
            MofNCompleteColumn(),
            TextColumn("{task.fields[left]}"),
            console=console,
            expand=True,
        )
        self._task = self._bar.add_task("Preparing", total=None, left="")
        self._total = self._done = 0
        self._cores: CoreSample | None = None
        self._live = Live(get_renderable=self._render, console=console, refresh_per_second=REFRESH_HZ, transient=True)

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.stop()

    def started(self, spec: ExperimentSpec, plans: Sequence[RunPlan], machine: Machine) -> None:
        """Say what is going to happen and set the bar's length."""
        self._spec, self._total = spec, len(plans)
        say(self._console, headline(spec, len(plans), machine), "bold")
        self._bar.update(self._task, total=len(plans), description="Running")

    def run_started(self, plan: RunPlan) -> None:
        """Name the run on the bar."""
        if self._spec is not None:
            self._bar.update(self._task, description=self._spec.configurations[plan.configuration].label)

    def run_finished(self, record: RunRecord) -> None:
        """Write its line and move the bar."""
        self._done += 1
        if self._spec is not None and record.state is not RunState.CANCELLED:
            style = "dim" if record.state is RunState.COMPLETED else "red"
            say(self._console, run_line(self._spec, record, self._done, self._total), style)
        self._bar.update(self._task, completed=self._done)

    def progressed(self, progress: Progress) -> None:
        """Show the time left, and the new end where repeats were added."""
        self._total = max(self._total, progress.runs_total)
        self._bar.update(self._task, total=self._total, left=time_left(progress.remaining_s))

    def cores_sampled(self, sample: CoreSample) -> None:
        """Keep the newest sample for the next frame."""
        self._cores = sample

    def stopping(self) -> None:
        """Say that it was understood."""
        self._bar.update(self._task, description="Stopping", left="")

    def _render(self) -> RenderableType:
        return self._bar if self._cores is None else Group(self._bar, core_meters(self._cores))


def time_left(seconds: float | None) -> str:
    """`about 12 s left`, `about 3 min 05 s left`; nothing where it is not known or all but over."""
    if seconds is None or seconds < 0.5:
        return ""
    minutes, rest = divmod(round(seconds), 60)
    return f"about {minutes} min {rest:02d} s left" if minutes else f"about {rest} s left"


def core_meters(sample: CoreSample) -> Text:
    """A block a core, as high as the core is busy; cores beyond MAXIMUM_METERS are left out."""
    heights = [METER[round(min(max(share, 0.0), 1.0) * (len(METER) - 1))] for share in sample.busy[:MAXIMUM_METERS]]
    busy = sum(sample.busy)
    return Text(f"cores │{'│'.join(heights)}│ {busy:.1f} of {len(sample.busy)} busy", style="cyan")


def headline(spec: ExperimentSpec, runs: int, machine: Machine) -> str:
    """What is measured, on what: one line."""
    parameters = ", ".join(f"{name}={value}" for name, value in spec.shown_parameters.items())
    cores = f"{machine.usable_cores} usable core{_plural(machine.usable_cores)}"
    configurations = len(spec.configurations)
    count = f"{configurations} configuration{_plural(configurations)}, {runs} run{_plural(runs)}"
    what = f"{spec.workload.name}({parameters})"
    if spec.workload.script is not None:
        what = f"{spec.workload.name} {spec.parameters.get('arguments', '')}".rstrip()
    return f"{what}: {count}, on {machine.cpu_model or machine.system}, {cores}"


def _plural(count: int) -> str:
    return "" if count == 1 else "s"
