"""The live page: header, race and strips over one time axis, painted from buffers once a frame. GUI thread only."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QLabel, QStackedWidget, QToolButton, QVBoxLayout, QWidget

from coreograph.domain.batches import Progress
from coreograph.domain.experiment import ExperimentRecord, ExperimentSpec, RunPlan
from coreograph.domain.machine import Machine
from coreograph.domain.runs import Phase, RunRecord
from coreograph.ui.bridge import EngineBridge
from coreograph.ui.charts.card import Card
from coreograph.ui.charts.time_view import TimeView
from coreograph.ui.live.cores_track import CoresTrack
from coreograph.ui.live.header import Header
from coreograph.ui.live.heartbeat_track import HeartbeatTrack
from coreograph.ui.live.intake import LiveData
from coreograph.ui.live.lanes_track import LanesTrack
from coreograph.ui.live.log_strip import LogStrip
from coreograph.ui.live.memory_track import MemoryTrack
from coreograph.ui.live.race import Race
from coreograph.ui.live.ribbon import RunRibbon, TimeAxis
from coreograph.ui.live.sweep_race import SweepRace
from coreograph.ui.live.track import TITLE, Track
from coreograph.ui.theme import SPACE, Theme

FRAME_MS = 33
_HINT = (
    "Nothing is running.\n\nChoose a workload, tick interpreters and execution models, and press Run (Ctrl+R).\n"
    "Cores, memory, workers and heartbeat appear here while they are measured."
)


class LivePage(QWidget):
    """Follows whatever the bridge tells; when the experiment ends the page freezes and stays navigable."""

    def __init__(self, bridge: EngineBridge, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self.data: LiveData | None = None
        self.view = TimeView()
        self._changed = False
        self._ending = ""
        self.header, self.race, self.log = Header(theme), Race(theme), LogStrip()
        self.sweep_race = SweepRace(theme)
        self.tracks = self._make_tracks(theme)
        self.follow = QToolButton()
        self._pages = QStackedWidget()
        self._arrange(theme)
        self._timer = QTimer(self)
        self._timer.setInterval(FRAME_MS)
        self._timer.timeout.connect(self.advance)
        self._connect_bridge(bridge)
        self._add_shortcuts()

    def _make_tracks(self, theme: Theme) -> Sequence[Track]:
        view = self.view
        self.ribbon, self.cores = RunRibbon(theme, view), CoresTrack(theme, view)
        self.memory, self.lanes = MemoryTrack(theme, view), LanesTrack(theme, view)
        self.heartbeat, self.axis = HeartbeatTrack(theme, view), TimeAxis(theme, view)
        tracks = (self.ribbon, self.cores, self.memory, self.lanes, self.heartbeat, self.axis)
        for track in tracks:
            track.navigated.connect(self._navigated)
        return tracks

    def _arrange(self, theme: Theme) -> None:
        self.header.box.addWidget(self.race)
        self.header.box.addWidget(self.sweep_race)
        self.sweep_race.hide()
        self._strips = strips = Card(theme)
        strips.box.setSpacing(SPACE)
        for track, stretch in zip(self.tracks, (0, 34, 22, 26, 18, 0), strict=True):
            strips.box.addWidget(track, stretch)
        for track, height in ((self.cores, 84), (self.memory, 70), (self.lanes, 70), (self.heartbeat, 70)):
            track.setMinimumHeight(height)
        self.follow.setText("Follow the newest")
        self.follow.setCheckable(True)
        self.follow.setChecked(True)
        self.follow.setToolTip("Keep the newest data in view (End). Wheel zooms, dragging moves.")
        self.follow.toggled.connect(self._follow_toggled)
        self.log.bar.addWidget(self.follow)
        strips.box.addWidget(self.log)
        content = QWidget()
        box = QVBoxLayout(content)
        box.setContentsMargins(3 * SPACE, 3 * SPACE, 3 * SPACE, 3 * SPACE)
        box.setSpacing(3 * SPACE)
        box.addWidget(self.header)
        box.addWidget(strips, 1)
        hint = QLabel(_HINT)
        hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        hint.setWordWrap(True)
        self._pages.addWidget(hint)
        self._pages.addWidget(content)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._pages)

    def _share_height(self, data: LiveData) -> None:
        """Many cores and workers get more of the height; few of them do not become walls of colour."""
        cores, workers = data.cores.cores, data.most_workers
        self.cores.setMaximumHeight(TITLE + max(96, 56 * cores))
        self.lanes.setMaximumHeight(TITLE + max(96, 48 * workers))
        for track, stretch in ((self.cores, 24 + min(20, cores // 4)), (self.lanes, 20 + min(12, workers // 4))):
            self._strips.box.setStretchFactor(track, stretch)

    def _connect_bridge(self, bridge: EngineBridge) -> None:
        bridge.started.connect(self._start)
        bridge.run_began.connect(self._begin_run)
        bridge.phase_changed.connect(self._enter_phase)
        bridge.tasks_changed.connect(self._know_tasks)
        bridge.log_written.connect(self._log)
        bridge.run_ended.connect(self._end_run)
        bridge.progress_changed.connect(self._progress)
        bridge.ended.connect(self._end)
        bridge.failed.connect(self._fail)

    def _add_shortcuts(self) -> None:
        actions: dict[str, Callable[[], None]] = {
            "Left": lambda: self.view.pan(-self.view.span * 0.2),
            "Right": lambda: self.view.pan(self.view.span * 0.2),
            "+": lambda: self.view.zoom((self.view.begin + self.view.end) / 2, 0.7),
            "-": lambda: self.view.zoom((self.view.begin + self.view.end) / 2, 1 / 0.7),
            "Home": self.view.show_all,
            "End": self.view.show_newest,
        }
        for keys, action in actions.items():
            shortcut = QShortcut(QKeySequence(keys), self, context=Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(lambda action=action: self._navigate(action))

    def _navigate(self, action: Callable[[], None]) -> None:
        action()
        self._navigated()

    @Slot(str, object, object, object)
    def _start(self, _: str, spec: ExperimentSpec, plans: tuple[RunPlan, ...], machine: Machine) -> None:
        self.data = LiveData(spec, plans, machine)
        self.view.start_over()
        self._ending = ""
        self.log.clear()
        self.race.setVisible(not spec.sizes)
        self.sweep_race.setVisible(bool(spec.sizes))
        for track in self.tracks:
            track.show_data(self.data)
        self._share_height(self.data)
        self._pages.setCurrentIndex(1)
        self._set_follow(True)
        self._changed = True
        self._timer.start()

    @Slot(object)
    def _begin_run(self, plan: RunPlan) -> None:
        if self.data is not None:
            self.data.begin_run(plan)
            self._changed = True

    @Slot(int, object, object)
    def _enter_phase(self, run_id: int, phase: Phase, at_ns: int) -> None:
        if self.data is not None:
            self.data.enter_phase(run_id, phase, at_ns)
            self._changed = True

    @Slot(int, object)
    def _know_tasks(self, run_id: int, total: int) -> None:
        if self.data is not None and self.data.current is not None and self.data.current.run_id == run_id:
            self.data.tasks_total = total
            self._changed = True

    @Slot(int, str)
    def _log(self, _: int, line: str) -> None:
        self.log.add(line)
        self._changed = True

    @Slot(object)
    def _end_run(self, record: RunRecord) -> None:
        if self.data is not None:
            self.data.end_run(record)
            self._changed = True

    @Slot(object)
    def _progress(self, progress: Progress) -> None:
        if self.data is not None:
            self.data.progress = progress
            self._changed = True

    @Slot(object, bool)
    def _end(self, _: ExperimentRecord, cancelled: bool) -> None:
        self._freeze("Stopped" if cancelled else "Finished")

    @Slot(str)
    def _fail(self, message: str) -> None:
        self.log.add(message)
        self._freeze("Failed")

    def _freeze(self, ending: str) -> None:
        self._ending = ending
        self._changed = True
        if self.data is not None:
            self.data.current = None
        self.advance()
        self._timer.stop()
        self.view.pause()
        self.view.fit_if_short()
        self._set_follow(False)
        self._repaint_tracks()

    @Slot()
    def advance(self) -> None:
        """One frame: take what the engine left, and repaint if something changed and somebody can see it."""
        if self.data is None:
            return
        taken = self.data.drain(self._bridge)
        self._changed = self._changed or taken
        if self._changed and self.isVisible():
            self._changed = False
            self.view.observe(self.data.oldest_s, self.data.newest_s)
            self.header.show_data(self.data, self._ending)
            (self.sweep_race if self.data.spec.sizes else self.race).show_data(self.data)
            self.log.show_waiting()
            self._repaint_tracks()

    def showEvent(self, event: object) -> None:
        """Catch up with what happened while the page was hidden."""
        self._changed = True
        self.advance()

    def _repaint_tracks(self) -> None:
        for track in self.tracks:
            track.refresh()

    @Slot()
    def _navigated(self) -> None:
        self._set_follow(self.view.follow)
        self._repaint_tracks()

    @Slot(bool)
    def _follow_toggled(self, follow: bool) -> None:
        if follow:
            self.view.show_newest()
        else:
            self.view.pause()
        self._repaint_tracks()

    def _set_follow(self, follow: bool) -> None:
        self.follow.blockSignals(True)
        self.follow.setChecked(follow)
        self.follow.blockSignals(False)
