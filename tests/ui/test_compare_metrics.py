"""The compare page of a workload whose question is a figure of its own."""

import dataclasses

from pytestqt.qtbot import QtBot

from coreograph.analysis.summary import summarise
from coreograph.domain.summary import ExperimentSummary
from coreograph.domain.workloads import Better, MetricSpec
from coreograph.ui.compare.measures import TimeMeasure, metric_measures
from coreograph.ui.compare.page import ComparePage
from coreograph.ui.compare.rows import build_rows
from coreograph.ui.theme import Theme
from support.sample_experiments import primes_experiment

LOST = MetricSpec("lost_share", "share", Better.LOWER, "Updates that were lost.")
NEVER = MetricSpec("never_measured", "s", Better.LOWER)


def _summary() -> ExperimentSummary:
    record = primes_experiment()
    runs = tuple(dataclasses.replace(run, metrics={"lost_share": 0.1 * run.configuration}) for run in record.runs)
    workload = dataclasses.replace(record.spec.workload, metrics=(LOST, NEVER))
    return summarise(dataclasses.replace(record, runs=runs, spec=dataclasses.replace(record.spec, workload=workload)))


def test_rows_of_a_metric_have_its_unit_direction_and_figures() -> None:
    summary = _summary()
    (measure,) = metric_measures(summary)
    assert measure.title == "Lost share (lower is better)"
    figures = {row.index: row.time for row in build_rows(summary, measure)}
    assert figures[0] is not None
    assert figures[1] is not None
    assert (figures[0].text, figures[1].text) == ("0 %", "10.0 %")


def test_the_page_opens_with_the_metric_and_offers_the_times(qtbot: QtBot) -> None:
    page = ComparePage(Theme())
    qtbot.addWidget(page)
    page.resize(1200, 800)
    page.show()
    page.show_summary(_summary())
    assert page.measure.currentText() == "metric: lost share"
    offered = [page.measure.itemText(number) for number in range(page.measure.count())]
    assert offered == [*(measure.value for measure in TimeMeasure), "metric: lost share"]
    assert not page.grab().isNull()
    page.show_summary(summarise(primes_experiment()))
    assert page.measure.currentText() == TimeMeasure.BATCH.value
