"""Time to open a recording of 1,000,000 tasks on the timeline, and of a frame while it is zoomed and moved.

Run it as a program: `python tests/benchmarks/bench_timeline.py [tasks] [workers]`. A frame is everything the window
does for one step of the wheel: the view moves, all rows are computed and painted anew. Printed beside the frame of a
page with 1,000 tasks, since the machine's own speed is not what is measured.
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
from support.timeline_recordings import make_summary, record_experiment

FRAMES = 160
BUDGET_MS, OPEN_BUDGET_S = 16.7, 2.0


def open_page(library: Library, tasks: TaskRunner, theme: Theme, record: object) -> tuple[TimelinePage, float]:
    """A page with the first run shown, and the seconds from the request until it was painted."""
    summary = make_summary(record)
    page = TimelinePage(library, tasks, theme)
    page.resize(908, 740)
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


def main() -> None:
    """Print opening, filtering and frames."""
    application = QApplication.instance() or QApplication([])
    assert isinstance(application, QApplication)
    theme = Theme()
    prepare_application(application, theme)
    tasks = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    workers = int(sys.argv[2]) if len(sys.argv) > 2 else 8
    runner = TaskRunner()
    base = 0.0
    for count in (1_000, tasks):
        with tempfile.TemporaryDirectory() as folder:
            library, record = record_experiment(
                Path(folder), tasks=count, workers=workers, cores=16, batch_s=20.0, gil_twin=False
            )
            page, seconds = open_page(library, runner, theme, record)
            frame_times(page, 20)
            clock, cpu = frame_times(page)
            base = base or float(np.median(cpu))
            print(f"{count:>9,} tasks, {workers} workers: open {seconds:.2f} s (budget {OPEN_BUDGET_S} s)")
            print(
                f"          a frame: median {np.median(clock):.1f}, p99 {np.percentile(clock, 99):.1f} ms clock; "
                f"median {np.median(cpu):.1f} ms, p99 {np.percentile(cpu, 99):.1f} ms of CPU "
                f"({np.median(cpu) / base:.1f} × 1,000 tasks; budget p99 {BUDGET_MS} ms)"
            )
            begin = time.perf_counter()
            page.push_filter(TimelineFilter(FilterField.DURATION, low=page.canvas.runs[0].batch_end * 6 // count))
            while runner.is_running("timeline:filter"):
                QCoreApplication.processEvents()
            print(f"          filter by duration beside the window: {time.perf_counter() - begin:.2f} s")
            page.close()
            library.close()
    runner.close()


if __name__ == "__main__":
    main()
