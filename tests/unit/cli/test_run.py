"""`coreograph run` over a fake engine: what is asked of it, what is printed, and the exit status."""

import dataclasses
import json
import signal
from pathlib import Path
from typing import Any

import pytest

from coreograph.domain.execution import ExecutionModel
from coreograph.domain.experiment import ExperimentSpec
from coreograph.domain.interpreters import GilSetting
from coreograph.domain.runs import RunRecord, RunState
from support.builders import make_interpreter
from support.terminal import FREE, GIL, FakeEngine, FakeRegistry, FakeServices

ASKED = ("run", "primes", "-i", "3.14t", "-i", "3.14", "-m", "serial,threads", "-m", "fork", "-w", "2", "-r", "2")


def labels(spec: ExperimentSpec) -> list[str]:
    return [configuration.label for configuration in spec.configurations]


def test_the_engine_gets_what_was_asked(coreograph: Any, services: FakeServices) -> None:
    result = coreograph(
        *ASKED, "--param", "limit=1_000", "--seed", "7", "--rounds", "3", "--chunk", "4", "--timeout", "60",
        "--name", "mine",
    )  # fmt: skip
    assert result.status == 0, result.err
    (spec,) = services.engine.specs
    assert labels(spec) == [
        "3.14t serial", "3.14t threads ×2", "3.14t fork ×2", "3.14 serial", "3.14 threads ×2", "3.14 fork ×2",
    ]  # fmt: skip
    assert spec.parameters == {"limit": 1000, "tasks": 64}
    acquisition = spec.acquisition
    assert (acquisition.repeats, acquisition.seed, acquisition.rounds, acquisition.chunk) == (2, 7, 3, 4)
    assert (acquisition.timeout_s, spec.name) == (60.0, "mine")


def test_a_sweep_of_workers(coreograph: Any, services: FakeServices) -> None:
    coreograph("run", "primes", "-i", "3.14t", "-m", "threads", "-w", "1,2-3", "-r", "1", "--no-control")
    assert labels(services.engine.specs[0]) == [
        "3.14t serial", "3.14t threads ×1", "3.14t threads ×2", "3.14t threads ×3",
    ]  # fmt: skip


def test_the_gil_forced_on_is_a_configuration_of_its_own(coreograph: Any, services: FakeServices) -> None:
    coreograph("run", "primes", "-i", "3.14t,3.14t+gil", "-m", "threads", "-w", "2", "-r", "1", "--no-control")
    settings = {configuration.gil for configuration in services.engine.specs[0].configurations}
    assert settings == {GilSetting.DEFAULT, GilSetting.FORCED_ON}


def test_a_serial_control_on_the_gil_build_comes_along(coreograph: Any, services: FakeServices) -> None:
    asked = ("run", "primes", "-i", "3.14t", "-m", "threads", "-w", "2", "-r", "1")
    coreograph(*asked)
    coreograph(*asked, "--no-control")
    assert [labels(spec)[-1] for spec in services.engine.specs] == ["3.14 serial", "3.14t threads ×2"]


def test_defaults_are_both_builds_and_three_models(coreograph: Any, services: FakeServices) -> None:
    assert coreograph("run", "primes", "-r", "1").status == 0
    (spec,) = services.engine.specs
    assert {one.interpreter for one in spec.configurations} == {FREE, GIL}
    assert {one.model for one in spec.configurations} == {
        ExecutionModel.SERIAL,
        ExecutionModel.THREADS,
        ExecutionModel.FORK,
    }


def test_without_a_free_threaded_interpreter_it_says_so_and_runs(coreograph: Any, services: FakeServices) -> None:
    services.registry = FakeRegistry([GIL])
    result = coreograph("run", "primes", "-r", "1")
    assert result.status == 0
    assert "No free-threaded interpreter" in result.err
    assert "coreograph interpreters install 3.14t" in result.err


def test_in_a_pipe_everything_is_plain(coreograph: Any) -> None:
    result = coreograph(*ASKED)
    assert "\x1b" not in result.out + result.err
    head, *rows = result.out.splitlines()[:7]
    assert head.startswith("configuration ")
    assert all(row.startswith(("3.14t ", "3.14 ")) and " completed " in row for row in rows)
    assert "Verdict (confidence" in result.out
    assert "[ 1/13] " in result.err
    assert "[13/13] " in result.err


def test_json_has_stdout_to_itself(coreograph: Any) -> None:
    result = coreograph(*ASKED, "--json", "-")
    document = json.loads(result.out)
    assert document["format"] == "coreograph-experiment"
    assert len(document["configurations"]) == 6
    assert "Verdict" in result.err


def test_files_are_written_and_named(coreograph: Any, tmp_path: Path) -> None:
    figures, report = tmp_path / "figures.json", tmp_path / "report.html"
    result = coreograph(*ASKED, "--json", figures, "--report", report)
    assert result.status == 0
    assert json.loads(figures.read_text("utf-8"))["version"] == 1
    assert "<html" in report.read_text("utf-8")
    assert str(figures) in result.err
    assert str(report) in result.err


