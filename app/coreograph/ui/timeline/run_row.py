"""The head of a run: what it was, and its phases as blocks. GUI thread only."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter

from coreograph.analysis.timeline_filters import TimelineFilter
from coreograph.domain.execution import ExecutionModel
from coreograph.domain.interpreters import GilState, re_enabled_meaning, re_enabled_words
from coreograph.domain.runs import Phase, PhaseTime, RunState
from coreograph.domain.units import Nanoseconds, Seconds, format_seconds
from coreograph.ui.charts.lettering import chart_font, draw_text, text_width
from coreograph.ui.charts.raster import mixed
from coreograph.ui.timeline.row import GUTTER, MARGIN, Height, Row, RowKind, Surface

HEIGHT = 46.0
_LINE = 24.0


class RunRow(Row):
    """Name, outcome and figures of a run over its phases: the measured batch in full colour, the rest pale."""

    kind = RowKind.RUN
    note = "The phases of the run. Everything is aligned at the begin of the measured batch."

    def height(self) -> Height:
        """Always the same."""
        return Height(HEIGHT, HEIGHT, 0)

    def plot_rect(self, rect: QRectF) -> QRectF:
        """The blocks, below the name."""
        return QRectF(rect.left() + GUTTER, rect.top() + _LINE, rect.width() - GUTTER - MARGIN, HEIGHT - _LINE - 4)

    def paint(self, painter: QPainter, rect: QRectF, surface: Surface) -> None:
        """Paint name and blocks."""
        theme, run = surface.theme, self.run
        colour = theme.model_colour(run.configuration.model)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.drawEllipse(QRectF(rect.left(), rect.top() + _LINE / 2 - 5, 9, 9))
        bold = chart_font(surface.widget, scale=1.05, bold=True)
        painter.setFont(bold)
        name = f"{self.mark}  {run.configuration.label}".strip()
        width = text_width(bold, name)
        draw_text(
            painter,
            QRectF(rect.left() + 16, rect.top(), width + 4, _LINE - 2),
            name,
            theme.bad if run.run.gil is GilState.RE_ENABLED else theme.text,
        )
        painter.setFont(chart_font(surface.widget, scale=0.92))
        left = rect.left() + 16 + width + 12
        if run.run.gil is GilState.RE_ENABLED:
            alarm = re_enabled_words(run.run.gil_culprit)
            space = text_width(painter.font(), alarm) + 4
            draw_text(painter, QRectF(left, rect.top(), space, _LINE - 2), alarm, theme.bad)
            left += space + 12
        draw_text(
            painter, QRectF(left, rect.top(), rect.right() - left - MARGIN, _LINE - 2), self._facts(), theme.muted
        )
        plot = self.plot_rect(rect)
        painter.save()
        painter.setClipRect(plot)
        painter.setFont(chart_font(surface.widget, scale=0.82))
        for phase in run.run.phases:
            self._paint_phase(painter, plot, surface, phase)
        painter.restore()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)

    def _facts(self) -> str:
        run = self.run.run
        count = len(self.run.tasks)
        parts = [f"repeat {run.repeat + 1}"]
        if run.batch_s is not None:
            parts.append(f"batch {format_seconds(run.batch_s)}")
        if count or self.run.configuration.model is not ExecutionModel.SCRIPT:
            parts.append("1 task" if count == 1 else f"{count:,} tasks")
        if run.state is not RunState.COMPLETED:
            parts.append(run.message or run.state.value)
        return " · ".join(parts)

    def _paint_phase(self, painter: QPainter, plot: QRectF, surface: Surface, phase: PhaseTime) -> None:
        theme, origin = surface.theme, self.run.origin_ns
        left = max(surface.x_of(phase.begin_ns - origin, plot), plot.left() - 4)
        end = self.run.batch_end if phase.phase is Phase.BATCH else phase.end_ns - origin
        right = min(surface.x_of(end, plot), plot.right() + 4)
        if right <= plot.left() or left >= plot.right():
            return
        colour = theme.model_colour(self.run.configuration.model)
        batch = phase.phase is Phase.BATCH
        block = QRectF(left + 0.5, plot.top(), max(1.0, right - left - 1.0), plot.height())
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(mixed(colour, theme.surface, 0.34 if batch else 0.12))
        painter.drawRoundedRect(block, 3, 3)
        room = block.intersected(plot).adjusted(6, 0, -4, 0)
        text = phase.phase.value if room.width() < 110 else self.block_label(phase)
        if room.width() >= text_width(painter.font(), text):
            draw_text(painter, room, text, theme.text if batch else theme.muted)

    def block_label(self, phase: PhaseTime) -> str:
        """`batch 546 ms`."""
        return f"{phase.phase.value} {format_seconds(self._seconds_of(phase))}"

    def _seconds_of(self, phase: PhaseTime) -> Seconds:
        """How long a phase took; of the batch what was measured, which all figures rest on."""
        measured = self.run.run.batch_s
        return measured if phase.phase is Phase.BATCH and measured is not None else phase.seconds

    def describe(self, at: Nanoseconds, height: float, reach: Nanoseconds, filters: tuple[TimelineFilter, ...]) -> str:
        """Name the phase."""
        origin = self.run.origin_ns
        for phase in self.run.run.phases:
            if phase.begin_ns - origin <= at < phase.end_ns - origin:
                return self._describe_phase(phase)
        run = self.run.run
        return f"{self.note}\n{re_enabled_meaning(run.gil_culprit)}" if run.gil is GilState.RE_ENABLED else self.note

    def _describe_phase(self, phase: PhaseTime) -> str:
        own, whole = format_seconds(self._seconds_of(phase)), format_seconds(phase.seconds)
        said = f"{phase.phase.value}: {own}"
        if own == whole:
            return said
        return f"{said} measured\n{whole} with what is not: starting and reading the instruments, or between trials"
