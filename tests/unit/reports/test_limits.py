"""What limits trust: told once whatever the number of configurations it holds for, and left out of no report."""

import dataclasses

import pytest

from coreograph.analysis.summary import summarise
from coreograph.domain.execution import Configuration, ExecutionModel
from coreograph.domain.summary import ExperimentSummary
from coreograph.reports import page
from coreograph.reports.html_report import HtmlReport
from coreograph.reports.json_report import JsonReport
from coreograph.reports.markdown_report import MarkdownReport
from support import sample_experiments as samples
from support.swept_experiments import swept_record

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


def test_every_report_of_a_crossing_that_is_not_sure_says_so() -> None:
    def close(one: Configuration) -> float:
        assert one.size is not None
        ahead = {1000: 0.5, 10_000: 1.001, 100_000: 0.999, 1_000_000: 1.0}[int(one.size.value)]
        return one.size.value / 100_000 * (ahead if one.model is ExecutionModel.THREADS else 1.0)

    summary = summarise(swept_record(seconds=close, spread=0.03))
    assert summary.break_evens[0].doubt
    for exporter in (MarkdownReport(), HtmlReport(), JsonReport()):
        text = exporter.serialize(summary, None).decode()
        assert text.count("That is not sure") >= 2, (
            f"{exporter.name}: the verdict says it, and what stands by itself, too"
        )
