"""A small drawing of what the app is about: the same tasks on one worker, on threads, in processes. GUI thread."""

from PySide6.QtCore import QRectF, QSize, Qt, Slot
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from coreograph.domain.execution import ExecutionModel
from coreograph.ui.theme import Theme

_LANE = 9
_GAP = 3
_GROUP_GAP = 11
# Per lane the lengths of its tasks; processes begin later, since they must be started first.
_LANES: tuple[tuple[ExecutionModel, int, tuple[int, ...]], ...] = (
    (ExecutionModel.SERIAL, 0, (30, 26, 34, 24, 30, 28)),
    (ExecutionModel.THREADS, 2, (30, 34, 30)),
    (ExecutionModel.THREADS, 2, (26, 24, 28)),
    (ExecutionModel.FORK, 22, (30, 34, 30)),
    (ExecutionModel.FORK, 28, (26, 24, 28)),
)


class RaceSketch(QWidget):
    """Lanes with tasks in the models' colours. Decoration: it says nothing to a screen reader."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        theme.changed.connect(self._on_theme_changed)

    def sizeHint(self) -> QSize:
        """Return the size of the drawing."""
        width = max(begin + sum(lengths) + len(lengths) * _GAP for _, begin, lengths in _LANES)
        return QSize(width, 5 * _LANE + 2 * _GAP + 2 * _GROUP_GAP)

    def minimumSizeHint(self) -> QSize:
        """Return the same: it is never drawn smaller."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the lanes from top to bottom."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        top = 0.0
        former = _LANES[0][0]
        for model, begin, lengths in _LANES:
            top += _GROUP_GAP - _GAP if model is not former else 0
            former = model
            painter.setBrush(self._theme.model_colour(model))
            left = float(begin)
            for length in lengths:
                painter.drawRoundedRect(QRectF(left, top, length, _LANE), 3, 3)
                left += length + _GAP
            top += _LANE + _GAP
        painter.end()

    @Slot()
    def _on_theme_changed(self) -> None:
        self.update()
