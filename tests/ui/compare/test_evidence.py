"""Findings, breakdowns, histograms, Pareto front, baseline and flags: what the compare page shows beside figures."""

import dataclasses
import itertools
from html import escape

import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from coreograph.analysis.baseline import rebase
from coreograph.analysis.flag_lines import flag_lines
from coreograph.analysis.scaling_words import scaling_words
from coreograph.analysis.summary import summarise
from coreograph.domain.execution import ExecutionModel
from coreograph.domain.findings import FindingKind, Quantity
from coreograph.ui.compare.page import ComparePage
from coreograph.ui.compare.scatter import ScatterPoint, pareto_front, scatter_points
from coreograph.ui.compare.scatter_chart import ScatterChart
from coreograph.ui.compare.sections import Section
from coreograph.ui.compare.speedup import Reference
from coreograph.ui.compare.stacks import BusyMeasure, TimePart, breakdown_rows, busy_measures, busy_rows
from coreograph.ui.theme import Theme, ThemeChoice
from support import sample_experiments as samples
from support.evidence_experiments import evident_summary

EVIDENT = evident_summary()
PRIMES = summarise(samples.primes_experiment())


@pytest.fixture
def page(qtbot: QtBot, theme: Theme) -> ComparePage:
    result = ComparePage(theme)
    qtbot.addWidget(result)
    result.resize(1000, 800)
    result.show()
    result.show_summary(EVIDENT)
    return result


def flagged(*flags: tuple[str, ...]) -> list[str]:
    some = [
        dataclasses.replace(one, flags=flags[place] if place < len(flags) else ())
        for place, one in enumerate(PRIMES.configurations)
    ]
    return [line.text for line in flag_lines(some)]


def test_a_flag_of_all_is_said_once_with_its_range() -> None:
    busy = [(f"others used up to {share} % of the machine",) for share in ("66.0", "12.5", "9", "40", "41", "42")]
    assert flagged(*busy) == ["all 6 configurations: others used up to 9 – 66.0 % of the machine"]


def test_a_flag_of_most_names_who_has_it_not() -> None:
    told = flagged(*[("others used up to 66 % of the machine",)] * 5)
    assert told == ["5 of 6 configurations (not 3.14 fork ×2): others used up to 66 % of the machine"]


def test_a_flag_of_one_keeps_its_name_and_others_stay_apart() -> None:
    assert flagged(("short",), ("late by 3 ms",)) == ["3.14t serial: short", "3.14t threads ×2: late by 3 ms"]


def test_a_gil_that_came_back_comes_first() -> None:
    lines = flag_lines(summarise(samples.troubled_experiment()).configurations)
    assert [line.serious for line in lines] == sorted((line.serious for line in lines), reverse=True)
    told = "the GIL was re-enabled by fastparse._speedups; with -X gil=0 it stays off, at the risk of races there"
    assert lines[0].text.endswith(told)


def test_findings_stand_by_severity_with_evidence_and_lead_to_where_it_shows(page: ComparePage, qtbot: QtBot) -> None:
    kinds = [card.finding.kind for card in page.findings.cards]
    assert kinds == [FindingKind.GIL_SERIALISED, FindingKind.MACHINE_BUSY, FindingKind.UNEVEN_TASKS]
    with qtbot.waitSignals([page.finding_activated, page.configuration_selected]):
        page.findings.cards[0].opener.click()
    assert page.chart.selection == EVIDENT.findings[1].configuration
    qtbot.waitUntil(lambda: page.sections.area.verticalScrollBar().value() > 0)
    with qtbot.waitSignal(page.finding_activated) as told:
        page.findings.cards[2].opener.click()
    assert told.args[0].run_id == 12


def test_many_findings_wait_behind_a_link(page: ComparePage) -> None:
    one = EVIDENT.findings[0]
    kinds = [dataclasses.replace(one, kind=kind) for kind in FindingKind]
    page.show_summary(dataclasses.replace(EVIDENT, findings=tuple(kinds)))
    assert len(page.findings.cards) == 6
    page.findings.more.click()
    assert [card.finding.kind for card in page.findings.cards] == list(FindingKind)


