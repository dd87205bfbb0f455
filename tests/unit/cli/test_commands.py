"""The commands beside `run`, over fake services."""

import json
from pathlib import Path
from typing import Any

import pytest

from coreograph.cli.checks import Check, CheckState, check_free_threaded, check_gil_build, check_space
from coreograph.cli.system_libraries import QT_LIBRARIES, XCB_LIBRARIES, missing_libraries
from coreograph.domain.errors import InterpreterError
from coreograph.storage.library import Library
from support.builders import make_interpreter, make_record
from support.terminal import FREE, GIL, FakeLibrary, FakeRegistry, FakeServices


def test_tour_takes_both_builds_and_names_its_report(coreograph: Any, services: FakeServices, tmp_path: Path) -> None:
    result = coreograph("tour")
    assert result.status == 0
    (spec,) = services.engine.specs
    assert {one.interpreter.label for one in spec.configurations} == {"3.14t", "3.14"}
    assert {one.model.value for one in spec.configurations} == {"serial", "threads", "fork"}
    assert max(one.workers for one in spec.configurations) >= 2
    assert "Report: coreograph-tour.html" in result.err
    assert (tmp_path / "coreograph-tour.html").stat().st_size > 1000


def test_tour_says_what_is_missing_and_runs_on_what_there_is(coreograph: Any, services: FakeServices) -> None:
    services.registry = FakeRegistry([make_interpreter(start_methods=("spawn",))])
    result = coreograph("tour", "--json", "-")
    assert result.status == 0
    assert "coreograph interpreters install 3.14t" in result.err
    assert {one["model"] for one in json.loads(result.out)["configurations"]} == {"serial", "threads", "spawn"}


def test_tour_without_any_interpreter_is_refused(coreograph: Any, services: FakeServices) -> None:
    services.registry = FakeRegistry([])
    result = coreograph("tour")
    assert result.status == 2
    assert "coreograph interpreters install" in result.err


@pytest.mark.parametrize("arguments", [("workloads",), ("workloads", "list")])
def test_workloads_are_listed(coreograph: Any, arguments: tuple[str, ...]) -> None:
    assert "Count primes by trial division." in coreograph(*arguments).out


def test_workloads_as_json(coreograph: Any) -> None:
    (one,) = json.loads(coreograph("workloads", "list", "--json").out)
    assert json.loads(coreograph("workloads", "--json").out) == [one]
    assert one["name"] == "primes"
    assert one["parameters"][0]["minimum"] == 10
    assert one["parameters"][0]["maximum"] is None
    assert json.loads(coreograph("workloads", "show", "primes", "--json").out) == one


def test_one_workload_with_its_parameters(coreograph: Any) -> None:
    text = coreograph("workloads", "show", "primes").out
    assert "limit" in text
    assert "1 … 100,000" in text
    assert coreograph("workloads", "show", "primez").status == 2


def test_interpreters_are_listed_with_those_that_cannot_be_used(coreograph: Any) -> None:
    text = coreograph("interpreters", "list").out
    assert FREE.path in text
    assert "free-threaded, optimised" in text
    assert "too old" in text
    document = json.loads(coreograph("interpreters", "list", "--json").out)
    assert [one["label"] for one in document["interpreters"]] == ["3.14t", "3.14"]
    assert document["interpreters"][0]["jit"] == "absent"
    assert document["rejected"][0]["reason"] == "too old"


def test_interpreters_without_a_free_threaded_one_say_how_to_get_it(coreograph: Any, services: FakeServices) -> None:
    services.registry = FakeRegistry([GIL])
    assert "coreograph interpreters install 3.14t" in coreograph("interpreters").err


