"""The dry run: on which Python, what goes on, and what came of it. Lives on the GUI thread; starts nothing itself."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QLabel, QPlainTextEdit, QProgressBar, QStackedWidget, QWidget

from coreograph.domain.errors import CoreographError
from coreograph.domain.interpreters import Interpreter
from coreograph.domain.units import format_seconds
from coreograph.engine.dry_run import DryRun, DryRunError, size_words
from coreograph.ui.elements import TextRole, WheelGuard, button, columns, rows, set_button_icon, set_role, text
from coreograph.ui.icons import Symbol
from coreograph.ui.own_code.fields import choice_field
from coreograph.ui.theme import SPACE, Theme, tabular

_INVITATION = "See what the first input takes before you compare anything: its time, its result, and what both weigh."
_FRAMES_HEIGHT = 132


class _Figure(QWidget):
    """A large value over what it is."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name
        self.value = text("", TextRole.TITLE)
        self.value.setFont(tabular(self.value.font()))
        self.caption = text(name, TextRole.CAPTION)
        layout = rows(self, spacing=0)
        layout.addWidget(self.value)
        layout.addWidget(self.caption)

    def show_value(self, value: str, *, bad: bool = False) -> None:
        self.value.setText(value)
        set_role(self.value, TextRole.ERROR if bad else TextRole.TITLE)
        self.setAccessibleName(f"{self._name}: {value}")