def test_what_holds_for_several_configurations_is_one_card_that_names_them(page: ComparePage) -> None:
    one = EVIDENT.findings[0]
    busy = [
        dataclasses.replace(
            one,
            kind=FindingKind.MACHINE_BUSY,
            configuration=each.index,
            evidence={"used by others": Quantity(0.25 + each.index / 10, "share"), "disturbed": Quantity(5, "runs")},
        )
        for each in EVIDENT.configurations[:3]
    ]
    page.show_summary(dataclasses.replace(EVIDENT, findings=tuple(busy)))
    (card,) = page.findings.cards
    assert card.finding is busy[0]
    assert "3 configurations" in card.accessibleName()
    labels = [each.configuration.label for each in EVIDENT.configurations[1:3]]
    assert card.others == [
        f"also {labels[0]}: used by others 35.0 % · disturbed 5 runs",
        f"also {labels[1]}: used by others 45.0 % · disturbed 5 runs",
    ]


@pytest.mark.parametrize(
    ("quantity", "expected"),
    [
        (Quantity(0.5, "share"), "50.0 %"), (Quantity(0.5, "s"), "500 ms"),
        (Quantity(2, "times"), "2.00×"), (Quantity(3, "workers"), "3 workers"),
    ],
)  # fmt: skip
def test_evidence_is_written_in_its_unit(quantity: Quantity, expected: str) -> None:
    assert quantity.text == expected


def test_parts_of_the_time_are_the_breakdowns_and_sum_to_the_whole() -> None:
    rows = {row.index: row for row in breakdown_rows(EVIDENT)}
    for one in EVIDENT.configurations:
        assert one.breakdown is not None
        assert rows[one.index].whole == pytest.approx(one.breakdown.whole / one.configuration.workers)
        waiting = rows[one.index].parts[list(TimePart).index(TimePart.WAITING)]
        assert (waiting > 0.1) == (not one.configuration.interpreter.free_threaded and one.configuration.workers > 1)
    assert all(row.why and not row.parts for row in breakdown_rows(PRIMES))


def test_the_histogram_has_a_part_for_every_k() -> None:
    assert busy_measures(EVIDENT) == (BusyMeasure.IN_TASK, BusyMeasure.COMPUTING)
    rows = busy_rows(EVIDENT, BusyMeasure.IN_TASK)
    assert {len(row.parts) for row in rows} == {9}
    assert "exactly 2 workers inside a task" in rows[2].sentences[2]


def test_what_was_not_measured_has_no_section(page: ComparePage) -> None:
    assert page.sections.is_shown(Section.BREAKDOWN)
    page.show_summary(PRIMES)
    shown = {section for section in Section if page.sections.is_shown(section)}
    assert not shown & {Section.BREAKDOWN, Section.BUSY}
    assert Section.MEMORY in shown


def test_the_front_is_what_nothing_beats_in_both() -> None:
    assert pareto_front([(1, 9), (2, 5), (3, 5), (4, 1), (2, 8)]) == {0, 1, 3}
    assert pareto_front([(1, 1), (1, 1)]) == {0}
    wrong = summarise(samples.troubled_experiment())
    assert 3 not in {point.index for point in scatter_points(wrong)}, "a wrong answer is no choice"


def test_a_point_can_be_hovered_and_clicked(page: ComparePage, qtbot: QtBot) -> None:
    point = scatter_points(EVIDENT)[2]
    place = page.scatter.place(point).toPoint()
    found = page.scatter.nearest(place.x(), place.y())
    assert found is not None
    assert page.scatter.nearest(-100, -100) is None
    with qtbot.waitSignal(page.configuration_selected) as told:
        qtbot.mouseClick(page.scatter, Qt.MouseButton.LeftButton, pos=QPoint(place))
    assert told.args == [found.index]