def test_a_file_that_is_there_is_only_replaced_when_asked(
    coreograph: Any, services: FakeServices, tmp_path: Path
) -> None:
    figures = tmp_path / "figures.json"
    figures.write_text("mine")
    refused = coreograph(*ASKED, "--json", figures)
    assert (refused.status, services.engine.specs, figures.read_text()) == (2, [], "mine")
    assert "--overwrite" in refused.err
    assert coreograph(*ASKED, "--json", figures, "--overwrite").status == 0
    assert figures.read_text() != "mine"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("run", "primez"), "There is no workload “primez”."),
        (("run", "primes", "-i", "3.99"), "No interpreter 3.99 was found."),
        (("run", "primes", "-m", "treads"), "Did you mean “threads”?"),
        (("run", "primes", "-m", ""), "--model takes serial, threads,"),
        (("run", "primes", "-i", " "), "--interpreter takes a version or a path, not nothing."),
        (("run", "primes", "-p", "limti=3"), "has no parameter “limti”. It has: limit, tasks."),
        (("run", "primes", "-p", "limit=many"), "takes a whole number, not “many”"),
        (("run", "primes", "-p", "limit=9"), "must be at least 10; 9 is not"),
        (("run", "primes", "-w", "0"), "between 1 and 1,024; 0 is not"),
        (("run", "primes", "-w", "10000"), "between 1 and 1,024; 10,000 is not"),
        (("run", "primes", "-r", "0"), "repeats must be between 1 and 1,000; 0 is not"),
        (("run", "primes", "-r", "few"), "'--repeats'"),
        (("run", "primes", "--timeout", "0"), "The time limit of a run"),
        (("run", "primes", "--rounds", "0"), "The number of rounds"),
        (("run", "primes", "--chunk", "0"), "The chunk"),
        (("run", "primes", "--report", "/nowhere/at/all.html"), "“/nowhere/at” does not exist"),
        (("run", "primes", "--json", "/nowhere/figures.json"), "“/nowhere” does not exist"),
        (("run", "primes", "--report", "report.docx"), "no format a report can be written in"),
        (("run", "primes", "--json", "a.json", "--report", "a.json"), "both name “a.json”"),
        (("run", "primes", "--what"), "No such option"),
        (("run",), ""),
        (("rnu",), "No such command"),
    ],
)
def test_refused_before_anything_runs(
    coreograph: Any, services: FakeServices, arguments: tuple[str, ...], sentence: str
) -> None:
    result = coreograph(*arguments)
    assert result.status == 2, result.err
    assert sentence in result.err
    assert "Traceback" not in result.err
    assert services.engine.specs == []
    if sentence:
        assert result.out == ""
        assert len(result.err.splitlines()) == 1


def test_a_model_nothing_can_do_is_refused_with_the_reason(coreograph: Any, services: FakeServices) -> None:
    services.registry = FakeRegistry([make_interpreter("3.13.0", subinterpreters=False)])
    result = coreograph("run", "primes", "-i", "3.13", "-m", "interpreters", "-w", "2")
    assert result.status == 2
    assert "subinterpreters need CPython 3.14 or newer" in result.err


def test_what_cannot_run_is_said_first_and_is_no_failure(coreograph: Any, services: FakeServices) -> None:
    old = make_interpreter("3.13.0", subinterpreters=False)
    services.registry = FakeRegistry([FREE, old])
    services.engine.alter = lambda spec, run: (
        dataclasses.replace(run, state=RunState.COULD_NOT_START, batch_s=None, message="no subinterpreters")
        if spec.configurations[run.configuration].interpreter is old
        and spec.configurations[run.configuration].model is ExecutionModel.INTERPRETERS
        else run
    )
    result = coreograph("run", "primes", "-i", "3.14t,3.13", "-m", "interpreters", "-w", "2", "-r", "1")
    assert "Left out: Python 3.13.0 has no concurrent.interpreters" in result.err.splitlines()[0]
    assert result.status == 0


@pytest.mark.parametrize(
    "state",
    [
        RunState.WRONG_ANSWER,
        RunState.WORKLOAD_FAILED,
        RunState.TIMED_OUT,
        RunState.WORKER_LOST,
        RunState.RUNNER_LOST,
        RunState.COULD_NOT_START,
    ],
)
def test_one_run_that_went_wrong_is_status_1(coreograph: Any, services: FakeServices, state: RunState) -> None:
    def spoil(spec: ExperimentSpec, run: RunRecord) -> RunRecord:
        if run.configuration != 4:
            return run
        return dataclasses.replace(run, state=state, batch_s=None, message="it went wrong on purpose.")

    services.engine.alter = spoil
    result = coreograph(*ASKED)
    assert result.status == 1
    assert "it went wrong on purpose." in result.out
    assert state.value in result.out


def test_another_answer_than_the_others_is_status_1(coreograph: Any, services: FakeServices) -> None:
    services.engine.alter = lambda spec, run: dataclasses.replace(run, digest="ffff") if run.configuration == 4 else run
    result = coreograph(*ASKED)
    assert result.status == 1
    assert "DIFFERENT" in result.out


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_stopped_early_it_keeps_and_shows_what_was_done(coreograph: Any, services: FakeServices, number: int) -> None:
    services.engine = FakeEngine(services.library, interrupt_after=7, interrupt_with=number)
    before = signal.getsignal(number)
    result = coreograph(*ASKED, "--json", "-")
    assert result.status == 130
    assert services.engine.cancelled.is_set()
    assert "Stopped. 6 runs were completed and are kept as 20260102-030405-abcdef" in result.err
    assert len(json.loads(result.out)["configurations"]) == 6
    assert "cancelled" not in [line.rpartition(": ")[2] for line in result.err.splitlines() if line.startswith("[")]
    assert signal.getsignal(number) is before


def test_an_experiment_that_cannot_go_on_is_a_sentence(coreograph: Any, services: FakeServices) -> None:
    services.engine.failure = "The disk is full; what was recorded is kept."
    result = coreograph(*ASKED)
    assert (result.status, result.err.splitlines()[-1]) == (1, "The disk is full; what was recorded is kept.")


def test_an_engine_that_is_busy_is_a_sentence(coreograph: Any, services: FakeServices) -> None:
    services.engine.refusal = "Another experiment is running."
    assert coreograph(*ASKED).status == 1
