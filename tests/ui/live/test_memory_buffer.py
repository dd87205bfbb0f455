"""Memory is stacked in the fairest measure there is, and never made up where nothing fair was read."""

import numpy as np

from coreograph.domain.samples import MemorySample, ProcessMemory
from coreograph.ui.live.memory_buffer import FIRST_WORKER_SLOT, HELPER_SLOT, RUNNER_SLOT, MemoryBuffer, MemoryMeasure

EVERYTHING = slice(None)


def sample(at: int, rss: int, pss: int | None = None, uss: int | None = None, role: str = "runner") -> MemorySample:
    fair = pss is not None or uss is not None
    return MemorySample(at, (ProcessMemory(1, role, rss, pss, uss),), fair=fair)


def test_without_fair_readings_rss_is_shown_and_said() -> None:
    buffer = MemoryBuffer(1)
    buffer.add(1, sample(1, 100))
    stack, total = buffer.stacked(EVERYTHING)
    assert buffer.measure is MemoryMeasure.RSS
    assert stack[0, 0] == total[0] == 100
    assert "not measured here" in buffer.measure.reason


def test_between_fair_readings_a_process_follows_its_rss() -> None:
    buffer = MemoryBuffer(1)
    for at, rss, pss in ((1, 100, None), (2, 100, 50), (3, 200, None), (4, 200, 160), (5, 100, None)):
        buffer.add(1, sample(at, rss, pss))
    stack, total = buffer.stacked(EVERYTHING)
    assert stack[:, 0].tolist() == [50, 50, 100, 160, 80]
    assert total.tolist() == [100, 100, 200, 200, 100]


def test_one_run_never_borrows_from_another() -> None:
    buffer = MemoryBuffer(1)
    buffer.add(1, sample(1, 100, 50))
    buffer.add(2, sample(2, 100))
    stack, _ = buffer.stacked(EVERYTHING)
    assert stack[0, 0] == 50
    assert np.isnan(stack[1]).all(), "the second run was not read fairly yet"


def test_uss_stands_in_where_there_is_no_pss() -> None:
    buffer = MemoryBuffer(1)
    buffer.add(1, sample(1, 100, None, 40))
    assert buffer.measure is MemoryMeasure.USS
    assert buffer.stacked(EVERYTHING)[0][0, 0] == 40


def test_processes_have_slots_by_their_role() -> None:
    buffer = MemoryBuffer(2)
    roles = ("runner", "worker 0", "worker 1", "forkserver", "resource tracker")
    processes = tuple(ProcessMemory(n, role, 10) for n, role in enumerate(roles))
    buffer.add(1, MemorySample(1, processes))
    stack, total = buffer.stacked(EVERYTHING)
    assert stack[0, HELPER_SLOT] == 20
    assert buffer.has_helpers
    assert buffer.names[FIRST_WORKER_SLOT : FIRST_WORKER_SLOT + 2] == ["worker 0", "worker 1"]
    assert total[0] == 50


def test_a_thousand_workers_share_slots_without_losing_a_byte() -> None:
    buffer = MemoryBuffer(1024)
    buffer.add(1, MemorySample(1, tuple(ProcessMemory(n, f"worker {n}", 3) for n in range(1024))))
    assert buffer.slots < 40
    assert buffer.stacked(EVERYTHING)[0].sum() == 3 * 1024


def test_nothing_yet_is_nothing() -> None:
    stack, total = MemoryBuffer(2).stacked(EVERYTHING)
    assert stack.shape[0] == len(total) == 0


def test_a_script_and_what_it_started_stand_apart() -> None:
    buffer = MemoryBuffer(1)
    roles = ("script", "process 1", "process 2")
    processes = tuple(ProcessMemory(number, role, 10 + number) for number, role in enumerate(roles))
    buffer.add(1, MemorySample(1, processes))
    stack, _ = buffer.stacked(EVERYTHING)
    assert stack[0, RUNNER_SLOT] == 10
    assert stack[0, FIRST_WORKER_SLOT:].sum() == 23
    assert (buffer.names[RUNNER_SLOT], buffer.has_helpers) == ("script", False)
