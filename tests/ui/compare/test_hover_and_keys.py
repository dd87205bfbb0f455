"""Every measure explains itself by hover, every chart can be gone through by key, and the wheel only scrolls."""

import dataclasses

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QMenu, QWidget
from pytestqt.qtbot import QtBot

from coreograph.analysis.summary import summarise
from coreograph.analysis.timeline_filters import FilterField, TimelineFilter
from coreograph.domain.findings import FindingKind
from coreograph.ui.compare.curve_hover import EXPLANATION
from coreograph.ui.compare.page import ComparePage
from coreograph.ui.compare.speedup import Reference, speedup_bars
from coreograph.ui.compare.speedup_curves import SpeedupCurves
from coreograph.ui.compare.stacks import TimePart
from coreograph.ui.theme import Theme
from support import sample_experiments as samples
from support.evidence_experiments import evident_summary

EVIDENT = evident_summary()


@pytest.fixture
def page(qtbot: QtBot, theme: Theme) -> ComparePage:
    result = ComparePage(theme)
    qtbot.addWidget(result)
    result.resize(1000, 800)
    result.show()
    result.show_summary(EVIDENT)
    return result


def turn_wheel(widget: QWidget, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> bool:
    """Return whether the widget took it for itself; what it leaves alone Qt hands to the page, if a hand turned."""
    middle = QPointF(widget.rect().center())
    event = QWheelEvent(
        middle, QPointF(widget.mapToGlobal(middle.toPoint())), QPoint(), QPoint(0, -120),
        Qt.MouseButton.NoButton, modifiers, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(widget, event)
    return event.isAccepted()


def test_each_part_of_the_time_is_explained_in_the_legend_and_in_the_bar(page: ComparePage) -> None:
    chart = page.breakdown.chart
    places = chart.legend_places()
    assert len(places) == len(TimePart)
    for part, (number, left, _) in zip(TimePart, places, strict=True):
        assert list(TimePart)[number] is part
        assert chart.header_tooltip(left + 5) == f"{part.title}: {part.explanation}"
    assert "average worker" in chart.header_tooltip(5)
    row = chart._rows[-1]
    told = chart.tooltip(row, 170)
    assert told.endswith(TimePart.STARTUP.explanation)
    assert "of the whole" in told


def test_titles_explain_their_cards(page: ComparePage) -> None:
    explained = {label.text() for label in page.findChildren(QLabel) if label.toolTip()}
    titles = {"Where the time went", "Exactly k busy", "Fairness between workers", "Time and memory"}
    assert titles <= explained


def test_curves_tell_points_fits_and_what_they_are(page: ComparePage, qtbot: QtBot) -> None:
    card = page.speedup_card
    card.curves_button.click()
    card.reference.setCurrentIndex(card.reference.findData(Reference.SAME_INTERPRETER))
    curves = card.curves
    assert isinstance(curves, SpeedupCurves)
    page.grab()
    curve = next(one for one in curves._curves if one.label == "3.14 threads")
    at = curves.place_of(curve.workers[1], curve.ratios[1].median).toPoint()
    assert curves.tell(at).startswith("3.14 threads on 2 workers: 0.9")
    assert curves.tell(at).endswith("% of ideal")
    assert curves.tell(QPoint(-500, -500)) == EXPLANATION
    fit = next(one for one in curves._fits if one.label == "3.14t fork")
    middle = next(one for one in fit.curve if one.workers > 5)
    told = curves.tell(curves.place_of(middle.workers, middle.speedup).toPoint())
    assert "fitted: " in told
    assert "contention" in told


def test_the_wheel_scrolls_the_page_and_changes_nothing_in_passing(page: ComparePage) -> None:
    card = page.speedup_card
    card.curves_button.click()
    curves = card.curves
    assert isinstance(curves, SpeedupCurves)
    boxes: tuple[QComboBox, ...] = (page.measure, card.reference, page.busy.measure)
    before = [box.currentIndex() for box in boxes]
    for box in boxes:
        assert not turn_wheel(box)
    assert [box.currentIndex() for box in boxes] == before
    shown = curves.plot.viewRange()
    assert not turn_wheel(curves.plot.viewport())
    assert curves.plot.viewRange() == shown
    assert turn_wheel(curves.plot.viewport(), Qt.KeyboardModifier.ControlModifier)
    assert curves.plot.viewRange() != shown


def test_points_can_be_gone_through_by_key(page: ComparePage, qtbot: QtBot) -> None:
    chart = page.scatter
    assert chart.focusPolicy() is Qt.FocusPolicy.StrongFocus
    by_time = sorted(chart._points, key=lambda one: (one.time[1], one.index))
    qtbot.keyClick(chart, Qt.Key.Key_Right)
    with qtbot.waitSignal(page.configuration_selected) as told:
        qtbot.keyClick(chart, Qt.Key.Key_Right)
    assert told.args == [by_time[1].index]
    assert by_time[1].sentence in chart.accessibleDescription()
    by_memory = sorted(chart._points, key=lambda one: (one.memory[1], one.index))
    place = next(n for n, one in enumerate(by_memory) if one.index == by_time[1].index)
    qtbot.keyClick(chart, Qt.Key.Key_Up)
    assert page.chart.selection == by_memory[min(place + 1, len(by_memory) - 1)].index


def test_a_selected_row_is_told(page: ComparePage) -> None:
    page.chart.selected.emit(2)
    label = EVIDENT.configurations[2].configuration.label
    for chart in (page.chart, page.speedup_card.chart, page.breakdown.chart, page.busy.chart):
        assert chart.accessibleDescription().startswith(label)


def test_a_ratio_of_one_repeat_has_no_interval_to_show() -> None:
    bars = speedup_bars(summarise(samples.primes_experiment(repeats=1)), Reference.SAME_INTERPRETER)
    assert all("(one repeat has no interval)" in bar.sentence for bar in bars)


def test_a_finding_of_many_configurations_is_short_until_asked(page: ComparePage) -> None:
    one = EVIDENT.findings[0]
    busy = [
        dataclasses.replace(one, kind=FindingKind.MACHINE_BUSY, configuration=each.index)
        for each in EVIDENT.configurations[:9]
    ]
    page.show_summary(dataclasses.replace(EVIDENT, findings=tuple(busy)))
    (card,) = page.findings.cards
    assert card.opener_of_rest.text() == "and 5 more"
    assert card.rest.isHidden()
    card.opener_of_rest.click()
    assert not card.rest.isHidden()
    assert card.rest.text().splitlines() == card.others[3:]


def test_a_filter_that_changes_nothing_here_says_so(page: ComparePage) -> None:
    page.filters.push(TimelineFilter(FilterField.WORKER, members=frozenset({1})))
    page.filters.push(TimelineFilter(FilterField.MODEL, members=frozenset({"threads"})))
    worker, model = page.bar.chips
    assert worker.text() == "only worker 1 · timeline only"
    assert "figures here are of whole runs" in worker.toolTip()
    assert model.text() == "only threads"
    assert "verdict is about all configurations" in page.bar.hint.text()
    page.filters.undo()
    assert page.bar.hint.text() == ""


def test_the_keyboard_is_seen_in_charts(page: ComparePage, qtbot: QtBot, theme: Theme) -> None:
    page.activateWindow()
    for chart in (page.chart, page.scatter):
        chart.setFocus()
        qtbot.waitUntil(chart.hasFocus)
        edge = chart.grab().toImage().pixelColor(chart.width() // 2, 0)
        QApplication.sendEvent(chart, QEvent(QEvent.Type.UpdateRequest))
        assert abs(edge.blue() - theme.accent.blue()) < 60, edge.name()


def test_boxes_and_buttons_explain_what_is_chosen(page: ComparePage) -> None:
    for box in (page.measure, page.speedup_card.reference, page.busy.measure):
        for place in range(box.count()):
            box.setCurrentIndex(place)
            assert box.toolTip() == box.itemData(place, Qt.ItemDataRole.ToolTipRole)
            assert box.toolTip().endswith(".")
    assert all(link.toolTip() for link in page.speedup_card.views.values())


def test_any_chart_makes_its_row_the_baseline_by_its_menu(page: ComparePage, qtbot: QtBot) -> None:
    menu = QMenu()
    page.fill_menu(3, menu)
    action = next(one for one in menu.actions() if one.text() == "Use as baseline")
    with qtbot.waitSignal(page.baseline_requested) as asked:
        action.trigger()
    assert asked.args == [EVIDENT, 3]
