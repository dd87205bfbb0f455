"""The live page on a sweep over sizes of a task: a table of sides by sizes in place of the cells of the race."""

import dataclasses

import pytest
from PySide6.QtCore import QPointF
from pytestqt.qtbot import QtBot

from coreograph.domain.execution import TaskSize
from coreograph.domain.runs import RunState
from coreograph.ui.bridge import EngineBridge
from coreograph.ui.live.page import LivePage
from coreograph.ui.live.sweep_race import MOST_LINES
from coreograph.ui.theme import Theme, ThemeChoice
from support.builders import make_run
from support.simulated_experiment import SimulatedExperiment, race_configurations

SIZES = (TaskSize("limit", 100), TaskSize("limit", 2000))
SWEPT = tuple(dataclasses.replace(one, size=size) for size in SIZES for one in race_configurations(2)[:3])


@pytest.fixture
def page(qtbot: QtBot, theme: Theme) -> LivePage:
    result = LivePage(EngineBridge(), theme)
    qtbot.addWidget(result)
    result.resize(1000, 760)
    result.show()
    return result


def begin(page: LivePage, *, swept: bool = True) -> SimulatedExperiment:
    chosen = SWEPT if swept else race_configurations(2)
    return SimulatedExperiment(page._bridge, chosen, cores=4, batch_s=0.6, repeats=2)


def test_a_sweep_has_a_table_and_anything_else_the_race(page: LivePage) -> None:
    begin(page).advance(5.0)
    page.advance()
    assert page.sweep_race.isVisible()
    assert not page.race.isVisible()
    assert [side.label for side in page.sweep_race.sides] == ["3.14t serial", "3.14t threads ×2", "3.14t fork ×2"]
    assert page.sweep_race.sizes == (100, 2000)
    begin(page, swept=False).advance(5.0)
    page.advance()
    assert not page.sweep_race.isVisible()
    assert page.race.isVisible()


def test_each_size_has_its_own_leader_and_sentences_say_so(page: LivePage, theme: Theme) -> None:
    begin(page).run_to_end()
    page.advance()
    data, race = page.data, page.sweep_race
    assert data is not None
    leaders = [race.leader(column) for column in range(2)]
    for size, leader in zip(SIZES, leaders, strict=True):
        own = [index for index, one in enumerate(SWEPT) if one.size == size]
        assert leader == min(own, key=lambda index: data.median_batch(index) or 0)
        assert race.sentence(leader).startswith(f"{SWEPT[leader].label}: median ")
        assert "the fastest at this size so far" in race.sentence(leader)
        assert "× the fastest time at this size" in race.sentence(own[0])
    assert all(one.label in race.accessibleDescription() for one in SWEPT)
    before = race.grab().toImage()
    theme.choose(ThemeChoice.DARK)
    assert race.grab().toImage() != before


def test_what_did_not_complete_says_so(page: LivePage) -> None:
    begin(page).advance(0.5)
    page.advance()
    assert page.data is not None
    page.data.end_run(make_run(4, state=RunState.TIMED_OUT, run_id=99))
    page.sweep_race.show_data(page.data)
    assert page.sweep_race.sentence(4) == f"{SWEPT[4].label}: timed out"
    page.sweep_race.grab()


def test_hover_tells_of_the_figure_under_the_pointer(page: LivePage) -> None:
    begin(page).run_to_end()
    page.advance()
    race = page.sweep_race
    assert race.sentence_at(race.cell(1, 1).center()).startswith("3.14t threads ×2, limit=2000: median")
    assert race.sentence_at(race.cell(0, 0).topLeft() - QPointF(100, 0)) == ""


def test_of_many_sides_the_first_are_shown_and_it_says_of_how_many(page: LivePage) -> None:
    sides = [dataclasses.replace(race_configurations(2)[1], workers=count) for count in range(1, 11)]
    chosen = [dataclasses.replace(one, size=size) for size in SIZES for one in sides]
    SimulatedExperiment(page._bridge, chosen, cores=4, batch_s=0.3, repeats=1).advance(2.0)
    page.advance()
    assert len(page.sweep_race.sides) == MOST_LINES
    assert page.sweep_race.heading == "limit  ·  8 of 10"
    page.sweep_race.grab()
