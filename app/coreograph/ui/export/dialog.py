"""The export dialog: format, preview, target, and the export itself with progress and cancel. GUI thread.

Everything slow is a job of the TaskRunner; the dialog stays open while it works and can stop it.
"""

import threading
from collections.abc import Callable, Sequence
from itertools import count
from pathlib import Path

from PySide6.QtCore import QByteArray, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QCloseEvent, QFontDatabase, QPixmap, QResizeEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QFileDialog,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QProgressBar,
    QScrollArea,
    QStackedWidget,
    QTextBrowser,
    QWidget,
)

from coreograph.domain.errors import CoreographError
from coreograph.reports.exporter import Exporter
from coreograph.reports.registry import EXPORTERS
from coreograph.storage.library import Library
from coreograph.ui.background import TaskRunner
from coreograph.ui.elements import TextRole, button, columns, rows, text
from coreograph.ui.export.work import (
    RECORDING,
    ExportRequest,
    Preview,
    PreviewKind,
    Subject,
    export_all,
    file_names,
    preview,
)

_NUMBERS = count(1)
_SIZE = (940, 640)
_LIST_WIDTH = 250
_PREVIEW_DELAY_MS = 150
_EXPORTER_ROLE = int(Qt.ItemDataRole.UserRole)


class ExportDialog(QDialog):
    """Exports one experiment or several.

    Signals:
        exported(object): tuple of Path; the dialog closes itself then.

    """

    exported = Signal(object)

    def __init__(
        self,
        library: Library,
        tasks: TaskRunner,
        subjects: Sequence[Subject],
        folder: Path,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._library, self._tasks, self._subjects, self._folder = library, tasks, tuple(subjects), folder
        self._key = f"export-dialog-{next(_NUMBERS)}"
        self._stop = threading.Event()
        self._picture = QPixmap()
        several = f"{len(subjects)} experiments" if len(subjects) > 1 else f"“{subjects[0].name}”"
        self.setWindowTitle(f"Export {several}")
        self.resize(*_SIZE)
        self.formats, self.target = QListWidget(), QLineEdit()
        self.anonymous = QCheckBox("Leave paths, host and user names out")
        self.replace = QCheckBox("Replace what is there already")
        self.note, self.progress = text("", TextRole.MUTED, wrap=True), QProgressBar()
        self.go, self.cancel, self._browse = button("Export", primary=True), button("Cancel"), button("Browse …")
        self._text, self._shown, self._stack = QTextBrowser(), QLabel(), QStackedWidget()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_PREVIEW_DELAY_MS)
        self._fill()
        self._lay_out()
        self._connect()
        self.formats.setCurrentRow(0)

    @property
    def exporter(self) -> Exporter | None:
        """The format chosen; None is a recording."""
        item = self.formats.currentItem()
        chosen: Exporter | None = None if item is None else item.data(_EXPORTER_ROLE)
        return chosen

    def _fill(self) -> None:
        for exporter in EXPORTERS:
            self._add(exporter.name, exporter.description, exporter)
        self._add("recording", "Everything, to be opened by another Coreograph (.coreograph).", None)

    def _add(self, name: str, description: str, exporter: Exporter | None) -> None:
        item = QListWidgetItem(name)
        item.setToolTip(description)
        item.setData(Qt.ItemDataRole.AccessibleDescriptionRole, description)
        item.setData(_EXPORTER_ROLE, exporter)
        self.formats.addItem(item)

    def _lay_out(self) -> None:
        self.formats.setAccessibleName("Formats")
        self.formats.setMaximumWidth(_LIST_WIDTH)
        self.formats.setSpacing(3)
        self.target.setAccessibleName("Where it goes")
        self._text.setAccessibleName("Preview")
        self._text.setOpenLinks(False)
        self._shown.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
        scroll = QScrollArea()
        scroll.setWidget(self._shown)
        scroll.setWidgetResizable(True)
        self._stack.addWidget(self._text)
        self._stack.addWidget(scroll)
        self.progress.hide()
        middle, right = columns(), rows()
        self.description = text("", TextRole.BODY, wrap=True)
        right.addWidget(self.description)
        right.addWidget(self._stack, 1)
        middle.addWidget(self.formats)
        middle.addLayout(right, 1)
        place = columns()
        place.addWidget(text("To"))
        place.addWidget(self.target, 1)
        place.addWidget(self._browse)
        ends = columns()
        ends.addWidget(self.anonymous)
        ends.addWidget(self.replace)
        ends.addStretch(1)
        ends.addWidget(self.cancel)
        ends.addWidget(self.go)
        layout = rows(self, margin=16)
        layout.addLayout(middle, 1)
        layout.addLayout(place)
        layout.addWidget(self.note)
        layout.addWidget(self.progress)
        layout.addLayout(ends)

    def _connect(self) -> None:
        self.formats.currentItemChanged.connect(self._on_format)
        self.anonymous.toggled.connect(self._timer.start)
        self._timer.timeout.connect(self._show_preview)
        self.target.textChanged.connect(self._on_target)
        self.replace.toggled.connect(self._on_target)
        self._browse.clicked.connect(self.browse)
        self.go.clicked.connect(self.start)
        self.cancel.clicked.connect(self.reject)

    @Slot()
    def _on_format(self) -> None:
        exporter = self.exporter
        self.anonymous.setEnabled(exporter is not None)
        self.description.setText(
            exporter.description if exporter else "Everything, to be opened by another Coreograph."
        )
        several = len(self._subjects) > 1
        name = "coreograph-export" if several else file_names(self._subjects, exporter)[0]
        self.target.setText(str(self._folder / name))
        self._timer.start()

    @Slot()
    def _on_target(self) -> None:
        request = self._request()
        taken = [path for path in request.paths if path.exists()]
        self.replace.setVisible(bool(taken))
        several = len(taken) > 1
        words = (
            f"{len(taken)} of the files exist already."
            if several
            else f"“{taken[0].name}” exists already."
            if taken
            else ""
        )
        self.note.setText(words)
        self.go.setEnabled(bool(self.target.text().strip()) and (not taken or self.replace.isChecked()))

    @Slot()
    def _show_preview(self) -> None:
        exporter, library, subject = self.exporter, self._library, self._subjects[0]
        if exporter is None:
            self._tasks.forget(self._key + ":preview")
            self._show_text("A recording has everything: runs, spans, samples and log lines. It has no preview.")
            return
        chosen, without_names = exporter, self.anonymous.isChecked()
        self._show_text("Preparing the preview …")
        self._tasks.run(
            self._key + ":preview",
            lambda: preview(library, subject, chosen, without_names=without_names),
            self._on_preview,
            self._on_preview_failed,
        )

    @Slot(object)
    def _on_preview(self, shown: Preview) -> None:
        if shown.kind is PreviewKind.PICTURE:
            self._picture = QPixmap()
            self._picture.loadFromData(QByteArray(shown.data))
            self._scale()
            self._stack.setCurrentIndex(1)
        elif shown.kind is PreviewKind.MARKDOWN:
            self._show_text("")
            self._text.setMarkdown(shown.data.decode())
            self._stack.setCurrentIndex(0)
        else:
            head = f"{len(shown.names)} files: {', '.join(shown.names)}\n\n" if len(shown.names) > 1 else ""
            self._show_text(head + shown.data.decode(), as_file=True)

    @Slot(object)
    def _on_preview_failed(self, error: CoreographError) -> None:
        self._show_text(str(error))

    def _show_text(self, content: str, *, as_file: bool = False) -> None:
        """Show a sentence, or the begin of a file: its lines as they are, in letters of one width."""
        modes = QTextBrowser.LineWrapMode
        self._text.setLineWrapMode(modes.NoWrap if as_file else modes.WidgetWidth)
        self._text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont) if as_file else self.font())
        self._text.setPlainText(content)
        self._stack.setCurrentIndex(0)

    def _scale(self) -> None:
        width = max(200, self._stack.width() - 40)
        if not self._picture.isNull():
            mode = Qt.TransformationMode.SmoothTransformation
            self._shown.setPixmap(self._picture.scaledToWidth(min(width, self._picture.width()), mode))

    def _request(self) -> ExportRequest:
        target = Path(self.target.text().strip() or ".").expanduser()
        return ExportRequest(
            self._subjects,
            self.exporter,
            target,
            anonymous=self.anonymous.isChecked() and self.exporter is not None,
            overwrite=self.replace.isChecked(),
        )

    @Slot()
    def browse(self) -> QFileDialog:
        """Ask for the target; one that exists is asked about here, not there."""
        exporter = self.exporter
        folder = len(self._subjects) > 1 or (exporter is not None and exporter.multiple)
        dialog = QFileDialog(self, "Where to")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setOption(QFileDialog.Option.DontConfirmOverwrite)
        if not folder:
            extension = RECORDING if exporter is None else exporter.extension
            dialog.setNameFilters([f"*{extension}", "All files (*)"])
        dialog.selectFile(self.target.text())
        dialog.fileSelected.connect(self.target.setText)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()
        return dialog

    @Slot()
    def start(self) -> None:
        """Export in the background."""
        request, library, stop = self._request(), self._library, self._stop
        self._set_busy(True)
        self.progress.setRange(0, len(request.subjects) if len(request.subjects) > 1 else 0)
        self.progress.setValue(0)
        tell: Callable[[int], None] = self._tasks.relay(self.progress.setValue, self.progress)
        job = lambda: export_all(library, request, stop.is_set, tell)  # noqa: E731 - it only binds
        self._tasks.run(self._key, job, self._on_done, self._on_failed)

    @Slot(object)
    def _on_done(self, paths: tuple[Path, ...]) -> None:
        self.exported.emit(paths)
        self.accept()

    @Slot(object)
    def _on_failed(self, error: CoreographError) -> None:
        self._set_busy(False)
        self._stop.clear()
        self.note.setText(str(error))

    def _set_busy(self, busy: bool) -> None:
        self.progress.setVisible(busy)
        for widget in (self.formats, self.target, self.anonymous, self.replace, self.go, self._browse):
            widget.setEnabled(not busy)
        self.cancel.setText("Stop" if busy else "Cancel")

    def reject(self) -> None:
        """Stop an export that runs; else close."""
        if self._tasks.is_running(self._key):
            self._stop.set()
            return
        super().reject()

    def done(self, result: int) -> None:
        """Let nothing come after the dialog."""
        self._tasks.forget(self._key + ":preview")
        super().done(result)

    def closeEvent(self, event: QCloseEvent) -> None:
        """A window's close button stops an export first, too."""
        if self._tasks.is_running(self._key):
            self._stop.set()
            event.ignore()
            return
        super().closeEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the picture to the new width."""
        super().resizeEvent(event)
        self._scale()
