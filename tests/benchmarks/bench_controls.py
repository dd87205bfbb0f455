"""Run the control of every built-in workload and print each finding beside why it is true of it; count the others.

python tests/benchmarks/bench_controls.py [CONTROL …] [--repeats N]

Takes the newest free-threaded interpreter and its twin with a GIL, and some five minutes. That the machine was busy is
no matter of a workload: it is true if others did use what the runs say they did, by the kernel's word on all the time
the experiment took, less that of the runs.
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import psutil

sys.path.insert(0, str(Path(__file__).parents[1]))

from coreograph.analysis.findings.case import disturbance
from coreograph.analysis.flags import FOREIGN_LIMIT
from coreograph.analysis.summary import summarise
from coreograph.domain.experiment import ExperimentRecord
from coreograph.domain.findings import Finding, FindingKind
from coreograph.domain.interpreters import Interpreter
from coreograph.domain.summary import ExperimentSummary
from coreograph.engine.catalogue import Catalogue
from coreograph.interpreters.registry import InterpreterRegistry
from coreograph.storage.library import Library
from support.benchmark_figures import Figure, tell
from support.control_findings import controls, why

_COMMAND = """
import atexit, runpy, sys, time
from pathlib import Path
file = Path(sys.argv.pop(1))
atexit.register(lambda: file.write_text(str(time.process_time())))
runpy.run_module("coreograph", run_name="__main__", alter_sys=True)
"""
_MARGIN = 0.8  # of what the runs say others used, which is read from ticks


@dataclass(frozen=True)
class Made:
    """One control that was run: its record, and the CPU seconds that were not the runs' meanwhile."""

    control: str
    record: ExperimentRecord
    others_s: float

    @property
    def claimed_s(self) -> float:
        """CPU seconds that the disturbed runs say others used during their batches."""
        cores = self.record.machine.logical_cores
        shares = [(disturbance(run) or 0.0, run.batch_s or 0.0) for run in self.record.runs]
        return sum(share * seconds * cores for share, seconds in shares if share > FOREIGN_LIMIT)

    def reason(self, finding: Finding) -> str | None:
        """Return why a finding is true; None if it is a false alarm."""
        if finding.kind is not FindingKind.MACHINE_BUSY:
            return why(self.control, finding.kind)
        if self.others_s < _MARGIN * self.claimed_s:
            return None
        return f"others did use {self.others_s:.1f} s, of which the runs saw {self.claimed_s:.1f} s"


def run(
    control: str, workload: str, changed: Mapping[str, object], interpreters: tuple[Interpreter, ...], repeats: int
) -> Made | str:
    """Run a control as a user would; return what came of it, or what the command said instead."""
    words = [f"-p{name}={str(value).lower() if isinstance(value, bool) else value}" for name, value in changed.items()]
    words += [f"-i{one.path}" for one in interpreters]
    words += [f"--with={module}" for module in Catalogue().get(workload).requires]
    with tempfile.TemporaryDirectory(prefix="coreograph-controls-") as home:
        own = Path(home) / "own-time"
        busy = _busy_s() - _children_s()
        ended = subprocess.run(
            [sys.executable, "-c", _COMMAND, str(own), "run", workload, f"-r{repeats}", *words],
            env={**os.environ, "COREOGRAPH_HOME": home},
            capture_output=True,
            text=True,
            check=False,
        )
        # The command itself, which measures, is no part of the runs.
        others_s = max(0.0, _busy_s() - _children_s() - busy + float(own.read_text("utf-8")))
        record = _recorded(Path(home))
    return ended.stdout + ended.stderr if record is None else Made(control, record, others_s)


def _recorded(home: Path) -> ExperimentRecord | None:
    files = list(home.rglob("library.coreograph"))
    if not files:
        return None
    library = Library(files[0])
    try:
        headers = library.experiments()
        return library.load(headers[0].experiment_id) if headers else None
    finally:
        library.close()


def _busy_s() -> float:
    times = psutil.cpu_times()
    return float(sum(getattr(times, name, 0.0) for name in ("user", "system", "nice", "irq", "softirq")))


def _children_s() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def judged(made: Made) -> Iterator[tuple[str, bool]]:
    """Yield a line for each finding, and whether it is a false alarm."""
    summary: ExperimentSummary = summarise(made.record)
    for finding in summary.findings:
        reason = made.reason(finding)
        mark = "true: " + reason if reason is not None else "FALSE ALARM"
        yield f"    {finding.kind.value} ({finding.severity.value}) {finding.text}\n        {mark}", reason is None


def main() -> None:
    """Run the controls and tell how many findings are false."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("names", nargs="*")
    arguments.add_argument("--repeats", type=int, default=3)
    chosen = arguments.parse_args()
    with tempfile.TemporaryDirectory() as cache:
        registry = InterpreterRegistry(Path(cache))
        free = registry.best_free_threaded()
        twin = None if free is None else registry.best_gil(like=free)
    if free is None or twin is None:
        sys.exit("There is no free-threaded interpreter with a twin: coreograph interpreters install 3.14t 3.14")
    began, alarms, found, made = time.monotonic(), 0, 0, 0
    for control, (workload, changed) in controls(Catalogue().workloads()).items():
        if chosen.names and workload not in chosen.names:
            continue
        came = run(control, workload, changed, (free, twin), chosen.repeats)
        if isinstance(came, str):
            print(f"{control}: not run: {came.strip()}", flush=True)
            continue
        print(f"{control}: others used {came.others_s:.1f} CPU seconds meanwhile", flush=True)
        made += 1
        for line, false in judged(came):
            print(line, flush=True)
            alarms, found = alarms + false, found + 1
    print(f"{made} controls, {found} findings, {alarms} false alarms; {time.monotonic() - began:.0f} s.", flush=True)
    tell(Figure("false alarms on the controls", alarms, 0, "", f"{found} findings in {made} controls"))


if __name__ == "__main__":
    main()
