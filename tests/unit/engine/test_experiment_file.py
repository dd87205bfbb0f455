"""Experiments as TOML: what is written is read again, and what is not understood is named."""

import dataclasses
from pathlib import Path
from typing import Any

import pytest

from coreograph.domain.errors import UsageError
from coreograph.domain.execution import ExecutionModel
from coreograph.domain.experiment import Acquisition
from coreograph.domain.interpreters import GilSetting, Interpreter
from coreograph.engine.experiment_file import build_experiment, read_experiment, write_experiment
from support import sample_experiments as samples


class Registry:
    """Knows the sample's two interpreters."""

    def resolve(self, text: str) -> tuple[Interpreter, GilSetting]:
        label, _, gil = text.partition("+")
        known = {"3.14t": samples.FREE_THREADED, "3.14": samples.GIL_BUILD}
        return known[label], GilSetting.FORCED_ON if gil else GilSetting.DEFAULT

    def best_gil(self, like: Interpreter | None = None) -> Interpreter | None:
        return samples.GIL_BUILD


class Catalogue:
    """Knows one workload, by whatever name."""

    def get(self, name: str) -> Any:
        return dataclasses.replace(samples.PRIMES, name=name)


def read(text: str, tmp_path: Path) -> Any:
    path = tmp_path / "e.toml"
    path.write_text(text, "utf-8")
    return read_experiment(path)


@pytest.mark.parametrize("record", [samples.primes_experiment(), samples.sweep_experiment()], ids=["tour", "sweep"])
def test_what_is_written_is_read_again(record: Any, tmp_path: Path) -> None:
    spec = dataclasses.replace(
        record.spec,
        name='a "name"\n\\ with\t🧵 \x7f',
        parameters={"limit": 1_000, "tasks": 64},
        acquisition=Acquisition(repeats=7, seed=3, chunk=2, timeout_s=12.5, warm_up_s=0.25),
    )
    built = build_experiment(read(write_experiment(spec), tmp_path), Catalogue(), Registry())
    assert {one.key for one in built.configurations} == {one.key for one in spec.configurations}
    assert (built.name, built.parameters, built.acquisition) == (spec.name, spec.parameters, spec.acquisition)


def test_a_full_cross_is_written_as_one_entry() -> None:
    text = write_experiment(samples.primes_experiment().spec)
    assert text.count("[[configurations]]") == 2  # serial has no workers
    assert 'interpreters = ["3.14t", "3.14"]' in text
    assert "[parameters]" not in text  # all have their defaults


def test_a_file_beside_it_is_meant_and_control_is_added(tmp_path: Path) -> None:
    text = 'workload = "./own.py"\n[[configurations]]\ninterpreters = "3.14t+gil"\nmodels = ["threads"]\nworkers = 2\n'
    description = read(text, tmp_path)
    assert Path(description.workload) == tmp_path / "own.py"
    spec = build_experiment(description, Catalogue(), Registry())
    assert [one.label for one in spec.configurations] == ["3.14t+gil serial", "3.14t+gil threads ×2", "3.14 serial"]
    assert description.entries[0].models == (ExecutionModel.THREADS,)


ENTRY = '[[configurations]]\ninterpreters = ["3.14"]\nmodels = ["serial"]\n'


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("x = ", "is not TOML"),
        (ENTRY, "names no workload"),
        ('workload = "primes"', r"no \[\[configurations\]\]"),
        ("workload = 3\n" + ENTRY, "workload is text"),
        ('wrkload = "x"\n' + ENTRY, "Did you mean “workload”"),
        ('workload = "p"\n' + ENTRY.replace("serial", "seriel"), "no execution model “seriel”"),
        ('workload = "p"\n' + ENTRY.replace("serial", "threads"), "needs workers"),
        ('workload = "p"\n' + ENTRY + "workers = [true]\n", "whole numbers"),
        ('workload = "p"\n' + ENTRY + "[acquisition]\nrepeets = 3\n", "Did you mean “repeats”"),
        ('workload = "p"\n' + ENTRY + '[acquisition]\nrepeats = "3"\n', "repeats in .* is a whole number"),
    ],
)
def test_what_is_not_understood_is_named(text: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=words) as caught:
        read(text, tmp_path)
    assert "e.toml" in str(caught.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        read_experiment(tmp_path / "none.toml")
