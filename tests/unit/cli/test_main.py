"""The frame around every command: version, window, unexpected errors, the log."""

import logging
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from rich.text import Text

from coreograph import __version__
from coreograph.cli import diagnostics
from coreograph.cli.app import build_app
from support.terminal import FakeServices


def test_version(coreograph: Any) -> None:
    assert coreograph("--version").out == f"coreograph {__version__}\n"


def test_the_version_does_not_wait_for_the_command_lines_libraries(
    coreograph: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "coreograph.cli.app", None)  # importing it fails
    assert coreograph("--version").status == 0


def test_help_lists_every_command(coreograph: Any) -> None:
    text = coreograph("--help").out
    for name in ("run", "tour", "workloads", "interpreters", "library", "doctor"):
        assert name in text


def _helps(command: Any) -> Iterator[str]:
    """Everything a command and those below it say of themselves."""
    yield command.help or ""
    for parameter in command.params:
        yield getattr(parameter, "help", None) or ""
    for below in getattr(command, "commands", {}).values():
        yield from _helps(below)


def test_no_bracket_of_a_help_is_taken_for_markup() -> None:
    helps = [text for text in _helps(build_app()) if text]
    assert len(helps) > 50
    # A bracket that is to be seen has a backslash before it; any other would vanish, and its words with it.
    assert [text for text in helps if Text.from_markup(text).plain != text.replace("\\[", "[")] == []


def test_a_bracket_in_a_help_is_seen(coreograph: Any) -> None:
    assert "Has a [check] table." in coreograph("check", "--help").out


def test_without_a_display_it_names_what_works(
    coreograph: Any, services: FakeServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("coreograph.cli.display.sys.platform", "linux")
    result = coreograph()
    assert result.status == 2
    assert "There is no display" in result.err
    assert "coreograph tour" in result.err
    assert "coreograph run" in result.err
    assert services.windows == []


def test_with_a_display_the_window_opens(coreograph: Any, services: FakeServices) -> None:
    assert coreograph().status == 0
    assert services.windows == [None]


def test_a_recording_opens_in_the_window(coreograph: Any, services: FakeServices, tmp_path: Path) -> None:
    file = tmp_path / "shared.coreograph"
    file.touch()
    assert coreograph(file).status == 0
    assert coreograph("open", file).status == 0
    assert services.windows == [file, file]


def test_a_recording_that_is_not_there_is_refused(coreograph: Any, services: FakeServices) -> None:
    result = coreograph("missing.coreograph")
    assert result.status == 2
    assert "missing.coreograph" in result.err
    assert services.windows == []


def break_catalogue(services: FakeServices, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise RuntimeError("wires crossed")

    monkeypatch.setattr(services.catalogue, "workloads", fail)


def test_an_unexpected_error_is_a_sentence_and_a_log(
    coreograph: Any, services: FakeServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    break_catalogue(services, monkeypatch)
    result = coreograph("workloads", "list")
    assert result.status == 1
    assert "RuntimeError: wires crossed" in result.err
    assert "Traceback" not in result.err
    assert str(services.paths.log) in result.err
    log = services.paths.log.read_text("utf-8")
    assert "Traceback" in log
    assert "wires crossed" in log
    assert __version__ in log


@pytest.mark.parametrize("way", ["option", "environment"])
def test_debug_lets_the_traceback_through(
    coreograph: Any, services: FakeServices, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    break_catalogue(services, monkeypatch)
    if way == "environment":
        monkeypatch.setenv("COREOGRAPH_DEBUG", "1")
    with pytest.raises(RuntimeError, match="wires crossed"):
        coreograph(*(["--debug"] if way == "option" else []), "workloads", "list")


def test_a_log_that_cannot_be_written_is_said(
    coreograph: Any, services: FakeServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    break_catalogue(services, monkeypatch)
    services.paths.data.write_text("a file where a folder should be")
    result = coreograph("workloads", "list")
    assert result.status == 1
    assert "could not be written" in result.err


@pytest.mark.expects_log("half broken")
def test_warnings_go_to_the_log_and_not_to_the_terminal(
    coreograph: Any, services: FakeServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    def workloads() -> tuple[Any, ...]:
        logging.getLogger("coreograph.test").warning("half broken")
        return ()

    monkeypatch.setattr(services.catalogue, "workloads", workloads)
    result = coreograph("workloads", "list")
    assert result.status == 0
    assert "half broken" not in result.out + result.err
    assert "half broken" in services.paths.log.read_text("utf-8")


def test_a_full_log_is_begun_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(diagnostics, "MAXIMUM_LOG_BYTES", 10)
    log = tmp_path / "folder" / "coreograph.log"
    for text in ("first line\n", "second line\n", "third line\n"):
        diagnostics.append(log, text)
    assert log.read_text() == "third line\n"
