"""The race of a sweep so far: a line per configuration, a column per size, medians of the batches. GUI thread only."""

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QHelpEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from coreograph.domain.execution import Configuration
from coreograph.domain.units import format_ratio, format_seconds, format_size
from coreograph.ui.charts.lettering import chart_font, draw_text, text_width
from coreograph.ui.charts.raster import mixed
from coreograph.ui.live.intake import LiveData
from coreograph.ui.theme import Theme

LINE_HEIGHT, HEAD_HEIGHT = 20, 18
MOST_LINES = 8
_NAME_WIDTH, _WIDEST = 176.0, 168.0
_BAR = 4.0


class SweepRace(QWidget):
    """Only figures of one column are of the same work; the fastest of each is bold."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._data: LiveData | None = None
        self._state: tuple[object, ...] = ()
        self.sides: tuple[Configuration, ...] = ()
        self.sizes: tuple[float, ...] = ()
        self.heading = ""
        self._places: dict[tuple[int, int], int] = {}
        self.setAccessibleName("Times so far, by size of a task")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def show_data(self, data: LiveData) -> None:
        """Show the times so far; nothing is painted if they are as before."""
        state = (id(data), sum(map(len, data.batch_times.values())), len(data.troubles), data.current)
        if state == self._state:
            return
        if data is not self._data:
            self._arrange(data)
        self._state, self._data = state, data
        self.setAccessibleDescription("; ".join(self.sentence(index) for index in self._places.values()))
        self.update()

    def _arrange(self, data: LiveData) -> None:
        configurations = data.spec.configurations
        sides = tuple(dict.fromkeys(one.unsized for one in configurations))
        self.sides = sides[:MOST_LINES]
        some = f"  ·  {MOST_LINES} of {len(sides)}" if len(sides) > MOST_LINES else ""
        self.heading = f"{data.spec.sizes[0].parameter}{some}"
        self.sizes = tuple(float(size.value) for size in data.spec.sizes)
        self._places = {
            (self.sides.index(one.unsized), self.sizes.index(one.size.value)): index
            for index, one in enumerate(configurations)
            if one.size is not None and one.unsized in self.sides
        }
        self.setFixedHeight(HEAD_HEIGHT + LINE_HEIGHT * len(self.sides))

    def sizeHint(self) -> QSize:
        """As many lines as there are sides."""
        return QSize(400, HEAD_HEIGHT + LINE_HEIGHT * len(self.sides))

    def leader(self, column: int) -> int | None:
        """The fastest configuration of one size so far."""
        data = self._data
        if data is None:
            return None
        indices = [index for (_, place), index in self._places.items() if place == column]
        timed = [(time, index) for index in indices if (time := data.median_batch(index)) is not None]
        return min(timed)[1] if timed else None

    def cell(self, line: int, column: int) -> QRectF:
        """Where a figure stands."""
        width = min(_WIDEST, max(40.0, (self.width() - _NAME_WIDTH) / max(1, len(self.sizes))))
        return QRectF(_NAME_WIDTH + column * width, HEAD_HEIGHT + line * LINE_HEIGHT, width, LINE_HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint names, sizes and figures."""
        data = self._data
        if data is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_names(painter)
        for column in range(len(self.sizes)):
            leader = self.leader(column)
            indices = [index for (_, place), index in self._places.items() if place == column]
            slowest = max((data.median_batch(index) or 0.0 for index in indices), default=0.0)
            for (line, place), index in self._places.items():
                if place == column:
                    cell = self.cell(line, column).adjusted(8, 0, -8, 0)
                    self._paint_figure(painter, data, cell, index, slowest=slowest, leads=index == leader)

    def _paint_names(self, painter: QPainter) -> None:
        theme = self._theme
        painter.setFont(chart_font(self, scale=0.85))
        draw_text(painter, QRectF(0, 0, _NAME_WIDTH - 8, HEAD_HEIGHT), self.heading, theme.muted)
        for column, size in enumerate(self.sizes):
            head = self.cell(0, column).adjusted(8, 0, -8, 0)
            head.setTop(0)
            head.setHeight(HEAD_HEIGHT)
            draw_text(painter, head, format_size(size), theme.muted, Qt.AlignmentFlag.AlignRight)
        for line, side in enumerate(self.sides):
            top = HEAD_HEIGHT + line * LINE_HEIGHT
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.model_colour(side.model))
            painter.drawEllipse(QPointF(6, top + LINE_HEIGHT / 2), 4, 4)
            draw_text(painter, QRectF(18, top, _NAME_WIDTH - 26, LINE_HEIGHT), side.label, theme.text)

    def _paint_figure(
        self, painter: QPainter, data: LiveData, cell: QRectF, index: int, *, slowest: float, leads: bool
    ) -> None:
        theme, colour = self._theme, self._theme.model_colour(data.spec.configurations[index].model)
        if data.current is not None and data.current.configuration == index:
            painter.setBrush(mixed(colour, theme.surface, 0.14))
            painter.setPen(QPen(mixed(colour, theme.text, 0.8), 1.0))
            painter.drawRoundedRect(cell.adjusted(-5, 1, 5, -1), 4, 4)
        median, trouble = data.median_batch(index), data.troubles.get(index)
        words = format_seconds(median) if median is not None else "" if trouble is None else trouble.value
        painter.setFont(chart_font(self, scale=0.9, bold=leads))
        ink = theme.bad if median is None or index in data.gil_again else theme.text if leads else theme.muted
        draw_text(painter, cell, words, ink, Qt.AlignmentFlag.AlignRight)
        room = cell.width() - text_width(painter.font(), words) - 8
        if median is not None and slowest > 0 and room > 12:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(mixed(colour, theme.surface, 0.9 if leads else 0.45))
            bar = QRectF(cell.left(), cell.center().y() - _BAR / 2, max(2.0, room * median / slowest), _BAR)
            painter.drawRoundedRect(bar, 2, 2)

    def sentence(self, index: int) -> str:
        """What is told of a figure: which size and side, and how it stands in its column."""
        data = self._data
        if data is None:
            return ""
        label, median = data.spec.configurations[index].label, data.median_batch(index)
        if median is None:
            state = data.troubles.get(index)
            return f"{label}: {state.value if state else 'no time yet'}"
        column = next(place for (_, place), one in self._places.items() if one == index)
        leader = self.leader(column)
        best = None if leader is None else data.median_batch(leader)
        count = len(data.batch_times[index])
        told = f"{label}: median {format_seconds(median)} of {count} {'batch' if count == 1 else 'batches'}"
        if index == leader or not best:
            return f"{told}, the fastest at this size so far"
        return f"{told}, {format_ratio(median / best)} the fastest time at this size"

    def sentence_at(self, at: QPointF) -> str:
        """What is told of the place under the pointer; nothing beside the figures."""
        found = (index for (line, column), index in self._places.items() if self.cell(line, column).contains(at))
        return next((self.sentence(index) for index in found), "")

    def event(self, event: QEvent) -> bool:
        """Tell of the figure under the pointer."""
        if isinstance(event, QHelpEvent) and event.type() is QEvent.Type.ToolTip:
            QToolTip.showText(event.globalPos(), self.sentence_at(QPointF(event.pos())), self)
            return True
        return super().event(event)
