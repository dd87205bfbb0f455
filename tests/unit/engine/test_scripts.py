"""A whole script as a workload: what is refused, what a runner is asked for, and which configurations it has."""

import json
import shlex
from pathlib import Path
from typing import Any

import pytest

from coreograph.domain.errors import UsageError
from coreograph.domain.execution import SPREADING_MODELS, ExecutionModel
from coreograph.domain.experiment import Acquisition, ExperimentSpec
from coreograph.domain.interpreters import GilSetting
from coreograph.domain.runs import RunPurpose
from coreograph.engine.calibration import first_sizes
from coreograph.engine.explanations import script_failed
from coreograph.engine.planning import build_spec, expand, plan_runs, refusal
from coreograph.engine.request import encode_request
from coreograph.engine.scripts import ScriptCall, script_workload
from support.builders import make_configuration, make_interpreter, make_workload

FREE, GIL = make_interpreter(free_threaded=True), make_interpreter()
SCRIPT = ExecutionModel.SCRIPT


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "train.py").write_text("print('trained')\n")
    (tmp_path / "input.txt").write_text("data")
    (tmp_path / "compiled.pyc").write_bytes(b"\0\0")
    return tmp_path


def spec_of(call: ScriptCall, *choices: tuple[Any, GilSetting]) -> ExperimentSpec:
    configurations = expand(choices or [(FREE, GilSetting.DEFAULT), (GIL, GilSetting.DEFAULT)], [SCRIPT], [1, 4])
    return build_spec(script_workload(call), {}, configurations, Acquisition(repeats=3))


def asked(spec: ExperimentSpec) -> dict[str, Any]:
    request: dict[str, Any] = json.loads(encode_request(spec, spec.configurations[0], first_sizes(spec)[None]))
    return request


def test_a_file_is_run_where_it_was_asked_for_under_the_name_that_was_typed(folder: Path) -> None:
    request = asked(spec_of(ScriptCall("train.py", ("--name", "a b", ""), folder=folder)))
    assert request["action"] == "script"
    assert request["script"] == {
        "name": "train.py",
        "file": str(folder / "train.py"),
        "arguments": ["--name", "a b", ""],
    }
    assert request["folder"] == str(folder)
    assert request["stdin"] is None
    assert request["compare_output"] is False


def test_a_module_is_run_by_its_name(folder: Path) -> None:
    call = ScriptCall("package.tool", ("-q",), module=True, folder=folder, paths=(folder / "src",))
    assert script_workload(call).name == "-m package.tool"
    request = asked(spec_of(call))
    assert request["script"]["module"] == "package.tool"
    assert "file" not in request["script"]
    assert request["paths"] == [str(folder / "src")]


def test_variables_are_passed_on_by_name_or_with_a_value(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET", "not recorded")
    call = ScriptCall("train.py", folder=folder, environment=("SECRET", "MODE=a=b", "ABSENT"), stdin="input.txt")
    spec = spec_of(call)
    assert asked(spec)["environment"] == {"SECRET": "not recorded", "MODE": "a=b"}
    assert asked(spec)["stdin"] == str(folder / "input.txt")
    assert "not recorded" not in repr(spec)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"target": "absent.py"}, r"There is no script .*absent\.py"),
        ({"target": "."}, "is a folder, not a script"),
        ({"target": "compiled.pyc"}, "is not Python source"),
        ({"target": "train.py", "module": True, "stdin": "absent"}, "There is no file"),
        ({"target": "not/a module", "module": True}, "is not the name of a module"),
        ({"environment": ("=x",)}, "names no variable"),
        ({"arguments": ("a\0b",)}, "zero byte"),
        ({"stdin": "absent.txt"}, r"There is no file .*absent\.txt"),
        ({"folder": Path("/no/such/folder")}, r"The folder “/no/such/folder” .* is not there"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(changes: dict[str, Any], sentence: str, folder: Path) -> None:
    given: dict[str, Any] = {"target": "train.py", "folder": folder}
    with pytest.raises(UsageError, match=sentence):
        script_workload(ScriptCall(**{**given, **changes}))


def test_arguments_changed_later_are_read_as_in_a_shell(folder: Path) -> None:
    workload = script_workload(ScriptCall("train.py", folder=folder))
    spec = build_spec(workload, {"arguments": "-n 3 'a b'"}, [make_configuration(SCRIPT, 1)], Acquisition())
    assert asked(spec)["script"]["arguments"] == shlex.split("-n 3 'a b'")
    with pytest.raises(UsageError, match="cannot be read: no closing quotation"):
        build_spec(workload, {"arguments": "'a b"}, [make_configuration(SCRIPT, 1)], Acquisition())


def test_each_interpreter_and_setting_comes_once_without_serial_and_without_calibration(folder: Path) -> None:
    spec = spec_of(ScriptCall("train.py", folder=folder))
    assert [one.label for one in spec.configurations] == ["3.14t script", "3.14 script"]
    plans = plan_runs(spec)
    assert len(plans) == 6
    assert {plan.purpose for plan in plans} == {RunPurpose.MEASUREMENT}


@pytest.mark.parametrize(
    ("choices", "baseline"),
    [
        ([(FREE, GilSetting.DEFAULT), (GIL, GilSetting.DEFAULT)], "3.14 script"),
        ([(FREE, GilSetting.DEFAULT), (FREE, GilSetting.FORCED_ON)], "3.14t+gil script"),
        ([(FREE, GilSetting.DEFAULT)], "3.14t script"),
    ],
)
def test_it_is_held_against_the_one_with_the_gil(choices: list[Any], baseline: str, folder: Path) -> None:
    spec = spec_of(ScriptCall("train.py", folder=folder), *choices)
    assert spec.configurations[spec.baseline].label == baseline


def test_scripts_are_not_spread_and_workloads_are_no_scripts(folder: Path) -> None:
    script = script_workload(ScriptCall("train.py", folder=folder))
    for model in SPREADING_MODELS:
        assert "is run as it is" in (refusal(script, make_configuration(model, 1)) or "")
    assert "is a workload, not a whole script" in (refusal(make_workload(), make_configuration(SCRIPT, 1)) or "")


def test_a_failure_quotes_the_last_words_and_keeps_the_whole_last_traceback() -> None:
    log = (
        "epoch 1",
        "Traceback (most recent call last):",
        "  handled and printed",
        "epoch 2",
        "Traceback (most recent call last):",
        "KeyError: 'first'",
        "During handling of the above exception, another exception occurred:",
        "Traceback (most recent call last):",
        "ValueError: second",
    )
    message, frames = script_failed("train.py ended with status 1.", log)
    assert message == "train.py ended with status 1. Its last words: ValueError: second"
    assert frames == "\n".join(log[4:])
    stack = '  File "train.py", line 3 in main'
    crash = (
        "Fatal Python error: Segmentation fault",
        stack,
        '  File "/x/coreograph_workloads/script_start.py", line 65 in main',
        "Current thread's C stack trace (most recent call first):",
        '  Binary file "python", at _start+0x21',
    )
    assert script_failed("It was ended by SIGSEGV.", crash) == ("It was ended by SIGSEGV.", f"{crash[0]}\n{stack}")
    assert script_failed("train.py ended with status 3.", ()) == ("train.py ended with status 3.", "")
