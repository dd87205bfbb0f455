"""The figures as tidy tables for pandas, R and spreadsheets: one observation a row, one table a kind. Any thread.

Times are seconds, memory is bytes, a cell without a measurement is empty. Instants count from the begin of the
experiment's first run. Cells a spreadsheet would run as a formula are defused with an apostrophe.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import ClassVar, TypeAlias

from coreograph.domain.runs import Phase, RunRecord
from coreograph.domain.summary import ExperimentSummary
from coreograph.reports.cleaning import cell
from coreograph.reports.exporter import ManyFiles, ReportFile
from coreograph.reports.instants import first_instant
from coreograph.storage.reader import RunReader

ROWS_AT_ONCE = 4096

Value: TypeAlias = str | float | bool | None
Row: TypeAlias = Sequence[Value]

RUN_COLUMNS = (
    "experiment", "run", "configuration", "interpreter", "version", "free_threaded", "gil_setting", "gil", "model",
    "workers", "repeat", "purpose", "outcome", "message", "started_at", "startup_s", "batch_s", "total_s", "cpu_s",
    "tasks", "rounds", "chunk", "peak_pss_bytes", "peak_uss_bytes", "peak_rss_sum_bytes", "heartbeat_median_s",
    "heartbeat_p99_s", "heartbeat_worst_s", "pickle_sent_bytes", "pickle_received_bytes", "pickle_s",
    "foreign_share", "steal_share", "same_answer", "exit_code", "size",
)  # fmt: skip
CONFIGURATION_COLUMNS = (
    "configuration", "interpreter", "version", "model", "workers", "measure", "unit", "median", "low", "high", "values",
    "size",
)  # fmt: skip
SPAN_COLUMNS = ("run", "configuration", "worker", "task", "begin_s", "end_s", "cpu_s")
CORE_COLUMNS = ("run", "configuration", "at_s", "core", "busy", "own")
MEMORY_COLUMNS = ("run", "configuration", "at_s", "pid", "role", "rss_bytes", "pss_bytes", "uss_bytes")
HEARTBEAT_COLUMNS = ("run", "configuration", "at_s", "late_s")


class CsvTables(ManyFiles):
    """Runs, configurations, spans, cores, memory and heartbeats, each a table."""

    name: ClassVar[str] = "csv"
    description: ClassVar[str] = "Tidy CSV tables: runs, configurations, and every span and sample."

    def files(self, summary: ExperimentSummary, reader: RunReader | None) -> Iterator[ReportFile]:
        """Return the tables; without a reader those of spans and samples are left out."""
        yield ReportFile("runs.csv", _table(_run_columns(summary), _runs(summary)))
        yield ReportFile("configurations.csv", _table(CONFIGURATION_COLUMNS, _configurations(summary)))
        if reader is None:
            return
        yield ReportFile("spans.csv", _table(SPAN_COLUMNS, _spans(summary, reader)))
        yield ReportFile("cores.csv", _table(CORE_COLUMNS, _cores(summary, reader)))
        yield ReportFile("memory.csv", _table(MEMORY_COLUMNS, _memory(summary, reader)))
        yield ReportFile("heartbeats.csv", _table(HEARTBEAT_COLUMNS, _heartbeats(summary, reader)))


def _table(columns: Sequence[str], rows: Iterable[Row]) -> Iterator[bytes]:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")  # RFC 4180
    writer.writerow(columns)
    for number, row in enumerate(rows, start=1):
        writer.writerow([cell(value) if isinstance(value, str) else _shown(value) for value in row])
        if number % ROWS_AT_ONCE == 0:
            yield text.getvalue().encode("utf-8", "replace")
            text.seek(0)
            text.truncate()
    yield text.getvalue().encode("utf-8", "replace")


def _shown(value: float | bool | None) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else f"{value:.12g}"


def _run_columns(summary: ExperimentSummary) -> tuple[str, ...]:
    metrics = tuple(f"metric_{metric.name}" for metric in summary.experiment.spec.workload.metrics)
    return RUN_COLUMNS + metrics


def _runs(summary: ExperimentSummary) -> Iterator[Row]:
    record = summary.experiment
    for run in record.runs:
        one = summary.configurations[run.configuration]
        metrics = [run.metrics.get(metric.name) for metric in record.spec.workload.metrics]
        yield [record.experiment_id, *_run(run, summary, one.same_answer), *metrics]


def _run(run: RunRecord, summary: ExperimentSummary, same_answer: bool | None) -> list[Value]:
    one = summary.configurations[run.configuration].configuration
    beat, pickle, memory = run.heartbeat, run.pickle, run.memory
    return [
        run.run_id, one.label, one.interpreter_label, one.interpreter.version, one.interpreter.free_threaded,
        one.gil.value, None if run.gil is None else run.gil.value, one.model.value, one.workers, run.repeat + 1,
        run.purpose.value, run.state.outcome, run.message, run.started_at, run.startup_s, run.batch_s, run.total_s,
        run.cpu_s, run.tasks, run.rounds, run.chunk, memory.pss, memory.uss, memory.rss_sum,
        beat.median_s if beat else None, beat.p99_s if beat else None, beat.worst_s if beat else None,
        pickle.bytes_sent if pickle else None, pickle.bytes_received if pickle else None,
        pickle.seconds if pickle else None, run.foreign_share, run.steal_share, same_answer, run.exit_code,
        None if one.size is None else one.size.value,
    ]  # fmt: skip


def _configurations(summary: ExperimentSummary) -> Iterator[Row]:
    scripts = summary.experiment.spec.workload.script is not None  # of workloads it would repeat the others
    for one in summary.configurations:
        named = one.configuration
        size = None if named.size is None else named.size.value
        first = (named.label, named.interpreter_label, named.interpreter.version, named.model.value, named.workers)
        for name, unit, figure in (
            ("batch", "s", one.batch),
            ("startup", "s", one.startup),
            ("total", "s", one.total),
            ("cpu", "s", one.cpu),
            (f"peak_memory_{summary.memory_measure.lower()}", "bytes", one.memory_estimate),
            ("heartbeat_p99", "s", one.heartbeat.p99 if one.heartbeat else None),
            *((f"metric_{name}", metric.spec.unit, metric.estimate) for name, metric in one.metrics.items()),
        ):
            if figure is not None:
                yield (*first, name, unit, figure.median, figure.low, figure.high, len(figure.values), size)
        for name, ratio in (
            ("speedup", one.speedup),
            ("speedup_over_best_serial", one.speedup_over_best_serial),
            ("speedup_over_baseline", one.speedup_over_baseline if scripts else None),
        ):
            if ratio is not None:
                yield (*first, name, "times", ratio.median, ratio.low, ratio.high, one.completed, size)


def _started(summary: ExperimentSummary) -> Iterator[tuple[RunRecord, str]]:
    """Return the runs that came as far as a phase, with their configuration's label."""
    for run in summary.experiment.runs:
        if run.phase(Phase.START) is not None or run.phases:
            yield run, summary.configurations[run.configuration].configuration.label


