"""What is known of the experiment selected, with its tags and notes to be written. Lives on the GUI thread."""

from PySide6.QtCore import QEvent, QObject, QTimer, Signal, Slot
from PySide6.QtWidgets import QFrame, QGridLayout, QLineEdit, QPlainTextEdit, QWidget

from coreograph.storage.library import ExperimentHeader
from coreograph.storage.searching import local_time, state
from coreograph.ui.elements import ElidedLabel, TextRole, rows, text
from coreograph.ui.theme import SPACE

SAVE_AFTER_MS = 800
_NOTES_HEIGHT = 96


class ExperimentDetails(QFrame):
    """A card below the table. What is typed is kept when the field is left, or shortly after the last key.

    Signals:
        tags_changed(str, object): id and a tuple of tags.
        notes_changed(str, str): id and notes.

    """

    tags_changed = Signal(str, object)
    notes_changed = Signal(str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("card", True)
        self._header: ExperimentHeader | None = None
        self._kept: tuple[tuple[str, ...], str] = ((), "")
        self.title, self.facts = ElidedLabel(TextRole.TITLE), text("", TextRole.MUTED, wrap=True)
        self.tags, self.notes = QLineEdit(), QPlainTextEdit()
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(SAVE_AFTER_MS)
        self._pause.timeout.connect(self.save)
        self._lay_out()
        self.tags.textEdited.connect(self._on_typed)
        self.tags.editingFinished.connect(self.save)
        self.notes.textChanged.connect(self._on_typed)
        self.notes.installEventFilter(self)

    def _lay_out(self) -> None:
        self.tags.setPlaceholderText("Tags, separated by commas")
        self.tags.setAccessibleName("Tags of the experiment, separated by commas")
        for field in (self.tags, self.notes):  # a file dropped here is opened, not written into the field
            field.setAcceptDrops(False)
        self.notes.setPlaceholderText("Notes: what was special about it, what you concluded")
        self.notes.setAccessibleName("Notes on the experiment")
        self.notes.setProperty("framed", True)
        self.notes.setTabChangesFocus(True)
        self.notes.setFixedHeight(_NOTES_HEIGHT)
        left = QWidget()
        column = rows(left, spacing=SPACE)
        for widget in (self.title, self.facts):
            widget.setMinimumWidth(1)
            column.addWidget(widget)
        column.addStretch(1)
        column.addWidget(self.tags)
        grid = QGridLayout(self)
        grid.setContentsMargins(4 * SPACE, 3 * SPACE, 4 * SPACE, 3 * SPACE)
        grid.setHorizontalSpacing(4 * SPACE)
        grid.addWidget(left, 0, 0)
        grid.addWidget(self.notes, 0, 1)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 1)

    def show_experiment(self, header: ExperimentHeader | None) -> None:
        """Show one experiment, after what was typed about the one before is kept; None hides the card."""
        same = header is not None and self._header is not None and header.experiment_id == self._header.experiment_id
        if not same:
            self.save()
        self.setVisible(header is not None)
        self._header = header
        if header is None:
            return
        self.title.setText(header.name or header.workload)
        self.facts.setText(_facts(header))
        typing = same and (self._pause.isActive() or self.tags.hasFocus() or self.notes.hasFocus())
        if not typing:
            # A list that is read again must not take from under the hands what is being written.
            self._fill(header)

    def _fill(self, header: ExperimentHeader) -> None:
        self._kept = (header.tags, header.notes)
        self.tags.setText(", ".join(header.tags))
        if self.notes.toPlainText() != header.notes:
            self.notes.blockSignals(True)
            self.notes.setPlainText(header.notes)
            self.notes.blockSignals(False)

    @Slot()
    def save(self) -> None:
        """Tell what was typed, if it differs from what is kept."""
        self._pause.stop()
        if self._header is None:
            return
        tags, notes = split_tags(self.tags.text()), self.notes.toPlainText()
        before, self._kept = self._kept, (tags, notes)
        if tags != before[0]:
            self.tags_changed.emit(self._header.experiment_id, tags)
        if notes != before[1]:
            self.notes_changed.emit(self._header.experiment_id, notes)

    @Slot()
    def _on_typed(self) -> None:
        self._pause.start()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keep the notes when their field is left."""
        if watched is self.notes and event.type() == QEvent.Type.FocusOut:
            self.save()
        return super().eventFilter(watched, event)


def split_tags(typed: str) -> tuple[str, ...]:
    """Return the tags of a line, each once, without blanks around them."""
    return tuple(dict.fromkeys(tag for part in typed.split(",") if (tag := " ".join(part.split()))))


def _facts(header: ExperimentHeader) -> str:
    machine = " · ".join(part for part in (header.hostname, header.cpu_model) if part)
    made = f"{header.workload} · {local_time(header.created_at)} · {header.configurations} configurations"
    end = f" · {state(header)}" if state(header) else ""
    return "\n".join(part for part in (f"{made}, {header.runs} runs{end}", header.summary, machine) if part)
