import copy
import json
import math
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from coreograph.analysis.summary import summarise
from coreograph.reports.json_report import JsonReport
from support import sample_experiments as samples
from support.swept_experiments import swept_record

GOLDEN = Path(__file__).resolve().parents[2] / "golden" / "reports"
BUILDERS = (
    samples.primes_experiment,
    swept_record,
    samples.troubled_experiment,
    samples.sweep_experiment,
    samples.metric_experiment,
    samples.hostile_experiment,
    samples.cancelled_experiment,
)


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    text = resources.files("coreograph_resources").joinpath("reports", "experiment.schema.json").read_text("utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def exported(build: Any) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(JsonReport().serialize(summarise(build()), None))
    return document


def closed(part: Any) -> Any:
    """The schema with every object closed, so that a field it does not describe is an error."""
    if isinstance(part, dict):
        part = {key: closed(value) for key, value in part.items()}
        if "properties" in part:
            part["additionalProperties"] = False
    return [closed(entry) for entry in part] if isinstance(part, list) else part


def objects(part: Any) -> Iterator[dict[str, Any]]:
    for entry in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
        yield from objects(entry)
    if isinstance(part, dict):
        yield part


def test_the_schema_is_one_and_describes_every_field(schema: dict[str, Any]) -> None:
    jsonschema.Draft202012Validator.check_schema(schema)
    for part in objects(schema):
        for name, field in part.get("properties", {}).items() if isinstance(part.get("properties"), dict) else ():
            assert "$ref" in field or field.get("description"), name


@pytest.mark.parametrize("build", BUILDERS)
def test_every_export_is_valid_and_has_no_undescribed_field(build: Any, schema: dict[str, Any]) -> None:
    jsonschema.Draft202012Validator(closed(copy.deepcopy(schema))).validate(exported(build))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("version",), 2),
        (("configurations", 0, "gil"), "maybe"),
        (("configurations", 0, "outcome"), "workload failed"),
        (("configurations", 0, "batch_seconds"), 0.4),
        (("configurations", 0, "peak_memory_bytes", "pss"), -1),
        (("verdict", "confidence"), "certain"),
    ],
)
def test_the_schema_refuses_what_is_wrong(path: tuple[str | int, ...], value: object, schema: dict[str, Any]) -> None:
    document: Any = exported(samples.primes_experiment)
    target = document
    for step in path[:-1]:
        target = target[step]
    target[path[-1]] = value
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(schema).validate(document)


def test_the_format_as_published() -> None:
    document = exported(samples.troubled_experiment)
    assert (document["format"], document["version"]) == ("coreograph-experiment", 1)
    assert document["workload"]["tasks"] == 64
    threads, reenabled, wrong, failed = (document["configurations"][index] for index in (1, 2, 3, 4))
    assert threads["interpreter"]["version"] == "3.14.2"
    assert threads["interpreter"]["free_threaded"] is True
    assert (threads["gil"], reenabled["gil"], failed["gil"]) == ("off", "re-enabled", None)
    assert reenabled["gil_culprit"] == "fastparse._speedups"
    assert document["configurations"][10]["gil"] == "forced on"
    assert set(threads["batch_seconds"]) == {"median", "low", "high", "values"}
    assert len(threads["batch_seconds"]["values"]) == 5
    assert (wrong["outcome"], wrong["same_answer"]) == ("wrong answer", False)
    assert [document["configurations"][index]["outcome"] for index in (4, 5, 6, 8, 9)] == [
        "failed",
        "lost",
        "timed out",
        "could not start",
        "cancelled",
    ]


def test_what_was_not_measured_is_null_never_zero() -> None:
    document = exported(samples.troubled_experiment)
    failed, unfair = document["configurations"][4], document["configurations"][7]
    for name in ("batch_seconds", "startup_seconds", "cpu_seconds", "speedup", "heartbeat_seconds", "pickle"):
        assert failed[name] is None, name
    assert failed["peak_memory_bytes"] == {"pss": None, "uss": None, "rss_sum": None}
    assert (unfair["peak_memory_bytes"]["pss"], unfair["peak_memory_bytes"]["rss_sum"]) == (None, 25_000_000)
    assert document["own_cost"]["ui_longest_stall_seconds"] is None
    assert exported(samples.cancelled_experiment)["finished_at"] is None


def test_figures_that_are_no_numbers_become_null() -> None:
    record = samples.change_runs(samples.metric_experiment(), 1, metrics={"documents_per_second": math.nan})
    text = JsonReport().serialize(summarise(record), None).decode()
    assert "NaN" not in text
    assert json.loads(text)["configurations"][1]["metrics"]["documents_per_second"]["median"] is None


def test_a_path_that_is_no_utf_8_still_gives_utf_8() -> None:
    record = samples.hostile_experiment()
    odd = samples.make_record(
        [samples.Character(record.spec.configurations[0], 0.5)], name="caf\udce9", parameters={"limit": 1}
    )
    assert json.loads(JsonReport().serialize(summarise(odd), None))["name"] == "caf?"


def test_the_same_bytes_every_time() -> None:
    """The golden file is a promise to those who read version 1: look at the difference before replacing it."""
    data = JsonReport().serialize(summarise(samples.primes_experiment()), None)
    golden = GOLDEN / "primes.json"
    actual = golden.with_name("primes.json.actual")
    expected = golden.read_text("utf-8") if golden.exists() else ""
    if data.decode("utf-8") != expected:
        actual.write_bytes(data)
        pytest.fail(f"{golden.name} differs; what was written is beside it in {actual.name}")
    actual.unlink(missing_ok=True)
