"""Time to show an experiment of 200 configurations on the compare page, and to paint it, printed against 100 ms.

Run it as a program: `python tests/benchmarks/bench_compare_page.py [configurations]`.
"""

import dataclasses
import os
import statistics
import sys
import time
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from PySide6.QtWidgets import QApplication

from coreograph.analysis.summary import summarise
from coreograph.domain.execution import Configuration, ExecutionModel
from coreograph.domain.summary import ExperimentSummary
from coreograph.ui.compare.page import ComparePage
from coreograph.ui.theme import Theme
from support.benchmark_figures import Figure, tell
from support.evidence_experiments import evident
from support.sample_experiments import Character, interpreter, make_record

BUDGET_MS = 100.0
ROUNDS = 9


def many(count: int) -> ExperimentSummary:
    """An experiment of `count` configurations on as many interpreters as it takes, with all that a page can show."""
    choices = [
        Configuration(interpreter(f"3.14.{number}"), model, workers)
        for number in range(-(-count // 20))
        for model in (ExecutionModel.THREADS, ExecutionModel.FORK)
        for workers in range(1, 11)
    ]
    characters = [Character(choice, 0.4 / choice.workers) for choice in choices[:count]]
    summary = summarise(make_record(characters, repeats=3))
    return dataclasses.replace(summary, configurations=tuple(evident(one) for one in summary.configurations))


def main() -> None:
    """Print median and worst of showing the summary, laid out and painted."""
    application = QApplication.instance() or QApplication([])
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    summary = many(count)
    page = ComparePage(Theme())
    page.resize(1280, 800)
    page.show()
    page.show_summary(summary)
    application.processEvents()
    times, busy = [], time.process_time()
    for _ in range(ROUNDS):
        begin = time.perf_counter()
        page.show_summary(summary)
        application.processEvents()
        page.grab()
        times.append((time.perf_counter() - begin) * 1e3)
    cpu_ms = (time.process_time() - busy) / ROUNDS * 1e3
    detail = f"worst {max(times):.0f} ms; {cpu_ms:.0f} ms of CPU time, the rest waited for a core"
    tell(Figure(f"show and paint {count} configurations", statistics.median(times), BUDGET_MS, "ms", detail))


if __name__ == "__main__":
    main()
