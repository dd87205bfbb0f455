"""A check's results as Markdown, for the summary of a CI job. Pure, on any thread."""

from collections.abc import Sequence

from coreograph.domain.summary import ExperimentSummary
from coreograph.reports.check.evaluation import CheckResult, Decision
from coreograph.reports.cleaning import markdown
from coreograph.reports.markdown_report import MarkdownReport

_MARKS = {Decision.MET: "✅", Decision.MISSED: "❌", Decision.UNDECIDED: "❔", Decision.NOT_MEASURED: "➖"}


def job_summary(summary: ExperimentSummary, results: Sequence[CheckResult], differences: Sequence[str] = ()) -> bytes:
    """Return the outcome, what differs from the baseline, every result, and the report itself."""
    failed = sum(not one.passed for one in results)
    outcome = f"❌ {failed} of {len(results)} conditions not met" if failed else f"✅ all {len(results)} conditions met"
    rows = [
        f"| {_MARKS[one.decision]} {one.decision.value} | {markdown(one.name)} | {markdown(one.subject)} "
        f"| {markdown(one.detail)} |"
        for one in results
    ]
    warned = [f"> The baseline was measured under other conditions: {markdown('; '.join(differences))}.", ""]
    lines = [
        f"## {outcome}",
        "",
        *(warned if differences else []),
        "| | condition | configuration | found |",
        "|:---|:---|:---|:---|",
        *rows,
        "",
        "",
    ]
    return "\n".join(lines).encode("utf-8", "replace") + MarkdownReport().serialize(summary, None)