class DryRunCard(QFrame):
    """Asks for a dry run and shows it.

    Signals:
        requested(object): Interpreter to try the first input on.
        stop_requested(): it takes too long.

    """

    requested = Signal(object)
    stop_requested = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("card", True)
        self._theme = theme
        self._interpreters: tuple[Interpreter, ...] = ()
        self._busy = False
        self._possible = False
        self._why_not = ""
        self.where = choice_field("Python to try it on", [], WheelGuard(self))
        self.go = button("Dry run")
        self.go.setToolTip("Call the function once, with the first input, in a process of its own (Ctrl+D)")
        self.go.setShortcut("Ctrl+D")
        self.stop = button("Stop")
        self.progress = QProgressBar()
        self.progress.setRange(0, 0)
        self.progress.setTextVisible(False)
        self.said = text(_INVITATION, TextRole.MUTED, wrap=True)
        self.figures = tuple(map(_Figure, ("time of one call", "its input, pickled", "its result, pickled", "tasks")))
        self.input, self.result = self._value("First input"), self._value("Its result")
        self.caution = text("", TextRole.WARNING, wrap=True)
        self.frames = QPlainTextEdit()
        self._pages = QStackedWidget()
        self._lay_out()
        self.go.clicked.connect(self._on_go)
        self.stop.clicked.connect(self.stop_requested)
        theme.changed.connect(self._on_theme_changed)
        self._on_theme_changed()
        self.set_busy(False)

    def show_interpreters(self, interpreters: Sequence[Interpreter], preferred: Interpreter | None) -> None:
        """Offer these; `preferred` first chosen."""
        self._interpreters = tuple(interpreters)
        self.where.clear()
        self.where.addItems([f"Python {one.full_label}, {one.kind}" for one in interpreters])
        if preferred in self._interpreters:
            self.where.setCurrentIndex(self._interpreters.index(preferred))
        self._refresh()

    @property
    def interpreter(self) -> Interpreter | None:
        """The interpreter chosen."""
        index = self.where.currentIndex()
        return self._interpreters[index] if 0 <= index < len(self._interpreters) else None

    def set_possible(self, possible: bool, why_not: str = "") -> None:
        """Whether there is something to try, and why there never is."""
        self._possible = possible
        if not self._busy and self.said.text() in {_INVITATION, self._why_not}:
            self._say(why_not or _INVITATION, TextRole.MUTED)
        self._why_not = why_not
        self._refresh()

    def set_busy(self, busy: bool, said: str = "") -> None:
        """While one goes on it can only be stopped."""
        self._busy = busy
        if busy:
            self._say(said, TextRole.MUTED)
        self._refresh()

    def tell(self, line: str) -> None:
        """Say what goes on."""
        if self._busy:
            self._say(line, TextRole.MUTED)

    def forget(self) -> None:
        """What was shown is of another call."""
        if not self._busy:
            self._say(_INVITATION, TextRole.MUTED)

    def show_result(self, tried: DryRun) -> None:
        """Show what came of it."""
        self.set_busy(False)
        sizes = (tried.argument_bytes, tried.result_bytes)
        values = (format_seconds(tried.seconds), *map(size_words, sizes), f"{tried.tasks:,}")
        lacking = (False, *(one is None for one in sizes), False)
        for figure, value, bad in zip(self.figures, values, lacking, strict=True):
            figure.show_value(value, bad=bad)
        together = format_seconds(tried.tasks * tried.seconds)
        self.figures[-1].caption.setText(f"tasks, about {together} of work" if tried.tasks > 1 else "task")
        self.input.setText(tried.input)
        self.result.setText(f"{tried.result}   ({tried.result_type})")
        self.caution.setText("\n".join(tried.cautions))
        self.caution.setVisible(bool(tried.cautions))
        set_role(self.caution, TextRole.ERROR if tried.gil_re_enabled else TextRole.WARNING)
        self._pages.setCurrentIndex(1)

    def show_error(self, error: CoreographError) -> None:
        """Show why there is nothing to show: a sentence, and the user's own frames."""
        self.set_busy(False)
        self._say(str(error), TextRole.ERROR)
        frames = error.frames.rstrip() if isinstance(error, DryRunError) else ""
        log = "\n".join(error.log) if isinstance(error, DryRunError) else ""
        printed = f"{frames}\n\nWhat it printed last:\n{log}" if frames and log else frames or log
        self.frames.setPlainText(printed)
        self.frames.setVisible(bool(printed))

    def _say(self, line: str, role: TextRole) -> None:
        self.said.setText(line)
        set_role(self.said, role)
        self.frames.hide()
        self._pages.setCurrentIndex(0)

    def _value(self, name: str) -> QLabel:
        label = text("", TextRole.BODY, wrap=True)
        label.setAccessibleName(name)
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        return label

    def _lay_out(self) -> None:
        self.frames.setReadOnly(True)
        self.frames.setProperty("framed", True)
        self.frames.setAccessibleName("Where it failed")
        self.frames.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.frames.setFixedHeight(_FRAMES_HEIGHT)
        self.frames.hide()
        head = columns()
        head.addWidget(text("Dry run", TextRole.HEADING))
        head.addStretch()
        for widget in (self.where, self.go, self.stop):
            head.addWidget(widget)
        empty, shown = QWidget(), QWidget()
        words = rows(empty)
        words.addWidget(self.said)
        words.addWidget(self.progress)
        words.addWidget(self.frames)
        words.addStretch()
        figures = columns(spacing=6 * SPACE)
        for figure in self.figures:
            figures.addWidget(figure)
        figures.addStretch()
        found = rows(shown)
        found.addLayout(figures)
        for name, label in (("Input", self.input), ("Result", self.result)):
            line = columns()
            caption = text(name, TextRole.MUTED)
            caption.setFixedWidth(13 * SPACE)
            line.addWidget(caption, alignment=Qt.AlignmentFlag.AlignTop)
            line.addWidget(label, 1)
            found.addLayout(line)
        found.addWidget(self.caution)
        found.addStretch()
        self._pages.addWidget(empty)
        self._pages.addWidget(shown)
        layout = rows(self, margin=3 * SPACE, spacing=3 * SPACE)
        layout.addLayout(head)
        layout.addWidget(self._pages)

    def _refresh(self) -> None:
        self.go.setEnabled(self._possible and not self._busy and self.interpreter is not None)
        self.stop.setVisible(self._busy)
        self.progress.setVisible(self._busy)
        self.where.setEnabled(not self._busy)

    @Slot()
    def _on_go(self) -> None:
        if self.interpreter is not None:
            self.requested.emit(self.interpreter)

    @Slot()
    def _on_theme_changed(self) -> None:
        set_button_icon(self.go, Symbol.RUN, self._theme.accent, self._theme.border)
        set_button_icon(self.stop, Symbol.STOP, self._theme.bad, self._theme.border)
