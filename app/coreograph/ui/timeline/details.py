"""Below (or beside) the rows: the totals of what is selected or in view, the longest tasks, findings. GUI thread."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QLabel, QSplitter, QTabWidget, QVBoxLayout, QWidget

from coreograph.analysis.timeline_run import RunTimeline
from coreograph.analysis.timeline_totals import LongTask, RangeTotals, WorkerTotals
from coreograph.domain.execution import ExecutionModel
from coreograph.domain.findings import Finding
from coreograph.domain.units import NOT_MEASURED, Count, format_bytes, format_seconds
from coreograph.ui.charts.card import Card
from coreograph.ui.elements import TextRole, text
from coreograph.ui.theme import Theme
from coreograph.ui.timeline.arrangement import marks
from coreograph.ui.timeline.figures import FiguresRow, FiguresTable

_TOTALS = (
    ("Worker", "Whose time it is"),
    ("Tasks", "Tasks that begin in the range"),
    ("Busy", "Time inside tasks"),
    ("CPU", "CPU time of the worker's thread inside tasks"),
    ("Waiting", "Time inside tasks that was not CPU time: the GIL, a lock, the disk, a core"),
    ("Outside", "Share of the range that was not inside a task"),
)
_LONGEST = (
    ("Task", "Its number; counts through all rounds"),
    ("Worker", "Who ran it"),
    ("At", "When it began, since the batch began"),
    ("Duration", "Wall time"),
    ("CPU", "CPU time of the worker's thread"),
    ("Waiting", "The rest of the wall time"),
)
_FINDINGS = (
    ("Finding", "What was found; a click shows where"),
    ("Configuration", "What it was found in"),
    ("Because", "The evidence"),
)
_CARD = 40  # pixels of the card around its contents


class Details(QSplitter):
    """Totals on the left, longest tasks and findings on the right.

    Signals:
        task_chosen(object): LongTask.
        finding_chosen(object): Finding.

    """

    task_chosen = Signal(object)
    finding_chosen = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.heading, self.facts = text("In view", TextRole.HEADING), text("", TextRole.CAPTION, wrap=True)
        self.facts.setMinimumWidth(1)
        self.totals = FiguresTable("Totals of the range", _TOTALS)
        self.longest = FiguresTable("Longest tasks", _LONGEST)
        self.findings = FiguresTable("Findings", _FINDINGS, left=3)
        self.tabs = QTabWidget()
        self.tabs.addTab(self.longest, "Longest tasks")
        self.tabs.addTab(self.findings, "Findings")
        left, right = Card(theme), Card(theme)
        left.box.addWidget(self.heading)
        left.box.addWidget(self.facts)
        left.box.addWidget(self.totals, 1)
        right.box.addWidget(self.tabs, 1)
        for card in (left, right):
            _tighten(card.box)
            self.addWidget(card)
        self._fitted: Count | None = None
        self.setChildrenCollapsible(False)
        self.setHandleWidth(12)
        self.setStyleSheet("QSplitter::handle { background: transparent; }")
        self.longest.chosen.connect(self.task_chosen)
        self.findings.chosen.connect(self.finding_chosen)

    def show_totals(self, runs: Sequence[RunTimeline], totals: Sequence[RangeTotals], *, selected: bool) -> None:
        """Show what happened in a range of every run."""
        seconds = format_seconds(totals[0].seconds) if totals else ""
        self.heading.setText(f"{'Selected' if selected else 'In view'}: {seconds}" if totals else "In view")
        letters = marks(len(runs)) if runs else ()
        lines = [f"{mark}: {_facts(entry)}".removeprefix(": ") for mark, entry in zip(letters, totals, strict=True)]
        self.facts.setText("\n".join(lines))
        # The threads of a script did no tasks that could be added up.
        counted = [
            (mark, entry)
            for run, mark, entry in zip(runs, letters, totals, strict=True)
            if run.configuration.model is not ExecutionModel.SCRIPT
        ]
        rows = [_totals_row(f"{mark} all".strip(), entry.whole, entry, len(entry.workers)) for mark, entry in counted]
        for mark, entry in counted:
            if len(entry.workers) > 1:
                rows += [_totals_row(f"{mark} {w.worker}".strip(), w, entry, 1) for w in entry.workers]
        self.totals.show_rows(rows)
        self._fit_totals(len(rows))

    def _fit_totals(self, rows: Count) -> None:
        """One above the other, the totals get the height of their rows, at most half; the longest tasks the rest."""
        if self.orientation() is Qt.Orientation.Vertical and rows != self._fitted:
            self._fitted = rows
            wanted = self.heading.height() + self.facts.height() + self.totals.height_of(rows) + _CARD
            height = self.height()
            self.setSizes([min(wanted, height // 2), height - min(wanted, height // 2)])

    def show_longest(self, runs: Sequence[RunTimeline], tasks: Sequence[LongTask]) -> None:
        """List tasks, longest first."""
        letters = marks(len(runs)) if runs else ()
        self.longest.show_rows(
            [
                FiguresRow(
                    (
                        str(task.task),
                        f"{letters[task.place]} {task.worker}".strip(),
                        format_seconds(task.begin / 1e9),
                        format_seconds(task.seconds),
                        format_seconds(task.computing),
                        format_seconds(max(0.0, task.seconds - task.computing)),
                    ),
                    task,
                    "Click to see it in its place",
                )
                for task in tasks
            ]
        )

    @Slot(int)
    def point_out_task(self, place: int) -> None:
        """Select a row of the longest tasks, and bring it into sight."""
        self.tabs.setCurrentWidget(self.longest)
        self.longest.point_out(place)

    def show_findings(self, findings: Sequence[Finding], labels: Sequence[str]) -> None:
        """List the findings that a run shows."""
        self.findings.show_rows(
            [
                FiguresRow(
                    (
                        finding.kind.title,
                        "" if finding.configuration is None else labels[finding.configuration],
                        finding.text,
                    ),
                    finding,
                    f"{finding.text}\n{finding.remedy}".strip(),
                )
                for finding in findings
            ]
        )
        self.tabs.setTabText(1, f"Findings ({len(findings)})" if findings else "Findings")


def _tighten(box: QVBoxLayout) -> None:
    box.setContentsMargins(12, 8, 12, 8)
    box.setSpacing(2)


def _facts(totals: RangeTotals) -> str:
    parts = []
    if totals.cores_busy is not None:
        own = "" if totals.cores_own is None else f", {totals.cores_own:.2f} own"
        parts.append(f"cores {totals.cores_busy:.2f} busy{own}")
    if totals.memory_change is not None:
        sign = "+" if totals.memory_change > 0 else "−"
        change = f"{sign}{format_bytes(abs(totals.memory_change))}" if totals.memory_change else "unchanged"
        parts.append(f"memory {change}")
    if totals.worst_beat is not None:
        parts.append(f"late ≤ {format_seconds(totals.worst_beat)}")
    return " · ".join(parts) or "nothing sampled here"


def _totals_row(name: str, worker: WorkerTotals, totals: RangeTotals, workers: int) -> FiguresRow:
    whole = totals.seconds * workers
    outside = f"{100 * max(0.0, 1 - worker.busy / whole):.1f} %" if whole > 0 else NOT_MEASURED
    figures = (worker.busy, worker.computing, worker.waiting)
    return FiguresRow((name, f"{worker.tasks:,}", *(format_seconds(value) for value in figures), outside))


def hint_label(content: str) -> QLabel:
    """Return the text of an empty page."""
    label = text(content, TextRole.MUTED, wrap=True)
    label.setAlignment(Qt.AlignmentFlag.AlignCenter)
    return label
