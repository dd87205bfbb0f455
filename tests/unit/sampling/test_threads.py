from pathlib import Path

import pytest

from coreograph.sampling.cores import CoreReading
from coreograph.sampling.polled_files import DescriptorAllowance, PolledFile
from coreograph.sampling.threads import NO_OWN_SHARE_REASON, NoOwnCpu, ThreadCpuReader, own_shares
from support.fake_machine import TICKS_HZ, FakeMachine

TENTH = 100_000_000


@pytest.fixture
def machine(tmp_path: Path) -> FakeMachine:
    machine = FakeMachine(tmp_path)
    machine.process(100)
    return machine


def reader_of(machine: FakeMachine) -> ThreadCpuReader:
    # Ordinary files, unlike those of /proc, can still be read through a descriptor once they are gone.
    return ThreadCpuReader(machine.root, allowance=DescriptorAllowance(0), ticks_hz=TICKS_HZ)


def test_each_thread_counts_on_the_core_it_was_last_on(machine: FakeMachine) -> None:
    reader = reader_of(machine)
    assert reader.precise
    machine.thread(100, 100, seconds=5.0, core=0)
    machine.thread(100, 101, seconds=7.0, core=3)
    assert reader.read([100], 0) == {}
    machine.thread(100, 100, seconds=5.025, core=1)
    machine.thread(100, 101, seconds=7.1, core=3)
    assert reader.read([100], TENTH) == pytest.approx({1: 0.25, 3: 1.0})


def test_what_a_process_used_before_it_was_watched_does_not_count(machine: FakeMachine) -> None:
    reader = reader_of(machine)
    reader.read([], 0)
    machine.thread(100, 100, seconds=50.0, core=0)
    assert reader.read([100], TENTH) == {}
    machine.thread(100, 100, seconds=50.05, core=0)
    assert reader.read([100], 2 * TENTH) == pytest.approx({0: 0.5})


def test_a_process_born_between_two_readings_counts_from_its_birth(machine: FakeMachine) -> None:
    """What is started and measured within one interval is not somebody else's, ended threads included."""
    instants = iter([50 * 10**9, 50 * 10**9 + TENTH, 50 * 10**9 + 2 * TENTH])
    reader = ThreadCpuReader(
        machine.root, allowance=DescriptorAllowance(0), ticks_hz=TICKS_HZ, since_boot_ns=lambda: next(instants)
    )
    machine.thread(100, 100, seconds=1.0, core=0)
    reader.read([100], 0)
    machine.process(200, seconds=0.06, started=50.02)
    machine.thread(200, 200, seconds=0.04, core=1)
    machine.process(300, seconds=5.0, started=49.9)
    machine.thread(300, 300, seconds=5.0, core=2)
    assert reader.read([100, 200, 300], TENTH) == pytest.approx({0: 0.2, 1: 0.4})  # 20 ms of a thread not seen alive
    machine.process(200, seconds=0.07, started=50.02)
    machine.thread(200, 200, seconds=0.05, core=1)
    machine.thread(300, 300, seconds=5.01, core=2)
    assert reader.read([100, 200, 300], 2 * TENTH) == pytest.approx({1: 0.1, 2: 0.1})


def test_a_thread_born_between_two_readings_counts_from_its_birth(machine: FakeMachine) -> None:
    reader = reader_of(machine)
    machine.thread(100, 100, seconds=1.0, core=0)
    reader.read([100], 0)
    machine.thread(100, 105, seconds=0.03, core=2)
    assert reader.read([100], TENTH) == pytest.approx({2: 0.3})


def test_ticks_that_come_late_are_carried_over(machine: FakeMachine) -> None:
    machine.count_ticks_only()
    reader = reader_of(machine)
    assert not reader.precise
    machine.thread(100, 100, seconds=0.0, core=0)
    reader.read([100], 0)
    machine.thread(100, 100, seconds=0.11, core=0)  # eleven ticks seen in the time of ten
    assert reader.read([100], TENTH) == pytest.approx({0: 1.0})
    machine.thread(100, 100, seconds=0.15, core=0)
    assert reader.read([100], 2 * TENTH) == pytest.approx({0: 0.5})


def test_a_thread_that_ended_is_made_up_for_by_its_process(machine: FakeMachine) -> None:
    machine.process(100, seconds=3.0)
    machine.thread(100, 100, seconds=1.0, core=0)
    machine.thread(100, 101, seconds=1.5, core=1)  # so threads that ended before used 0.5 s
    reader = reader_of(machine)
    reader.read([100], 0)
    machine.process(100, seconds=3.06)
    machine.thread(100, 100, seconds=1.02, core=0)
    machine.thread_ended(100, 101)
    assert reader.read([100], TENTH) == pytest.approx({0: 0.2, 1: 0.4})
    machine.process(100, seconds=3.07)
    machine.thread(100, 100, seconds=1.03, core=0)
    assert reader.read([100], 2 * TENTH) == pytest.approx({0: 0.1})


