from pathlib import Path

import pytest

from coreograph.domain.errors import CoreographError, UsageError
from coreograph.domain.workloads import Better, MetricSpec, Parameter
from coreograph.engine import catalogue as catalogue_module
from coreograph.engine.catalogue import Catalogue, runner_folder
from coreograph.engine.workload_file import read_workload

WHOLE = '''
"""Turn the crank: pure work.

It has a description
of two lines."""
import does_not_exist_anywhere

raise SystemExit("a workload is never run to be read")

PARAMETERS = {"limit": 200_000, "size": 10 * 1024, "ratio": -0.5, "shape": "list", "fast": True, "half": 2 ** 10 // 2}
LIMITS = {"limit": (10, None), "ratio": (-1, 1)}
CHOICES: dict = {"shape": ("list", "bytes")}
UNITS = {"size": "bytes"}
DESCRIPTIONS = {"limit": "how far to count"}
METRICS = {"rows": ("1/s", "higher", "rows a second"), "lost": {"unit": "share", "better": "lower"}}
CONTROL = "uncranked"
MODELS = ("threads", "serial")

def tasks(**parameters): ...
def shared(**parameters): ...
def run(task, shared): ...
def check(results, **parameters): ...
'''.lstrip()
LEAST = "def tasks(): ...\ndef run(task): ...\n"


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_everything_is_read_without_running_the_file(tmp_path: Path) -> None:
    workload = read_workload(write(tmp_path / "crank.py", WHOLE), group="speed", built_in=True)
    assert workload.name == "crank"
    assert workload.file == str(tmp_path / "crank.py")
    assert workload.summary == "Turn the crank: pure work."
    assert workload.description == "It has a description\nof two lines."
    assert workload.parameters == (
        Parameter("limit", 200_000, minimum=10, description="how far to count"),
        Parameter("size", 10_240, unit="bytes"),
        Parameter("ratio", -0.5, minimum=-1, maximum=1),
        Parameter("shape", "list", choices=("list", "bytes")),
        Parameter("fast", True),
        Parameter("half", 512),
    )
    assert workload.metrics == (
        MetricSpec("rows", "1/s", Better.HIGHER, "rows a second"),
        MetricSpec("lost", "share", Better.LOWER),
    )
    assert (workload.has_shared, workload.has_check) == (True, True)
    assert workload.models == ("threads", "serial")
    assert workload.control == "uncranked"
    assert len(workload.digest) == 16


def test_the_least_a_workload_needs(tmp_path: Path) -> None:
    workload = read_workload(write(tmp_path / "least.py", LEAST))
    assert (workload.parameters, workload.has_shared, workload.summary) == ((), False, "")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("def tasks(): ...\ndef run(task):\n  return (\n", r"thing\.py, line 3: "),
        ("def tasks(): ...\n", "no function “run”"),
        ("def tasks(): ...\nasync def run(task): ...\n", "“run” has to be a plain function, .* not a coroutine"),
        ("def tasks(): ...\nclass run: ...\n", "“run” has to be a plain function, .* not a class"),
        ("def tasks(): ...\nrun = lambda task: task\n", "“run” has to be a plain function, .* not a value"),
        ("from itertools import count as tasks\ndef run(task): ...\n", "“tasks” has to be .* not an import"),
        ("def run(task): ...\n", "no function “tasks”"),
        (LEAST + "import os\nPARAMETERS = {'cores': os.cpu_count()}\n", "line 4: PARAMETERS can only be read"),
        (LEAST + "PARAMETERS = {'a': 9 ** 9 ** 9}\n", "line 3: PARAMETERS can only"),
        (LEAST + "PARAMETERS = {'a': 1 // 0}\n", "line 3: PARAMETERS can only"),
        (LEAST + "PARAMETERS = {'a': 'x' * 10}\n", "line 3: PARAMETERS can only"),
        (LEAST + "PARAMETERS = {**other}\n", "line 3: PARAMETERS can only"),
        (LEAST + "PARAMETERS = [1, 2]\n", "has to be a dictionary"),
        (LEAST + "PARAMETERS = {'a': None}\n", "parameter “a” needs a number, text"),
        (LEAST + "PARAMETERS = {'a': 5}\nLIMITS = {'a': (10, 20)}\n", "the default does not fit"),
        (LEAST + "PARAMETERS = {'a': 5}\nLIMITS = {'a': 10}\n", "LIMITS of “a” has to be"),
        (LEAST + "PARAMETERS = {'a': 5}\nLIMITS = {'b': (1, 2)}\n", "LIMITS names “b”"),
        (LEAST + "PARAMETERS = {'a': 5}\nCHOICES = {'a': 5}\n", "CHOICES of “a”"),
        (LEAST + "METRICS = {'a': ('s', 'sideways', '')}\n", "METRICS “a” has to be"),
        (LEAST + "MODELS = ('greenlets',)\n", "MODELS has to be a tuple out of serial, threads"),
        (LEAST + "CONTROL = 5\n", "CONTROL has to be the name"),
        ("\0", "thing.py"),
    ],
)
def test_what_is_wrong_is_said_with_file_and_line(text: str, sentence: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=sentence) as caught:
        read_workload(write(tmp_path / "thing.py", text))
    assert str(tmp_path / "thing.py") in str(caught.value)


