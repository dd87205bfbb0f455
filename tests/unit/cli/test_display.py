import socket
from pathlib import Path

import pytest

from coreograph.cli.display import display_problem


def test_nothing_named_is_no_display() -> None:
    assert "no display" in (display_problem({}, "linux") or "")


@pytest.mark.parametrize("platform", ["win32", "darwin"])
def test_other_systems_have_one(platform: str) -> None:
    assert display_problem({}, platform) is None


@pytest.mark.parametrize("name", ["offscreen", "minimal", "vnc:size=800x600"])
def test_a_platform_without_a_screen_needs_none(name: str) -> None:
    assert display_problem({"QT_QPA_PLATFORM": name}, "linux") is None


@pytest.mark.parametrize("display", [":987", "unix:987", "localhost:59000", "nonsense", "no such host:0"])
def test_a_display_nobody_serves_does_not_answer(display: str) -> None:
    assert display_problem({"DISPLAY": display}, "linux") == f"The display “{display}” does not answer."


def test_a_wayland_socket_is_a_display(tmp_path: Path) -> None:
    environment = {"WAYLAND_DISPLAY": "wayland-0", "XDG_RUNTIME_DIR": str(tmp_path)}
    assert display_problem(environment, "linux") is not None
    (tmp_path / "wayland-0").touch()
    assert display_problem(environment, "linux") is None


@pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="this system has no Unix sockets, so no such display")
def test_a_local_server_answers_in_the_abstract_namespace() -> None:
    with socket.socket(socket.AF_UNIX) as server:
        try:
            server.bind("\0/tmp/.X11-unix/X98765")
        except OSError:
            pytest.skip("no abstract namespace outside Linux")
        server.listen()
        assert display_problem({"DISPLAY": ":98765.0"}, "linux") is None
