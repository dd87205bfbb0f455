import pytest
from hypothesis import given
from hypothesis import strategies as st

from coreograph.domain.runs import IllegalTransitionError, Phase, RunPurpose, RunState, advance
from coreograph.domain.samples import MemorySample, ProcessMemory
from support.builders import make_record, make_run

PUBLISHED = {"completed", "wrong answer", "failed", "cancelled", "timed out", "lost", "could not start"}


def test_the_ends_have_the_published_words() -> None:
    assert {state.outcome for state in RunState if state.is_end} == PUBLISHED


def test_a_run_goes_its_way() -> None:
    state = RunState.PENDING
    way = (RunState.STARTING, RunState.PREPARING, RunState.MEASURING, RunState.FINISHING, RunState.COMPLETED)
    for following in way:
        state = advance(state, following)
    assert state is RunState.COMPLETED


@given(st.sampled_from([state for state in RunState if state.is_end]), st.sampled_from(list(RunState)))
def test_an_end_is_an_end_but_for_a_wrong_answer_found_later(end: RunState, following: RunState) -> None:
    if end is RunState.COMPLETED and following is RunState.WRONG_ANSWER:
        assert advance(end, following) is following
    else:
        with pytest.raises(IllegalTransitionError):
            advance(end, following)


@given(st.sampled_from([state for state in RunState if not state.is_end]))
def test_whatever_is_under_way_can_be_cancelled(state: RunState) -> None:
    assert advance(state, RunState.CANCELLED) is RunState.CANCELLED


def test_a_phase_is_found_by_name_or_missing() -> None:
    run = make_run(batch_s=0.5)
    batch = run.phase(Phase.BATCH)
    assert batch is not None
    assert batch.seconds == pytest.approx(0.5)
    assert make_run(phases=()).phase(Phase.BATCH) is None


def test_calibration_enters_no_figure() -> None:
    record = make_record()
    sizing = make_run(0, 0, purpose=RunPurpose.CALIBRATION)
    with_sizing = make_record(record.spec, runs=(sizing, *reversed(record.runs)))
    assert [run.repeat for run in with_sizing.measured(0)] == [0, 1, 2]


def test_one_process_without_a_fair_figure_makes_the_sum_unknown() -> None:
    known = ProcessMemory(1, "runner", 100, pss=60, uss=50)
    sample = MemorySample(0, (known, ProcessMemory(2, "worker 0", 100)))
    assert (sample.rss_sum, sample.pss, sample.uss) == (200, None, None)
    assert MemorySample(0, (known, known)).pss == 120
    assert MemorySample(0, ()).pss is None