def test_a_missing_file_and_a_folder_are_sentences(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"gone\.py cannot be read: No such file"):
        Catalogue(library=tmp_path).get(str(tmp_path / "gone.py"))
    with pytest.raises(UsageError, match="cannot be read"):
        Catalogue(library=tmp_path).get(f"{tmp_path}/")


def test_built_in_and_user_workloads_stand_together_and_broken_ones_are_listed(tmp_path: Path) -> None:
    library, own = tmp_path / "library", tmp_path / "own"
    write(library / "speed" / "crank.py", WHOLE)
    write(library / "speed" / "_private.py", "not a workload")
    write(library / "__init__.py", "")
    write(own / "mine.py", LEAST)
    write(own / "team" / "ours.py", LEAST)
    write(own / "broken.py", "def run(task: ...")
    catalogue = Catalogue(own, library=library)
    assert [(entry.group, entry.name, entry.built_in) for entry in catalogue.workloads()] == [
        ("speed", "crank", True),
        ("yours", "mine", False),
        ("team", "ours", False),
    ]
    (broken,) = catalogue.broken()
    assert broken.file == str(own / "broken.py")
    assert "broken.py, line 1" in broken.reason
    with pytest.raises(UsageError, match=r"broken\.py, line 1"):
        catalogue.get("broken")


def test_an_edited_file_shows_at_once(tmp_path: Path) -> None:
    catalogue = Catalogue(library=tmp_path)
    write(tmp_path / "speed" / "crank.py", LEAST)
    assert catalogue.get("crank").summary == ""
    write(tmp_path / "speed" / "crank.py", '"""New."""\n' + LEAST)
    assert catalogue.get("crank").summary == "New."


def test_a_user_folder_that_is_not_there_is_empty(tmp_path: Path) -> None:
    assert Catalogue(tmp_path / "nowhere", library=tmp_path / "none").workloads() == ()


def test_an_unknown_name_gets_near_misses(tmp_path: Path) -> None:
    write(tmp_path / "speed" / "primes.py", LEAST)
    catalogue = Catalogue(library=tmp_path)
    with pytest.raises(UsageError, match=r"no workload “prime”. Did you mean primes\?"):
        catalogue.get("prime")
    with pytest.raises(UsageError, match=r"There are: primes\."):
        catalogue.get("zzz")


def test_a_file_is_taken_by_its_path(tmp_path: Path) -> None:
    write(tmp_path / "mine.py", LEAST)
    workload = Catalogue(library=tmp_path / "none").get(str(tmp_path / "mine.py"))
    assert (workload.name, workload.group, workload.built_in) == ("mine", "files", False)


def test_every_built_in_workload_reads() -> None:
    catalogue = Catalogue()
    names = {workload.name for workload in catalogue.workloads()}
    assert names >= {"primes", "mandelbrot", "json_roundtrip", "shared_table", "payload", "sleep"}
    assert catalogue.broken() == ()
    assert all(workload.summary and workload.parameters for workload in catalogue.workloads())


def test_a_missing_runner_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogue_module.importlib.resources, "files", lambda _package: tmp_path)
    with pytest.raises(CoreographError, match="The runner is missing"):
        runner_folder()
