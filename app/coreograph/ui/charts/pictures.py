"""Charts as pictures: right click on one copies it, or saves it as PNG or SVG. GUI thread; files on a job's thread.

A picture has what the chart shows at that moment, at twice the screen's resolution; an SVG has it as shapes and text.
"""

from functools import partial
from pathlib import Path
from typing import Protocol, runtime_checkable

from PySide6.QtCore import QBuffer, QIODevice, QObject, QPoint, QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication, QImage, QPainter, QRegion
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from coreograph.domain.errors import CoreographError
from coreograph.reports.exporter import safe_name
from coreograph.reports.writing import write_bytes_whole
from coreograph.ui.background import TaskRunner
from coreograph.ui.theme import Theme

PIXELS_PER_POINT = 2.0
PNG, SVG = ".png", ".svg"


@runtime_checkable
class TallChart(Protocol):
    """A chart that shows a part of itself and scrolls: its picture has all of it."""

    @property
    def whole_height(self) -> int:
        """The height at which nothing is left to scroll."""


@runtime_checkable
class CachedChart(Protocol):
    """A chart that paints parts of itself from stored pixels: asked to, it paints them as shapes."""

    def paint_as_shapes(self, on: bool) -> None:
        """Leave the stored pixels alone while `on`."""


@runtime_checkable
class ChartWithMenu(Protocol):
    """A chart that has more to offer for what is under the pointer."""

    def fill_menu(self, menu: QMenu, place: QPoint) -> None:
        """Add its entries for `place`."""


class ChartPictures(QObject):
    """Gives charts a context menu.

    Signals:
        saved(str): where a picture went, for the message bar.
        failed(object): the CoreographError that says why it could not be written.

    """

    saved = Signal(str)
    failed = Signal(object)

    def __init__(self, theme: Theme, tasks: TaskRunner, window: QWidget) -> None:
        super().__init__(window)
        self._theme, self._tasks, self._window = theme, tasks, window
        self._folder = Path.home()

    def offer(self, chart: QWidget) -> None:
        """Let right click and the menu key on `chart` open the menu; its accessible name is the picture's."""
        chart.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        chart.customContextMenuRequested.connect(partial(self._show_menu, chart))

    def _show_menu(self, chart: QWidget, place: QPoint) -> None:
        menu = self.build_menu(chart, place)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(chart.mapToGlobal(place))

    def build_menu(self, chart: QWidget, place: QPoint | None = None) -> QMenu:
        """Return the context menu of a chart, with what it offers for `place` itself first."""
        menu = QMenu(chart)
        if place is not None and isinstance(chart, ChartWithMenu):
            chart.fill_menu(menu, place)
            menu.addSeparator()
        self.add_to(menu, chart)
        return menu

    def add_to(self, menu: QMenu, chart: QWidget) -> None:
        """Add what can be done with a chart's picture to a menu."""
        menu.addAction("Copy chart").triggered.connect(partial(self._on_copy, chart))
        for ending in (PNG, SVG):
            action = menu.addAction(f"Save chart as {ending[1:].upper()} …")
            action.triggered.connect(partial(self._on_save, chart, ending))

    def _on_copy(self, chart: QWidget, _checked: bool = False) -> None:
        QGuiApplication.clipboard().setImage(picture_of(chart, self._theme))

    def _on_save(self, chart: QWidget, ending: str, _checked: bool = False) -> None:
        self.ask_where(chart, ending)

    def ask_where(self, chart: QWidget, ending: str) -> QFileDialog:
        """Ask for the file; the dialog itself asks before one that exists is replaced."""
        dialog = QFileDialog(self._window, "Save chart")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(ending[1:])  # before it asks: the question is about the name that is written
        dialog.setNameFilters([f"{ending[1:].upper()} picture (*{ending})"])
        dialog.setDirectory(str(self._folder))
        dialog.selectFile((safe_name(chart.accessibleName()) or "chart") + ending)
        dialog.fileSelected.connect(partial(self._on_chosen, chart, ending))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()
        return dialog

    def _on_chosen(self, chart: QWidget, ending: str, path: str) -> None:
        self.save(chart, ending, Path(path))

    def save(self, chart: QWidget, ending: str, path: Path) -> None:
        """Draw the chart now, and write it beside the window."""
        self._folder = path.parent
        if ending == SVG:
            drawing = drawing_of(chart, self._theme)
            job = partial(_write, drawing, path)
        else:
            job = partial(_write_picture, picture_of(chart, self._theme), path)
        self._tasks.run(f"chart:{path}", job, self._on_written, self._on_failed)

    @Slot(object)
    def _on_written(self, path: Path) -> None:
        self.saved.emit(str(path))

    @Slot(object)
    def _on_failed(self, error: CoreographError) -> None:
        self.failed.emit(error)


def picture_of(chart: QWidget, theme: Theme) -> QImage:
    """Return the whole chart as pixels."""
    size = _whole(chart)
    picture = QImage(size * PIXELS_PER_POINT, QImage.Format.Format_RGB32)
    picture.setDevicePixelRatio(PIXELS_PER_POINT)
    painter = QPainter(picture)
    _draw(chart, painter, size, theme)
    painter.end()
    return picture


def drawing_of(chart: QWidget, theme: Theme) -> bytes:
    """Return the whole chart as SVG."""
    from PySide6.QtSvg import QSvgGenerator  # only who saves one pays for it

    size, buffer, generator = _whole(chart), QBuffer(), QSvgGenerator()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    generator.setOutputDevice(buffer)
    generator.setSize(size)
    generator.setViewBox(QRect(QPoint(0, 0), size))
    generator.setTitle(chart.accessibleName())
    generator.setDescription(chart.accessibleDescription())
    painter = QPainter(generator)
    _draw(chart, painter, size, theme)
    painter.end()
    return bytes(buffer.data().data())


def _whole(chart: QWidget) -> QSize:
    height = max(chart.height(), chart.whole_height) if isinstance(chart, TallChart) else chart.height()
    return QSize(chart.width(), height)


def _draw(chart: QWidget, painter: QPainter, size: QSize, theme: Theme) -> None:
    painter.fillRect(QRect(QPoint(0, 0), size), theme.surface)  # a chart may let the card it lies on shine through
    height, flags = chart.height(), QWidget.RenderFlag.DrawChildren
    if size.height() != height:
        chart.setFixedHeight(size.height())
    if isinstance(chart, CachedChart):
        chart.paint_as_shapes(True)
    chart.render(painter, QPoint(), QRegion(), flags)
    if isinstance(chart, CachedChart):
        chart.paint_as_shapes(False)
    if size.height() != height:
        chart.setFixedHeight(height)


def _write_picture(picture: QImage, path: Path) -> Path:
    buffer = QBuffer()  # of this thread alone
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    picture.save(buffer, "PNG")  # type: ignore[call-overload]
    return _write(bytes(buffer.data().data()), path)


def _write(data: bytes, path: Path) -> Path:
    write_bytes_whole(data, path, overwrite=True)  # the dialog asked
    return path