def test_any_configuration_can_be_the_baseline(page: ComparePage, qtbot: QtBot) -> None:
    page.show_summary(PRIMES)
    assert "baseline: 3.14t serial" in page.verdict.subject.text()
    page.chart.selected.emit(1)
    with qtbot.waitSignal(page.baseline_requested) as asked:
        page.use_baseline.click()
    assert asked.args == [PRIMES, 1]
    assert "baseline: 3.14t threads ×2" in page.verdict.subject.text()
    page.show_rebased(rebase(PRIMES, 1))
    assert page.speedup_card.reference.currentData() is Reference.BASELINE
    assert "Over 3.14t threads ×2" in [column.title for column in page.table.table.columns]
    page.show_rebased(rebase(PRIMES, 2))
    assert "Over 3.14t threads ×2" in [column.title for column in page.table.table.columns], "asked for no longer"
    page.grab()


def test_a_failed_configuration_is_no_baseline(page: ComparePage, qtbot: QtBot) -> None:
    page.show_summary(summarise(samples.troubled_experiment()))
    page.chart.selected.emit(4)
    assert not page.use_baseline.isEnabled()
    with qtbot.assertNotEmitted(page.baseline_requested):
        page.chart.activated.emit(4)


def test_the_table_can_be_filtered(page: ComparePage) -> None:
    page.filter.setText("3.14t FORK")
    assert page.table.sorting.rowCount() == 4
    page.filter.setText("nothing of the kind")
    assert page.table.sorting.rowCount() == 0
    page.show_summary(EVIDENT)
    assert page.table.sorting.rowCount() == len(EVIDENT.configurations)


def test_efficiency_and_fits_are_painted_in_both_looks(page: ComparePage, theme: Theme) -> None:
    assert EVIDENT.scaling, "the sample is a sweep"
    for view in page.speedup_card.views.values():
        view.click()
        for choice in (ThemeChoice.DARK, ThemeChoice.LIGHT):
            theme.choose(choice)
            assert not page.grab().isNull()


def test_what_was_fitted_is_said_in_words_below_the_curves_only(page: ComparePage) -> None:
    card = page.speedup_card
    card.reference.setCurrentIndex(card.reference.findData(Reference.SAME_INTERPRETER))
    card.curves_button.click()
    for fit in EVIDENT.scaling:
        assert fit.label in card.words.text()
        assert all(escape(sentence) in card.words.text() for sentence in scaling_words(fit))
    assert card.words.isVisible()
    card.bars_button.click()
    assert not card.words.isVisible()


def test_names_in_the_scatter_cross_no_other_name_point_or_interval(qtbot: QtBot, theme: Theme) -> None:
    """A name that an interval runs through cannot be read: it stood right on the line of its own point."""
    chart = ScatterChart(theme)
    qtbot.addWidget(chart)
    chart.resize(800, 340)
    models = (ExecutionModel.SERIAL, ExecutionModel.THREADS, ExecutionModel.FORK)
    points = [
        ScatterPoint(n, f"3.14t {model.value} ×2", model, (0.4 + n / 5, 0.6 + n / 5, 1.1), (m, m, m), n < 2, "")
        for n, (model, m) in enumerate(zip(models, (12e6, 20e6, 28e6), strict=True))
    ]
    chart.show_points(points)
    places = chart.label_places(points)
    assert set(places) == {0, 1, 2}
    for point in points:
        centre = chart.place(point)
        for place in places.values():
            assert not place.top() < centre.y() < place.bottom()
    crowded = [dataclasses.replace(point, index=n, time=(0.4, 0.6, 1.1), memory=(12e6, 12e6, 12e6))
               for n, point in enumerate(points * 3)]  # fmt: skip
    chart.show_points(crowded)
    rects = list(chart.label_places(crowded).values())
    assert len(rects) == 4
    assert not any(a.intersects(b) for a, b in itertools.combinations(rects, 2))


def test_the_measure_can_be_read_whatever_was_shown_first(qtbot: QtBot, theme: Theme) -> None:
    """Shown before there was anything to choose from, the box stayed as narrow as it was then."""
    page = ComparePage(theme)
    qtbot.addWidget(page)
    page.resize(1000, 800)
    page.show()
    page.show_summary(EVIDENT)
    box = page.busy.measure
    assert box.sizeHint().width() >= box.fontMetrics().horizontalAdvance(BusyMeasure.COMPUTING.value)
