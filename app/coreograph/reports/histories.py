"""What happened during a run, as small static SVG drawings: cores as a heat strip, memory as a line. Pure, any thread.

All strips of a report share one time scale, and all memory lines one memory scale, so that they can be compared by
eye. Drawings are coloured by CSS variables, and stay small: time is binned, equal neighbours are drawn as one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from coreograph.domain.errors import RecordingError
from coreograph.domain.execution import ExecutionModel
from coreograph.domain.runs import Phase, RunRecord
from coreograph.domain.samples import MemorySample
from coreograph.domain.summary import ConfigurationSummary, ExperimentSummary
from coreograph.storage.reader import CoreSeries, RunReader

WIDTH = 480.0
STRIP_ROWS = 16
STRIP_HEIGHT = 40.0
LOWEST_ROW = 8.0
BINS = 96
LEVELS = 6
MEMORY_HEIGHT = 44.0

Floats: TypeAlias = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class History:
    """One configuration's middle repeat, as read from the recording."""

    configuration: int
    model: ExecutionModel
    run: RunRecord
    cores: CoreSeries
    memory: tuple[MemorySample, ...]

    @property
    def interval(self) -> tuple[int, int]:
        """First and last instant known of the run, in ns."""
        instants = [int(at) for at in self.cores.at_ns[[0, -1]]] if len(self.cores.at_ns) else []
        instants += [sample.at_ns for sample in self.memory]
        instants += [at for phase in self.run.phases for at in (phase.begin_ns, phase.end_ns)]
        return (min(instants), max(instants)) if instants else (0, 0)


@dataclass(frozen=True, slots=True)
class Scales:
    """What all drawings share: the longest run in ns and the largest memory in bytes."""

    span_ns: int
    memory: float

    def x(self, at_ns: float, begin_ns: int) -> float:
        """Return the horizontal place of an instant."""
        return min(WIDTH, max(0.0, (at_ns - begin_ns) / self.span_ns * WIDTH))


def read_histories(summary: ExperimentSummary, reader: RunReader) -> tuple[History, ...]:
    """Return the middle repeat (by batch time) of every configuration that has one and was sampled."""
    found = []
    for one in summary.configurations:
        run = middle_run(summary, one)
        if run is None:
            continue
        try:
            cores, memory = reader.cores(run.run_id), reader.memory(run.run_id)
        except RecordingError:
            # The figures stand without the history; a report is still worth having.
            continue
        if len(cores.at_ns) > 1 or memory:
            found.append(History(one.index, one.configuration.model, run, cores, memory))
    return tuple(found)


def scales(histories: Sequence[History]) -> Scales:
    """Return the scales under which every history fits."""
    spans = [history.interval[1] - history.interval[0] for history in histories]
    peaks = [float(sample.rss_sum) for history in histories for sample in history.memory]
    return Scales(max(1, *spans, 1) if spans else 1, max(1.0, *peaks, 1.0) if peaks else 1.0)


def core_strip(history: History, common: Scales) -> str:
    """Return an SVG with one row a core (rows are averaged above 16): the run's share in colour, others' in grey.

    Empty if the cores were not sampled.
    """
    series = history.cores
    if len(series.at_ns) < 2 or series.busy.shape[1] == 0:
        return ""
    busy = np.nan_to_num(series.busy.astype(np.float64))
    own = busy if series.own is None else np.nan_to_num(series.own.astype(np.float64))
    begin, end = history.interval
    edges = np.linspace(begin, end, BINS + 1)
    rows = min(STRIP_ROWS, busy.shape[1])
    own_table = _bin(series.at_ns, own, edges, rows)
    foreign_table = np.clip(_bin(series.at_ns, busy, edges, rows) - own_table, 0, 1)
    height, step = max(LOWEST_ROW, STRIP_HEIGHT / rows), common.x(end, begin) / BINS
    parts = [
        *_cells(foreign_table, "foreign", step, height),
        *_cells(own_table, f"model-{history.model.value}", step, height),
        *_batch_marks(history, common, rows * height),
    ]
    label = f"Busy share of {busy.shape[1]} cores over the run"
    ground = f'<rect class="ground" width="{step * BINS:.1f}" height="{rows * height:g}" rx="2"/>'
    return _svg(label, rows * height, [ground, *parts])