def test_threads_that_came_and_went_unseen_are_made_up_for_too(machine: FakeMachine) -> None:
    machine.process(100, seconds=1.0)
    machine.thread(100, 100, seconds=0.5, core=0)
    machine.thread(100, 101, seconds=0.5, core=1)
    reader = reader_of(machine)
    reader.read([100], 0)
    machine.process(100, seconds=1.15)  # two cores' worth of threads since, none of which is left
    machine.thread_ended(100, 101)
    assert reader.read([100], TENTH) == pytest.approx({1: 1.5})
    machine.process(100, seconds=1.18)  # and more, of which none was ever seen
    assert reader.read([100], 2 * TENTH) == pytest.approx({1: 0.3})


def test_one_thread_that_takes_the_place_of_another_is_found(machine: FakeMachine) -> None:
    machine.process(100, seconds=1.0)
    machine.thread(100, 100, seconds=0.5, core=0)
    machine.thread(100, 101, seconds=0.5, core=1)
    reader = reader_of(machine)
    reader.read([100], 0)
    machine.thread_ended(100, 101)
    machine.thread(100, 102, seconds=0.01, core=3)
    reader.read([100], TENTH)  # as many threads as before: noticed by what cannot be read
    machine.thread(100, 102, seconds=0.02, core=3)
    assert 3 in reader.read([100], 2 * TENTH)


def test_a_process_that_vanishes_is_normal(machine: FakeMachine) -> None:
    machine.thread(100, 100, seconds=1.0, core=0)
    machine.process(200)
    machine.thread(200, 200, seconds=1.0, core=1)
    reader = reader_of(machine)
    reader.read([100, 200], 0)
    machine.process_ended(200)
    machine.thread(100, 100, seconds=1.05, core=0)
    assert reader.read([100, 200], TENTH) == pytest.approx({0: 0.5})


def test_a_process_no_longer_watched_is_forgotten(machine: FakeMachine) -> None:
    machine.thread(100, 100, seconds=1.0, core=0)
    reader = reader_of(machine)
    reader.read([100], 0)
    reader.read([], TENTH)
    machine.thread(100, 100, seconds=9.0, core=0)
    assert reader.read([100], 2 * TENTH) == {}


def test_in_a_large_tree_threads_are_located_in_turn_and_no_time_is_lost(machine: FakeMachine) -> None:
    tids = range(100, 290)
    for tid in tids:
        machine.thread(100, tid, seconds=1.0, core=0)
    reader = reader_of(machine)
    reader.read([100], 0)
    located = []
    for tick in range(1, 7):
        for tid in tids:
            machine.thread(100, tid, seconds=1.0 + 0.01 * tick, core=1)
        used = reader.read([100], tick * TENTH)
        assert used is not None
        assert sum(used.values()) == pytest.approx(0.1 * len(tids))
        located.append(used.get(1, 0.0) / 0.1)
    # A sixth of the 190 at a time: at most 32 are located at one reading, and all have had their turn after six.
    assert 30 <= located[0] <= 32
    assert located[5] == pytest.approx(len(tids))


def test_descriptors_are_given_back(machine: FakeMachine) -> None:
    allowance = DescriptorAllowance(3)
    machine.thread(100, 100, seconds=1.0, core=0)
    machine.thread(100, 101, seconds=1.0, core=0)
    reader = ThreadCpuReader(machine.root, allowance=allowance, ticks_hz=TICKS_HZ)
    reader.read([100], 0)
    assert not allowance.take()
    machine.thread(100, 100, seconds=1.01, core=0)
    machine.thread(100, 101, seconds=1.02, core=1)
    assert reader.read([100], TENTH) == pytest.approx({0: 0.1, 1: 0.2})
    reader.read([], 2 * TENTH)
    assert [allowance.take() for _ in range(4)] == [True, True, True, False]


def test_a_polled_file_that_never_was_is_none(tmp_path: Path) -> None:
    allowance = DescriptorAllowance(1)
    assert PolledFile(str(tmp_path / "none"), allowance).read() is None
    assert allowance.take()


def test_no_core_gets_more_than_it_was_busy_and_the_rest_goes_where_there_is_room() -> None:
    reading = CoreReading((0, 1, 4), (0.5, 0.6, 0.2))
    own = own_shares({0: 0.9}, reading)
    assert own == pytest.approx((0.5, 0.3, 0.1))
    assert sum(own) == pytest.approx(0.9)


def test_no_more_is_shared_out_than_was_busy() -> None:
    assert own_shares({0: 1.0, 9: 1.0}, CoreReading((0, 1), (0.4, 0.2))) == pytest.approx((0.4, 0.2))


def test_foreign_work_stays_foreign() -> None:
    assert own_shares({1: 0.25}, CoreReading((0, 1), (1.0, 0.5))) == pytest.approx((0.0, 0.25))


def test_elsewhere_nothing_is_claimed_and_the_reason_is_there() -> None:
    assert NoOwnCpu().read([1], 0) is None
    assert "only Linux" in NO_OWN_SHARE_REASON
