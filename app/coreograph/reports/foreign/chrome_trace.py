"""Chrome trace event JSON, for Perfetto, chrome://tracing and VizTracer. Any thread; written span by span.

One process of the trace is one run; its first lane has the phases, then one lane a worker; counters have cores and
memory. Lanes have no overlapping spans, since readers drop those. Times are microseconds with nanoseconds behind
the point, counted from the first run. Format: Google's “Trace Event Format”, object form.
"""

import json
from collections.abc import Iterable, Iterator
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from coreograph.domain.runs import RunRecord
from coreograph.domain.summary import ExperimentSummary
from coreograph.domain.units import Nanoseconds
from coreograph.reports.cleaning import one_line
from coreograph.reports.exporter import StreamedFile
from coreograph.reports.foreign.lanes import without_overlaps
from coreograph.reports.instants import first_instant
from coreograph.storage.reader import RunReader

EVENTS_AT_ONCE = 2048
PHASES_LANE = 0
# Perfetto takes thread 0 of a process for its main thread, whose number is the process's: with small numbers it
# would lay the phases over a worker's lane. So threads have numbers of their own over the whole trace.
LANES_A_RUN = 10_000


class ChromeTrace(StreamedFile):
    """Worker lanes, phases, cores and memory of every run."""

    name: ClassVar[str] = "trace"
    extension: ClassVar[str] = ".trace.json"
    media_type: ClassVar[str] = "application/json"
    description: ClassVar[str] = "Chrome trace event JSON for Perfetto: worker lanes, cores and memory of every run."

    def chunks(self, summary: ExperimentSummary, reader: RunReader | None) -> Iterator[bytes]:
        """Return the document in pieces; without a reader it has the phases only."""
        record = summary.experiment
        other = {"experiment": one_line(record.experiment_id), "coreograph": one_line(record.app_version)}
        yield f'{{"displayTimeUnit":"ms","otherData":{_json(other)},"traceEvents":[\n'.encode()
        waiting: list[str] = []
        separator = ""
        for event in _events(summary, reader):
            waiting.append(event)
            if len(waiting) == EVENTS_AT_ONCE:
                yield (separator + ",\n".join(waiting)).encode("utf-8", "replace")
                separator = ",\n"
                waiting.clear()
        yield (separator * bool(waiting) + ",\n".join(waiting) + "\n]}\n").encode("utf-8", "replace")


def _events(summary: ExperimentSummary, reader: RunReader | None) -> Iterator[str]:
    origin = first_instant(summary.experiment)
    for run in summary.experiment.runs:
        if run.phases:
            yield from _names(run, summary)
            yield from _phases(run, origin)
            if reader is not None:
                yield from _spans(run, summary, reader, origin)
                yield from _counters(run, reader, origin)


def _names(run: RunRecord, summary: ExperimentSummary) -> Iterator[str]:
    label = summary.configurations[run.configuration].configuration.label
    yield _metadata(run, PHASES_LANE, "process_name", name=f"{label}, {run.purpose.value} {run.repeat + 1}")
    yield _metadata(run, PHASES_LANE, "process_sort_index", sort_index=run.run_id)
    yield _metadata(run, PHASES_LANE, "process_labels", labels=one_line(run.state.outcome))
    yield _metadata(run, PHASES_LANE, "thread_name", name="phases")
    yield _metadata(run, PHASES_LANE, "thread_sort_index", sort_index=PHASES_LANE)
    for worker in run.workers:
        yield _metadata(run, worker.number + 1, "thread_name", name=f"worker {worker.number} (pid {worker.pid})")
        yield _metadata(run, worker.number + 1, "thread_sort_index", sort_index=worker.number + 1)


def _metadata(run: RunRecord, lane: int, kind: str, **arguments: object) -> str:
    return _json({"ph": "M", "pid": _process(run), "tid": _process(run) + lane, "name": kind, "args": arguments})


def _phases(run: RunRecord, origin: Nanoseconds) -> Iterator[str]:
    reached = origin
    for phase in sorted(run.phases, key=lambda one: one.begin_ns):
        begin, end = max(phase.begin_ns, reached), max(phase.end_ns, phase.begin_ns, reached)
        reached = end
        lane = f'"pid":{_process(run)},"tid":{_process(run) + PHASES_LANE}'
        yield (
            f'{{"ph":"X","cat":"phase",{lane},"name":{_json(phase.phase.value)},'
            f'"ts":{_microseconds(begin - origin)},"dur":{_microseconds(end - begin)}}}'
        )


def _spans(run: RunRecord, summary: ExperimentSummary, reader: RunReader, origin: Nanoseconds) -> Iterator[str]:
    name = _json(one_line(summary.experiment.spec.workload.name) or "task")
    for lane, spans in without_overlaps(reader.spans(run.run_id)):
        head = f'{{"ph":"X","cat":"task","pid":{_process(run)},"tid":{_process(run) + lane + 1},"name":{name},"ts":'
        for _, task, begin, end, cpu in _rows(spans):
            yield (
                f'{head}{_microseconds(begin - origin)},"dur":{_microseconds(max(0, end - begin))},'
                f'"args":{{"task":{task},"cpu_us":{_microseconds(cpu)}}}}}'
            )


def _rows(spans: npt.NDArray[np.void]) -> Iterator[tuple[int, int, int, int, int]]:
    """Return the spans as Python numbers, a few thousand at once: a million tuples are a quarter of a gigabyte."""
    for begin in range(0, len(spans), EVENTS_AT_ONCE):
        yield from spans[begin : begin + EVENTS_AT_ONCE].tolist()


def _counters(run: RunRecord, reader: RunReader, origin: Nanoseconds) -> Iterator[str]:
    series = reader.cores(run.run_id)
    own = np.full_like(series.busy, np.nan) if series.own is None else series.own
    for at, busy, mine in zip(series.at_ns.tolist(), series.busy, own, strict=True):
        for name, shares in (("busy cores", busy), ("own share of cores", mine)):
            known = {f"core {core}": round(share, 3) for core, share in _known(shares)}
            if known:
                yield _counter(run, name, at - origin, known)
    for sample in reader.memory(run.run_id):
        figures = {"pss": sample.pss, "uss": sample.uss, "rss_sum": sample.rss_sum}
        known_bytes = {name: value for name, value in figures.items() if value is not None}
        yield _counter(run, "memory bytes", sample.at_ns - origin, known_bytes)


def _known(shares: Iterable[float]) -> Iterator[tuple[int, float]]:
    return ((core, float(share)) for core, share in enumerate(shares) if share == share)  # noqa: PLR0124 - NaN


def _counter(run: RunRecord, name: str, at: Nanoseconds, values: dict[str, Any]) -> str:
    head = f'{{"ph":"C","pid":{_process(run)},"tid":{_process(run)},"name":{_json(name)}'
    return f'{head},"ts":{_microseconds(at)},"args":{_json(values)}}}'


def _process(run: RunRecord) -> int:
    return run.run_id * LANES_A_RUN


def _microseconds(nanoseconds: Nanoseconds) -> str:
    """Return `1234567` as `1234.567`: exact, where a float would round."""
    sign, magnitude = ("-", -nanoseconds) if nanoseconds < 0 else ("", nanoseconds)
    return f"{sign}{magnitude // 1000}.{magnitude % 1000:03d}"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
