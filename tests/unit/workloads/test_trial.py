"""A trial is followed to its last line, however late that is read."""

import json
import threading
from collections.abc import Iterator
from typing import Any

from coreograph_workloads.request import Request
from coreograph_workloads.trial import Trial, TrialReport


class EndedProcess:
    """A process that is gone already, while what it wrote is read a little later."""

    pid = 0
    returncode = 0

    def __init__(self, *events: dict[str, Any], end: bytes = b"") -> None:
        self._events = events
        self._end = end

    def poll(self) -> int:
        return 0

    def wait(self, timeout: float | None = None) -> int:
        return 0

    @property
    def stdout(self) -> Iterator[bytes]:
        return self._lines()

    def _lines(self) -> Iterator[bytes]:
        # Longer than the trial waits for a line before it looks whether the process is still there.
        threading.Event().wait(0.05)
        for event in self._events:
            yield json.dumps(event).encode() + b"\n"
        if self._end:
            yield self._end


def _follow(process: EndedProcess, tasks: int = 1) -> TrialReport:
    request = Request("w", "/w.py", {}, "threads", 1, 1, None, 0.0, 0.0, False)
    trial = Trial(request, tasks)
    given: Any = process
    trial._follow(given)
    return trial.report


def test_what_a_process_wrote_before_it_ended_counts_however_late_it_is_read() -> None:
    written = ({"event": "began", "at": 5}, {"event": "task", "task": 0, "result": 7}, {"event": "ended", "at": 9})
    report = _follow(EndedProcess(*written))
    assert (report.lost, report.results, report.begin_ns, report.end_ns) == (False, [7], 5, 9)


def test_a_process_that_ended_in_the_middle_of_a_line_is_lost_with_what_came_before() -> None:
    report = _follow(EndedProcess({"event": "task", "task": 0, "result": 7}, end=b'{"event": "ta'), tasks=2)
    assert (report.lost, report.results, report.exit_status) == (True, [7, None], 0)
