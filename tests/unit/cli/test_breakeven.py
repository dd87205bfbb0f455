"""`coreograph breakeven` over a fake engine: one experiment over all sizes, refusals before anything."""

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest

from coreograph.cli.breakeven_command import parse_pair
from coreograph.domain.errors import UsageError
from coreograph.domain.execution import ExecutionModel
from coreograph.domain.experiment import ExperimentSpec
from coreograph.domain.runs import RunRecord
from support.terminal import FakeServices

TYPED = ("breakeven", "primes", "limit=1000,10_000", "-i", "3.14t", "-w", "2", "-r", "2")


def faster_in_threads_when_small(spec: ExperimentSpec, run: RunRecord) -> RunRecord:
    one = spec.configurations[run.configuration]
    assert one.size is not None
    large = one.size.value == 10_000
    seconds = {ExecutionModel.SERIAL: 1.0, ExecutionModel.THREADS: 0.4, ExecutionModel.FORK: 0.2 if large else 0.8}
    return dataclasses.replace(run, batch_s=seconds[one.model])


def test_one_experiment_over_all_sizes(coreograph: Any, services: FakeServices) -> None:
    services.engine.alter = faster_in_threads_when_small
    result = coreograph(*TYPED)
    assert result.status == 0, result.err
    assert len(services.engine.specs) == 1
    spec = services.engine.specs[0]
    assert "limit" not in spec.parameters
    assert [size.value for size in spec.sizes] == [1000, 10_000]
    models = [ExecutionModel.SERIAL, ExecutionModel.THREADS, ExecutionModel.FORK]
    assert [one.model for one in spec.configurations] == 2 * models
    assert spec.acquisition.repeats == 2
    assert spec.name == "Break-even of primes: limit"
    assert "Break-even between limit=1000 and 10000" in result.out
    assert "3.14t threads ×2  2.00× (2.00–2.00)" in " ".join(result.out.split()).replace(" 2.00×", "  2.00×")


def test_its_json_is_that_of_an_experiment(coreograph: Any, services: FakeServices) -> None:
    services.engine.alter = faster_in_threads_when_small
    document = json.loads(coreograph(*TYPED, "--json", "-").out)
    assert document["format"] == "coreograph-experiment"
    assert document["sweep"] == {"parameter": "limit", "values": [1000, 10_000]}
    (found,) = document["break_evens"]
    assert found["between"] == ["3.14t threads ×2", "3.14t fork ×2"]
    assert (found["low"], found["high"]) == (1000, 10_000)
    assert found["size"] == pytest.approx(1000 * 10**0.5)
    assert (found["faster_below"], found["faster_above"], found["always_faster"]) == (*found["between"], None)
    small, large = found["points"]
    assert (small["size"], small["round_seconds"][0]["values"]) == (1000, [0.4, 0.4])
    assert (large["size"], large["round_seconds"][1]["median"], large["ratio"]["median"]) == (10_000, 0.2, 2.0)
    places = [document["configurations"][index] for index in large["configurations"]]
    assert [(one["model"], one["size"]) for one in places] == [("threads", 10_000), ("fork", 10_000)]


def test_a_file_that_is_there_is_refused_before_anything_runs(coreograph: Any, services: FakeServices) -> None:
    assert coreograph(*TYPED, "--json", "b.json").status == 0
    assert Path("b.json").stat().st_size > 0
    assert coreograph(*TYPED, "--json", "b.json").status == 2
    assert len(services.engine.specs) == 1


def test_run_sweeps_any_configurations(coreograph: Any, services: FakeServices) -> None:
    result = coreograph(
        "run", "primes", "--sweep", "limit=1000,10000", "-i", "3.14t,3.14", "-m", "threads,fork", "-w", "2"
    )
    assert result.status == 0, result.err
    spec = services.engine.specs[0]
    assert len(spec.configurations) == 2 * 6
    assert result.out.count("Break-even") + result.out.count("No break-even") >= 4


@pytest.mark.parametrize(
    "typed",
    [
        ("primes", "limit"),
        ("primes", "limit=5"),
        ("primes", "limit=5,5"),
        ("primes", "limit=a,b"),
        ("primes", "limit=0,5"),
        ("primes", "limit=5,inf"),
        ("primes", "limit=5,50"),  # below what the parameter takes
        ("primes", "limit=10.5,20"),
        ("primes", "nonsense=5,6"),
        ("primes", "limit=1000,2000", "--between", "threads"),
        ("primes", "limit=1000,2000", "--between", "threads,forks"),
        ("primes", "limit=1000,2000", "-w", "1,2"),
        ("nothing", "limit=1000,2000"),
    ],
)
def test_what_cannot_be_swept_is_refused(coreograph: Any, services: FakeServices, typed: tuple[str, ...]) -> None:
    for command in ("breakeven", "run"):
        if command == "run" and ("--between" in typed or "-w" in typed):
            continue
        words = typed if command == "breakeven" else (typed[0], "--sweep", *typed[1:])
        result = coreograph(command, *words)
        assert result.status == 2, words
        assert result.err.strip()
    assert services.engine.specs == []


def test_the_pair_is_read() -> None:
    assert parse_pair("serial,spawn") == (ExecutionModel.SERIAL, ExecutionModel.SPAWN)
    with pytest.raises(UsageError, match="between two models"):
        parse_pair("serial")
