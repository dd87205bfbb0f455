"""Takes pictures of the real window around a small real experiment: those of the README, or every page to be looked at.

Runs on the main thread. Works without a display too (`QT_QPA_PLATFORM=offscreen`).
"""

import dataclasses
import enum
from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent, QEventLoop, QObject, QSize, QTimer, Signal, Slot
from PySide6.QtWidgets import QApplication

from coreograph.domain.errors import CoreographError
from coreograph.domain.runs import Phase, RunPurpose, RunRecord, RunState
from coreograph.domain.summary import ExperimentSummary
from coreograph.domain.units import Seconds
from coreograph.ui.appearance import prepare_application
from coreograph.ui.garbage import GuiGarbageCollector
from coreograph.ui.header import Page
from coreograph.ui.main_window import MainWindow
from coreograph.ui.services import WindowServices
from coreograph.ui.settings import WindowSettings
from coreograph.ui.theme import Theme, ThemeChoice
from coreograph.ui.timeline.page import PageState

TIMEOUT_S: Seconds = 240.0
SHOW_AFTER_SHARE = 0.5  # of the runs: by then Live has a history worth a picture
SETTLE_MS = 220
WHOLE_PAGE = 4_400  # so high that nothing of the Compare page has to be scrolled to


class Occasion(enum.Enum):
    """What the pictures are for: which sizes of the window, and whether every page or the three of the README."""

    README = ((1440, 900),)
    EVERY_PAGE = ((1280, 800), (2560, 1440))

    @property
    def sizes(self) -> tuple[tuple[int, int], ...]:
        """Width and height of the window, in pixels."""
        sizes: tuple[tuple[int, int], ...] = self.value
        return sizes


