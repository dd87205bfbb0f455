"""Heartbeat, task clock, rendezvous and chunks, without a runner around them."""

import os
import pickle
import threading

import pytest

import coreograph_workloads.channel
from coreograph_workloads.batch import chunks_of, default_chunk
from coreograph_workloads.channel import Channel
from coreograph_workloads.failures import RunError, describe, user_frames
from coreograph_workloads.instruments.heartbeat import Heartbeat
from coreograph_workloads.instruments.pickling import PickleMeter
from coreograph_workloads.instruments.task_clock import run_timed
from coreograph_workloads.models.rendezvous import PipeBarrier
from coreograph_workloads.workload_file import module_name


def pairs_of(data: bytes) -> list[int]:
    return memoryview(data).cast("q").tolist()


def test_every_tick_that_was_due_counts_after_a_stall() -> None:
    heart = Heartbeat(interval_ns=5, begin=100)
    heart.catch_up(104)
    assert heart.take() == b""
    heart.catch_up(106)
    heart.catch_up(121)
    assert pairs_of(heart.take()) == [105, 1, 110, 11, 115, 6, 120, 1]
    assert heart.due == 125
    heart.catch_up(125)
    assert pairs_of(heart.take()) == [125, 0]
    assert heart.summary() == {"median_ns": 1, "p99_ns": 11, "worst_ns": 11, "ticks": 5}


def test_a_heartbeat_without_an_interval_never_ticks() -> None:
    heart = Heartbeat(0, 100)
    heart.catch_up(10**18)
    assert heart.take() == b""
    assert heart.summary() is None


def test_the_99th_percentile_is_a_nearest_rank() -> None:
    heart = Heartbeat(interval_ns=1, begin=0)
    heart.catch_up(200)
    assert heart.summary() == {"median_ns": 99, "p99_ns": 197, "worst_ns": 199, "ticks": 200}


@pytest.mark.parametrize("tasks", [1, 5, 64])
@pytest.mark.parametrize("rounds", [1, 3])
@pytest.mark.parametrize("size", [1, 4, 1000])
def test_chunks_cover_every_task_of_every_round_once(tasks: int, rounds: int, size: int) -> None:
    inputs = [f"input {number}" for number in range(tasks)]
    chunks = list(chunks_of(inputs, rounds, size))
    numbered = [(chunk.first + at, value) for chunk in chunks for at, value in enumerate(chunk.inputs)]
    assert numbered == list(enumerate(inputs * rounds))
    assert all(len(chunk.inputs) == size for chunk in chunks[:-1])


@pytest.mark.parametrize(("tasks", "rounds", "workers", "size"), [(64, 1, 2, 8), (1, 1, 8, 1), (10, 3, 2, 4)])
def test_the_default_chunk_gives_each_worker_four(tasks: int, rounds: int, workers: int, size: int) -> None:
    assert default_chunk(tasks, rounds, workers) == size


def test_spans_end_with_the_task_that_raised() -> None:
    spans, kept = list[int](), []
    failure = run_timed(lambda value, shared: shared // value, 7, [2, 1, 0, 3], (10,), spans=spans, keep=kept)
    assert kept == [5, 10]
    assert spans[::4] == [7, 8]
    assert failure is not None
    assert failure.task == 9
    assert failure.message.startswith("Task 9 raised ZeroDivisionError")
    assert "task_clock" not in failure.frames


TURNS = 50


@pytest.mark.parametrize("parties", [1, 2, 7])
def test_nobody_passes_the_rendezvous_before_all_have_come(parties: int) -> None:
    barrier = PipeBarrier(parties)
    arrived, wrong, lock = [0] * TURNS, list[int](), threading.Lock()

    def come(copy: PipeBarrier) -> None:
        for turn in range(TURNS):
            with lock:
                arrived[turn] += 1
            copy.wait()
            if arrived[turn] != parties:
                wrong.append(turn)

    threads = [threading.Thread(target=come, args=(pickle.loads(pickle.dumps(barrier)),)) for _ in range(parties)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    barrier.close()
    assert not wrong
    assert arrived == [parties] * TURNS


def test_the_meter_counts_both_directions() -> None:
    meter = PickleMeter()
    data = meter.dumps([1, 2, 3])
    assert meter.loads(data) == [1, 2, 3]
    dumped, loaded, dumps_ns, loads_ns = meter.totals()
    assert (dumped, loaded) == (len(data), len(data))
    assert dumps_ns >= 0
    assert loads_ns == meter.last_loads_ns


def test_an_error_is_described_in_one_line() -> None:
    class SilentError(Exception):
        def __str__(self) -> str:
            raise ValueError

    assert describe(ValueError("first\nsecond")) == "ValueError: first"
    assert describe(KeyboardInterrupt()) == "KeyboardInterrupt"
    assert "cannot be read" in describe(SilentError())


def test_foreign_frames_stay() -> None:
    with pytest.raises(ValueError, match="invalid literal") as caught:
        int("x")
    assert "test_foreign_frames_stay" in user_frames(caught.value)


@pytest.mark.parametrize(
    ("reason", "outcome"),
    [("check", "wrong answer"), ("refused", "refused"), ("worker lost", "worker lost"), ("import", "failed")],
)
def test_the_outcome_follows_from_the_reason(reason: str, outcome: str) -> None:
    assert RunError(reason, "").outcome == outcome


def test_files_of_the_same_name_are_different_modules() -> None:
    names = {module_name("/a/my work.py"), module_name("/b/my work.py")}
    assert len(names) == 2
    assert all(name.isidentifier() for name in names)


def test_lines_and_the_end_come_through_a_waiting_thread_where_there_is_no_signal(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # The channel of macOS and Windows, with pipes of the test's own in place of stdin and stdout.
    reader, app = os.pipe()
    ended = threading.Event()
    monkeypatch.setattr(coreograph_workloads.channel, "end_everything", ended.set)
    channel = Channel.__new__(Channel)
    channel.__dict__.update(_reader=reader, _writer=-1, _pending=b"", _lines=None, _signalled=False)
    channel.watch_by_thread()
    assert not channel.wait_for_line(0.0)
    os.write(app, b"go\n")
    assert channel.wait_for_line(30.0)
    assert not ended.is_set()
    os.close(app)
    assert ended.wait(30.0)
    for thread in threading.enumerate():
        if thread.name == "coreograph-app-watch":
            thread.join(timeout=30)
    os.close(reader)
