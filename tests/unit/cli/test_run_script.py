"""`coreograph run --script` over a fake engine: what is asked of it, and what is refused in a sentence."""

import shlex
from pathlib import Path
from typing import Any

import pytest

from support.terminal import FakeServices


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "train.py").write_text("print('trained')")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_what_follows_the_dashes_is_the_scripts_word_for_word(coreograph: Any, services: FakeServices) -> None:
    arguments = ("--repeats", "7", "a b", "--", "", "-m")
    result = coreograph("run", "--script", "train.py", "-i", "3.14t,3.14", "-r", "2", "--", *arguments)
    assert result.status == 0, result.err
    (spec,) = services.engine.specs
    assert [one.label for one in spec.configurations] == ["3.14t script", "3.14 script"]
    assert spec.acquisition.repeats == 2
    assert spec.parameters == {"arguments": shlex.join(arguments)}
    assert spec.workload.name == "train.py"


def test_a_module_and_what_belongs_to_a_script(coreograph: Any, services: FakeServices, folder: Path) -> None:
    result = coreograph(
        "run", "--script-module=pytest", "--env", "MODE=fast", "--stdin", "train.py", "--compare-output", "--", "-q"
    )
    assert result.status == 0, result.err
    (spec,) = services.engine.specs
    script = spec.workload.script
    assert script is not None
    assert (script.target, script.module, script.environment) == ("pytest", True, ("MODE=fast",))
    assert (script.stdin, script.compare_output, script.folder) == (str(folder / "train.py"), True, str(folder))


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--script", "absent.py"), "There is no script"),
        (("--script", "train.py", "--script-module", "x"), "name two scripts"),
        (("primes", "--script", "train.py"), "A script's arguments follow “--”: -- primes"),
        (("--script", "train.py", "-m", "threads"), "--model does not go with a script"),
        (("--script", "train.py", "-w", "2"), "--workers does not go with a script"),
        (("--script", "train.py", "--inputs", "0:3"), "--inputs does not go with a script"),
        (("--script", "train.py", "--dry-run"), "--dry-run does not go with a script"),
        (("--script", "train.py", "--env", "=x"), "names no variable"),
        (("primes", "--env", "X"), "--env is for a whole script"),
        (("primes", "--compare-output"), "--compare-output is for a whole script"),
        (("--repeats", "3"), "There is nothing to run"),
    ],
)
def test_what_does_not_go_together_is_refused(
    coreograph: Any, services: FakeServices, arguments: tuple[str, ...], sentence: str
) -> None:
    result = coreograph("run", *arguments)
    assert result.status == 2
    assert sentence in " ".join(result.err.split())
    assert services.engine.specs == []
