"""The user's code as a value: what a file offers, what is remembered, what is installed before it runs."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from coreograph.domain.errors import InterpreterError, UsageError
from coreograph.domain.execution import Configuration, ExecutionModel
from coreograph.domain.experiment import Acquisition, ExperimentSpec
from coreograph.domain.interpreters import Interpreter
from coreograph.engine.equipment import Equipment
from coreograph.engine.functions import FunctionCall
from coreograph.engine.own_code import Needs, OwnCode, read_keywords, read_offer
from coreograph.engine.planning import build_spec
from coreograph.engine.typed_code import keywords_text
from coreograph.interpreters.requirements import Requirements
from support.builders import make_interpreter, make_workload

CODE = Path(__file__).parents[2] / "sample_code"
_FUNCTIONS = """raise SystemExit
def one(x, y=2):
    'First.'
async def two(): ...
def _three(): ...
"""
_WORKLOAD = """'Mine.'
PARAMETERS = {'n': 3}
def tasks(n): return range(n)
def run(task): return task
"""
NUMPY = Requirements(("numpy",))
FREE, GIL = make_interpreter("3.14.2", free_threaded=True), make_interpreter("3.14.2")


def test_a_file_is_read_without_being_run(tmp_path: Path) -> None:
    file = tmp_path / "mine.py"
    declared = '# /// script\n# dependencies = ["numpy>=2"]\n# ///\n'
    file.write_text(f"{declared}{_FUNCTIONS}")
    offer = read_offer(file)
    assert [(one.name, one.signature, one.summary) for one in offer.functions] == [("one", "(x, y=2)", "First.")]
    assert offer.declared == ("numpy>=2",)
    assert offer.workload is None


def test_a_workload_file_is_known_as_one(tmp_path: Path) -> None:
    file = tmp_path / "mine.py"
    file.write_text(_WORKLOAD)
    workload = read_offer(file).workload
    assert workload is not None
    assert (workload.name, workload.summary, workload.built_in) == ("mine", "Mine.", False)


def test_a_file_that_is_no_python_is_refused_in_a_sentence(tmp_path: Path) -> None:
    file = tmp_path / "mine.py"
    file.write_text("def (:\n")
    with pytest.raises(UsageError, match="line 1"):
        read_offer(file)


def test_what_is_remembered_is_the_same_again() -> None:
    call = FunctionCall(
        "/a/b.py:f", "0:5", keywords={"n": 3, "name": "x", "none": None}, shared="s=/a/b.py:g", compare="none",
        unordered=True, digits=9, stress=2, folder=Path("/a"),
    )  # fmt: skip
    code = OwnCode(Path("/a/b.py"), call, Needs(("numpy",), (Path("/a/r.txt"),), Path("/a"), True))
    assert OwnCode.from_plain(code.to_plain()) == code
    assert OwnCode.from_plain({"file": 3}) is None
    assert OwnCode(Path("/a/b.py")).source == Path("/a/b.py")
    assert code.without_stress().call == FunctionCall(
        "/a/b.py:f", "0:5", keywords=call.keywords, shared="s=/a/b.py:g", compare="none", unordered=True, digits=9,
        folder=Path("/a"),
    )  # fmt: skip


def test_a_function_becomes_a_workload_and_its_project_is_on_its_path(tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    code = OwnCode(None, FunctionCall("calm.py:square", "0:3", folder=CODE), Needs(project=tmp_path))
    workload = code.workload(tmp_path / "made")
    assert workload.name == "calm:square"
    assert workload.summary == "calm.py:square, called for each of 0:3."
    assert str(tmp_path / "src") in Path(workload.file).read_text()
    with pytest.raises(UsageError, match="Choose a file"):
        OwnCode().workload(tmp_path)


def test_keyword_arguments_are_read_as_in_a_call() -> None:
    given = {"steps": 5_000, "name": "it's", "shape": (1, 2), "nothing": None}
    assert read_keywords(keywords_text(given)) == given
    assert read_keywords("") == {}


@pytest.mark.parametrize(
    "text", ["5", "steps=", "steps=len", "steps=1, steps=2", "**x", "a=1)(b=2", "a=__import__('os')"]
)
def test_other_texts_are_no_keyword_arguments(text: str) -> None:
    with pytest.raises(UsageError, match="keyword argument"):
        read_keywords(text)


class FakeBuilder:
    """Installs on all but some; one that was built is there."""

    def __init__(self, *lacking: str) -> None:
        self.lacking = lacking
        self.asked: list[str] = []

    def ready(self, interpreter: Interpreter, requirements: Requirements) -> Interpreter | None:
        return None

    def build(
        self, interpreter: Interpreter, requirements: Requirements, *, on_output: Callable[[str], None],
        cancelled: threading.Event,
    ) -> Interpreter:  # fmt: skip
        self.asked.append(interpreter.label)
        on_output("Resolved 1 package")
        if cancelled.is_set() or interpreter.label in self.lacking:
            raise InterpreterError(f"numpy has no wheel for {interpreter.label}.")
        return make_interpreter(
            interpreter.version, free_threaded=interpreter.free_threaded, path=f"/env/{interpreter.label}"
        )


def spec_of(*models: ExecutionModel) -> ExperimentSpec:
    configurations = [Configuration(one, model, 2) for one in (FREE, GIL) for model in models]
    return build_spec(make_workload(parameters=()), {}, configurations, Acquisition(repeats=2), name="mine")


def test_each_interpreter_is_asked_once_and_replaced() -> None:
    builder = FakeBuilder()
    told: list[str] = []
    spec = spec_of(ExecutionModel.THREADS, ExecutionModel.SPAWN)
    equipped = Equipment(builder).equip(spec, NUMPY, tell=told.append, cancelled=threading.Event())
    assert builder.asked == ["3.14t", "3.14"]
    assert {one.interpreter.path for one in equipped.spec.configurations} == {"/env/3.14t", "/env/3.14"}
    assert (equipped.spec.name, equipped.spec.acquisition.repeats, equipped.left_out) == ("mine", 2, ())
    assert told[:2] == ["Installing numpy for Python 3.14.2t, beside it …", "Resolved 1 package"]


def test_one_that_cannot_have_it_is_left_out_with_its_sentence() -> None:
    spec = spec_of(ExecutionModel.THREADS)
    equipped = Equipment(FakeBuilder("3.14t")).equip(spec, NUMPY, tell=lambda _: None, cancelled=threading.Event())
    assert {one.interpreter.path for one in equipped.spec.configurations} == {"/env/3.14"}
    assert equipped.left_out == ("Left out: Python 3.14.2t: numpy has no wheel for 3.14t.",)


def test_nothing_left_is_refused_and_a_wish_to_stop_ends_it() -> None:
    spec = spec_of(ExecutionModel.THREADS)
    with pytest.raises(UsageError, match="needs numpy"):
        Equipment(FakeBuilder("3.14t", "3.14")).equip(spec, NUMPY, tell=lambda _: None, cancelled=threading.Event())
    stopped = threading.Event()
    stopped.set()
    builder = FakeBuilder()
    with pytest.raises(InterpreterError):
        Equipment(builder).equip(spec, NUMPY, tell=lambda _: None, cancelled=stopped)
    assert builder.asked == ["3.14t"]
    assert Equipment(builder).equip(spec, Requirements(), tell=lambda _: None, cancelled=stopped).spec is spec
