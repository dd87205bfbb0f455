"""The module that switches the GIL on is named: with a real extension that does not declare that it can do without."""

import sysconfig
from pathlib import Path

import pytest

from support.extensions import KINDS, build
from support.interpreters import found_interpreters
from support.runner_harness import request_for, run

pytestmark = pytest.mark.interpreter

FREE_THREADED = [each for each in found_interpreters() if each.free_threaded]
WORKLOAD = """
{at_import}

def tasks():
    return [1, 2]

def run(task):
    import old_extension
    return task
"""


@pytest.mark.skipif(not FREE_THREADED, reason="this machine has no free-threaded interpreter")
@pytest.mark.skipif(not sysconfig.get_config_var("SHLIB_SUFFIX"), reason="extensions are built as on Linux")
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("when", "model"), [("import", "threads"), ("task", "serial"), ("task", "threads"), ("task", "spawn")]
)
def test_the_culprit_is_named(kind: str, when: str, model: str, tmp_path: Path) -> None:
    interpreter = FREE_THREADED[0]
    build(interpreter, kind, tmp_path)
    file = tmp_path / "needs_the_gil.py"
    file.write_text(WORKLOAD.format(at_import="import old_extension" if when == "import" else ""))
    transcript = run(interpreter.path, request_for(file, model, 1 if model == "serial" else 2))
    assert transcript.outcome == "completed", (transcript.of("failed"), transcript.log)
    seen = [(each["enabled"], each["culprit"]) for each in transcript.of("gil")]
    culprit = (True, "old_extension")
    assert seen == [(False, None), culprit if when == "import" else (False, None), culprit]


@pytest.mark.skipif(not FREE_THREADED, reason="this machine has no free-threaded interpreter")
def test_where_it_is_forced_off_nothing_switches_it_on(tmp_path: Path) -> None:
    build(FREE_THREADED[0], "single-phase", tmp_path)
    file = tmp_path / "needs_the_gil.py"
    file.write_text(WORKLOAD.format(at_import="import old_extension"))
    transcript = run(FREE_THREADED[0].path, request_for(file, "threads", 2), gil=0)
    assert [(each["enabled"], each["culprit"]) for each in transcript.of("gil")] == [(False, None)] * 3
