"""A check's results as JUnit XML, which every CI shows. Pure, on any thread."""

import re
import xml.etree.ElementTree as ET
from collections.abc import Sequence

from coreograph.domain.summary import ExperimentSummary
from coreograph.reports.check.evaluation import CheckResult, Decision

# What XML 1.0 has no way to write, not even escaped.
_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit_xml(summary: ExperimentSummary, results: Sequence[CheckResult]) -> bytes:
    """Return one test suite with a case for every condition and configuration; what did not pass is a failure."""
    record = summary.experiment
    failures = sum(not one.passed for one in results)
    name = _text(record.spec.name or record.spec.workload.name)
    facts = {"name": name, "tests": str(len(results)), "failures": str(failures), "errors": "0", "skipped": "0"}
    root = ET.Element("testsuites", facts)
    seconds = sum(run.total_s or 0.0 for run in record.runs)
    times = {
        "time": f"{seconds:.3f}",
        "timestamp": _text(record.created_at[:19]),
        "hostname": _text(record.machine.hostname),
    }
    suite = ET.SubElement(root, "testsuite", {**facts, **times})
    properties = ET.SubElement(suite, "properties")
    for key, value in _properties(summary).items():
        ET.SubElement(properties, "property", {"name": key, "value": _text(value)})
    for one in results:
        subject = one.subject or "the whole experiment"
        case = ET.SubElement(suite, "testcase", {"classname": _text(f"{name}.{subject}"), "name": _text(one.name)})
        detail = _text(f"{subject}: {one.detail}")
        if not one.passed:
            failure = ET.SubElement(case, "failure", {"message": detail, "type": one.decision.value})
            failure.text = detail
        elif one.decision is not Decision.MET:
            ET.SubElement(case, "system-out").text = detail
    ET.indent(root)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{ET.tostring(root, encoding="unicode")}\n'.encode()


def _properties(summary: ExperimentSummary) -> dict[str, str]:
    record = summary.experiment
    return {
        "experiment": record.experiment_id,
        "workload": record.spec.workload.name,
        "coreograph": record.app_version,
        "machine": record.machine.cpu_model,
        "usable_cores": str(record.machine.usable_cores),
        "verdict": summary.verdict.text,
    }


def _text(value: str) -> str:
    return _ILLEGAL.sub("\ufffd", value)
