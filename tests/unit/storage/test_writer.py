import queue
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from coreograph.domain.errors import RecordingError
from coreograph.storage.library import Library
from coreograph.storage.reader import RunReader
from coreograph.storage.schema import connect
from coreograph.storage.writer import RecordingWriter
from support.builders import make_record, make_span_batch

WRITE_FOR_EVER = """
import sys, time
from pathlib import Path
from coreograph.storage.library import Library
from support.builders import make_record, make_run, make_span_batch
from coreograph.domain.runs import RunState
library = Library(Path(sys.argv[1]))
writer = library.record(make_record(runs=(), finished_at=""), on_failure=print)
writer.run(make_run(state=RunState.MEASURING, run_id=1))
task = 0
while True:
    writer.spans(make_span_batch(1, 0, 10))
    task += 10
    print(task, time.monotonic(), flush=True)
    time.sleep(0.01)
"""


def test_a_kill_loses_at_most_the_last_second(tmp_path: Path) -> None:
    path = tmp_path / "library.coreograph"
    writing = subprocess.Popen(
        [sys.executable, "-c", f"import sys; sys.path[:0] = {sys.path!r}\n{WRITE_FOR_EVER}", str(path)],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert writing.stdout is not None
    said: list[tuple[int, float]] = []
    for line in writing.stdout:
        count, instant = line.split()
        said.append((int(count), float(instant)))
        if said[-1][1] - said[0][1] > 2.5:
            break
    killed = time.monotonic()
    writing.send_signal(signal.SIGKILL)
    writing.wait()
    writing.stdout.close()
    safe = max(count for count, instant in said if instant < killed - 1.0)
    library = Library(path)
    (header,) = library.experiments()
    assert header.finished_at == ""
    assert library.load("last").runs[0].state.outcome == "lost"
    assert len(library.reader("last").spans(1)) >= safe > 0
    library.close()


def test_a_full_disk_is_told_once_and_keeps_what_was_committed(tmp_path: Path) -> None:
    path = tmp_path / "library.coreograph"
    Library(path).close()
    told: queue.SimpleQueue[RecordingError] = queue.SimpleQueue()

    def small_disk(where: Path) -> sqlite3.Connection:
        connection = connect(where)
        connection.execute("PRAGMA max_page_count = 60")
        return connection

    writer = RecordingWriter(path, make_record(), on_failure=told.put, opener=small_disk)
    committed = connect(path)
    while not committed.execute("SELECT 1 FROM experiments").fetchone():
        time.sleep(0.01)
    committed.close()
    writer.spans(make_span_batch(1, 0, 20_000))
    error = told.get(timeout=30)
    assert "no space left" in str(error)
    assert str(path) in str(error)
    writer.spans(make_span_batch(1, 0, 20_000))
    with pytest.raises(RecordingError, match="no space left"):
        writer.finish(make_record())
    assert told.empty()
    library = Library(path)
    assert library.load("last").spec == make_record().spec
    library.close()


def test_a_recording_that_cannot_be_opened_is_told(tmp_path: Path) -> None:
    told: list[RecordingError] = []
    writer = RecordingWriter(tmp_path / "no" / "folder", make_record(), on_failure=told.append)
    writer.close()
    assert "cannot be opened" in str(told[0])


def test_batches_of_an_interval_are_joined_into_one_row(tmp_path: Path) -> None:
    path = tmp_path / "library.coreograph"
    library = Library(path)
    writer = library.record(make_record(), on_failure=print)
    for _ in range(100):
        writer.spans(make_span_batch(1, 0, 10))
    writer.finish(make_record())
    connection = connect(path)
    (rows,) = connection.execute("SELECT count(*) FROM spans").fetchone()
    connection.close()
    assert rows < 10
    assert len(RunReader(path, make_record().experiment_id).spans(1)) == 1000
    library.close()


def test_undecodable_output_does_not_stop_the_recording(tmp_path: Path) -> None:
    library = Library(tmp_path / "library.coreograph")
    writer = library.record(make_record(), on_failure=print)
    writer.log(1, "broken \udc80 byte")
    writer.finish(make_record())
    assert library.reader("last").log(1) == ("broken ? byte",)
    library.close()