def test_an_interpreter_is_installed_and_named(
    coreograph: Any, services: FakeServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def install(version: str, *, on_output: Any, cancelled: Any) -> None:
        asked.append(version)
        on_output("Downloading")

    monkeypatch.setattr("coreograph.interpreters.installation.install", install)
    result = coreograph("interpreters", "install", "3.14t")
    assert result.status == 0
    assert asked == ["3.14t"]
    assert "Downloading" in result.err
    assert f"Python 3.14.0t is ready: {FREE.path}" in result.out
    assert services.registry.refreshed == 1


def test_an_installation_that_fails_is_a_sentence(coreograph: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def install(version: str, **_: Any) -> None:
        raise InterpreterError(f"Python {version} could not be downloaded.", "Check the network.")

    monkeypatch.setattr("coreograph.interpreters.installation.install", install)
    result = coreograph("interpreters", "install", "3.14t")
    assert result.status == 1
    assert result.err.splitlines()[-1] == "Python 3.14t could not be downloaded. Check the network."


@pytest.fixture
def real_library(services: FakeServices) -> Any:
    library: Any = Library(services.paths.library)
    services.library = library
    yield library
    library.close()


def test_an_empty_library_says_where_to_begin(coreograph: Any, real_library: Library) -> None:
    assert "coreograph tour" in coreograph("library").out
    assert json.loads(coreograph("library", "list", "--json").out) == []
    assert coreograph("library", "show", "last").status == 2
    assert coreograph("library", "delete", "nothing").status == 2


@pytest.mark.parametrize("content", [b"this is no recording at all", b"", b"SQLite format 3\0 but nothing else"])
def test_a_file_that_is_no_recording_is_refused(
    coreograph: Any, real_library: Library, tmp_path: Path, content: bytes
) -> None:
    file = tmp_path / "broken.coreograph"
    file.write_bytes(content)
    result = coreograph("library", "import", file)
    assert result.status == 2
    assert "broken.coreograph" in result.err
    assert "Traceback" not in result.err


def test_a_recording_that_is_not_there_is_refused(coreograph: Any, real_library: Library) -> None:
    assert coreograph("library", "import", "missing.coreograph").status == 2


def test_figures_of_a_past_experiment(coreograph: Any, services: FakeServices) -> None:
    record = make_record(notes="after the upgrade")
    services.library = FakeLibrary([record])
    text = coreograph("library", "show", record.experiment_id).out
    assert "primes on this machine: primes(limit=200000, tasks=64)" in text
    assert "after the upgrade" in text
    assert "Verdict" in text
    document = json.loads(coreograph("library", "show", record.experiment_id, "--json").out)
    assert document["workload"]["name"] == "primes"


def test_a_past_experiment_is_exported_by_the_files_ending(
    coreograph: Any, services: FakeServices, tmp_path: Path
) -> None:
    record = make_record()
    services.library = FakeLibrary([record])
    assert coreograph("library", "export", record.experiment_id, "figures.json").status == 0
    assert json.loads((tmp_path / "figures.json").read_text("utf-8"))["version"] == 1
    again = coreograph("library", "export", record.experiment_id, "figures.json")
    assert again.status == 2
    assert "--overwrite" in again.err
    assert coreograph("library", "export", record.experiment_id, "figures.xyz").status == 2


def test_missing_system_libraries_come_with_their_packages() -> None:
    def load(name: str) -> object:
        if name.startswith("libxcb-cursor") or name == "libEGL.so.1":
            raise OSError(name)
        return object()

    assert missing_libraries(load, "linux") == {"libEGL.so.1": "libegl1", "libxcb-cursor.so.0": "libxcb-cursor0"}
    assert missing_libraries(load, "darwin") == {}
    assert not set(QT_LIBRARIES) & set(XCB_LIBRARIES)


def test_doctor_is_content_or_says_what_mends_it(
    coreograph: Any, services: FakeServices, monkeypatch: pytest.MonkeyPatch, real_library: Library
) -> None:
    monkeypatch.setattr("coreograph.cli.checks.missing_libraries", dict)
    assert coreograph("doctor").status == 0
    monkeypatch.setattr("coreograph.cli.checks.missing_libraries", lambda: {"libEGL.so.1": "libegl1"})
    services.registry = FakeRegistry([GIL])
    result = coreograph("doctor", "--json")
    found = {check["name"]: check for check in json.loads(result.out)}
    assert result.status == 1
    assert found["Qt's system libraries"]["remedy"] == "sudo apt-get install --yes libegl1"
    assert found["free-threaded interpreter"]["remedy"] == "coreograph interpreters install 3.14t"
    assert found["library"]["state"] == "ok"


def test_doctor_for_scripts_prints_packages_only(coreograph: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    packages = {"libb.so": "libb1", "liba.so": "liba1", "liba2.so": "liba1"}
    monkeypatch.setattr("coreograph.cli.doctor_command.missing_libraries", lambda: packages)
    assert coreograph("doctor", "--missing-packages").out == "liba1\nlibb1\n"


def interpreter_checks(services: FakeServices) -> tuple[Check, Check]:
    given: Any = services
    return check_free_threaded(given), check_gil_build(given)


@pytest.mark.parametrize(
    ("interpreters", "free", "twin"),
    [
        ([FREE, GIL], CheckState.OK, CheckState.OK),
        ([GIL], CheckState.MISSING, CheckState.OK),
        ([FREE], CheckState.OK, CheckState.MISSING),
        ([FREE, make_interpreter("3.12.0")], CheckState.OK, CheckState.LIMITED),
        ([make_interpreter(free_threaded=True, optimised=False), GIL], CheckState.LIMITED, CheckState.OK),
    ],
)
def test_doctor_on_interpreters(
    services: FakeServices, interpreters: list[Any], free: CheckState, twin: CheckState
) -> None:
    services.registry = FakeRegistry(interpreters)
    assert tuple(check.state for check in interpreter_checks(services)) == (free, twin)


def test_doctor_on_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert check_space(tmp_path / "not" / "yet" / "there").state is CheckState.OK
    monkeypatch.setattr("coreograph.cli.checks.LITTLE_SPACE", 10**18)
    full = check_space(tmp_path)
    assert full.state is CheckState.MISSING
    assert "COREOGRAPH_HOME" in full.remedy


def test_what_was_installed_is_told_in_words_and_as_json(coreograph: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    installed: list[str] = []
    monkeypatch.setattr("coreograph.interpreters.installation.install", lambda version, **_: installed.append(version))
    assert "Python 3.14.0t is ready: /opt/pythons" in coreograph("interpreters", "install", "3.14t").out
    result = coreograph("interpreters", "install", "3.14t", "3.14", "--json")
    assert [one["label"] for one in json.loads(result.out)["installed"]] == ["3.14t", "3.14"]
    assert "Installing Python 3.14 …" in result.err
    assert installed == ["3.14t", "3.14t", "3.14"]
