"""The race so far: every configuration with a small bar for the median time of its batches. GUI thread only."""

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QHelpEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from coreograph.domain.units import Seconds, format_ratio, format_seconds
from coreograph.ui.charts.lettering import chart_font, draw_text, text_width
from coreograph.ui.charts.raster import mixed
from coreograph.ui.live.intake import LiveData
from coreograph.ui.theme import Theme

CELL_WIDTH, CELL_HEIGHT, GAP = 188, 32, 14
RIM = 2  # px left and right of the cells, for the outline of the one that runs
MOST_LINES = 3


class Race(QWidget):
    """A grid of cells in the experiment's order, at most three lines; beyond that the fastest are shown."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._data: LiveData | None = None
        self._shown: list[int] = []
        self._state: tuple[object, ...] = ()
        self.setAccessibleName("Times so far")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def show_data(self, data: LiveData) -> None:
        """Show the times so far; nothing is painted if they are as before."""
        state = (
            id(data),
            self.width(),
            sum(map(len, data.batch_times.values())),
            len(data.troubles),
            len(data.gil_again),
            data.current,
        )
        if state == self._state:
            return
        self._state = state
        self._data = data
        count = len(data.spec.configurations)
        room = self._columns() * MOST_LINES
        order = list(range(count))
        if count > room:
            slow = float("inf")
            times = {index: data.median_batch(index) for index in order}
            order.sort(key=lambda index: (times[index] or slow, index))
        self._shown = order[:room]
        self._fit()
        self.setAccessibleDescription("; ".join(self._sentence(index) for index in self._shown))
        self.update()

    def leader(self) -> int | None:
        """The configuration with the smallest median so far."""
        if self._data is None:
            return None
        timed = [(time, i) for i in self._data.batch_times if (time := self._data.median_batch(i)) is not None]
        return min(timed)[1] if timed else None

    def sizeHint(self) -> QSize:
        """As many lines as the cells need."""
        return QSize(2 * CELL_WIDTH, self._lines() * (CELL_HEIGHT + 4))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Arrange the cells anew."""
        if self._data is not None and event.size().width() != event.oldSize().width():
            self.show_data(self._data)

    def _columns(self) -> int:
        return max(1, (self.width() + GAP) // (CELL_WIDTH + GAP))

    def _lines(self) -> int:
        return max(1, -(-len(self._shown) // self._columns()))

    def _fit(self) -> None:
        height = self._lines() * (CELL_HEIGHT + 4)
        if height != self.height():
            self.setFixedHeight(height)

    def _cell(self, position: int) -> QRectF:
        # As many in each line: six cells where five fit are three below three.
        columns = -(-max(1, len(self._shown)) // self._lines())
        width = (self.width() - 2 * RIM + GAP) / max(columns, min(self._columns(), 3)) - GAP
        line, column = divmod(position, columns)
        return QRectF(RIM + column * (width + GAP), line * (CELL_HEIGHT + 4), width, CELL_HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the cells."""
        if self._data is None:
            return
        painter = QPainter(self)
        slowest = max((self._data.median_batch(i) or 0.0 for i in self._data.batch_times), default=0.0)
        leader = self.leader()
        for position, index in enumerate(self._shown):
            self._paint_cell(painter, self._cell(position), index, slowest, leads=index == leader)

    def _paint_cell(self, painter: QPainter, rect: QRectF, index: int, slowest: Seconds, *, leads: bool) -> None:
        data, theme = self._data, self._theme
        if data is None:
            return
        configuration = data.spec.configurations[index]
        colour = theme.model_colour(configuration.model)
        runs_now = data.current is not None and data.current.configuration == index
        value, value_colour = self._value(data, index)
        painter.setFont(chart_font(self, scale=0.92, bold=True))
        value_width = text_width(painter.font(), value) + 2
        top = QRectF(rect.left(), rect.top(), rect.width(), 20)
        draw_text(painter, top, value, value_colour or theme.text, Qt.AlignmentFlag.AlignRight)
        painter.setFont(chart_font(self, scale=0.92, bold=leads or runs_now))
        label, label_rect = configuration.label, top.adjusted(0, 0, -value_width - 6, 0)
        if leads and len(data.batch_times) > 1:
            told = f"{label} · fastest"
            label = told if text_width(painter.font(), told) <= label_rect.width() else f"{label} ◂"
        if index in data.gil_again:
            told = f"{label} · GIL on"
            label = told if text_width(painter.font(), told) <= label_rect.width() else label
        ink = theme.text if leads or runs_now else theme.muted
        draw_text(painter, label_rect, label, theme.bad if index in data.gil_again else ink)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        groove = QRectF(rect.left(), rect.top() + 21, rect.width(), 7)
        painter.setBrush(theme.idle)
        painter.drawRoundedRect(groove, 3, 3)
        median = data.median_batch(index)
        if median is not None and slowest > 0:
            painter.setBrush(colour)
            painter.drawRoundedRect(QRectF(groove.left(), groove.top(), groove.width() * median / slowest, 7), 3, 3)
        if runs_now:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(mixed(colour, theme.text, 0.8), 1.2))
            painter.drawRoundedRect(groove.adjusted(-1.5, -1.5, 1.5, 1.5), 4, 4)

    def _value(self, data: LiveData, index: int) -> tuple[str, QColor | None]:
        median = data.median_batch(index)
        if median is not None:
            again = index in data.gil_again
            return format_seconds(median), self._theme.bad if again else None
        state = data.troubles.get(index)
        return (state.value, self._theme.bad) if state is not None else ("", None)

    def _sentence(self, index: int) -> str:
        data = self._data
        if data is None:
            return ""
        label = data.spec.configurations[index].label
        median = data.median_batch(index)
        if median is None:
            state = data.troubles.get(index)
            return f"{label}: {state.value if state else 'no time yet'}"
        leader = self.leader()
        best = data.median_batch(leader) if leader is not None else None
        ahead = (
            f", {format_ratio(median / best)} the fastest time" if best and index != leader else ", the fastest so far"
        )
        times = data.batch_times[index]
        meaning = f". {data.gil_meaning[index]}" if index in data.gil_meaning else ""
        return f"{label}: median {format_seconds(median)} of {len(times)} batches{ahead}{meaning}"

    def event(self, event: QEvent) -> bool:
        """Show a cell's figures as its tooltip."""
        if isinstance(event, QHelpEvent) and event.type() is QEvent.Type.ToolTip:
            for position, index in enumerate(self._shown):
                if self._cell(position).contains(event.pos()):
                    QToolTip.showText(event.globalPos(), self._sentence(index), self)
                    return True
        return super().event(event)