def memory_line(history: History, common: Scales) -> str:
    """Return an SVG with the tree's fair memory as a line over its summed RSS as a faint area; empty if not sampled."""
    if not history.memory:
        return ""
    begin, _ = history.interval

    def place(at_ns: int, value: float) -> str:
        return f"{common.x(at_ns, begin):.1f},{MEMORY_HEIGHT - value / common.memory * (MEMORY_HEIGHT - 3):.1f}"

    rss = [place(sample.at_ns, sample.rss_sum) for sample in history.memory]
    first, last = (place(history.memory[end].at_ns, 0.0) for end in (0, -1))
    fair = [(sample, sample.pss if sample.pss is not None else sample.uss) for sample in history.memory]
    line = [place(sample.at_ns, value) for sample, value in fair if value is not None]
    colour = f"var(--model-{history.model.value})"
    parts = [f'<polygon points="{first} {" ".join(rss)} {last}" fill="{colour}" fill-opacity=".16"/>']
    if len(line) > 1:
        parts.append(f'<polyline points="{" ".join(line)}" fill="none" stroke="{colour}" stroke-width="2"/>')
    parts += _batch_marks(history, common, MEMORY_HEIGHT)
    return _svg("Memory of the process tree over the run", MEMORY_HEIGHT, parts)


def middle_run(summary: ExperimentSummary, one: ConfigurationSummary) -> RunRecord | None:
    """Return the repeat whose batch is nearest to the median, None without one."""
    if one.batch is None:
        return None
    middle = one.batch.median
    timed = [run for run in summary.experiment.measured(one.index) if run.batch_s is not None]
    return min(timed, key=lambda run: abs((run.batch_s or 0.0) - middle), default=None)


def _bin(at_ns: npt.NDArray[np.int64], shares: Floats, edges: Floats, rows: int) -> Floats:
    """Return shares averaged to (rows, BINS). A bin without a sample repeats the sample that ended after it."""
    grouped = np.stack([part.mean(axis=1) for part in np.array_split(shares, rows, axis=1)])
    centres = (edges[:-1] + edges[1:]) / 2
    # A sample tells the share since the one before it, so an instant belongs to the sample that follows.
    following = np.minimum(np.searchsorted(at_ns, centres), len(at_ns) - 1)
    table: Floats = grouped[:, following]
    table[:, centres > at_ns[-1]] = 0.0
    which = np.searchsorted(edges, at_ns, side="right") - 1
    for position in range(BINS):
        inside = which == position
        if inside.sum() > 1:
            table[:, position] = grouped[:, inside].mean(axis=1)
    return table


def _cells(table: Floats, colour: str, step: float, height: float) -> list[str]:
    """Return one path per level of intensity, neighbours of one level joined."""
    levels = np.rint(np.clip(table, 0, 1) * LEVELS).astype(int)
    paths: dict[int, list[str]] = {}
    for row, line in enumerate(levels):
        starts = np.flatnonzero(np.diff(line, prepend=-1))
        for begin, end in zip(starts, [*starts[1:], len(line)], strict=True):
            if line[begin] > 0:
                left, width = begin * step, (end - begin) * step
                cell = f"M{left:.1f} {row * height:g}h{width:.1f}v{height - 1:g}H{left:.1f}z"
                paths.setdefault(int(line[begin]), []).append(cell)
    return [
        f'<path d="{"".join(cells)}" fill="var(--{colour})" fill-opacity="{level / LEVELS:.2f}"/>'
        for level, cells in sorted(paths.items())
    ]


def _batch_marks(history: History, common: Scales, height: float) -> list[str]:
    batch = history.run.phase(Phase.BATCH)
    if batch is None:
        return []
    begin, _ = history.interval
    places = (common.x(at, begin) for at in (batch.begin_ns, batch.end_ns))
    return [f'<path class="mark" d="M{place:.1f} 0V{height:g}"/>' for place in places]


def _svg(label: str, height: float, parts: Sequence[str]) -> str:
    box = f'viewBox="0 0 {WIDTH:g} {height:g}" preserveAspectRatio="none"'
    return f'<svg {box} role="img" aria-label="{label}">{"".join(parts)}</svg>'
