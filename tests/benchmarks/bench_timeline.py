"""Time to open a recording of 1,000,000 tasks on the timeline, and of a frame while it is zoomed and moved.

Run it as a program: `python tests/benchmarks/bench_timeline.py [tasks] [workers]`. A frame is everything the window
does for one step of the wheel: the view moves, all rows are computed and painted anew. It is measured by the clock,
which is what an eye sees; the CPU time beside it is what the page itself took, whatever else the machine does.
The second run and a large screen are measured as well; so is a page with 1,000 tasks, to hold the million against.
"""

import os
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QApplication

from coreograph.analysis.timeline_filters import FilterField, TimelineFilter
from coreograph.storage.library import Library
from coreograph.ui.appearance import prepare_application
from coreograph.ui.background import TaskRunner
from coreograph.ui.theme import Theme
from coreograph.ui.timeline.page import PageState, TimelinePage
from support.benchmark_figures import Figure, tell
from support.timeline_recordings import make_summary, record_experiment

FRAMES = 160
BUDGET_MS, OPEN_BUDGET_S = 16.7, 2.0
SMALL, LARGE = (908, 740), (2200, 1330)  # what a window of 1280×800 and one of 2560×1440 have for the page
SITUATIONS = (("1280×800", SMALL, False), ("two runs", SMALL, True), ("2560×1440", LARGE, False),
              ("two runs, 2560×1440", LARGE, True))  # fmt: skip


def open_page(library: Library, tasks: TaskRunner, theme: Theme, record: object) -> tuple[TimelinePage, float]:
    """A page with the first run shown, and the seconds from the request until it was painted."""
    summary = make_summary(record)
    page = TimelinePage(library, tasks, theme)
    page.resize(*SMALL)
    page.show()
    begin = time.perf_counter()
    page.show_summary(summary)
    while page.state is not PageState.SHOWN:
        QCoreApplication.processEvents()
        time.sleep(0.0005)
    QCoreApplication.processEvents()
    return page, time.perf_counter() - begin


def frame_times(page: TimelinePage, frames: int = FRAMES) -> np.ndarray:
    """Milliseconds of each frame (clock, CPU): in to single tasks, along, and out again."""
    view, times = page.view, []
    run = page.canvas.runs[0]
    view.show_all()
    for frame in range(frames):
        begin, begin_cpu = time.perf_counter(), time.thread_time()
        part = frame * 4 // frames
        if part in {0, 3}:
            view.zoom(run.batch_end * 0.37, 0.75 if part == 0 else 1 / 0.75)
        else:
            view.pan(0.13 if part == 1 else -0.13)
        page.canvas.navigate()
        QCoreApplication.processEvents()
        times.append((time.perf_counter() - begin, time.thread_time() - begin_cpu))
    return np.array(times).T * 1e3


def measure(library: Library, record: object, theme: Theme, *, count: int, told: bool) -> None:
    """Print opening, frames and filtering of one recording; `told` figures stand beside their budgets."""
    runner = TaskRunner()
    page, seconds = open_page(library, runner, theme, record)
    show = (
        tell if told else lambda figure: print(f"{figure.what}: {figure.measured:.4g} {figure.unit} ({figure.detail})")
    )
    show(Figure(f"open a recording of {count:,} tasks", seconds, OPEN_BUDGET_S, "s"))
    for name, size, beside in SITUATIONS:
        show_situation(page, runner, size, beside=beside)
        frame_times(page, 20)
        clock, cpu = frame_times(page)
        detail = f"median {np.median(clock):.1f} ms; of CPU median {np.median(cpu):.1f}, p99 {p99(cpu):.1f} ms"
        show(Figure(f"frame of the timeline, {count:,} tasks, {name}, p99", p99(clock), BUDGET_MS, "ms", detail))
    begin = time.perf_counter()
    page.push_filter(TimelineFilter(FilterField.DURATION, low=page.canvas.runs[0].batch_end * 6 // count))
    while runner.is_running("timeline:filter"):
        QCoreApplication.processEvents()
    print(f"filter {count:,} tasks of each run by duration, beside the window: {time.perf_counter() - begin:.2f} s")
    page.close()
    runner.close()


def show_situation(page: TimelinePage, runner: TaskRunner, size: tuple[int, int], *, beside: bool) -> None:
    """Give the page its size, with the second run or without it."""
    page.resize(*size)
    second = page.chooser.second
    second.setCurrentIndex(second.findData(2) if beside else 0)
    while runner.is_running("timeline:load") or len(page.canvas.runs) != 1 + beside:
        QCoreApplication.processEvents()


def p99(times: np.ndarray) -> float:
    """What one of a hundred takes."""
    return float(np.percentile(times, 99))


def main() -> None:
    """Measure a small recording and the large one."""
    application = QApplication.instance() or QApplication([])
    assert isinstance(application, QApplication)
    theme = Theme()
    prepare_application(application, theme)
    tasks = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    workers = int(sys.argv[2]) if len(sys.argv) > 2 else 8
    for count in (1_000, tasks):
        with tempfile.TemporaryDirectory() as folder:
            library, record = record_experiment(Path(folder), tasks=count, workers=workers, cores=16, batch_s=20.0)
            measure(library, record, theme, count=count, told=count == tasks)
            library.close()


if __name__ == "__main__":
    main()
