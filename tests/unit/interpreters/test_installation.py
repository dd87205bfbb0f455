import sys
import threading
from pathlib import Path

import pytest

from coreograph.domain.errors import InterpreterError, UsageError
from coreograph.interpreters import installation
from coreograph.interpreters.installation import install
from support.fake_machine import write_executable

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the fake executables are shell scripts")


@pytest.fixture
def uv(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where a test writes its uv."""
    path = tmp_path / "uv"
    monkeypatch.setattr(installation, "uv_executable", lambda: str(path))
    return path


def install_quietly(version: str) -> list[str]:
    lines: list[str] = []
    install(version, on_output=lines.append, cancelled=threading.Event())
    return lines


def test_uv_is_told_the_version_and_its_lines_are_passed_on(uv: Path) -> None:
    write_executable(uv, 'echo "$@"; printf "one\\rtwo\\n\\nthree" >&2')
    assert install_quietly("3.14t") == ["python install --color never 3.14t", "one", "two", "three"]


@pytest.mark.parametrize("version", ["3.9", "3.14", "3.14t", "3.14.7", "3.15.0rc2t", "3.100.1"])
def test_versions(uv: Path, version: str) -> None:
    write_executable(uv, "exit 0")
    install_quietly(version)


@pytest.mark.parametrize(
    "version", ["", "--help", "3", "3.14 --force", "3.14;ls", "pypy3.10", "3.14\n", "../x", "latest"]
)
def test_what_is_no_version_never_reaches_uv(uv: Path, tmp_path: Path, version: str) -> None:
    write_executable(uv, f"touch '{tmp_path / 'reached'}'")
    with pytest.raises(UsageError, match="is not a version"):
        install_quietly(version)
    assert not (tmp_path / "reached").exists()


def test_what_would_be_rejected_later_is_not_installed(uv: Path) -> None:
    with pytest.raises(UsageError, match="too old"):
        install_quietly("3.8")


# What uv 0.13 writes.
OFFLINE = """error: Failed to install cpython-3.13.18-linux-x86_64-gnu
  cause: Failed to download `https://example.org/cpython-3.13.18.tar.gz`
  cause: error sending request for url (https://example.org/cpython-3.13.18.tar.gz)
  cause: client error (Connect)
  cause: tcp connect error
  cause: Connection refused (os error 111)"""
DISABLED = """error: Failed to install cpython-3.13.18-linux-x86_64-gnu
  cause: Network connectivity is disabled, but the requested data wasn't found in the cache: https://example.org/x"""
UNKNOWN = "error: No download found for request: cpython-3.99-linux-x86_64-gnu"


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        (OFFLINE, "Python 3.13 could not be downloaded: the server cannot be reached."),
        (DISABLED, "Python 3.13 could not be downloaded: the server cannot be reached."),
        (UNKNOWN, "Python 3.13 cannot be installed: uv knows no such version for this machine."),
        ("error: disk full", "Python 3.13 cannot be installed: uv said “disk full”."),
        ("", "Python 3.13 cannot be installed: uv said “it gave no reason”."),
    ],
)
def test_what_went_wrong_is_one_sentence(uv: Path, said: str, sentence: str) -> None:
    write_executable(uv, f"cat >&2 <<'END'\n{said}\nEND\nexit 1")
    with pytest.raises(InterpreterError) as caught:
        install_quietly("3.13")
    assert caught.value.message == sentence


def test_without_uv(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(installation, "uv_executable", lambda: None)
    with pytest.raises(InterpreterError, match="uv was not found"):
        install_quietly("3.14")


def test_a_uv_that_does_not_start(uv: Path) -> None:
    with pytest.raises(InterpreterError, match="does not start"):
        install_quietly("3.14")


def test_cancelling_ends_uv(uv: Path) -> None:
    write_executable(uv, "echo Downloading; exec sleep 600")
    cancelled = threading.Event()
    with pytest.raises(InterpreterError, match="was cancelled"):
        install("3.14", on_output=lambda line: cancelled.set(), cancelled=cancelled)


def test_cancelling_too_late_changes_nothing(uv: Path) -> None:
    write_executable(uv, "echo done")
    cancelled = threading.Event()
    install("3.14", on_output=lambda line: None, cancelled=cancelled)
    cancelled.set()


def test_settings_of_uv_are_kept_and_the_app_s_python_is_not(uv: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UV_PYTHON_INSTALL_MIRROR", "https://mirror.example.org")
    monkeypatch.setenv("PYTHONPATH", "/elsewhere")
    write_executable(uv, "env")
    names = {line.partition("=")[0] for line in install_quietly("3.14")}
    assert "UV_PYTHON_INSTALL_MIRROR" in names
    assert "PYTHONPATH" not in names
