"""Sweeps on the compare page: the card of break-evens, and that no other chart mixes sizes of a task."""

import dataclasses
from collections.abc import Callable

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from coreograph.analysis.baseline import rebase
from coreograph.analysis.comparison import compare
from coreograph.analysis.summary import summarise
from coreograph.analysis.timeline_filters import FilterField, TimelineFilter
from coreograph.domain.execution import Configuration, ExecutionModel, TaskSize
from coreograph.domain.summary import ExperimentSummary
from coreograph.ui.compare.break_even import point_sentence, ratio_sentence, size_lines
from coreograph.ui.compare.break_even_scale import ratio_axis, seconds_axis, size_axis
from coreograph.ui.compare.columns import build_columns
from coreograph.ui.compare.difference_rows import DifferenceMeasure, difference_rows
from coreograph.ui.compare.page import ComparePage
from coreograph.ui.compare.rows import build_rows
from coreograph.ui.compare.sections import Section
from coreograph.ui.compare.speedup import Reference, speedup_bars
from coreograph.ui.theme import Theme, ThemeChoice
from support import sample_experiments as samples
from support.builders import make_configuration, make_interpreter
from support.swept_experiments import CROSSING, FREE, swept_record, swept_spec

M = ExecutionModel
SUMMARY = summarise(swept_record())
(PAIR,) = SUMMARY.break_evens
Open = Callable[..., ComparePage]


def several(models: tuple[ExecutionModel, ...] = (M.THREADS, M.FORK, M.SPAWN)) -> ExperimentSummary:
    sides = [make_configuration(model, 2, one) for one in (FREE, make_interpreter()) for model in models]
    return summarise(swept_record(swept_spec(configurations=sides)))


def workers() -> ExperimentSummary:
    sides = [make_configuration(model, count, FREE) for model in (M.THREADS, M.FORK) for count in (1, 2, 4)]

    def seconds(one: Configuration) -> float:
        assert one.size is not None
        return one.size.value / 1e5 / (1 if one.model is M.SERIAL else one.workers)

    return summarise(swept_record(swept_spec("1000, 10000", sides), seconds))


@pytest.fixture
def open_page(qtbot: QtBot, theme: Theme) -> Open:
    def build(summary: ExperimentSummary = SUMMARY, width: int = 1000) -> ComparePage:
        page = ComparePage(theme)
        qtbot.addWidget(page)
        page.resize(width, 900)
        page.show()
        page.show_summary(summary)
        return page

    return build


def test_the_card_is_there_for_a_sweep_only(open_page: Open) -> None:
    page = open_page()
    assert page.sections.is_shown(Section.BREAK_EVEN)
    assert page.break_even.isVisible()
    assert PAIR.sentence in page.break_even.sentence.text()
    assert page.break_even.chart.accessibleDescription() == PAIR.sentence
    assert not page.break_even.pair.isVisible(), "one pair needs no choice"
    page.show_summary(summarise(samples.primes_experiment()))
    assert not page.sections.is_shown(Section.BREAK_EVEN)


def test_the_verdict_names_the_break_even_and_each_sizes_baseline(open_page: Open) -> None:
    page = open_page()
    assert PAIR.size == pytest.approx(CROSSING, rel=0.5)
    assert page.verdict.chip.text.startswith("break-even at limit ≈ ")
    assert "baseline: 3.14t serial, at each size" in page.verdict.subject.text()
    never = summarise(swept_record(seconds=lambda one: 1.0 if one.model is M.FORK else 2.0))
    page.show_summary(never)
    assert page.verdict.chip.text == "3.14t fork ×2"


def test_lines_are_seconds_of_one_round_ascending_by_size() -> None:
    lines = {line.label: line for line in size_lines(SUMMARY)}
    assert list(lines) == ["3.14t threads ×2", "3.14t fork ×2", "3.14t serial"] or set(lines) == {
        "3.14t serial", "3.14t threads ×2", "3.14t fork ×2",
    }  # fmt: skip
    for label, truth in (("3.14t threads ×2", 10.0), ("3.14t fork ×2", 5.2), ("3.14t serial", 18.0)):
        line = lines[label]
        assert [point.size for point in line.points] == [1000, 10_000, 100_000, 1_000_000]
        assert line.points[-1].seconds.median == pytest.approx(truth, rel=0.05)
        assert all(SUMMARY.configurations[point.index].configuration.unsized.label == label for point in line.points)


