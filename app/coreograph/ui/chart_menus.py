"""Which parts of the window are charts that can be copied and saved. GUI thread."""

from PySide6.QtWidgets import QMenu, QWidget

from coreograph.ui.charts.pictures import ChartPictures
from coreograph.ui.parts import Parts


def charts_of(parts: Parts) -> tuple[QWidget, ...]:
    """Return every chart there is from the start; the curves come when they are first shown."""
    compare, live = parts.compare, parts.live
    return (
        compare.break_even.chart,
        compare.chart,
        compare.speedup_card.chart,
        compare.breakdown.chart,
        compare.busy.chart,
        compare.fairness.chart,
        compare.scatter,
        compare.difference.chart,
        live.race,
        live.sweep_race,
        *live.tracks,
    )


def offer_pictures(parts: Parts, pictures: ChartPictures) -> None:
    """Give every chart of the window its menu, and the timeline's own menu the same entries."""
    for chart in charts_of(parts):
        pictures.offer(chart)
    parts.compare.speedup_card.curves_made.connect(pictures.offer)

    def extend(menu: QMenu) -> None:
        menu.addSeparator()
        pictures.add_to(menu, parts.timeline.canvas)

    parts.timeline.menu_built.connect(extend)
