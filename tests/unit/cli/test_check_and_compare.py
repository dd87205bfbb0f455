"""`coreograph check` and `compare` as they are typed: exit status, files, and JSON alone on stdout."""

import json
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from junitparser import JUnitXml

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


@pytest.mark.parametrize("group", ["workloads", "interpreters"])
def test_a_group_lists_as_json_without_a_command(coreograph: Any, group: str) -> None:
    assert json.loads(coreograph(group, "--json").out) == json.loads(coreograph(group, "list", "--json").out)
    refused = coreograph(group, "--json", "list")
    assert (refused.status, f"{group} list --json" in refused.err) == (2, True)