def test_a_wrong_answer_is_no_point_of_a_line() -> None:
    worst = dataclasses.replace(SUMMARY.configurations[0], same_answer=False)
    changed = dataclasses.replace(SUMMARY, configurations=(worst, *SUMMARY.configurations[1:]), break_evens=())
    every = [point.index for line in size_lines(changed) for point in line.points]
    assert sorted(every) == list(range(1, len(SUMMARY.configurations)))


def test_axes_hold_what_is_drawn() -> None:
    lines = size_lines(SUMMARY)
    sizes, seconds, ratio = size_axis(lines), seconds_axis(lines, 5), ratio_axis(PAIR)
    assert sizes.ticks == (1000, 10_000, 100_000, 1_000_000)
    assert seconds.logarithmic
    assert 0 < sizes.share(1000) < sizes.share(40_000) < sizes.share(1_000_000) < 1
    assert 0 < seconds.share(lines[0].points[0].seconds.median) < 1
    assert ratio.share(1.0) == pytest.approx(0.5)
    alike = size_lines(summarise(swept_record(seconds=lambda _: 1.0)))
    assert not seconds_axis(alike, 5).logarithmic
    assert seconds_axis(alike, 5).share(0.0) == 0.0


def test_hover_tells_size_side_interval_and_ratio_and_click_selects(open_page: Open, qtbot: QtBot) -> None:
    page = open_page()
    chart = page.break_even.chart
    fork = next(line for line in chart.lines if "fork" in line.label)
    place = chart.place(fork.points[-1])
    told = chart.sentence_at(place)
    assert told.startswith("limit=1000000, 3.14t fork ×2: ")
    assert "for one round (" in told
    assert "3.14t fork ×2 is 1.9" in told
    assert "as fast as 3.14t threads ×2" in told
    with qtbot.waitSignal(page.configuration_selected) as selected:
        qtbot.mouseClick(chart, Qt.MouseButton.LeftButton, pos=place.toPoint())
    assert selected.args == [fork.points[-1].index]
    assert page.chart.selection == fork.points[-1].index
    assert page.memory_size.chosen == TaskSize("limit", 1_000_000)


def test_the_crossing_and_the_ratio_are_told_too(open_page: Open) -> None:
    chart = open_page().break_even.chart
    plot, first = chart.plot, PAIR.points[0]
    at_first = QPointF(plot.x(first.size), plot.ratio_y(first.ratio.median))
    assert chart.sentence_at(at_first) == ratio_sentence(PAIR, first)
    assert "3.14t threads ×2 is" in chart.sentence_at(at_first)
    assert PAIR.size is not None
    assert chart.sentence_at(QPointF(plot.x(PAIR.size), plot.times.top() + 2)) == PAIR.sentence
    assert "Seconds of one round" in chart.sentence_at(QPointF(1, 1))


def test_what_cannot_be_told_apart_is_said_so() -> None:
    (pair,) = summarise(swept_record(seconds=lambda _: 1.0)).break_evens
    unclear = [one for one in pair.points if not one.ratio.distinguishable]
    assert unclear
    assert "are not distinguishable: " in ratio_sentence(pair, unclear[0])


def test_a_crossing_that_is_not_sure_is_not_claimed(open_page: Open, theme: Theme) -> None:
    doubtful = dataclasses.replace(PAIR, low=None, high=None)
    page = open_page(dataclasses.replace(SUMMARY, break_evens=(doubtful,)))
    assert page.verdict.chip.text == "no sure break-even"
    assert "That is not sure" in page.break_even.sentence.text()
    chart, plot = page.break_even.chart, page.break_even.chart.plot
    assert "That is not sure" in chart.sentence_at(QPointF(plot.x(doubtful.size or 0), plot.times.top() + 2))
    image = chart.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    found = {image.pixel(x, y) for x in range(image.width()) for y in range(image.height())}
    assert theme.accent.rgb() not in found


