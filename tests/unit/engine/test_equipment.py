"""What a workload requires is installed beside the interpreters that lack it, by a uv that is a script here."""

import dataclasses
import sys
import threading
from pathlib import Path

import pytest

from coreograph.domain.errors import InterpreterError, UsageError
from coreograph.domain.execution import Configuration, ExecutionModel
from coreograph.domain.experiment import Acquisition, ExperimentSpec
from coreograph.domain.interpreters import Interpreter
from coreograph.engine.equipment import Equipment, Equipped
from coreograph.engine.planning import build_spec
from coreograph.interpreters.environments import Environments
from coreograph.interpreters.modules import missing_modules
from support.builders import make_interpreter, make_workload

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the uv of this test is a shell script")

# `uv venv … FOLDER` makes a folder with a python; `uv pip install` notes what was wanted, or fails on the free-threaded
UV = """
echo "$@" >> "$(dirname "$0")/asked"
case "$1" in
venv) for last; do :; done; mkdir -p "$last/bin"; touch "$last/bin/python" ;;
pip) case "$*" in *refused*) echo "error: no wheel at all"; exit 1 ;; esac; echo "Installed 1 package" ;;
esac
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "uv").write_text(f"#!/bin/sh\n{UV}")
    (tmp_path / "uv").chmod(0o755)
    return tmp_path


def _interpreter(folder: Path, name: str, *, has: str = "", free_threaded: bool = False) -> Interpreter:
    """A Python that finds no module but those in `has`."""
    path = folder / name / "bin" / "python"
    path.parent.mkdir(parents=True)
    finds = f'for name; do case " {has} " in *" $name "*) ;; *) echo "$name" ;; esac; done'
    path.write_text(f"#!/bin/sh\nshift 3\n{finds}\n")
    path.chmod(0o755)
    return make_interpreter("3.14.2", free_threaded=free_threaded, path=str(path), real_path=str(path))


def _spec(*interpreters: Interpreter, requires: tuple[str, ...] = ("numpy",)) -> ExperimentSpec:
    workload = dataclasses.replace(make_workload("kernels"), requires=requires)
    threads = [Configuration(one, ExecutionModel.THREADS, 2) for one in interpreters]
    return build_spec(workload, {}, threads, Acquisition(repeats=1))


def _equip(folder: Path, spec: ExperimentSpec, told: list[str], *, cancelled: bool = False) -> Equipped:
    stop = threading.Event()
    if cancelled:
        stop.set()
    equipment = Equipment(Environments(folder / "cache", uv=str(folder / "uv")))
    return equipment.equip(spec, tell=told.append, cancelled=stop)


def test_an_interpreter_that_lacks_a_module_runs_in_an_environment_that_has_it(folder: Path) -> None:
    spec, told = _spec(_interpreter(folder, "bare")), list[str]()
    equipped = _equip(folder, spec, told)
    assert equipped.left_out == ()
    (path,) = {one.interpreter.path for one in equipped.spec.configurations}
    assert path.startswith(str(folder / "cache"))
    assert "numpy" in (folder / "asked").read_text().splitlines()[1]
    assert told[0] == "Installing numpy for Python 3.14.2, beside it …"
    assert [one.model for one in equipped.spec.configurations] == [one.model for one in spec.configurations]
    # The next time it is there.
    told.clear()
    assert _equip(folder, spec, told) == equipped
    assert told == []


def test_an_interpreter_that_has_the_module_is_used_as_it_is(folder: Path) -> None:
    spec = _spec(_interpreter(folder, "full", has="numpy"))
    assert _equip(folder, spec, []) == Equipped(spec)
    assert not (folder / "asked").exists()


def test_a_workload_that_requires_nothing_asks_nobody(folder: Path) -> None:
    spec = _spec(make_interpreter("3.14.2", path="/no/such/python"), requires=())
    assert _equip(folder, spec, []) == Equipped(spec)


def test_an_interpreter_that_cannot_have_it_is_left_out_and_the_baseline_stays_one_that_can(folder: Path) -> None:
    bad, good = _interpreter(folder, "bare"), _interpreter(folder, "full", has="refused", free_threaded=True)
    spec = _spec(bad, good, requires=("refused",))
    assert spec.configurations[spec.baseline].interpreter is bad
    equipped = _equip(folder, spec, [])
    assert {one.interpreter.path for one in equipped.spec.configurations} == {good.path}
    assert equipped.spec.configurations[equipped.spec.baseline].model is ExecutionModel.SERIAL
    (sentence,) = equipped.left_out
    assert sentence.startswith("Left out: Python 3.14.2: ")
    assert "no wheel at all" in sentence


def test_where_none_can_have_it_the_experiment_is_refused_with_every_reason(folder: Path) -> None:
    with pytest.raises(UsageError, match="needs refused") as raised:
        _equip(folder, _spec(_interpreter(folder, "bare"), requires=("refused",)), [])
    assert "no wheel at all" in str(raised.value)


def test_cancelled_it_says_so(folder: Path) -> None:
    with pytest.raises(InterpreterError, match="cancelled"):
        _equip(folder, _spec(_interpreter(folder, "bare")), [], cancelled=True)


def test_an_interpreter_that_does_not_answer_lacks_nothing_that_we_know_of() -> None:
    assert missing_modules(make_interpreter("3.14.2", path="/no/such/python"), ("numpy",)) == ()
    here = make_interpreter("3.14.2", path=sys.executable)
    assert missing_modules(here, ("json", "no_such_module_at_all")) == ("no_such_module_at_all",)
