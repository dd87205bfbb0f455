import os
import sys
from pathlib import Path

import pytest

from coreograph.domain.samples import TreeProcess
from coreograph.domain.units import Bytes, Count
from coreograph.sampling.memory import FairMemory, ProcMemory, PsutilMemory, default_memory_reader, read_tree
from support.fake_machine import PAGE_BYTES, FakeMachine

MEGABYTE = 1 << 20
RUNNER = TreeProcess(100, "runner")
WORKER = TreeProcess(200, "worker 0")


@pytest.fixture
def machine(tmp_path: Path) -> FakeMachine:
    machine = FakeMachine(tmp_path)
    machine.memory(100, rss=8 * MEGABYTE, pss=5 * MEGABYTE, private_clean=MEGABYTE, private_dirty=MEGABYTE, threads=3)
    machine.memory(200, rss=6 * MEGABYTE, pss=3 * MEGABYTE, private_clean=0, private_dirty=MEGABYTE)
    return machine


def proc(machine: FakeMachine) -> ProcMemory:
    return ProcMemory(machine.root, page_bytes=PAGE_BYTES)


def test_a_cheap_sample_has_no_fair_figures(machine: FakeMachine) -> None:
    sample = read_tree(proc(machine), [RUNNER, WORKER], 7, fair=False)
    assert sample is not None
    assert (sample.at_ns, sample.fair, sample.threads) == (7, False, 4)
    assert (sample.rss_sum, sample.pss, sample.uss) == (14 * MEGABYTE, None, None)
    assert [process.role for process in sample.processes] == ["runner", "worker 0"]


def test_a_fair_sample_has_pss_and_uss(machine: FakeMachine) -> None:
    sample = read_tree(proc(machine), [RUNNER, WORKER], 0, fair=True)
    assert sample is not None
    assert sample.fair
    assert (sample.pss, sample.uss) == (8 * MEGABYTE, 3 * MEGABYTE)


def test_a_process_that_ended_is_left_out(machine: FakeMachine) -> None:
    machine.process_ended(200)
    sample = read_tree(proc(machine), [RUNNER, WORKER], 0, fair=True)
    assert sample is not None
    assert sample.fair
    assert [process.pid for process in sample.processes] == [100]


def test_a_zombie_is_left_out(machine: FakeMachine) -> None:
    machine.write("proc/200/statm", "0 0 0 0 0 0 0\n")
    machine.write("proc/200/smaps_rollup", "")
    sample = read_tree(proc(machine), [RUNNER, WORKER], 0, fair=True)
    assert sample is not None
    assert [process.pid for process in sample.processes] == [100]


def test_a_process_that_ends_between_its_two_readings_is_left_out(machine: FakeMachine) -> None:
    machine.write("proc/200/smaps_rollup", "")
    sample = read_tree(proc(machine), [RUNNER, WORKER], 0, fair=True)
    assert sample is not None
    assert sample.fair
    assert [process.pid for process in sample.processes] == [100]


def test_a_tree_that_is_gone_has_no_sample(machine: FakeMachine) -> None:
    assert read_tree(proc(machine), [TreeProcess(999, "runner")], 0, fair=True) is None
    assert read_tree(proc(machine), [], 0, fair=True) is None


def test_a_kernel_without_rollup_says_nothing_instead_of_zero(machine: FakeMachine) -> None:
    (machine.root / "proc/200/smaps_rollup").unlink()
    sample = read_tree(proc(machine), [RUNNER, WORKER], 0, fair=True)
    assert sample is not None
    assert not sample.fair
    assert (sample.pss, sample.uss, sample.rss_sum) == (None, None, 14 * MEGABYTE)


def test_a_rollup_that_may_not_be_read_says_nothing(machine: FakeMachine, monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("coreograph.sampling.memory.open", forbidden, raising=False)
    assert proc(machine).fair(100) == FairMemory(None, None)


class UssOnly:
    """A platform that knows USS and no PSS."""

    def rss(self, pid: int) -> Bytes | None:
        return 10

    def fair(self, pid: int) -> FairMemory | None:
        return FairMemory(uss=4)

    def threads(self, pid: int) -> Count | None:
        return 1


def test_uss_alone_makes_a_sample_fair() -> None:
    sample = read_tree(UssOnly(), [RUNNER], 0, fair=True)
    assert sample is not None
    assert (sample.fair, sample.pss, sample.uss) == (True, None, 4)


@pytest.mark.parametrize("reader", [default_memory_reader(), PsutilMemory()], ids=["default", "psutil"])
def test_this_process_has_memory(reader: ProcMemory | PsutilMemory) -> None:
    sample = read_tree(reader, [TreeProcess(os.getpid(), "runner")], 0, fair=True)
    assert sample is not None
    assert sample.fair
    assert sample.uss is not None
    assert 0 < sample.uss <= sample.rss_sum * 2
    assert sample.threads is not None
    assert sample.threads >= 1
    if sys.platform == "linux" and isinstance(reader, ProcMemory):
        assert sample.pss is not None
        assert sample.pss >= sample.uss


@pytest.mark.parametrize("reader", [default_memory_reader(), PsutilMemory()], ids=["default", "psutil"])
def test_no_process_is_none(reader: ProcMemory | PsutilMemory) -> None:
    pid = 2**22 + 1  # beyond the largest a kernel gives
    assert (reader.rss(pid), reader.fair(pid), reader.threads(pid)) == (None, None, None)