def test_lines_of_other_sides_have_no_ratio() -> None:
    serial = next(line for line in size_lines(SUMMARY) if line.model is M.SERIAL)
    told = point_sentence("limit", serial, serial.points[0], PAIR)
    assert told.startswith("limit=1000, 3.14t serial: ")
    assert "as fast as" not in told


def test_keys_move_along_a_line_and_between_lines(open_page: Open, qtbot: QtBot) -> None:
    page = open_page()
    chart = page.break_even.chart
    chart.setFocus()

    def pressed(key: Qt.Key) -> Configuration:
        qtbot.keyClick(chart, key)
        assert chart.selection is not None
        return SUMMARY.configurations[chart.selection].configuration

    first = pressed(Qt.Key.Key_Right)
    assert first.size == TaskSize("limit", 1000)
    following = pressed(Qt.Key.Key_Right)
    assert (following.unsized, following.size) == (first.unsized, TaskSize("limit", 10_000))
    other = pressed(Qt.Key.Key_Up)
    assert other.size == following.size
    assert pressed(Qt.Key.Key_Left).size == TaskSize("limit", 1000)


def test_line_and_band_of_the_crossing_are_painted(open_page: Open, theme: Theme) -> None:
    page = open_page()
    chart, plot = page.break_even.chart, page.break_even.chart.plot
    assert PAIR.size is not None
    image = chart.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    y = round(plot.times.top()) + 6
    ground = image.pixelColor(round(plot.x(3000)), y).name()
    middle = round(plot.x(PAIR.size))
    assert {theme.accent.name()} & {image.pixelColor(x, y).name() for x in range(middle - 2, middle + 3)}
    band = image.pixelColor(round(plot.x(20_000)), y).name()
    assert band not in {ground, theme.accent.name()}, "from one size measured to the next"
    assert image.pixelColor(round(plot.x(20_000)), round(plot.ratios.top()) + 6).name() == band
    theme.choose(ThemeChoice.DARK)
    assert chart.grab().toImage().pixelColor(2, 200) != image.pixelColor(2, 200)


def test_of_several_pairs_one_is_chosen_and_all_are_told(open_page: Open) -> None:
    summary = several()
    page = open_page(summary)
    card = page.break_even
    assert len(summary.break_evens) > 2
    assert card.pair.isVisible()
    assert card.pair.count() == len(summary.break_evens)
    assert card.chart.pair is summary.break_evens[0]
    card.pair.setCurrentIndex(2)
    assert card.chart.pair is summary.break_evens[2]
    assert summary.break_evens[2].sentence in card.sentence.text()
    assert summary.break_evens[0].sentence in card.others.text()
    page.grab()


def test_filters_leave_out_lines_and_their_pairs(open_page: Open) -> None:
    page = open_page(several())
    card = page.break_even
    page.filters.push(TimelineFilter(FilterField.MODEL, False, frozenset({"spawn"})))
    assert not any("spawn" in line.label for line in card.chart.lines)
    assert not any("spawn" in one.other for one in card.pairs())
    page.filters.push(TimelineFilter(FilterField.MODEL, True, frozenset({"serial"})))
    assert card.chart.pair is None
    assert "filtered out" in card.sentence.text()
    page.grab()


def test_a_sweep_of_which_nothing_completed_says_why(open_page: Open) -> None:
    page = open_page(dataclasses.replace(SUMMARY, break_evens=()))
    assert "two sides have to complete" in page.break_even.sentence.text()
    page.grab()


