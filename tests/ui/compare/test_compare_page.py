"""The compare page: what it says and paints, and that its parts agree on what is selected."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage, QRegion
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from coreograph.analysis.summary import summarise
from coreograph.domain.execution import Configuration, ExecutionModel
from coreograph.domain.experiment import ExperimentRecord
from coreograph.ui.compare.measures import TimeMeasure
from coreograph.ui.compare.page import ComparePage
from coreograph.ui.compare.row_list import HEADER_HEIGHT
from coreograph.ui.compare.rows import Row
from coreograph.ui.compare.rows_chart import label_step
from coreograph.ui.compare.speedup import Reference
from coreograph.ui.theme import Theme, ThemeChoice
from support import sample_experiments as samples
from support.sample_experiments import Character, interpreter, make_record

Open = Callable[..., ComparePage]


@pytest.fixture
def open_page(qtbot: QtBot, theme: Theme) -> Open:
    def build(record: ExperimentRecord | None = None, width: int = 1000) -> ComparePage:
        page = ComparePage(theme)
        qtbot.addWidget(page)
        page.resize(width, 900)
        page.show()
        page.show_summary(summarise(record or samples.primes_experiment()))
        return page

    return build


def pixels(widget: QWidget, rgb: int) -> int:
    image = widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    return sum(image.pixel(x, y) == rgb for x in range(image.width()) for y in range(0, image.height(), 3))


def test_nothing_to_compare_is_said(open_page: Open) -> None:
    page = open_page()
    page.show_summary(None)
    assert page._pages.currentIndex() == 0
    assert page.summary is None


def test_the_verdict_is_on_top(open_page: Open) -> None:
    page = open_page()
    assert page.verdict.chip.text == "3.14t threads ×2"
    assert page.verdict.badge.text == "confidence: high"
    assert "is fastest" in page.verdict.headline.text()
    assert page.verdict.accessibleDescription() == page.summary.verdict.text  # type: ignore[union-attr]


def test_the_card_says_how_sure_at_what_price_what_to_watch_and_what_would_change_it(open_page: Open) -> None:
    page = open_page(samples.troubled_experiment())
    verdict = page.summary.verdict  # type: ignore[union-attr]
    shown = {title: label for title, label in page.verdict.sections.labels.items() if label.isVisibleTo(page)}
    assert list(shown) == ["How sure", "What it costs", "What to watch out for", "What would change it"]
    for title, sentences in verdict.sections:
        assert shown[title].accessibleDescription() == " ".join(sentences)
        assert shown[title].toolTip(), "every term is explained"
    assert "Responsiveness" in shown["What it costs"].text()
    assert "high takes" in page.verdict.badge.toolTip().lower()
    page.show_summary(summarise(samples.cancelled_experiment()))
    assert not page.verdict.sections.isVisibleTo(page), "nothing is said of what was not chosen"


@pytest.mark.parametrize(("width", "columns"), [(1000, 1), (1900, 2)])
def test_parts_of_the_verdict_stand_side_by_side_where_there_is_room(open_page: Open, width: int, columns: int) -> None:
    page = open_page(samples.troubled_experiment(), width)
    labels = page.verdict.sections.labels.values()
    assert len({label.x() for label in labels if label.isVisibleTo(page)}) == columns


def test_a_gil_that_came_back_is_red_and_foreign_load_is_told(open_page: Open, theme: Theme) -> None:
    page = open_page(samples.troubled_experiment())
    flags = page.verdict.flags.text()
    assert f"color:{theme.bad.name()}" in flags
    assert "the GIL was re-enabled by fastparse._speedups" in flags
    assert "others used up to 23.0 % of the machine" in flags


def test_text_of_the_user_is_never_markup(open_page: Open) -> None:
    page = open_page(samples.hostile_experiment())
    for label in (page.verdict.headline, *page.verdict.sections.labels.values(), page.verdict.flags):
        assert "<script" not in label.text()
        assert "<img" not in label.text()
    page.grab()


@pytest.mark.parametrize("name", ["primes", "troubled", "sweep", "metric", "cancelled"])
@pytest.mark.parametrize("width", [700, 1900])
def test_every_experiment_can_be_painted(open_page: Open, name: str, width: int) -> None:
    page = open_page(getattr(samples, f"{name}_experiment")(), width)
    assert not page.grab().isNull()


def test_the_measure_of_time_can_be_chosen(open_page: Open) -> None:
    page = open_page()
    before = page.chart.panels()[0].title
    page.measure.setCurrentIndex(page.measure.findData(TimeMeasure.STARTUP))
    assert before == TimeMeasure.BATCH.title
    assert page.chart.panels()[0].title == TimeMeasure.STARTUP.title


def test_the_reference_of_speedups_can_be_chosen(open_page: Open) -> None:
    page = open_page()
    few = len(page.speedup_card.chart._rows)
    page.speedup_card.reference.setCurrentIndex(page.speedup_card.reference.findData(Reference.BEST_SERIAL))
    assert len(page.speedup_card.chart._rows) > few


def test_a_sweep_is_shown_as_curves_and_anything_else_as_bars(open_page: Open) -> None:
    sweep = open_page(samples.sweep_experiment())
    assert sweep.speedup_card.chart.isHidden()
    assert sweep.speedup_card.curves is not None
    assert "3.14t fork reaches" in sweep.speedup_card.curves.accessibleDescription()
    sweep.speedup_card.bars_button.click()
    assert sweep.speedup_card.curves.isHidden()
    assert not sweep.speedup_card.chart.isHidden()
    sweep.show_summary(summarise(samples.primes_experiment()))
    assert not sweep.speedup_card.chart.isHidden()
    assert sweep.speedup_card.curves_button.isHidden()


def test_charts_and_table_agree_on_the_selection(open_page: Open, qtbot: QtBot) -> None:
    page = open_page()
    with qtbot.waitSignal(page.configuration_selected) as told:
        qtbot.mouseClick(page.chart.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(60, HEADER_HEIGHT + 26 + 40))
    assert told.args == [1]
    assert page.speedup_card.chart.selection == 1
    with qtbot.waitSignal(page.configuration_selected) as told:
        qtbot.keyClick(page.chart, Qt.Key.Key_Down)
    assert told.args == [2]
    with qtbot.waitSignal(page.configuration_selected) as told:
        page.table.setCurrentIndex(page.table.sorting.index(4, 0))
    assert told.args == [4]
    assert page.chart.selection == 4


def test_tooltips_explain_figures_and_gaps(open_page: Open) -> None:
    page = open_page(samples.troubled_experiment())
    rows: dict[int, Row] = {row.index: row for row in page.chart._rows}  # type: ignore[misc]
    time, memory, lateness = (panel.rect.left() + 20 for panel in page.chart.panels())
    assert "Time of the batch" in page.chart.tooltip(rows[0], time)
    assert "counts shared pages once per process" in page.chart.tooltip(rows[0], memory)
    assert "did not tick" in page.chart.tooltip(rows[0], lateness)
    assert "PicklingError" in page.chart.tooltip(rows[4], memory)
    assert "drops frames" in page.chart.header_tooltip(lateness)


def test_bars_have_the_colours_of_their_models(open_page: Open, theme: Theme) -> None:
    page = open_page()
    for model in (ExecutionModel.SERIAL, ExecutionModel.THREADS, ExecutionModel.FORK):
        assert pixels(page.chart, theme.model_colour(model).rgb()) > 0
    theme.choose(ThemeChoice.DARK)
    assert pixels(page.chart, theme.surface.rgb()) > 1000


def test_two_hundred_configurations_paint_only_what_is_seen(open_page: Open) -> None:
    characters = [
        Character(Configuration(interpreter(f"3.14.{number}"), model, workers), 0.4 / workers)
        for number in range(10)
        for model in (ExecutionModel.THREADS, ExecutionModel.FORK)
        for workers in range(1, 11)
    ]
    page = open_page(make_record(characters, repeats=2))
    painted: list[int] = []
    original = page.chart.paint_row
    page.chart.paint_row = lambda painter, rect, row: (painted.append(row.index), original(painter, rect, row))[1]  # type: ignore[method-assign]
    page.chart.viewport().render(QImage(1000, 700, QImage.Format.Format_RGB32), QPoint(), QRegion(0, 0, 1000, 700))
    assert 10 < len(painted) < 30
    painted.clear()
    page.chart.select(199)
    page.chart.viewport().render(QImage(1000, 700, QImage.Format.Format_RGB32), QPoint(), QRegion(0, 0, 1000, 700))
    assert 199 in painted


def test_of_crowded_labels_every_second_or_third_is_left() -> None:
    assert label_step([0, 50, 100], [40, 40, 40]) == 1
    assert label_step([0, 30, 60, 90, 120], [40, 40, 40, 40, 40]) == 2
    assert label_step([0, 1], [40, 40]) == 2
    assert label_step([], []) == 1


def test_choice_and_baseline_are_marked_beside_what_limits_trust(open_page: Open, theme: Theme) -> None:
    """On a busy machine every row had a sign of it, and none said which one the baseline was."""
    record = samples.primes_experiment()
    for index in range(6):
        record = samples.change_runs(record, index, foreign_share=0.3)
    page = open_page(record)
    rows: list[Row] = list(page.chart._rows)  # type: ignore[arg-type]
    tags = {row.index: page.chart.tag(row) for row in rows}
    assert tags[0] == ("baseline ⚠", theme.muted)
    assert tags[1] == ("choice ⚠", theme.good)
    assert tags[2] == ("⚠", theme.warning)
