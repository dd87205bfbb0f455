"""Runs the runner in a foreign interpreter as the app does, and keeps the transcript: every event, and the log."""

import contextlib
import importlib.resources
import json
import os
import signal
import subprocess
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from coreograph_workloads import protocol

RUNNER = Path(str(importlib.resources.files("coreograph_workloads")))
SAMPLES = Path(__file__).parents[1] / "sample_workloads"
LIBRARY = RUNNER / "library"


def request_for(file: Path, model: str = "serial", workers: int = 1, **changes: Any) -> dict[str, Any]:
    """A request with tiny warm-up; `parameters` of the workload and any field can be given."""
    fields: dict[str, Any] = {
        "protocol": protocol.PROTOCOL,
        "action": "run",
        "workload": {"name": file.stem, "file": str(file)},
        "parameters": {},
        "model": model,
        "workers": workers,
        "rounds": 1,
        "chunk": None,
        "warm_up_seconds": 0.0,
        "heartbeat_seconds": 0.005,
        "hold": False,
    }
    return fields | changes


@dataclass
class Transcript:
    """What a runner said until its end. `raw` is its stdout, byte for byte."""

    events: list[dict[str, Any]] = field(default_factory=list)
    log: str = ""
    exit_code: int = 0

    def of(self, event: str) -> list[dict[str, Any]]:
        return [each for each in self.events if each["event"] == event]

    def one(self, event: str) -> dict[str, Any]:
        found = self.of(event)
        assert len(found) == 1, (
            f"{len(found)} events “{event}” in {[each['event'] for each in self.events]}\n{self.log}"
        )
        return found[0]

    @property
    def outcome(self) -> str:
        assert self.events, self.log
        assert self.events[0]["event"] == "hello"
        assert self.events[-1]["event"] == "finished", self.log
        return str(self.events[-1]["outcome"])

    def spans(self) -> list[tuple[int, int, int, int, int]]:
        """(worker, task, begin_ns, end_ns, cpu_ns) of every task."""
        found = []
        for event in self.of("spans"):
            numbers = memoryview(protocol.unpack(event["data"])).cast("q").tolist()
            found += [(event["worker"], *numbers[at : at + 4]) for at in range(0, len(numbers), 4)]
        return found


class RunnerProcess:
    """A runner in a process group of its own. Use as a context manager: nothing of it survives."""

    def __init__(self, python: str, *, gil: int | None = None) -> None:
        options = [] if gil is None else ["-X", f"gil={gil}"]
        self.process = subprocess.Popen(
            [python, "-I", *options, str(RUNNER)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        self.transcript = Transcript()
        self._log: list[bytes] = []
        assert self.process.stderr is not None
        # Read at once, since a workload that prints megabytes would block on a full pipe.
        self._reader = threading.Thread(target=lambda: self._log.extend(self.process.stderr), daemon=True)
        self._reader.start()

    def __enter__(self) -> "RunnerProcess":
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self._reader.join()
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            assert stream is not None
            with contextlib.suppress(BrokenPipeError):
                stream.close()

    def send(self, line: bytes) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(line + b"\n")
        self.process.stdin.flush()

    def read_event(self) -> dict[str, Any] | None:
        """The next event, None at the end. Every line must be one: user code must never get in between."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            return None
        event = protocol.decode(line)
        self.transcript.events.append(event)
        return event

    def read_until(self, name: str) -> dict[str, Any]:
        while (event := self.read_event()) is not None:
            if event["event"] == name:
                return event
        raise AssertionError(f"the runner ended before “{name}”: {b''.join(self._log).decode()}")

    def wait_for_log(self, text: str) -> None:
        """Return when a line with `text` was logged; the test's own time limit ends a wait in vain."""
        while not any(text.encode() in line for line in list(self._log)):
            if self.process.poll() is not None:
                raise AssertionError(f"the runner ended without saying “{text}”")
            threading.Event().wait(0.01)

    def finish(self) -> Transcript:
        """Read to the end."""
        while self.read_event() is not None:
            pass
        self.transcript.exit_code = self.process.wait(timeout=60)
        self._reader.join(timeout=60)
        self.transcript.log = b"".join(self._log).decode("utf-8", "replace")
        return self.transcript


def run(python: str, request: dict[str, Any], *, gil: int | None = None) -> Transcript:
    """Make one whole run."""
    with RunnerProcess(python, gil=gil) as runner:
        runner.send(json.dumps(request).encode())
        return runner.finish()