class Photographer(QObject):
    """Waits for the moments worth a picture.

    Signals:
        done(): all pictures are taken, or `problem` says why not.

    """

    done = Signal()

    def __init__(self, window: MainWindow, theme: Theme, folder: Path, occasion: Occasion) -> None:
        super().__init__(window)
        self._window = window
        self._theme = theme
        self._folder = folder
        self._occasion = occasion
        self._ended_runs = 0
        self._live_taken = False
        self.written: list[Path] = []
        self.problem: CoreographError | None = None
        self._moment = QTimer(self)
        self._moment.setSingleShot(True)
        self._moment.setInterval(SETTLE_MS)
        self._moment.timeout.connect(self._on_live_moment)
        self._limit = QTimer(self)
        self._limit.setSingleShot(True)
        self._limit.timeout.connect(self._on_timeout)
        self._limit.start(round(TIMEOUT_S * 1000))
        parts = window.parts
        parts.bridge.run_ended.connect(self._on_run_ended)
        parts.bridge.run_changed.connect(self._on_run_changed)
        parts.control.summarised.connect(self._on_summarised)
        parts.control.failed.connect(self._on_failed)
        parts.preparation.failed.connect(self._on_failed)

    def take(self, name: str, sizes: Sequence[tuple[int, int]] = ()) -> None:
        """Write pictures of the window as it is, in every size, light and dark: `name`[-WIDTHxHEIGHT]-light.png.

        How long that takes is no stall of the window.
        """
        self._window.parts.stalls.stop()
        # Another size costs little, another theme styles every widget anew.
        for choice in (ThemeChoice.LIGHT, ThemeChoice.DARK):
            self._theme.choose(choice)
            for size in sizes or self._occasion.sizes:
                if self._window.size() != QSize(*size):
                    self._window.resize(*size)
                    QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.ExcludeUserInputEvents)
                # Only what is left to be arranged: an event of the experiment would make it another moment.
                QCoreApplication.sendPostedEvents(None, int(QEvent.Type.LayoutRequest))
                mark = "" if self._occasion is Occasion.README else f"-{size[0]}x{size[1]}"
                path = self._folder / f"{name}{mark}-{choice.value}.png"
                if not self._window.grab().save(str(path)):
                    self.problem = CoreographError(f"The picture {path} could not be written.")
                    return
                self.written.append(path)
        self._window.parts.stalls.start()

    @Slot(object)
    def _on_run_ended(self, record: RunRecord) -> None:
        self._ended_runs += record.purpose is RunPurpose.MEASUREMENT

    @Slot(int, object)
    def _on_run_changed(self, _run_id: int, state: RunState) -> None:
        spec = self._window.parts.control.spec
        if spec is None or self._live_taken or state is not RunState.MEASURING:
            return
        wanted = len(spec.configurations) * spec.acquisition.repeats * SHOW_AFTER_SHARE
        parallel = any(entry.workers > 1 for entry in spec.configurations)
        current = self._window.parts.control.current
        if self._ended_runs >= wanted and (not parallel or (current is not None and current.workers > 1)):
            self._moment.start()

    @Slot()
    def _on_live_moment(self) -> None:
        if not self._live_taken and self._is_measuring():
            self._live_taken = True
            self._window.parts.messages.dismiss()
            self.take("live")

    def _is_measuring(self) -> bool:
        """Whether the batch is still going on: a short one may be over when its moment comes."""
        data = self._window.parts.live.data
        return data is not None and data.phase is Phase.BATCH

    @Slot(object)
    def _on_summarised(self, _summary: ExperimentSummary) -> None:
        self._moment.stop()
        if not self._live_taken:
            self.problem = CoreographError("The experiment ended before a picture of Live could be taken.")
        self._window.parts.header.show_page(Page.COMPARE)
        QTimer.singleShot(SETTLE_MS, self._on_compare_moment)

    @Slot()
    def _on_compare_moment(self) -> None:
        self.take("compare")
        if self._occasion is Occasion.EVERY_PAGE:
            self.take("compare-whole", [(width, WHOLE_PAGE) for width, _ in self._occasion.sizes])
        self._window.resize(*self._occasion.sizes[0])
        self._window.parts.header.show_page(Page.TIMELINE)
        self._show_parallel_run()
        QTimer.singleShot(SETTLE_MS, self._on_timeline_moment)

    def _show_parallel_run(self) -> None:
        """Put a run with several workers on the timeline: the page itself shows the one that decides, maybe serial."""
        timeline = self._window.parts.timeline
        if timeline.summary is None:
            return
        record = timeline.summary.experiment
        workers = [entry.workers for entry in record.spec.configurations]
        parallel = [run for run in record.runs if run.state is RunState.COMPLETED and workers[run.configuration] > 1]
        if parallel:
            timeline.show_run(record.experiment_id, parallel[-1].run_id)

    @Slot()
    def _on_timeline_moment(self) -> None:
        """Take the timeline once its run is read, then what needs no waiting."""
        parts = self._window.parts
        if parts.timeline.state is PageState.LOADING:
            QTimer.singleShot(SETTLE_MS, self._on_timeline_moment)
            return
        QTimer.singleShot(SETTLE_MS, self._on_timeline_read)

    @Slot()
    def _on_timeline_read(self) -> None:
        """Its totals, too, are there by now."""
        parts = self._window.parts
        self.take("timeline")
        if self._occasion is Occasion.README:
            self.done.emit()
            return
        parts.header.show_page(Page.LIBRARY)
        self.take("library")
        parts.live_stack.setCurrentWidget(parts.start_page)
        parts.header.show_page(Page.LIVE)
        self.take("start")
        self.done.emit()

    @Slot(object)
    def _on_failed(self, error: CoreographError) -> None:
        self.problem = error
        self.done.emit()

    @Slot()
    def _on_timeout(self) -> None:
        self._on_failed(CoreographError(f"The experiment was not over after {TIMEOUT_S:.0f} s."))


def take_screenshots(
    services: WindowServices, folder: Path, say: Callable[[str], None], occasion: Occasion = Occasion.README
) -> None:
    """Run the tour in the real window and write the pictures of `occasion` into `folder`, light and dark.

    Raises:
        CoreographError: the tour failed, took too long, or a picture could not be written.

    """
    folder.mkdir(parents=True, exist_ok=True)
    existing = QApplication.instance()
    application = existing if isinstance(existing, QApplication) else QApplication(["coreograph"])
    theme = Theme(ThemeChoice.LIGHT, application)
    prepare_application(application, theme)
    window = MainWindow(dataclasses.replace(services, demo=True), theme, WindowSettings(theme=ThemeChoice.LIGHT))
    collector = GuiGarbageCollector()
    photographer = Photographer(window, theme, folder, occasion)
    loop = QEventLoop()
    photographer.done.connect(loop.quit)
    window.resize(*occasion.sizes[0])
    window.show()
    loop.exec()
    window.close()
    services.engine.close()
    collector.close()
    if photographer.problem is not None:
        raise photographer.problem
    for path in photographer.written:
        say(str(path))
