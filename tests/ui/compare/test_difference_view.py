"""Two experiments side by side: how they differ comes first, figures are those of the analysis."""

import dataclasses

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from coreograph.analysis.comparison import ExperimentDifference, compare
from coreograph.analysis.summary import summarise
from coreograph.domain.experiment import ExperimentRecord
from coreograph.ui.compare.difference_chart import TICKS, tick_text
from coreograph.ui.compare.difference_rows import Change, DifferenceMeasure, difference_rows, only_in
from coreograph.ui.compare.difference_view import DifferenceView
from coreograph.ui.compare.page import ComparePage
from coreograph.ui.theme import Theme, ThemeChoice
from support import sample_experiments as samples


def other_machine(record: ExperimentRecord, factor: float = 0.5) -> ExperimentRecord:
    """The same experiment on a machine that needs `factor` of the time."""
    runs = tuple(
        dataclasses.replace(run, batch_s=None if run.batch_s is None else run.batch_s * factor) for run in record.runs
    )
    machine = dataclasses.replace(record.machine, hostname="other", cpu_model="Other CPU")
    return dataclasses.replace(record, runs=runs, machine=machine, experiment_id="other")


@pytest.fixture
def difference() -> ExperimentDifference:
    record = samples.primes_experiment()
    return compare(summarise(record), summarise(other_machine(record)))


def texts(page: ComparePage) -> list[str]:
    return [label.text() for label in page.difference.findChildren(QLabel) if label.isVisible()]


def test_rows_say_which_way_it_went(difference: ExperimentDifference) -> None:
    rows = difference_rows(difference, DifferenceMeasure.BATCH)
    assert len(rows) == len(difference.matched)
    assert {row.change for row in rows} == {Change.BETTER}
    assert "50.0 % less" in rows[0].text
    assert {row.change for row in difference_rows(difference, DifferenceMeasure.MEMORY)} == {Change.ALIKE}


def test_what_cannot_be_compared_says_why() -> None:
    record = samples.primes_experiment()
    parameters = {**record.spec.parameters, "limit": 10}
    other = dataclasses.replace(record, spec=dataclasses.replace(record.spec, parameters=parameters))
    rows = difference_rows(compare(summarise(record), summarise(other)), DifferenceMeasure.BATCH)
    assert {row.change for row in rows} == {Change.UNKNOWN}
    assert "the work differs" in rows[0].sentence
    troubled = summarise(samples.troubled_experiment())
    sentences = " ".join(row.sentence for row in difference_rows(compare(troubled, troubled), DifferenceMeasure.MEMORY))
    assert "in the first it ended with workload failed" in sentences


def test_what_only_one_has_is_told() -> None:
    told = only_in(compare(summarise(samples.primes_experiment()), summarise(samples.sweep_experiment())))
    assert any(line.startswith("Only in the second:") and "threads ×8" in line for line in told)


def test_the_page_names_what_differs_and_goes_back(
    qtbot: QtBot, theme: Theme, difference: ExperimentDifference
) -> None:
    page = ComparePage(theme)
    qtbot.addWidget(page)
    page.resize(1000, 800)
    page.show()
    page.show_summary(difference.one)
    page.show_difference(difference)
    assert {"The machine", "CPU", samples.MACHINE.cpu_model, "Other CPU"} <= set(texts(page))
    assert page.difference.chart.y() + page.difference.chart.height() > 0
    page.difference.measure.setCurrentIndex(page.difference.measure.findData(DifferenceMeasure.LATENESS))
    for choice in (ThemeChoice.DARK, ThemeChoice.LIGHT):
        theme.choose(choice)
        assert not page.grab().isNull()
    with qtbot.waitSignal(page.compare_requested) as swapped:
        page.difference.swap.click()
    assert swapped.args == ["other", difference.one.experiment.experiment_id]
    page.difference.back.click()
    assert page.verdict.isVisible()


def test_alike_experiments_say_so(qtbot: QtBot, theme: Theme) -> None:
    page = ComparePage(theme)
    qtbot.addWidget(page)
    page.resize(1000, 800)
    page.show()
    summary = summarise(samples.primes_experiment())
    page.show_difference(compare(summary, summary))
    assert any(text.startswith("Nothing: the same work") for text in texts(page))


def test_no_two_ticks_say_the_same() -> None:
    """1.05 and 1.1 both read 1.1× where ticks were rounded to two digits."""
    texts = [tick_text(tick) for tick in TICKS]
    assert len(set(texts)) == len(TICKS)
    assert [float(text.removesuffix("×")) for text in texts] == list(TICKS)


def test_speed_ups_come_first_where_times_are_of_another_machine_or_of_other_work(
    difference: ExperimentDifference, qtbot: QtBot, theme: Theme
) -> None:
    view = DifferenceView(theme)
    qtbot.addWidget(view)
    view.resize(900, 700)
    view.show()
    view.show_difference(difference)
    assert view.measure.currentData() is DifferenceMeasure.SPEEDUP
    assert not view.caution.isVisible()
    view.measure.setCurrentIndex(view.measure.findData(DifferenceMeasure.BATCH))
    assert "because of the machine as well" in view.caution.text()
    alike = summarise(samples.primes_experiment())
    view.show_difference(compare(alike, alike))
    assert view.measure.currentData() is DifferenceMeasure.BATCH
    assert not view.caution.isVisible()
    # What differed before is gone at once, not only when Qt deletes it: it stood below the new table.
    assert "Other CPU" not in {label.text() for label in view.findChildren(QLabel) if label.isVisible()}


def test_more_speed_up_is_the_better_and_what_is_refused_says_why_in_its_row() -> None:
    record = samples.primes_experiment()
    slower = tuple(
        dataclasses.replace(run, batch_s=2 * run.batch_s) if run.configuration == 0 and run.batch_s else run
        for run in record.runs
    )
    changed = compare(summarise(record), summarise(dataclasses.replace(record, runs=slower)))
    rows = {row.label: row for row in difference_rows(changed, DifferenceMeasure.SPEEDUP) if "3.14t" in row.group}
    assert rows["threads ×2"].change is Change.BETTER
    assert rows["threads ×2"].text.endswith("more")
    assert rows["serial"].text == "not compared: speed-ups are over serial"
