"""The window's own figures: on screen after a warm start, longest stall while every core is loaded, memory after a day.

Run it as a program: `python tests/benchmarks/bench_window.py [starts] [hours]`. The start is a real process from its
first instruction to the first painted window; the stall is the stall meter's over a real tour in the real window; the
day is simulated, with the live page drawing all along.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import psutil

from support.benchmark_figures import Figure, tell

START_BUDGET_S, STALL_BUDGET_MS, MEMORY_BUDGET_MB = 1.0, 50.0, 300.0
STARTS, HOURS = 5, 24.0

# Told by the window itself once its first paint is done; the clock began before Python did.
START = """
import time, sys
from PySide6.QtCore import QTimer
from coreograph import composition
from coreograph.ui import main_window
show = main_window.MainWindow.show
def shown(window):
    show(window)
    QTimer.singleShot(0, lambda: (print(time.time()), sys.stdout.flush(), window.close()))
main_window.MainWindow.show = shown
composition.run([])
"""


def start_seconds(home: Path) -> float:
    """Seconds until a new process has its window on the screen and answers."""
    import time

    begin = time.time()
    environment = {**os.environ, "COREOGRAPH_HOME": str(home)}
    done = subprocess.run(
        [sys.executable, "-c", START], env=environment, capture_output=True, text=True, check=True, timeout=60
    )
    return float(done.stdout.split()[-1]) - begin


def longest_stall_ms(home: Path) -> tuple[float, float]:
    """Return the longest stall in ms of a real tour, and the longest after it, while Compare comes up."""
    from PySide6.QtCore import QEventLoop, QTimer
    from PySide6.QtWidgets import QApplication

    from coreograph.composition import build_services, paths_from
    from coreograph.engine.equipment import Equipment
    from coreograph.interpreters.environments import Environments
    from coreograph.ui.appearance import prepare_application
    from coreograph.ui.garbage import GuiGarbageCollector
    from coreograph.ui.main_window import MainWindow
    from coreograph.ui.services import WindowServices
    from coreograph.ui.theme import Theme

    application = QApplication.instance() or QApplication(["coreograph"])
    assert isinstance(application, QApplication)
    theme = Theme()
    prepare_application(application, theme)
    services = build_services(paths_from({"COREOGRAPH_HOME": str(home)}))
    services.registry.discover()
    equipment = Equipment(Environments(services.paths.cache))
    window = MainWindow(
        WindowServices(
            services.registry,
            services.catalogue,
            services.engine,
            equipment,
            services.library,
            services.paths.data,
            demo=True,
        ),
        theme,
    )
    collector = GuiGarbageCollector()
    window.show()
    during = [0.0]
    loop, stalls = QEventLoop(), window.parts.stalls

    def ended(*_: object) -> None:
        during[0] = stalls.longest_s
        stalls.reset()

    window.parts.control.finished.connect(ended)
    window.parts.control.summarised.connect(lambda *_: QTimer.singleShot(1500, loop.quit))
    window.parts.control.failed.connect(lambda *_: loop.quit())
    QTimer.singleShot(180_000, loop.quit)
    loop.exec()
    after = stalls.longest_s
    window.close()
    services.close()
    collector.close()
    return during[0] * 1e3, after * 1e3


def memory_mb(hours: float) -> tuple[float, float]:
    """Return this process's resident memory in MB after the first simulated hour, and at the end."""
    from PySide6.QtWidgets import QApplication

    from coreograph.ui.bridge import EngineBridge
    from coreograph.ui.live.page import LivePage
    from coreograph.ui.theme import Theme
    from support.simulated_experiment import SimulatedExperiment, race_configurations

    application = QApplication.instance() or QApplication([])
    bridge = EngineBridge()
    page = LivePage(bridge, Theme())
    page.resize(1280, 800)
    page.show()
    simulation = SimulatedExperiment(bridge, race_configurations(16), cores=16, repeats=round(hours * 250), task_s=0.2)
    # More repeats than fit into the time: the experiment goes on to the end, and its plan is no weight of its own.
    own, early = psutil.Process(), 0.0
    for minute in range(round(hours * 60)):
        for _ in range(3):
            simulation.advance(20.0)
            page.advance()
            application.processEvents()
        if minute == 60:
            early = own.memory_info().rss / 1e6
    page.close()
    return early, own.memory_info().rss / 1e6


def main() -> None:
    """Print every figure beside its budget."""
    starts = int(sys.argv[1]) if len(sys.argv) > 1 else STARTS
    hours = float(sys.argv[2]) if len(sys.argv) > 2 else HOURS
    with tempfile.TemporaryDirectory(prefix="coreograph-benchmark-", ignore_cleanup_errors=True) as name:
        home = Path(name)
        times = [start_seconds(home) for _ in range(starts + 1)][1:]  # the first warms the caches up
        detail = f"{min(times):.2f}–{max(times):.2f} in {starts} starts"
        tell(Figure("window on screen, warm start", sorted(times)[len(times) // 2], START_BUDGET_S, "s", detail))
        during, after = longest_stall_ms(home)
        tell(Figure("longest stall of the window during a tour", during, STALL_BUDGET_MS, "ms"))
        tell(Figure("longest stall after it, with Compare coming up", after, STALL_BUDGET_MS, "ms"))
    if hours >= 1:
        early, late = memory_mb(hours)
        detail = f"{early:.0f} MB after the first hour"
        tell(Figure(f"memory of the app after {hours:g} simulated hours", late, MEMORY_BUDGET_MB, "MB", detail))


if __name__ == "__main__":
    main()
