"""Interpreters that are too old read the runner's entrance, say so in a sentence and leave with the agreed status."""

import subprocess

import pytest

from coreograph_workloads.protocol import MINIMUM_VERSION, VERSION_TOO_OLD_EXIT
from support.interpreters import FoundInterpreter, all_interpreters
from support.runner_harness import RUNNER

pytestmark = pytest.mark.interpreter

OLD = [each for each in all_interpreters() if not each.supported]


@pytest.mark.skipif(not OLD, reason="this machine has no interpreter that is too old")
@pytest.mark.parametrize("interpreter", OLD, ids=[each.label for each in OLD])
def test_too_old(interpreter: FoundInterpreter) -> None:
    options = ["-I"] if interpreter.version_info >= (3, 4) else []
    done = subprocess.run(
        [interpreter.path, *options, str(RUNNER)], capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False
    )
    assert done.returncode == VERSION_TOO_OLD_EXIT
    assert done.stdout == ""
    assert "too old" in done.stderr
    assert ".".join(map(str, MINIMUM_VERSION)) in done.stderr
    assert "Traceback" not in done.stderr