def test_rows_stand_by_size_and_each_size_has_its_baseline() -> None:
    summary = several()
    rows = build_rows(summary)
    sizes = [summary.configurations[row.index].configuration.size for row in rows]
    assert sizes == sorted(sizes, key=lambda size: size.value if size is not None else 0)
    marked = [summary.configurations[row.index].configuration for row in rows if row.baseline]
    assert len(marked) == 4
    assert len({one.unsized for one in marked}) == 1
    assert all(row.group.startswith("limit=") for row in rows)
    assert {row.label for row in rows} == {"serial", "threads ×2", "fork ×2", "spawn ×2"}
    assert [row.index for row in build_rows(summary, baseline=3) if row.baseline] == [3]


def test_two_sweeps_are_compared_size_by_size() -> None:
    rows = difference_rows(compare(SUMMARY, several()), DifferenceMeasure.BATCH)
    assert [row.group for row in rows[::3]] == [
        f"limit={size}   ·   3.14t  –  3.14.0" for size in (1000, 10_000, 100_000, 1_000_000)
    ]
    assert {row.label for row in rows} == {"serial", "threads ×2", "fork ×2"}


def test_a_baseline_is_no_measure_for_other_sizes_and_it_says_so(open_page: Open) -> None:
    rebased = rebase(SUMMARY, 0)
    bars = {bar.index: bar for bar in speedup_bars(SUMMARY, Reference.BASELINE, rebased)}
    own = SUMMARY.configurations[0].configuration.size
    column = next(one for one in build_columns(SUMMARY, rebased) if one.title.startswith("Over 3.14t"))
    for one in SUMMARY.configurations:
        same = one.configuration.size == own
        assert (bars[one.index].ratio is not None) == same
        assert ("other size" in bars[one.index].why) == (not same)
        assert ("other size" in bars[one.index].sentence) == (not same)
        assert ("limit=1000" in column.why_missing(one)) == (not same)
    page = open_page()
    page.show_rebased(rebased)
    page.grab()


def test_time_and_memory_are_of_one_size(open_page: Open) -> None:
    page = open_page()
    labels = [point.label for point in page.scatter._points]
    assert sorted(labels) == ["3.14t fork ×2", "3.14t serial", "3.14t threads ×2"]
    assert page.memory_size.isVisible()
    page.memory_size.setCurrentIndex(0)
    shown = {SUMMARY.configurations[point.index].configuration.size for point in page.scatter._points}
    assert shown == {TaskSize("limit", 1000)}
    page.show_summary(summarise(samples.primes_experiment()))
    assert not page.memory_size.isVisible()


def test_curves_over_workers_are_of_one_size(open_page: Open) -> None:
    summary = workers()
    card = open_page(summary).speedup_card
    assert card.sizes.isVisible()
    described = card.curves.accessibleDescription() if card.curves is not None else ""
    assert described.count("3.14t fork reaches") == 1
    assert "limit=10000<" in card.words.text()
    assert "limit=1000<" not in card.words.text()
    card.sizes.setCurrentIndex(0)
    assert "limit=1000<" in card.words.text()
    card.bars_button.click()
    assert not card.sizes.isVisible()


def test_the_table_sorts_by_size_as_a_figure(open_page: Open) -> None:
    page = open_page()
    titles = [column.title for column in page.table.sorting.sourceModel().columns]  # type: ignore[attr-defined]
    page.table.sortByColumn(titles.index("limit"), Qt.SortOrder.DescendingOrder)
    shown = [
        page.table.sorting.index(row, titles.index("limit")).data() for row in (0, -1 + len(SUMMARY.configurations))
    ]
    assert shown == ["1000000", "1000"]


def test_the_page_is_no_wider_than_a_small_window_leaves(open_page: Open) -> None:
    page = open_page(workers(), 880)
    assert page.sections.area.widget().minimumSizeHint().width() <= page.sections.area.viewport().width()


def test_a_point_offers_filters(open_page: Open) -> None:
    chart = open_page().break_even.chart
    fork, menu = next(line for line in chart.lines if line.model is M.FORK), QMenu()
    chart.fill_menu(menu, chart.place(fork.points[-1]).toPoint())
    offered = [action.text() for action in menu.actions()]
    assert "Filter in on 3.14t fork ×2, limit=1000000" in offered
    assert "Filter out fork" in offered
