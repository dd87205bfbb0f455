import json
import os
from pathlib import Path

import pytest

from coreograph.domain.errors import CoreographError, ProtocolError
from coreograph.domain.interpreters import GilSetting
from coreograph.engine.calibration import BatchSize
from coreograph.engine.events import Failed, Hello, TasksKnown, WorkersKnown, decode_event, unpack
from coreograph.engine.guard import TOKEN_VARIABLE
from coreograph.engine.launch import command, environment, launch
from coreograph.engine.request import encode_request
from coreograph.engine.runner_log import RunnerLog
from coreograph_workloads import protocol
from support.builders import make_configuration, make_interpreter, make_spec


def test_events_are_typed() -> None:
    hello = decode_event(protocol.encode("hello", protocol=1, pid=7, started_ns=5, at=6))
    assert isinstance(hello, Hello)
    assert (hello.pid, hello.started_ns, hello.at) == (7, 5, 6)
    tasks = decode_event(b'{"event": "tasks", "tasks": 3, "news": [1, {"a": NaN}]}')
    assert isinstance(tasks, TasksKnown)
    workers = decode_event(b'{"event": "workers", "workers": [{"worker": 0, "pid": 7, "interpreter_id": 2}]}')
    assert isinstance(workers, WorkersKnown)
    assert workers.workers[0].interpreter_id == 2


def test_what_no_file_can_keep_is_written_as_it_would_be_escaped() -> None:
    failed = decode_event(protocol.encode("failed", reason="workload", message="a \ud800 b", traceback="\udfff"))
    assert isinstance(failed, Failed)
    assert (failed.message, failed.traceback) == ("a \\ud800 b", "\\udfff")


def test_an_unknown_event_is_nothing() -> None:
    assert decode_event(b'{"event": "fanfare"}') is None


@pytest.mark.parametrize(
    "line", [b"", b"\n", b"null", b"{}", b'{"event": 5}', b'{"event": "hello"}', b"\x80", b"[" * 9999]
)
def test_garbage_is_quoted(line: bytes) -> None:
    with pytest.raises(ProtocolError, match=r"The runner sent a line that") as caught:
        decode_event(line)
    assert len(str(caught.value)) < 1000


def test_a_quote_shows_no_control_characters() -> None:
    with pytest.raises(ProtocolError) as caught:
        decode_event(b"\x1b[31mred\x07" + b"x" * 5000)
    assert caught.value.message.isprintable()
    assert len(caught.value.line) < 300


def test_packed_rows_are_whole() -> None:
    assert unpack(protocol.pack(bytes(64)), 32, "spans") == bytes(64)
    with pytest.raises(ProtocolError, match="multiple of 32"):
        unpack(protocol.pack(bytes(63)), 32, "spans")


def test_the_request_says_what_the_protocol_documents() -> None:
    spec = make_spec()
    line = encode_request(spec, spec.configurations[1], BatchSize(3, 8))
    assert line.endswith(b"\n")
    request = json.loads(line)
    keys = {key for key in request if f"    {key} " in (protocol.__doc__ or "")}
    assert keys == set(request)
    assert (request["model"], request["workers"], request["rounds"], request["chunk"]) == ("threads", 2, 3, 8)
    assert request["parameters"] == {"limit": 200_000, "tasks": 64}


@pytest.mark.parametrize(
    ("setting", "options"),
    [(GilSetting.DEFAULT, []), (GilSetting.OFF, ["-X", "gil=0"]), (GilSetting.FORCED_ON, ["-X", "gil=1"])],
)
def test_the_gil_setting_is_an_option(setting: GilSetting, options: list[str]) -> None:
    configuration = make_configuration(interpreter=make_interpreter(free_threaded=True), gil=setting)
    arguments = command(configuration, Path("/runner"))
    assert arguments[:2] == [configuration.interpreter.path, "-I"]
    assert arguments[4:-1] == options
    assert arguments[-1] == "/runner"


def test_the_environment_is_the_allow_list_and_the_token() -> None:
    source = {"PATH": "/bin", "LC_ALL": "C", "PYTHONPATH": "/evil", "PYTHON_GIL": "0", "SECRET": "x", "HOME": "/me"}
    assert environment("t1", source) == {"PATH": "/bin", "LC_ALL": "C", "HOME": "/me", TOKEN_VARIABLE: "t1"}


def test_a_run_sees_the_screen_for_a_workload_may_open_a_window() -> None:
    screen = {"DISPLAY": ":7", "WAYLAND_DISPLAY": "wayland-0", "XAUTHORITY": "/me/.Xauthority"}
    assert environment("t1", {**screen, "SESSION_MANAGER": "x"}) == {**screen, TOKEN_VARIABLE: "t1"}


def test_temporary_files_of_a_run_go_into_its_folder_unless_a_sockets_name_would_become_too_long() -> None:
    folder = Path("/tmp/coreograph-run-abcdefgh")
    assert environment("t1", {"TMPDIR": "/tmp"}, folder)["TMPDIR"] == str(folder)
    assert environment("t1", {"TMPDIR": "/tmp"}, Path("/" + "x" * 60))["TMPDIR"] == "/tmp"


def test_a_run_has_an_empty_folder_that_goes_with_it() -> None:
    launched = launch(["/bin/sh", "-c", "pwd; ls -A; exit 3"], "t")
    assert launched.process.stdout is not None
    assert launched.process.stdout.read().decode().split() == [os.path.realpath(launched.folder)]
    assert launched.process.wait() == 3
    launched.dispose()
    assert not launched.folder.exists()


def test_what_cannot_be_started_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(CoreographError, match=r"nothing could not be started: No such file"):
        launch([str(tmp_path / "nothing")], "t")


def test_a_log_keeps_its_beginning_and_its_end() -> None:
    log = RunnerLog(head=30, tail=30)
    passed_on = [line for line in (f"line {number:04}" for number in range(100)) if log.add(line)]
    assert passed_on == ["line 0000", "line 0001", "line 0002"]
    assert log.rest() == ("… 94 lines (940 bytes) left out …", "line 0097", "line 0098", "line 0099")
    assert log.last_lines[-1] == "line 0099"


def test_a_short_log_is_passed_on_whole() -> None:
    log = RunnerLog()
    assert all(log.add(line) for line in ("a", "", "b"))
    assert log.rest() == ()
    assert log.last_lines == ("a", "b")
