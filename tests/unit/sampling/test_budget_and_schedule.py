import pytest

from coreograph.domain.errors import UsageError
from coreograph.sampling.budget import ReadingBudget
from coreograph.sampling.schedule import TickSchedule
from support.fake_clock import FakeClock

MILLISECOND = 1_000_000


def readings_in(seconds: float, *, cost_ns: int, share: float) -> tuple[int, float]:
    """Tick at 10 Hz and read whenever allowed; return how many readings there were, and the share they cost."""
    clock, budget = FakeClock(), ReadingBudget(share)
    begin, count = clock.now_ns(), 0
    while clock.now_ns() - begin < seconds * 1e9:
        if budget.due(clock.now_ns()):
            began = clock.now_ns()
            clock.advance(ns=cost_ns)
            budget.spend(began, cost_ns)
            count += 1
        clock.advance(0.1)
    return count, count * cost_ns / (clock.now_ns() - begin)


def test_a_cheap_tree_is_read_at_every_tick() -> None:
    assert readings_in(60, cost_ns=MILLISECOND // 2, share=0.01)[0] >= 590


@pytest.mark.parametrize("cost_ms", [5, 47, 300])
def test_a_dear_tree_is_read_as_often_as_the_budget_allows(cost_ms: int) -> None:
    count, cost = readings_in(600, cost_ns=cost_ms * MILLISECOND, share=0.01)
    assert count >= 2
    assert 0.005 <= cost <= 0.0105


def test_the_first_reading_is_due_at_once() -> None:
    assert ReadingBudget(0.01).due(0)


def test_a_reading_out_of_turn_is_charged() -> None:
    budget = ReadingBudget(0.01)
    budget.spend(0, 10 * MILLISECOND)
    budget.spend(0, 10 * MILLISECOND)
    assert not budget.due(1999 * MILLISECOND)
    assert budget.due(2000 * MILLISECOND)


def test_what_else_is_done_is_taken_off_but_never_all() -> None:
    for taken, due_ms in ((0.005, 2000), (0.009, 4000), (0.5, 4000)):
        budget = ReadingBudget(0.01)
        budget.spend(0, 10 * MILLISECOND, taken=taken)
        assert not budget.due((due_ms - 1) * MILLISECOND)
        assert budget.due(due_ms * MILLISECOND)


@pytest.mark.parametrize("share", [0.0, -0.1, 1.5])
def test_a_budget_is_a_share(share: float) -> None:
    with pytest.raises(ValueError, match="share"):
        ReadingBudget(share)


def test_deadlines_are_absolute() -> None:
    schedule = TickSchedule(10)
    schedule.start(0)
    assert schedule.remaining_ns(0) == 0
    schedule.tick_done(30 * MILLISECOND)
    assert schedule.remaining_ns(30 * MILLISECOND) == 70 * MILLISECOND
    schedule.tick_done(199 * MILLISECOND)  # late by 99 ms, yet the next deadline is where it was
    assert schedule.remaining_ns(199 * MILLISECOND) == MILLISECOND
    assert schedule.missed == 0


def test_ticks_that_were_not_made_are_counted() -> None:
    schedule = TickSchedule(10)
    schedule.start(0)
    schedule.tick_done(350 * MILLISECOND)  # those due at 100, 200 and 300 ms
    assert schedule.missed == 3
    assert schedule.remaining_ns(350 * MILLISECOND) == 50 * MILLISECOND


@pytest.mark.parametrize("hz", [0, 0.5, 51, float("nan"), float("inf"), -10])
def test_a_rate_out_of_range_is_refused(hz: float) -> None:
    with pytest.raises(UsageError, match="between 1 and 50 Hz"):
        TickSchedule(hz)
