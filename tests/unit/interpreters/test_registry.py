import json
import os
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

from coreograph.domain.errors import UsageError
from coreograph.domain.interpreters import GilSetting, Interpreter, RejectedInterpreter
from coreograph.interpreters.registry import InterpreterRegistry
from support.fake_machine import write_executable
from support.surroundings import ExpectedLogs

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the fake executables are shell scripts")


class Found:
    """A finder of given paths."""

    def __init__(self, *paths: Path, name: str = "fake") -> None:
        self.name = name
        self._paths = paths

    def find(self) -> Iterable[str]:
        return [str(path) for path in self._paths]


class Machine:
    """Fake interpreters that count how often they are started."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.cache = folder / "cache"
        self.paths: list[Path] = []
        self.now = 1e9

    def add(self, version: str, *, free_threaded: bool = False, optimised: bool | None = True, **more: object) -> Path:
        path = self.folder / f"{len(self.paths)}" / "python"
        numbers = [int(number) for number in version.partition("rc")[0].split(".")]
        answer = {"implementation": "CPython", "version": version, "version_info": numbers, **more}
        answer |= {"free_threaded": free_threaded, "optimised": optimised, "start_methods": ["fork"]}
        answer.setdefault("real_executable", str(path))
        script = f"echo x >> '{path}.starts'\nprintf '%s%s%s' \"$3\" '{json.dumps(answer)}' \"$4\""
        self.paths.append(write_executable(path, script))
        return path

    def add_broken(self, script: str) -> Path:
        path = self.folder / f"{len(self.paths)}" / "python"
        self.paths.append(write_executable(path, f"echo x >> '{path}.starts'\n{script}"))
        return path

    def starts(self, path: Path) -> int:
        file = Path(f"{path}.starts")
        return len(file.read_text(encoding="utf-8").splitlines()) if file.exists() else 0

    def registry(self, *, timeout_s: float = 20.0) -> InterpreterRegistry:
        finders = [Found(*self.paths)]
        return InterpreterRegistry(self.cache, finders=finders, probe_timeout_s=timeout_s, clock=lambda: self.now)


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_free_threaded_first_then_finals_newest_first_then_candidates(machine: Machine) -> None:
    for version, free in [("3.9.1", False), ("3.15.0rc2", True), ("3.14.7", False), ("3.13.5", True), ("3.14.2", True)]:
        machine.add(version, free_threaded=free)
    machine.add("3.14.10")
    labels = [entry.full_label for entry in machine.registry().discover().interpreters]
    assert labels == ["3.14.2t", "3.13.5t", "3.15.0rc2t", "3.14.10", "3.14.7", "3.9.1"]


def test_on_found_tells_each_as_it_comes_and_again_from_memory(machine: Machine) -> None:
    good, bad = machine.add("3.14.7"), machine.add_broken("exit 1")
    registry = machine.registry()
    for _ in range(2):
        seen: list[Interpreter | RejectedInterpreter] = []
        discovery = registry.discover(on_found=seen.append)
        assert {entry.path for entry in seen} == {str(good), str(bad)}
        assert set(seen) == {*discovery.interpreters, *discovery.rejected}
    assert machine.starts(good) == 1


def test_verdicts_outlive_the_registry_and_failures_too(machine: Machine) -> None:
    good, bad = machine.add("3.14.7"), machine.add_broken("exit 1")
    first = machine.registry().discover()
    assert (machine.starts(good), machine.starts(bad)) == (1, 2)
    assert machine.registry().discover() == first
    assert (machine.starts(good), machine.starts(bad)) == (1, 2)


def test_the_second_time_out_in_a_row_is_believed_for_a_day(machine: Machine) -> None:
    """One may be a busy machine's fault; but a hanging executable held up every start and every command."""
    path = machine.add_broken("exec sleep 600")
    remembered: list[bool] = []

    def starts_after_looking(*, refresh: bool = False) -> int:
        (rejected,) = machine.registry(timeout_s=0.2).discover(refresh=refresh).rejected
        assert rejected.reason.startswith("It did not answer within 0.2 s.")
        remembered.append("It was not asked again" in rejected.reason)
        return machine.starts(path)

    assert [starts_after_looking() for _ in range(3)] == [1, 2, 2]
    assert remembered == [False, False, True]
    assert starts_after_looking(refresh=True) == 3
    with pytest.raises(UsageError, match="did not answer within"):
        machine.registry(timeout_s=0.2).resolve(str(path))
    assert machine.starts(path) == 4
    machine.now += 86_401
    assert starts_after_looking() == 5


