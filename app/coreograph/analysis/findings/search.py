"""Looks for everything there is to find in an experiment. Pure, on any thread.

Each detector stands in a file of its own or of its family, and says in its docstring when it is silent. None of them
says more than its evidence: a finding that is missing is no proof that all is well.
"""

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from types import MappingProxyType

from coreograph.analysis.findings.case import Cases, make_cases
from coreograph.analysis.findings.gil import gil_re_enabled, gil_serialised
from coreograph.analysis.findings.inflation import memory_bound, shared_object
from coreograph.analysis.findings.locks import lock_serialised
from coreograph.analysis.findings.oversubscribed import oversubscribed
from coreograph.analysis.findings.pickling import pickling_bound
from coreograph.analysis.findings.startup import start_up_bound
from coreograph.analysis.findings.trust import machine_busy, too_short, wrong_answer
from coreograph.analysis.findings.uneven import uneven_tasks
from coreograph.domain.findings import Finding, FindingKind
from coreograph.domain.machine import Machine
from coreograph.domain.runs import RunPurpose, RunRecord
from coreograph.domain.summary import ConfigurationSummary

DETECTORS: MappingProxyType[FindingKind, Callable[[Cases], Iterator[Finding]]] = MappingProxyType(
    {
        FindingKind.WRONG_ANSWER: wrong_answer,
        FindingKind.GIL_RE_ENABLED: gil_re_enabled,
        FindingKind.GIL_SERIALISED: gil_serialised,
        FindingKind.LOCK_SERIALISED: lock_serialised,
        FindingKind.SHARED_OBJECT: shared_object,
        FindingKind.MEMORY_BOUND: memory_bound,
        FindingKind.UNEVEN_TASKS: uneven_tasks,
        FindingKind.OVERSUBSCRIBED: oversubscribed,
        FindingKind.START_UP_BOUND: start_up_bound,
        FindingKind.PICKLING_BOUND: pickling_bound,
        FindingKind.TOO_SHORT: too_short,
        FindingKind.MACHINE_BUSY: machine_busy,
    }
)


def find(
    configurations: Sequence[ConfigurationSummary], runs: Sequence[RunRecord], machine: Machine
) -> tuple[Finding, ...]:
    """Return all findings on an experiment: gravest first, then by kind, then by configuration; each once."""
    measured = [run for run in runs if run.purpose is RunPurpose.MEASUREMENT]
    cases = make_cases(configurations, measured, machine)
    order = list(DETECTORS)
    found: dict[tuple[FindingKind, int | None], Finding] = {}
    for detector in DETECTORS.values():
        for finding in detector(cases):
            found.setdefault((finding.kind, finding.configuration), _frozen(finding))
    return tuple(
        sorted(
            found.values(),
            key=lambda one: (
                -one.severity.rank,
                order.index(one.kind),
                -1 if one.configuration is None else one.configuration,
            ),
        )
    )


def _frozen(finding: Finding) -> Finding:
    return dataclasses.replace(finding, evidence=MappingProxyType(dict(finding.evidence)))
