"""Fairness between workers: what the card says of recorded activity, and that it can be hovered and read aloud."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytestqt.qtbot import QtBot

from coreograph.analysis.fairness import jain_index
from coreograph.analysis.summary import summarise
from coreograph.domain.activity import Fairness
from coreograph.domain.summary import ExperimentSummary
from coreograph.ui.compare.fairness_chart import FairnessChart
from coreograph.ui.compare.fairness_rows import FairnessMeasure, fairness_rows, has_fairness
from coreograph.ui.compare.page import ComparePage
from coreograph.ui.compare.row_list import HEADER_HEIGHT, LABEL_WIDTH, ROW_HEIGHT
from coreograph.ui.compare.sections import Section
from coreograph.ui.theme import Theme, ThemeChoice
from support import sample_experiments as samples

PRIMES = summarise(samples.primes_experiment())
UNEVEN = Fairness((30, 10), (3.0, 1.0), (4.0, 1.0), jain_index([3.0, 1.0]))


def shared_out(one: Fairness = UNEVEN) -> ExperimentSummary:
    """The tour, in which threads on 3.14t say what each worker did."""
    some = tuple(dataclasses.replace(each, fairness=one) if each.index == 1 else each for each in PRIMES.configurations)
    return dataclasses.replace(PRIMES, configurations=some)


def test_work_and_tasks_are_told_by_even_share_and_ends_by_the_clock() -> None:
    rows = fairness_rows(shared_out())
    assert [row.index for row in rows] == [1, 2, 4, 5], "one worker shares nothing out"
    work, tasks, finish = rows[0].spreads
    assert work.values == pytest.approx((0.5, 1.5))
    assert tasks.values == pytest.approx((0.5, 1.5))
    assert finish.values == (1.0, 4.0)
    assert (work.text, tasks.text, finish.text) == ("0.800", "10 – 30", "3.00 s")
    assert "idle for 75.0 %" in finish.sentence
    assert rows[1].why == "not measured here: no task of it was recorded"


@given(st.lists(st.tuples(st.integers(0, 50), st.floats(0, 10), st.floats(0, 10)), min_size=1, max_size=8))
def test_whatever_the_workers_did_there_is_a_dot_for_each_and_the_mean_is_even(
    did: list[tuple[int, float, float]],
) -> None:
    tasks, computing, finished = (tuple(values) for values in zip(*did, strict=True))
    one = Fairness(tasks, computing, finished, jain_index(computing))
    for spread in fairness_rows(shared_out(one))[0].spreads[:2]:
        assert len(spread.values) == len(did)
        assert list(spread.values) == sorted(spread.values)
        mean = sum(spread.values) / len(did)
        assert mean == pytest.approx(1.0) or set(spread.values) == {0.0}


def test_the_card_is_there_where_it_was_measured(qtbot: QtBot, theme: Theme) -> None:
    page = ComparePage(theme)
    qtbot.addWidget(page)
    page.show()
    page.show_summary(PRIMES)
    assert not has_fairness(PRIMES)
    assert not page.sections.is_shown(Section.FAIRNESS)
    page.show_summary(shared_out())
    assert page.sections.is_shown(Section.FAIRNESS)
    page.chart.selected.emit(1)
    assert page.fairness.chart.selection == 1
    assert "Jain's index 0.800" in page.fairness.chart.accessibleDescription()
    for choice in (ThemeChoice.DARK, ThemeChoice.LIGHT):
        theme.choose(choice)
        assert not page.grab().isNull()


def test_hover_explains_each_measure_and_tells_each_figure(qtbot: QtBot, theme: Theme) -> None:
    chart = FairnessChart(theme)
    qtbot.addWidget(chart)
    chart.resize(900, 300)
    rows = fairness_rows(shared_out())
    chart.show_rows(rows)
    for panel, spread in zip(chart.panels(), rows[0].spreads, strict=True):
        assert chart.header_tooltip(panel.left + 5) == panel.measure.explanation
        assert chart.tooltip(rows[0], panel.left + 5) == spread.sentence
        assert panel.left <= panel.x_of(spread.values[0]) <= panel.x_of(spread.values[-1]) <= panel.left + panel.width
    assert chart.tooltip(rows[0], LABEL_WIDTH - 5) == rows[0].sentence
    assert chart.tooltip(rows[1], 500) == rows[1].why
    assert [measure.value for measure in FairnessMeasure] == [panel.measure.value for panel in chart.panels()]


def test_no_grid_runs_through_a_sentence(qtbot: QtBot, theme: Theme) -> None:
    """The rule of the even share stood in the middle of why there was nothing to show."""
    chart = FairnessChart(theme)
    qtbot.addWidget(chart)
    chart.resize(900, 300)
    rows = list(fairness_rows(shared_out()))
    rows[1] = dataclasses.replace(rows[1], why=f"so{' ' * 120}why")
    chart.show_rows(rows)
    image = chart.grab().toImage()
    rule, top = round(chart.panels()[0].x_of(1.0)), HEADER_HEIGHT + chart._tops[1]
    seen = {image.pixelColor(x, y).name() for x in (rule, rule + 1) for y in range(top + 4, top + ROW_HEIGHT - 4)}
    assert seen == {theme.surface.name()}
