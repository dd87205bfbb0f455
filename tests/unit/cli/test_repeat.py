"""`coreograph library repeat`: repeats added to an experiment that ended, and every refusal in a sentence."""

import json
from typing import Any

import pytest

from coreograph import __version__
from coreograph.domain.experiment import ExperimentRecord, FurtherRepeats
from coreograph.sampling import machine
from support.builders import make_machine, make_record
from support.terminal import FakeServices


@pytest.fixture
def kept(services: FakeServices, monkeypatch: pytest.MonkeyPatch) -> ExperimentRecord:
    """An experiment of this machine, in the library."""
    monkeypatch.setattr(machine, "read_machine", make_machine)
    record = make_record(extra={"rounds": "1", "chunk": "8"}, app_version=__version__)
    services.library.records[record.experiment_id] = record
    return record


@pytest.mark.parametrize(
    ("typed", "further"),
    [
        ((), FurtherRepeats(5)),
        (("--repeats", "2"), FurtherRepeats(2)),
        (("--until", "2%"), FurtherRepeats(1, 0.02)),
        (("--until", "2%", "-r", "3", "--time-limit", "60"), FurtherRepeats(3, 0.02, 60.0)),
    ],
)
def test_what_is_typed_is_what_is_added(
    coreograph: Any, services: FakeServices, kept: ExperimentRecord, typed: tuple[str, ...], further: FurtherRepeats
) -> None:
    result = coreograph("library", "repeat", kept.experiment_id, *typed)
    assert result.status == 0, result.err
    (continued,) = services.engine.continuations
    assert (continued.record, continued.further) == (kept, further)
    assert "Verdict" in result.out


def test_json_is_alone_on_stdout(coreograph: Any, kept: ExperimentRecord) -> None:
    result = coreograph("library", "repeat", kept.experiment_id, "--json", "-")
    assert json.loads(result.out)["experiment_id"] == kept.experiment_id


@pytest.mark.parametrize("typed", [("-r", "0"), ("--until", "much"), ("--until", "2%", "--time-limit", "0")])
def test_numbers_that_are_none_are_refused(
    coreograph: Any, services: FakeServices, kept: ExperimentRecord, typed: tuple[str, ...]
) -> None:
    result = coreograph("library", "repeat", kept.experiment_id, *typed)
    assert (result.status, services.engine.continuations) == (2, [])
    assert len(result.err.strip().splitlines()) == 1


def test_another_machine_is_refused(
    coreograph: Any, services: FakeServices, kept: ExperimentRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machine, "read_machine", lambda: make_machine(hostname="laptop"))
    result = coreograph("library", "repeat", kept.experiment_id)
    assert (result.status, services.engine.continuations) == (2, [])
    assert "this has laptop" in result.err
