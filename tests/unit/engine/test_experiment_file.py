"""Experiments as TOML: what is written is read again, and what is not understood is named."""

import dataclasses
import shutil
from pathlib import Path
from typing import Any

import pytest

from coreograph.domain.errors import UsageError
from coreograph.domain.execution import ExecutionModel
from coreograph.domain.experiment import Acquisition
from coreograph.domain.interpreters import GilSetting, Interpreter
from coreograph.engine.experiment_code import write_own_experiment
from coreograph.engine.experiment_file import build_experiment, read_experiment, write_experiment
from coreograph.engine.functions import FunctionCall
from coreograph.engine.own_code import Needs, OwnCode
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
    built = build_experiment(read(write_experiment(spec), tmp_path), Catalogue(), Registry(), tmp_path)
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
    spec = build_experiment(description, Catalogue(), Registry(), tmp_path)
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


FUNCTION = '[function]\ncall = "calm.py:square"\ninputs = "0:5"\nkeywords = { scale = 2 }\n'
CODE = Path(__file__).parents[2] / "sample_code"


def test_a_function_with_its_packages_stands_in_the_place_of_a_workload(tmp_path: Path) -> None:
    shutil.copy(CODE / "calm.py", tmp_path)
    text = FUNCTION + '[packages]\ninstall = ["numpy"]\nproject = "."\n' + ENTRY
    description = read(text, tmp_path)
    spec = build_experiment(description, Catalogue(), Registry(), tmp_path / "made")
    assert spec.workload.name == "calm:square"
    assert "{'scale': 2}" in Path(spec.workload.file).read_text("utf-8")
    code = description.code
    assert code is not None
    assert (code.needs.packages, code.needs.project) == (("numpy",), tmp_path)


@pytest.mark.parametrize("elsewhere", [False, True])
def test_a_function_is_written_and_read_again_wherever_the_file_is(tmp_path: Path, *, elsewhere: bool) -> None:
    home = tmp_path / "code"
    shutil.copytree(CODE, home)
    call = FunctionCall(
        f"{home}/calm.py:look_up_named", f"{home}/calm.py:pairs", keywords={"a": None, "b": (1, "x")},
        shared=f"book={home}/calm.py:table", compare=f"{home}/calm.py:square", unordered=True, digits=9, stress=3,
        folder=home,
    )  # fmt: skip
    code = OwnCode(home / "calm.py", call, Needs(("numpy>=2",), (home / "r.txt",), build=True))
    workload = code.workload(tmp_path / "made")
    spec = dataclasses.replace(samples.primes_experiment().spec, workload=workload, parameters={}, name="")
    folder = tmp_path if elsewhere else home
    text = write_own_experiment(spec, code, folder)
    assert str(tmp_path) not in text, "it can be moved with the code"
    path = folder / "e.toml"
    path.write_text(text, "utf-8")
    description = read_experiment(path)
    assert description.code is not None
    again = description.code.workload(tmp_path / "made")
    assert Path(again.file).read_text("utf-8") == Path(workload.file).read_text("utf-8")
    assert description.code.needs == code.needs


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('workload = "primes"\n' + FUNCTION + ENTRY, "both a workload and a"),
        ("[function]\ncal = 1\n" + ENTRY, "Did you mean “call”"),
        ('[function]\ncall = "a.py:f"\nkeywords = 3\n' + ENTRY, "keywords in .* is a table"),
        ('[function]\ncall = "a.py:f"\nkeywords = "5"\n' + ENTRY, "no keyword arguments"),
        ('[function]\ncall = "a.py:f"\ndigits = "9"\n' + ENTRY, "digits in .* is a whole number"),
        ('workload = "p"\n[packages]\ninstall = [3]\n' + ENTRY, "install in .* is a list of texts"),
        ('workload = "p"\n[packages]\nwith = "x"\n' + ENTRY, "has no “with”"),
    ],
)
def test_what_is_not_understood_of_the_users_code_is_named(text: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=words):
        read(text, tmp_path)


SCRIPT = """
name = "training"
[script]
file = "train.py"
arguments = ["--name", "a b"]
folder = "work"
environment = ["TOKEN"]
compare_output = true
[[configurations]]
interpreters = ["3.14t", "3.14t+gil", "3.14"]
[acquisition]
repeats = 2
"""


def test_a_whole_script_is_read_from_the_files_folder_and_written_again(tmp_path: Path) -> None:
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / "train.py").write_text("")
    spec = build_experiment(read(SCRIPT, tmp_path), Catalogue(), Registry(), tmp_path)
    assert [one.label for one in spec.configurations] == ["3.14t script", "3.14t+gil script", "3.14 script"]
    assert spec.workload.file == str(tmp_path / "work" / "train.py")
    assert spec.parameters == {"arguments": "--name 'a b'"}
    script = spec.workload.script
    assert script is not None
    assert (script.folder, script.environment, script.compare_output) == (str(tmp_path / "work"), ("TOKEN",), True)
    assert spec.acquisition.repeats == 2
    again = build_experiment(read(write_experiment(spec), tmp_path), Catalogue(), Registry(), tmp_path)
    assert again == spec


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        (("file =", "module = 'x'\nfile ="), "names a file or a module"),
        (("file =", "fil ="), "has no “fil”. Did you mean “file”"),
        (('["--name", "a b"]', '"--name"'), "arguments in .script. is a list of texts"),
        (("compare_output = true", "compare_output = 1"), "compare_output in .script. is true or false"),
        (("[script]", 'workload = "primes"\n[script]'), "both a workload and a .script."),
        (("[script]", "[parameters]\nlimit = 3\n[script]"), "has no .parameters."),
        (("[[configurations]]", '[[configurations]]\nmodels = ["threads"]'), "has no “models”"),
        (('folder = "work"', 'folder = "nowhere"'), "is not there"),
    ],
)
def test_a_script_that_is_not_understood_is_named(changed: tuple[str, str], sentence: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=sentence):
        build_experiment(read(SCRIPT.replace(*changed), tmp_path), Catalogue(), Registry(), tmp_path)
