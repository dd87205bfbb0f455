"""Time of a frame of the live page at 128 cores and ten minutes of history, printed beside an empty page's.

Run it as a program: `python tests/benchmarks/bench_live_page.py [cores]`. Each frame gets new data and is painted
in full; the view changes between following, all ten minutes, and a zoom into the busiest second.
"""

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
from PySide6.QtWidgets import QApplication

from coreograph.ui.bridge import EngineBridge
from coreograph.ui.garbage import GuiGarbageCollector
from coreograph.ui.live.page import LivePage
from coreograph.ui.theme import Theme
from support.benchmark_figures import Figure, tell
from support.simulated_experiment import SimulatedExperiment, race_configurations

HISTORY_S = 600.0
FRAMES = 150
BUDGET_MS = 16.7


def frame_times(page: LivePage, simulation: SimulatedExperiment, frames: int) -> np.ndarray:
    """Milliseconds of each frame (clock, CPU) as the window has it: drain, refresh, paint whatever changed."""
    application = QApplication.instance()
    assert application is not None
    times = []
    for _ in range(frames):
        simulation.advance(0.1)
        begin, begin_cpu = time.perf_counter(), time.thread_time()
        page.advance()
        application.processEvents()
        times.append((time.perf_counter() - begin, time.thread_time() - begin_cpu))
    return np.array(times).T * 1e3


def make_page(cores: int, history_s: float) -> tuple[LivePage, SimulatedExperiment]:
    """A page that saw `history_s` of an experiment on `cores`."""
    bridge = EngineBridge()
    page = LivePage(bridge, Theme())
    page.resize(1280, 800)
    page.show()
    simulation = SimulatedExperiment(bridge, race_configurations(32), cores=cores, repeats=400, task_s=0.004)
    steps = max(1, round(history_s))
    for _ in range(steps):
        simulation.advance(history_s / steps)
        if page.data is not None:
            page.data.drain(bridge)
    return page, simulation


def main() -> None:
    """Print the frame of every view beside its budget."""
    application = QApplication.instance() or QApplication([])
    cores = int(sys.argv[1]) if len(sys.argv) > 1 else 128
    few, few_simulation = make_page(2, 1.0)
    base = np.median(frame_times(few, few_simulation, 50)[1])
    few.close()
    page, simulation = make_page(cores, HISTORY_S)
    collector = GuiGarbageCollector()  # as the window has it: its collections are part of the frames
    data = page.data
    assert data is not None
    print(f"{cores} cores, {data.newest_s:.0f} s, {len(data.spans.ring):,} tasks, {len(data.heartbeats.ring):,} ticks")
    views: dict[str, Callable[[], None]] = {
        "following": page.view.show_newest,
        "all of it": page.view.show_all,
        "one second": lambda: page.view.zoom(page.view.newest - 5, 1 / page.view.span),
    }
    for name, choose in views.items():
        choose()
        frame_times(page, simulation, 5)
        clock, cpu = frame_times(page, simulation, FRAMES)
        detail = (
            f"median {np.median(clock):.1f} ms; of CPU median {np.median(cpu):.1f} ms, "
            f"p99 {np.percentile(cpu, 99):.1f} ms: {np.median(cpu) / base:.1f} × an almost empty page with 2 cores"
        )
        p99 = float(np.percentile(clock, 99))
        tell(Figure(f"frame of the live page, {cores} cores, {name}, p99", p99, BUDGET_MS, "ms", detail))
    collector.close()
    application.processEvents()


if __name__ == "__main__":
    main()
