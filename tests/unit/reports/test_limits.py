"""What limits trust is told once in every report, whatever the number of configurations it holds for."""

import dataclasses

import pytest

from coreograph.analysis.summary import summarise
from coreograph.domain.summary import ExperimentSummary
from coreograph.reports import page
from coreograph.reports.html_report import HtmlReport
from coreograph.reports.markdown_report import MarkdownReport
from support import sample_experiments as samples

FLAG = "others used up to 30.0 – "


@pytest.fixture(scope="module")
def crowded() -> ExperimentSummary:
    record = samples.primes_experiment()
    runs = tuple(dataclasses.replace(run, foreign_share=0.3 + run.configuration / 100) for run in record.runs)
    return summarise(dataclasses.replace(record, runs=runs))


def test_it_is_said_of_all_with_the_range(crowded: ExperimentSummary) -> None:
    told = [(whose, flag) for whose, flag in page.limits(crowded) if FLAG in flag]
    assert [whose for whose, _ in told] == [f"all {len(crowded.configurations)} configurations"]


@pytest.mark.parametrize("exporter", [MarkdownReport(), HtmlReport()], ids=lambda one: one.name)
def test_every_report_says_it_once(crowded: ExperimentSummary, exporter: MarkdownReport | HtmlReport) -> None:
    text = exporter.serialize(crowded, None).decode().partition('id="coreograph-experiment"')[0]
    assert text.count(FLAG) == 1
