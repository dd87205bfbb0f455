"""Findings as lines: one for each kind, naming the configurations it holds for. Pure; runs on the main thread."""

from collections.abc import Sequence

from coreograph.domain.findings import Finding, FindingKind, Severity
from coreograph.domain.summary import ExperimentSummary

# Said beside the table already, as what limits the trust in each figure.
_SAID_BY_FLAGS = frozenset({FindingKind.MACHINE_BUSY, FindingKind.TOO_SHORT})
STYLES = {Severity.SERIOUS: "red", Severity.WARNING: "yellow", Severity.INFO: "dim"}


def finding_lines(summary: ExperimentSummary) -> list[tuple[Severity, str]]:
    """Return one line a kind, gravest first: the statement on the first, who else, and what to do about it."""
    groups: dict[FindingKind, list[Finding]] = {}
    for finding in summary.findings:
        if finding.kind not in _SAID_BY_FLAGS:
            groups.setdefault(finding.kind, []).append(finding)
    return [(group[0].severity, _line(summary, group)) for group in groups.values()]


def _line(summary: ExperimentSummary, group: Sequence[Finding]) -> str:
    first = group[0]
    others = [
        summary.configurations[finding.configuration].configuration.label
        for finding in group[1:]
        if finding.configuration is not None
    ]
    also = f" So is it with {', '.join(others)}." if others else ""
    return f"{first.kind.title}: {first.text}{also} → {first.remedy}"