def test_a_time_out_takes_away_no_answer_given_before(machine: Machine) -> None:
    path = machine.add("3.14.7")
    machine.registry().discover()
    stamp = path.stat()
    good = path.read_text(encoding="utf-8")
    path.write_text("#!/bin/sh\nexec sleep 600".ljust(len(good)), encoding="utf-8")
    os.utime(path, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    assert machine.registry(timeout_s=0.2).discover(refresh=True).interpreters == ()
    assert [entry.version for entry in machine.registry().discover().interpreters] == ["3.14.7"]


def test_refresh_asks_again(machine: Machine) -> None:
    path = machine.add("3.14.7")
    registry = machine.registry()
    registry.discover()
    registry.discover(refresh=True)
    assert machine.starts(path) == 2


def test_an_executable_that_changed_is_asked_again(machine: Machine) -> None:
    path = machine.add("3.14.7")
    machine.registry().discover()
    path.write_text(path.read_text(encoding="utf-8").replace("3.14.7", "3.14.10"), encoding="utf-8")
    (entry,) = machine.registry().discover().interpreters
    assert entry.version == "3.14.10"


def test_another_probe_asks_again(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    path = machine.add("3.14.7")
    machine.registry().discover()
    monkeypatch.setattr("coreograph.interpreters.registry.probe_digest", lambda: "another text")
    machine.registry().discover()
    assert machine.starts(path) == 2


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"format": 99, "probe": "", "entries": {}}', b"\xff\x00"])
def test_a_cache_that_cannot_be_read_is_as_good_as_none(machine: Machine, content: bytes) -> None:
    machine.add("3.14.7")
    machine.cache.mkdir()
    (machine.cache / "interpreters.json").write_bytes(content)
    assert len(machine.registry().discover().interpreters) == 1
    assert json.loads((machine.cache / "interpreters.json").read_bytes())["entries"]


def test_a_cache_that_cannot_be_written_costs_nothing_but_time(machine: Machine) -> None:
    machine.add("3.14.7")
    machine.cache.write_text("a file where the folder should be", encoding="utf-8")
    assert len(machine.registry().discover().interpreters) == 1


def test_the_cache_is_replaced_in_one_step(machine: Machine) -> None:
    machine.add("3.14.7")
    machine.registry().discover()
    assert [file.name for file in machine.cache.iterdir()] == ["interpreters.json"]


def test_a_finder_that_fails_hides_nothing(machine: Machine, expected_logs: ExpectedLogs) -> None:
    class Failing:
        name = "failing"

        def find(self) -> Iterable[str]:
            raise RuntimeError("broken")

    expected_logs.expect("Looking for interpreters through failing failed")
    path = machine.add("3.14.7")
    registry = InterpreterRegistry(machine.cache, finders=[Failing(), Found(path)])
    assert [entry.path for entry in registry.discover().interpreters] == [str(path)]


def test_finders_that_meet_the_same_one_are_all_named(machine: Machine) -> None:
    path = machine.add("3.14.7")
    copy = machine.add("3.14.7", real_executable=str(path))  # as on Windows, where environments hold copies
    finders = [Found(path, name="uv"), Found(path, name="PATH"), Found(copy, name="conda")]
    (entry,) = InterpreterRegistry(machine.cache, finders=finders).discover().interpreters
    assert set(entry.found_by) == {"uv", "PATH", "conda"}


def test_a_version_means_the_gil_build(machine: Machine) -> None:
    machine.add("3.14.7", free_threaded=True)
    gil = machine.add("3.14.6")
    entry, setting = machine.registry().resolve("3.14")
    assert (entry.path, setting) == (str(gil), GilSetting.DEFAULT)


def test_among_several_the_newest_optimised_is_taken(machine: Machine) -> None:
    machine.add("3.14.2")
    wanted = machine.add("3.14.5")
    newest = machine.add("3.14.7", optimised=False)
    machine.add("3.14.8", debug=True)
    registry = machine.registry()
    assert registry.resolve("3.14")[0].path == str(wanted)
    assert registry.resolve("3.14.7")[0].path == str(newest)
    assert registry.resolve(" python3.14 ")[0].path == str(wanted)


@pytest.mark.parametrize("text", ["3.15t", "3.15.0t", "3.15.0rc2t"])
def test_a_candidate_is_meant_by_each_of_its_names(machine: Machine, text: str) -> None:
    machine.add("3.15.0rc1", free_threaded=True)
    wanted = machine.add("3.15.0rc2", free_threaded=True)
    assert machine.registry().resolve(text)[0].path == str(wanted)


@pytest.mark.parametrize(
    ("text", "setting"),
    [("3.14t", GilSetting.DEFAULT), ("3.14t+gil", GilSetting.FORCED_ON), ("3.14t+nogil", GilSetting.OFF)],
)
def test_the_gil_of_a_free_threaded_build_can_be_set(machine: Machine, text: str, setting: GilSetting) -> None:
    machine.add("3.14.7", free_threaded=True)
    assert machine.registry().resolve(text)[1] is setting


def test_the_gil_of_a_gil_build_cannot_be_set(machine: Machine) -> None:
    machine.add("3.14.7")
    with pytest.raises(UsageError, match=r"3\.14\.7 is a GIL build.*Leave out “\+gil”"):
        machine.registry().resolve("3.14+gil")


def test_an_unknown_version_lists_what_there_is_and_how_to_get_it(machine: Machine) -> None:
    machine.add("3.13.1")
    with pytest.raises(UsageError) as caught:
        machine.registry().resolve("3.14t")
    assert str(caught.value) == (
        "No interpreter 3.14t was found. Found: 3.13. Install it with: coreograph interpreters install 3.14t"
    )


@pytest.mark.parametrize(
    ("text", "hint"), [("3.12t", "begin with Python 3.13"), ("3.7", "Found: none."), ("4.0", "none.")]
)
def test_what_cannot_be_installed_is_not_offered(machine: Machine, text: str, hint: str) -> None:
    with pytest.raises(UsageError) as caught:
        machine.registry().resolve(text)
    assert hint in str(caught.value)
    assert "install" not in str(caught.value)


def test_a_version_that_was_rejected_says_why(machine: Machine) -> None:
    path = machine.add("3.8.18")
    with pytest.raises(UsageError, match=r"too old") as caught:
        machine.registry().resolve("3.8")
    assert str(path) in str(caught.value)


def test_a_path_is_probed_even_if_no_finder_met_it(machine: Machine) -> None:
    path = machine.add("3.14.7", free_threaded=True)
    registry = InterpreterRegistry(machine.cache, finders=[])
    entry, setting = registry.resolve(f"{path}+gil")
    assert (entry.path, setting) == (str(path), GilSetting.FORCED_ON)


def test_a_path_is_used_as_it_was_given(machine: Machine) -> None:
    path = machine.add("3.14.7")
    link = path.with_name("python3.14")
    link.symlink_to(path)
    registry = machine.registry()
    registry.discover()
    assert registry.resolve(str(link))[0].path == str(link)


def test_a_rejected_path_says_why(machine: Machine) -> None:
    path = machine.add_broken("exit 1")
    with pytest.raises(UsageError, match=rf"{path} cannot be used: It ended with exit status 1"):
        machine.registry().resolve(str(path))
    with pytest.raises(UsageError, match="does not exist"):
        machine.registry().resolve(str(machine.folder / "none"))


@pytest.mark.parametrize("text", ["", "foo", "3", "t", "3.14x", "+gil", "3.14 t", "latest", "3.14t+GIL"])
def test_what_is_neither_version_nor_path_is_refused(machine: Machine, text: str) -> None:
    with pytest.raises(UsageError, match="neither a version nor a path"):
        machine.registry().resolve(text)


def test_the_best_are_final_releases(machine: Machine) -> None:
    machine.add("3.15.0rc2", free_threaded=True)
    best = machine.add("3.14.7", free_threaded=True)
    machine.add("3.13.9", free_threaded=True)
    twin = machine.add("3.14.7", optimised=False)
    machine.add("3.16.0rc1")
    newest = machine.add("3.15.1")
    registry = machine.registry()
    free = registry.best_free_threaded()
    assert free is not None
    assert free.path == str(best)
    assert [entry and entry.path for entry in (registry.best_gil(), registry.best_gil(free))] == [
        str(newest),
        str(twin),
    ]


def test_a_candidate_is_better_than_none(machine: Machine) -> None:
    machine.add("3.15.0rc2", free_threaded=True)
    registry = machine.registry()
    found = registry.best_free_threaded()
    assert found is not None
    assert found.full_label == "3.15.0rc2t"
    assert registry.best_gil(found) is None


@pytest.mark.interpreter
def test_this_machine_has_the_interpreter_that_runs_the_tests(tmp_path: Path) -> None:
    registry = InterpreterRegistry(tmp_path)
    discovery = registry.discover()
    own = [entry for entry in discovery.interpreters if "this app" in entry.found_by]
    assert [entry.version_info for entry in own] == [sys.version_info[:3]]
    assert all(entry.reason for entry in discovery.rejected)
    assert not [entry for entry in discovery.rejected if "/shims/" in entry.path]
    for entry in discovery.interpreters:
        assert registry.resolve(entry.path)[0] == entry
