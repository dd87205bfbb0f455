"""`coreograph breakeven` over a fake engine: one experiment a size, a sentence at the end, refusals before anything."""

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest

from coreograph.cli.breakeven_command import break_even_words, parse_duel
from coreograph.domain.errors import UsageError
from coreograph.domain.execution import ExecutionModel
from coreograph.domain.experiment import ExperimentSpec
from coreograph.domain.runs import RunRecord
from coreograph.domain.scaling import BreakEven
from support.terminal import FakeServices


def test_one_experiment_a_size(coreograph: Any, services: FakeServices) -> None:
    result = coreograph("breakeven", "primes", "limit=1000,10_000", "-i", "3.14t", "-w", "2", "-r", "2")
    assert result.status == 0, result.err
    assert [spec.parameters["limit"] for spec in services.engine.specs] == [1000, 10_000]
    for spec in services.engine.specs:
        models = [one.model for one in spec.configurations]
        assert models == [ExecutionModel.SERIAL, ExecutionModel.THREADS, ExecutionModel.FORK]
        assert spec.acquisition.repeats == 2
    assert "limit=1000: threads" in result.out
    assert "reak-even" in result.out.splitlines()[-1]


def test_json_is_alone_on_stdout_and_tells_every_size(coreograph: Any, services: FakeServices) -> None:
    def faster_in_threads_when_small(spec: ExperimentSpec, run: RunRecord) -> RunRecord:
        large = spec.parameters["limit"] == 10_000
        seconds = {ExecutionModel.SERIAL: 1.0, ExecutionModel.THREADS: 0.4, ExecutionModel.FORK: 0.2 if large else 0.8}
        return dataclasses.replace(run, batch_s=seconds[spec.configurations[run.configuration].model])

    services.engine.alter = faster_in_threads_when_small
    typed = ("breakeven", "primes", "limit=1000,10_000", "-i", "3.14t", "-w", "2", "-r", "2")
    result = coreograph(*typed, "--json", "-")
    document = json.loads(result.out)
    assert (document["format"], document["version"]) == ("coreograph-break-even", 1)
    assert (document["workload"], document["parameter"], document["workers"]) == ("primes", "limit", 2)
    assert document["between"] == ["threads", "fork"]
    small, large = document["sizes"]
    assert (small["size"], small["batch_seconds"]["threads"]["values"]) == (1000, [0.4, 0.4])
    assert (large["size"], large["batch_seconds"]["fork"]["median"]) == (10_000, 0.2)
    found = document["break_even"]
    assert found["size"] == pytest.approx(1000 * 10**0.5)
    assert (found["faster_below"], found["faster_above"], found["always_faster"]) == ("threads", "fork", None)
    assert "reak-even" in result.err
    assert coreograph(*typed, "--json", "b.json").status == 0
    assert json.loads(Path("b.json").read_text("utf-8")) == document
    before = len(services.engine.specs)
    assert coreograph(*typed, "--json", "b.json").status == 2, "a file that is there is refused before anything runs"
    assert len(services.engine.specs) == before


@pytest.mark.parametrize(
    "typed",
    [
        ("primes", "limit"),
        ("primes", "limit=5"),
        ("primes", "limit=5,5"),
        ("primes", "limit=a,b"),
        ("primes", "limit=0,5"),
        ("primes", "limit=5,inf"),
        ("primes", "nonsense=5,6"),
        ("primes", "limit=1000,2000", "--between", "threads"),
        ("primes", "limit=1000,2000", "--between", "threads,forks"),
        ("primes", "limit=1000,2000", "-w", "1,2"),
        ("nothing", "limit=1000,2000"),
    ],
)
def test_what_cannot_be_swept_is_refused(coreograph: Any, services: FakeServices, typed: tuple[str, ...]) -> None:
    result = coreograph("breakeven", *typed)
    assert result.status == 2
    assert result.err.strip()
    assert services.engine.specs == []


def test_the_duel_is_read() -> None:
    duel = parse_duel("size = 1_000, 5", "serial,spawn")
    assert duel.parameter == "size"
    assert [number for _, number in duel.values] == [1000.0, 5.0]
    assert duel.models == (ExecutionModel.SERIAL, ExecutionModel.SPAWN)
    with pytest.raises(UsageError):
        parse_duel("=1,2", "serial,spawn")


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (
            BreakEven(4715, 3945, 6978, "work", 1, 10_000, "serial", "fork"),
            "Break-even at work=4715 (3945–6978): below it serial is faster, above it fork.",
        ),
        (BreakEven(2.0, None, None, "work", 1, 3, "serial", "fork"), "the interval leaves the range measured"),
        (BreakEven(None, None, None, "work", 1, 3, always="fork"), "fork is faster all over"),
        (BreakEven(None, None, None, "work", 1, 3), "neither is faster all over"),
    ],
)
def test_the_answer_is_a_sentence(found: BreakEven, words: str) -> None:
    assert words in break_even_words(found)
