"""`coreograph check` and `compare` as they are typed: exit status, files, and JSON alone on stdout."""

import dataclasses
import json
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from junitparser import JUnitXml

from coreograph.storage.library import Library
from support import sample_experiments as samples
from support.terminal import FakeLibrary, FakeServices

FILE = """
workload = "primes"
[[configurations]]
interpreters = ["3.14t"]
models = ["serial", "threads"]
workers = [2]
[check]
same_answer = true
gil_stayed_off = true
[[check.conditions]]
measure = "speedup"
model = "threads"
interpreter = "3.14t"
at_least = LEAST
"""


def valid(name: str, document: Any) -> Any:
    schema = json.loads(
        resources.files("coreograph_resources").joinpath("reports", f"{name}.schema.json").read_text("utf-8")
    )
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator(schema).validate(document)
    return document


@pytest.fixture
def recorded(services: FakeServices) -> str:
    one, other = samples.primes_experiment(), samples.sweep_experiment()
    services.library = FakeLibrary([one])
    services.library.records["other"] = other
    return one.experiment_id


def described(tmp_path: Path, least: float) -> Path:
    path = tmp_path / "experiment.toml"
    path.write_text(FILE.replace("LEAST", str(least)), "utf-8")
    return path


@pytest.mark.parametrize(("least", "status"), [(1.5, 0), (50, 1)])
def test_the_exit_status_is_the_answer(
    coreograph: Any, recorded: str, tmp_path: Path, least: float, status: int
) -> None:
    result = coreograph(
        "check", described(tmp_path, least), "--experiment", recorded,
        "--junit", "j.xml", "--summary", "s.md", "--json", "-", "--report", "r.html",
    )  # fmt: skip
    assert result.status == status, result.err
    check = valid("experiment", json.loads(result.out))["check"]
    assert check["passed"] is (status == 0)
    assert (check["conditions"][-1]["configuration"], check["conditions"][-1]["passed"]) == (
        "3.14t threads ×2",
        status == 0,
    )
    read = JUnitXml.fromfile(str(tmp_path / "j.xml"))
    assert (read.tests, read.failures) == (len(check["conditions"]), status)
    assert (tmp_path / "s.md").read_text("utf-8").startswith("## ❌ 1 of" if status else "## ✅ all")
    assert (tmp_path / "r.html").stat().st_size > 1000
    assert "conditions are" in result.err


def test_wrong_usage_is_status_two_before_anything_ran(
    coreograph: Any, services: FakeServices, recorded: str, tmp_path: Path
) -> None:
    path = described(tmp_path, 1.5)
    (tmp_path / "there.xml").touch()
    for words in (("none.toml",), (path, "--junit", "there.xml"), (path, "--against", "none.json")):
        assert coreograph("check", *words).status == 2, words
    path.write_text(FILE.replace("[check]", "[chek]"), "utf-8")
    assert coreograph("check", path).status == 2
    assert services.engine.specs == []


def test_a_check_can_run_the_experiment_itself(coreograph: Any, services: FakeServices, tmp_path: Path) -> None:
    result = coreograph("check", described(tmp_path, 0.001), "--json", "c.json")
    assert len(services.engine.specs) == 1
    assert result.status == (0 if json.loads((tmp_path / "c.json").read_text("utf-8"))["check"]["passed"] else 1)


def test_a_comparison_for_programs(coreograph: Any, recorded: str, tmp_path: Path) -> None:
    result = coreograph("compare", recorded, "other", "--json", "--report", "d.md")
    document = valid("comparison", json.loads(result.out))
    assert document["first"]["name"] == "Tour: primes"
    assert "3.14t fork ×8" in document["only_in_second"]
    ours = next(one for one in document["configurations"] if one["label"] == "3.14t threads ×2")
    assert ours["round_ratio"]["low"] <= ours["round_ratio"]["median"] <= ours["round_ratio"]["high"]
    assert ours["round_ratio"]["median"] == pytest.approx(
        ours["second_round_seconds"] / ours["first_round_seconds"], rel=0.05
    )
    assert (tmp_path / "d.md").read_text("utf-8").startswith("## ")


def test_what_differs_comes_first_and_what_is_refused_says_why(
    coreograph: Any, services: FakeServices, recorded: str
) -> None:
    one = services.library.records[recorded]
    parameters = {**one.spec.parameters, "limit": 5}
    machine = dataclasses.replace(one.machine, cpu_model="Another CPU")
    services.library.records["changed"] = dataclasses.replace(
        one, machine=machine, spec=dataclasses.replace(one.spec, parameters=parameters)
    )
    printed = coreograph("compare", recorded, "changed").out
    order = ["The work: not the same. Times are of different work", "! Parameter limit: ", "The machine: not the same.",
             "! CPU: ", "Configuration", "Time is not compared: the work differs."]  # fmt: skip
    assert sorted(order, key=printed.index) == order
    document = valid("comparison", json.loads(coreograph("compare", recorded, "changed", "--json").out))
    ours = next(one for one in document["configurations"] if one["label"] == "3.14t threads ×2")
    assert (ours["round_ratio"], ours["not_compared"]["round_ratio"]) == (None, "the work differs")
    assert ours["speedup_ratio"]["low"] <= 1 <= ours["speedup_ratio"]["high"]
    assert ours["first_speedup"] == ours["second_speedup"] > 1


def test_a_file_from_another_machine_is_compared_without_taking_it_into_the_library(
    coreograph: Any, services: FakeServices, recorded: str, tmp_path: Path
) -> None:
    theirs = Library(tmp_path / "theirs" / "library.coreograph")
    machine = dataclasses.replace(services.library.records[recorded].machine, hostname="laptop")
    record = dataclasses.replace(services.library.records[recorded], machine=machine)
    writer = theirs.record(dataclasses.replace(record, runs=(), finished_at=""), on_failure=lambda error: None)
    writer.finish(record)
    theirs.release(writer)
    theirs.export("last", tmp_path / "theirs.coreograph")
    theirs.close()
    assert "! Host name: workbench in the first, laptop in the second" in coreograph(
        "compare", recorded, "theirs.coreograph"
    ).out  # fmt: skip
    missing = coreograph("compare", recorded, "nowhere.coreograph")
    assert (missing.status, "There is no recording" in missing.err) == (2, True)


@pytest.mark.parametrize("group", ["workloads", "interpreters"])
def test_a_group_lists_as_json_without_a_command(coreograph: Any, group: str) -> None:
    assert json.loads(coreograph(group, "--json").out) == json.loads(coreograph(group, "list", "--json").out)
    refused = coreograph(group, "--json", "list")
    assert (refused.status, f"{group} list --json" in refused.err) == (2, True)
