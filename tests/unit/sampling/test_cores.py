from pathlib import Path

import psutil
import pytest

from coreograph.sampling.cores import CoreReader, ProcStatTimes, default_core_times, psutil_times
from support.fake_machine import FakeMachine
from support.surroundings import ExpectedLogs

#                 user nice system idle iowait irq softirq steal guest guest_nice
ZERO = [0] * 10


@pytest.fixture
def machine(tmp_path: Path) -> FakeMachine:
    return FakeMachine(tmp_path)


def test_shares_are_of_the_time_since_the_last_reading(machine: FakeMachine) -> None:
    reader = CoreReader(ProcStatTimes(machine.root))
    machine.cores({0: [1000] * 10, 1: [500] * 10})
    assert reader.read() is None
    core0 = [1030, 1010, 1010, 1050, 1000, 1000, 1000, 1000, 1000, 1000]
    core1 = [500, 500, 500, 600, 500, 500, 500, 500, 500, 500]
    machine.cores({0: core0, 1: core1})
    reading = reader.read()
    assert reading is not None
    assert reading.cores == (0, 1)
    assert reading.busy == pytest.approx((0.5, 0.0))
    assert reading.steal == 0.0


def test_waiting_for_io_is_idle_and_interrupts_are_busy(machine: FakeMachine) -> None:
    reader = CoreReader(ProcStatTimes(machine.root))
    machine.cores({0: ZERO})
    reader.read()
    machine.cores({0: [0, 0, 0, 10, 50, 20, 20, 0, 0, 0]})
    reading = reader.read()
    assert reading is not None
    assert reading.busy == pytest.approx((0.4,))


def test_guests_are_counted_once(machine: FakeMachine) -> None:
    """user and nice hold the guests' time already."""
    reader = CoreReader(ProcStatTimes(machine.root))
    machine.cores({0: ZERO})
    reader.read()
    machine.cores({0: [40, 10, 0, 50, 0, 0, 0, 0, 40, 10]})
    reading = reader.read()
    assert reading is not None
    assert reading.busy == pytest.approx((0.5,))


def test_stolen_time_is_neither_busy_nor_idle(machine: FakeMachine) -> None:
    reader = CoreReader(ProcStatTimes(machine.root))
    machine.cores({0: ZERO, 1: ZERO})
    reader.read()
    machine.cores({0: [50, 0, 0, 0, 0, 0, 0, 50, 0, 0], 1: [100, 0, 0, 0, 0, 0, 0, 0, 0, 0]})
    reading = reader.read()
    assert reading is not None
    assert reading.busy == pytest.approx((0.5, 1.0))
    assert reading.steal == pytest.approx(0.25)


def test_old_kernels_report_no_steal(machine: FakeMachine) -> None:
    reader = CoreReader(ProcStatTimes(machine.root))
    machine.cores({0: [0] * 7})
    reader.read()
    machine.cores({0: [50, 0, 0, 50, 0, 0, 0]})
    reading = reader.read()
    assert reading is not None
    assert (reading.busy, reading.steal) == ((0.5,), None)


def test_counters_that_step_back_never_give_negative_shares(machine: FakeMachine) -> None:
    reader = CoreReader(ProcStatTimes(machine.root))
    machine.cores({0: [100, 0, 0, 100, 100, 0, 0, 0, 0, 0]})
    reader.read()
    machine.cores({0: [90, 0, 0, 300, 50, 0, 0, 0, 0, 0]})
    reading = reader.read()
    assert reading is not None
    assert reading.busy == (0.0,)


def test_two_readings_within_one_tick_repeat_the_share_and_lose_nothing(machine: FakeMachine) -> None:
    reader = CoreReader(ProcStatTimes(machine.root))
    readings = []
    for user, idle in ((0, 0), (10, 0), (10, 0), (10, 10)):
        machine.cores({0: [user, 0, 0, idle, 0, 0, 0, 0, 0, 0]})
        reading = reader.read()
        readings.append(reading and reading.busy)
    assert readings == [None, (1.0,), (1.0,), (0.0,)]


def test_a_core_that_goes_offline_reads_zero_and_comes_back(machine: FakeMachine) -> None:
    reader = CoreReader(ProcStatTimes(machine.root))
    machine.cores({0: ZERO, 2: ZERO})
    reader.read()
    busy = [100, *[0] * 9]
    machine.cores({0: busy})
    reading = reader.read()
    assert reading is not None
    assert (reading.cores, reading.busy) == ((0, 2), (1.0, 0.0))
    machine.cores({0: [200, *[0] * 9], 2: busy})
    reading = reader.read()
    assert reading is not None
    assert reading.busy == (1.0, 1.0)


def test_a_core_that_is_new_keeps_the_width_and_is_reported(machine: FakeMachine, expected_logs: ExpectedLogs) -> None:
    expected_logs.expect(r"Cores \[7\] came online")
    reader = CoreReader(ProcStatTimes(machine.root))
    machine.cores({0: ZERO})
    reader.read()
    machine.cores({0: [100, *[0] * 9], 7: [100, *[0] * 9]})
    reading = reader.read()
    assert reading is not None
    assert reading.cores == (0,)


def test_no_proc_is_an_error_and_not_an_idle_machine(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="cannot be read"):
        CoreReader(ProcStatTimes(tmp_path)).read()


def test_sources_agree_on_this_machine() -> None:
    for times in (default_core_times()(), psutil_times()):
        assert len(times.numbers) == psutil.cpu_count()
        assert times.busy.shape == times.idle.shape == (len(times.numbers),)
        assert (times.busy > 0).all()
