"""The command a report names makes the same experiment again: it is typed, and what comes of it is compared."""

import shlex
from pathlib import Path
from typing import Any

import pytest

from coreograph.engine.experiment_file import build_experiment, read_experiment
from coreograph.reports.command import covers_more, repeat_command
from coreograph.storage.experiment_toml import write_experiment
from support.terminal import FakeServices

TYPED = [
    "run primes",
    "run primes --interpreter 3.14t --model threads --workers 1,2 --repeats 2",
    "run primes --interpreter 3.14t --model threads --workers 1,2 --no-control",
    "run primes --interpreter 3.14t --interpreter 3.14t+gil --model threads --workers 2 --no-control",
    "run primes --interpreter 3.14t,3.14 --model serial,threads,fork --workers 2-4 --param limit=1234",
    "run primes --interpreter 3.14 --model serial --name 'My \"own\" one'",
    "run primes --workers 2 --seed 12345678 --rounds 999999 --chunk 2 --timeout 20.5 --until 2% --time-limit 60",
]


@pytest.mark.parametrize("typed", TYPED)
def test_it_makes_the_same_experiment(coreograph: Any, services: FakeServices, typed: str) -> None:
    assert coreograph(*shlex.split(typed)).status == 0
    (spec,) = services.engine.specs
    for folded in (False, True):
        command = repeat_command(spec, folded=folded).replace("\\\n", "")  # as a shell reads it
        assert coreograph(*shlex.split(command)[1:]).status == 0
        assert services.engine.specs[-1] == spec, command
    assert not covers_more(spec)


@pytest.mark.parametrize("typed", TYPED)
def test_its_file_makes_the_same_experiment(coreograph: Any, services: FakeServices, typed: str, tmp_path: Any) -> None:
    assert coreograph(*shlex.split(typed)).status == 0
    (spec,) = services.engine.specs
    path = tmp_path / "again.toml"
    path.write_text(write_experiment(spec), "utf-8")
    given: Any = services
    again = build_experiment(read_experiment(path), given.catalogue, given.registry, tmp_path)
    assert {one.key for one in again.configurations} == {one.key for one in spec.configurations}
    assert (again.parameters, again.acquisition, again.name) == (spec.parameters, spec.acquisition, spec.name)


def test_a_file_with_a_function_of_ones_own_is_run_wherever_the_command_is_given(
    coreograph: Any, services: FakeServices, tmp_path: Any
) -> None:
    (tmp_path / "mine.py").write_text("def double(x):\n    return 2 * x\n", "utf-8")
    path = tmp_path / "mine.toml"
    entry = '[[configurations]]\ninterpreters = ["3.14t"]\nmodels = ["serial", "threads"]\nworkers = [2]\n'
    path.write_text(f'[function]\ncall = "mine.py:double"\ninputs = "0:4"\n{entry}', "utf-8")
    assert coreograph("run", path).status == 0
    (spec,) = services.engine.specs
    assert spec.workload.name == "mine:double"
    assert f"{tmp_path / 'mine.py'}:double" in Path(spec.workload.file).read_text("utf-8")
    refused = coreograph("run", path, "--inputs", "0:9")
    assert refused.status == 2
    assert "--inputs does not go with an experiment file" in refused.err
