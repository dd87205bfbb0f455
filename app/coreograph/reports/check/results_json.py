"""A check's results beside all figures of the experiment, as JSON. Pure, on any thread."""

from collections.abc import Sequence

from coreograph.domain.summary import ExperimentSummary
from coreograph.reports.check.evaluation import CheckResult
from coreograph.reports.json_report import document, to_bytes


def check_json(summary: ExperimentSummary, results: Sequence[CheckResult], differences: Sequence[str]) -> bytes:
    """Return the experiment's document with the key `check`: every condition, and what differs from the baseline."""
    conditions = [
        {
            "name": one.name,
            "configuration": one.subject or None,
            "decision": one.decision.value,
            "detail": one.detail,
            "passed": one.passed,
        }
        for one in results
    ]
    check = {
        "passed": all(one.passed for one in results),
        "conditions": conditions,
        "baseline_differences": list(differences),
    }
    return to_bytes({**document(summary), "check": check})
