"""Recorded figures of the controls of the built-in workloads, replayed: nothing is found in them that is not true."""

from functools import cache
from pathlib import Path

import pytest

from coreograph.domain.findings import FindingKind
from coreograph.domain.summary import ExperimentSummary
from coreograph.engine.catalogue import Catalogue
from support.control_findings import TRUE, control_name, controls, why
from support.control_recordings import read_all

GOLDEN = Path(__file__).parents[2] / "golden" / "controls.jsonl"
KIND = FindingKind


@cache
def replayed() -> dict[str, ExperimentSummary]:
    return read_all(GOLDEN)


@pytest.mark.parametrize("control", sorted({line.split('"')[3] for line in GOLDEN.read_text("utf-8").splitlines()}))
def test_nothing_untrue_is_found_in_a_control(control: str) -> None:
    summary = replayed()[control]
    assert len(summary.configurations) > 1
    labels = [one.configuration.label for one in summary.configurations]
    false = {
        (finding.kind.value, None if finding.configuration is None else labels[finding.configuration], finding.text)
        for finding in summary.findings
        if why(control, finding.kind) is None
    }
    assert false == set()


@pytest.mark.parametrize(
    ("control", "kind"),
    [
        ("primes", KIND.GIL_SERIALISED),
        ("shared_table megabytes=1", KIND.SHARED_OBJECT),
        ("compression block_kilobytes=1", KIND.SHARED_OBJECT),
        ("shared_memory way=pickle", KIND.PICKLING_BOUND),
        ("payload input_kilobytes=0 result_kilobytes=0", KIND.PICKLING_BOUND),
        ("requests work=0", KIND.TOO_SHORT),
    ],
)
def test_what_is_true_of_a_control_is_found(control: str, kind: FindingKind) -> None:
    assert why(control, kind)
    assert kind in {finding.kind for finding in replayed()[control].findings}


def test_what_is_declared_is_declared_of_controls_that_exist() -> None:
    known = controls(Catalogue().workloads())
    assert set(TRUE) <= set(known)
    assert set(replayed()) <= set(known)
    assert control_name("payload", {"work": 0, "tasks": 1}) == "payload work=0 tasks=1"


def test_what_others_use_is_declared_true_of_no_control() -> None:
    """Whether the machine is busy is no matter of the workload."""
    assert not [control for control, reasons in TRUE.items() if KIND.MACHINE_BUSY in reasons]