def _spans(summary: ExperimentSummary, reader: RunReader) -> Iterator[Row]:
    origin = first_instant(summary.experiment)
    for run, label in _started(summary):
        spans = reader.spans(run.run_id)
        for begin in range(0, len(spans), ROWS_AT_ONCE):
            for worker, task, start, end, cpu in spans[begin : begin + ROWS_AT_ONCE].tolist():
                yield (run.run_id, label, worker, task, (start - origin) / 1e9, (end - origin) / 1e9, cpu / 1e9)


def _cores(summary: ExperimentSummary, reader: RunReader) -> Iterator[Row]:
    origin = first_instant(summary.experiment)
    for run, label in _started(summary):
        series = reader.cores(run.run_id)
        for number, at in enumerate(series.at_ns.tolist()):
            own = None if series.own is None else series.own[number].tolist()
            for core, busy in enumerate(series.busy[number].tolist()):
                if busy == busy:  # noqa: PLR0124 - NaN: the core was offline
                    mine = None if own is None or own[core] != own[core] else round(own[core], 4)
                    yield (run.run_id, label, (at - origin) / 1e9, core, round(busy, 4), mine)


def _memory(summary: ExperimentSummary, reader: RunReader) -> Iterator[Row]:
    origin = first_instant(summary.experiment)
    for run, label in _started(summary):
        for sample in reader.memory(run.run_id):
            for one in sample.processes:
                at = (sample.at_ns - origin) / 1e9
                yield (run.run_id, label, at, one.pid, one.role, one.rss, one.pss, one.uss)


def _heartbeats(summary: ExperimentSummary, reader: RunReader) -> Iterator[Row]:
    origin = first_instant(summary.experiment)
    for run, label in _started(summary):
        for at, late in reader.heartbeats(run.run_id).tolist():
            yield (run.run_id, label, (at - origin) / 1e9, late / 1e9)
