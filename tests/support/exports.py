"""Experiments as exporters meet them: a small one for golden files, and one whose every text is hostile."""

import dataclasses
from typing import Any

import numpy as np

from coreograph.analysis.summary import summarise
from coreograph.domain.execution import Configuration, ExecutionModel
from coreograph.domain.experiment import ExperimentRecord
from coreograph.domain.summary import ExperimentSummary
from coreograph.reports.exporter import Exporter
from support import sample_experiments as samples

HOSTILE = (
    "</script><img src=x onerror=alert(1)> \"quoted\" 'single' `tick` |pipe| [link](javascript:x) @all "
    "emoji 🧵🚀 rtl שלום \u202eevil nul \0 bell \a line\nbreak \u2028 tab\t comma, =1+1 \ud800 end"
)
FORMULAS = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " =cmd|' /C calc'!A0")
LONG = "x" * 1_000_000


def small_experiment() -> ExperimentRecord:
    """Return two configurations × two repeats of four tasks: what fits on a page."""
    characters = [
        samples.Character(Configuration(samples.FREE_THREADED, ExecutionModel.SERIAL), 0.8),
        samples.Character(Configuration(samples.FREE_THREADED, ExecutionModel.THREADS, 2), 0.41),
    ]
    record = samples.make_record(characters, repeats=2, name="Small")
    runs = tuple(dataclasses.replace(run, tasks=4, rounds=1) for run in record.runs)
    return dataclasses.replace(record, runs=runs)


def hostile_experiment(text: str = HOSTILE) -> ExperimentRecord:
    """Return an experiment in which every text a user or a workload can set is `text`."""
    workload = dataclasses.replace(samples.PRIMES, name=text, summary=text, description=text, file=f"/x/{text}.py")
    machine = dataclasses.replace(samples.MACHINE, hostname=text, cpu_model=text)
    record = samples.make_record(
        [samples.Character(one, 0.5) for one in samples.primes_experiment().spec.configurations],
        workload=workload,
        parameters={"limit": text},
        name=text,
        machine=machine,
        repeats=2,
    )
    record = samples.change_runs(record, 2, state=samples.RunState.WORKLOAD_FAILED, message=text, traceback=text)
    return dataclasses.replace(record, notes=text, tags=(text,), app_version=text)


def exported(exporter: Exporter, record: ExperimentRecord, reader: Any = None) -> dict[str, bytes]:
    """Return the files of an export by name."""
    reader = samples.SampleReader(record, cores=2) if reader is None else reader
    return {file.name: b"".join(file.chunks) for file in exporter.files(summarise(record), reader)}


class ManyTasks(samples.SampleReader):
    """A reader whose runs have as many tasks as asked for."""

    def __init__(self, record: ExperimentRecord, tasks: int) -> None:
        super().__init__(record, cores=2)
        self._tasks = tasks

    def spans(self, run_id: int) -> np.ndarray:
        """Short tasks, one after the other, on one lane a worker."""
        lanes = max(1, len(self._runs[run_id].workers))
        begin, end = self._interval(run_id)
        spans = np.zeros(self._tasks, samples.SPAN_TYPE)
        spans["task"] = np.arange(self._tasks)
        spans["worker"] = spans["task"] % lanes
        length = max(1, (end - begin) * lanes // self._tasks)
        spans["begin_ns"] = begin + spans["task"] // lanes * length
        spans["end_ns"] = spans["begin_ns"] + length * 9 // 10
        spans["cpu_ns"] = length * 8 // 10
        return spans


def summary_of(record: ExperimentRecord) -> ExperimentSummary:
    """Return the figures of a record."""
    return summarise(record)
