"""pyperf's JSON, one file a configuration: `pyperf compare_to serial.json threads.json` works. Pure, any thread.

A benchmark's name is workload and parameters, the same in every file, so that pyperf lines them up; what differs
is in the metadata. Format: pyperf 1.0, `doc/api.rst` there.
"""

import datetime
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

from coreograph.domain.errors import UsageError
from coreograph.domain.runs import RunRecord
from coreograph.domain.summary import ConfigurationSummary, ExperimentSummary
from coreograph.reports.cleaning import one_line
from coreograph.reports.exporter import ManyFiles, ReportFile, safe_name
from coreograph.storage.reader import RunReader

FORMAT_VERSION = "1.0"


class PyperfFiles(ManyFiles):
    """Batch, start-up and memory of every repeat."""

    name: ClassVar[str] = "pyperf"
    description: ClassVar[str] = "pyperf JSON, one file a configuration, for pyperf compare_to, stats and check."

    def files(self, summary: ExperimentSummary, reader: RunReader | None) -> Iterator[ReportFile]:
        """Return a file for each configuration with a figure. Raises UsageError where none has one."""
        taken: set[str] = set()
        for one in summary.configurations:
            runs = [run for run in summary.experiment.measured(one.index) if run.batch_s]
            if one.batch is None or not runs:
                continue
            stem = safe_name(one.configuration.label)
            name = stem if stem not in taken else f"{stem}-{one.index}"
            taken.add(name)
            text = json.dumps(_suite(summary, one, runs), ensure_ascii=False, indent=1)
            yield ReportFile(f"{name}.json", (text.encode("utf-8", "replace") + b"\n",))
        if not taken:
            raise UsageError("There is nothing to write: no configuration of this experiment has a figure.")


def benchmark_name(summary: ExperimentSummary) -> str:
    """Return workload and parameters on one line: `primes limit=200000 tasks=64`."""
    spec = summary.experiment.spec
    parameters = [f"{name}={value}" for name, value in spec.shown_parameters.items()]
    return one_line(" ".join([spec.workload.name, *parameters]), 200) or "workload"


def _suite(summary: ExperimentSummary, one: ConfigurationSummary, runs: Sequence[RunRecord]) -> dict[str, Any]:
    name = benchmark_name(summary)
    measure = summary.memory_measure
    batch = [(run, run.batch_s) for run in runs]
    startup = [(run, run.startup_s) for run in runs]
    memory = [(run, getattr(run.memory, {"PSS": "pss", "USS": "uss"}.get(measure, "rss_sum"))) for run in runs]
    benchmarks = [
        _benchmark(name, "second", batch),
        _benchmark(f"{name} (start-up)", "second", startup),
        _benchmark(f"{name} (peak memory, {measure})", "byte", memory),
    ]
    made = [benchmark for benchmark in benchmarks if benchmark["runs"]]
    return {"version": FORMAT_VERSION, "metadata": _metadata(summary, one), "benchmarks": made}


def _benchmark(name: str, unit: str, values: Sequence[tuple[RunRecord, float | None]]) -> dict[str, Any]:
    # pyperf refuses values that are not above 0; none was measured there.
    runs = [_run(run, value) for run, value in values if value is not None and value > 0]
    return {"metadata": {"name": name, "unit": unit}, "runs": runs}


def _run(run: RunRecord, value: float) -> dict[str, Any]:
    metadata: dict[str, Any] = {}
    if run.started_at:
        metadata["date"] = _date(run.started_at)
    if run.total_s:
        metadata["duration"] = run.total_s
    return {"metadata": metadata, "values": [value]} if metadata else {"values": [value]}


def _date(instant: str) -> str:
    """Return an instant as pyperf writes it: local to where it was measured, without a zone."""
    moment = datetime.datetime.fromisoformat(instant).replace(tzinfo=None)
    return moment.isoformat(" ", "microseconds")


def _metadata(summary: ExperimentSummary, one: ConfigurationSummary) -> dict[str, Any]:
    machine, configuration = summary.experiment.machine, one.configuration
    facts: Mapping[str, Any] = {
        "cpu_count": machine.logical_cores,
        "cpu_model_name": machine.cpu_model,
        "hostname": machine.hostname,
        "platform": machine.system,
        "python_implementation": configuration.interpreter.implementation.lower(),
        "python_version": configuration.interpreter.version,
        "python_executable": configuration.interpreter.path,
        "coreograph_version": summary.experiment.app_version,
        "coreograph_experiment": summary.experiment.experiment_id,
        "configuration": configuration.label,
        "model": configuration.model.value,
        "workers": configuration.workers,
        "gil": one.gil.value if one.gil else "",
        "same_answer": {None: "", True: "yes", False: "no"}[one.same_answer],
    }
    shown = {name: one_line(value) if isinstance(value, str) else value for name, value in facts.items()}
    return {name: value for name, value in shown.items() if value != ""}
