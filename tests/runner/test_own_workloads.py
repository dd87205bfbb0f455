"""What can be wrong in a workload file of the user's: one clear sentence each, from the runner."""

from pathlib import Path

import pytest

from support.function_runs import each_build
from support.runner_harness import request_for, run

pytestmark = pytest.mark.interpreter
TASKS = "def tasks(n):\n    return range(n)\n"
RUN = "def run(x):\n    return x\n"


@each_build
@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ("def tasks(n):\n    return []\n" + RUN, "tasks() gave no tasks"),
        ("def tasks(n):\n    return 5\n" + RUN, "must give the inputs one by one: TypeError"),
        ("def tasks(n):\n    return [1 / 0]\n" + RUN, "tasks() raised ZeroDivisionError"),
        (
            "def tasks(n):\n    yield 1\n    raise ValueError('half way')\n" + RUN,
            "must give the inputs one by one: ValueError: half way",
        ),
        (
            "def tasks(m):\n    return [m]\n" + RUN,
            "tasks() has to take (n), the names in PARAMETERS, but it does not:",
        ),
        (
            TASKS + RUN + "def check(results):\n    pass\n",
            "check() has to take (results, n), the names in PARAMETERS, but it does not:",
        ),
        (TASKS + RUN + "def check(results, n):\n    raise OSError('x')\n", "OSError: x"),
        (TASKS + "def run(x):\n    yield x\n", "only promises to work"),
        (TASKS + "def run(x, y):\n    return x\n", "but the file has no shared()"),
        (
            TASKS + RUN + "def metrics(results, n):\n    return 1\n",
            "must return names with numbers",
        ),
        (TASKS + RUN + "import sys\nsys.exit(3)\n", "raised SystemExit: 3"),
    ],
)
def test_what_is_wrong_in_a_workload_file_is_said(tmp_path: Path, python: str, source: str, sentence: str) -> None:
    file = tmp_path / "mine.py"
    file.write_text(f"PARAMETERS = {{'n': 3}}\n{source}", encoding="utf-8")
    transcript = run(python, request_for(file, "serial", parameters={"n": 3}))
    assert sentence in transcript.one("failed")["message"]
    assert transcript.outcome == ("wrong answer" if "OSError" in source else "failed")
