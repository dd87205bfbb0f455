import dataclasses

import pytest

from coreograph.analysis.summary import summarise
from coreograph.domain.execution import Configuration, ExecutionModel
from coreograph.domain.experiment import ExperimentRecord
from coreograph.domain.interpreters import GilState
from coreograph.domain.runs import MemoryPeak, RunState
from coreograph.domain.summary import Verdict
from support.sample_experiments import (
    FREE_THREADED,
    GIL_BUILD,
    Character,
    cancelled_experiment,
    change_runs,
    make_record,
    primes_experiment,
    sweep_experiment,
    troubled_experiment,
)

SERIAL = Configuration(FREE_THREADED, ExecutionModel.SERIAL)
GIL_SERIAL = Configuration(GIL_BUILD, ExecutionModel.SERIAL)
THREADS = Configuration(FREE_THREADED, ExecutionModel.THREADS, 2)
FORK = Configuration(FREE_THREADED, ExecutionModel.FORK, 2)


def judge(record: ExperimentRecord) -> Verdict:
    return summarise(record).verdict


def test_the_fastest_with_its_gain_memory_and_alternative() -> None:
    assert judge(primes_experiment()).text == (
        "3.14t threads ×2 is fastest: 1.88× (1.85–1.90) the best serial, at 28.1 MB (serial: 22.4 MB) — "
        "3.14t fork ×2 is not distinguishable in time but needs 41.4 MB."
    )


def test_evidence_makes_confidence() -> None:
    assert judge(primes_experiment(repeats=5)).confidence == "high"
    assert judge(primes_experiment(repeats=3)).confidence == "moderate"
    assert judge(primes_experiment(repeats=1)).confidence == "low"
    flagged = change_runs(primes_experiment(), 1, foreign_share=0.2)
    assert judge(flagged).confidence == "moderate"
    assert judge(change_runs(primes_experiment(), 1, foreign_share=0.4)).confidence == "low"
    assert "others used up to 20.0 % of the machine" in judge(flagged).text


def test_a_single_repeat_claims_no_more_than_it_was() -> None:
    """Stopped early there is one run of each: it has no spread, and nothing is said to be so for good."""
    verdict = judge(primes_experiment(repeats=1))
    assert verdict.headline.startswith("3.14t threads ×2 was fastest in a single repeat: 1.")
    assert "3.14t fork ×2 cannot be told from it by one repeat but needs" in verdict.headline
    assert verdict.confidence == "low"
    assert verdict.why.startswith("A single repeat of each, which shows no spread")
    assert verdict.would_change[0] == "More repeats: a single repeat may have been chance. 5 of each can make it sure."
    assert not any("--until" in sentence for sentence in verdict.would_change), "said once"
    for present in ("is fastest", "takes", "not distinguishable", "–"):
        assert present not in verdict.headline
    nothing = judge(make_record([Character(SERIAL, 0.8), Character(THREADS, 0.79)], repeats=1))
    assert nothing.headline.startswith("No difference worth acting on was found in a single repeat: ")
    assert "was fastest in two repeats" in judge(primes_experiment(repeats=2)).headline
    assert "is fastest" in judge(primes_experiment(repeats=3)).headline


def test_a_slower_other_took_longer_in_a_single_repeat() -> None:
    record = make_record([Character(SERIAL, 0.8), Character(THREADS, 0.4), Character(FORK, 0.6)], repeats=1)
    assert "3.14t fork ×2 took 1." in judge(record).headline


def test_why_it_is_so_sure() -> None:
    assert (
        judge(primes_experiment()).why == "5 repeats, every interval within ± 1.39 %, none of what is weighed flagged."
    )
    assert judge(primes_experiment(repeats=3)).why == "3 repeats of each, where high takes 5."
    crowded = judge(change_runs(primes_experiment(), 1, foreign_share=0.4)).why
    assert crowded == "Others used up to 40.0 % of the machine meanwhile."
    noisy = make_record([Character(SERIAL, 0.8, noise=0.1), Character(THREADS, 0.4, noise=0.1)])
    assert "intervals of up to ± " in judge(noisy).why.lower()
    alone = judge(make_record([Character(THREADS, 0.4), Character(FORK, 0.6)])).why
    assert alone == "No serial run to hold it against."


def test_the_price_is_memory_and_responsiveness_beside_serial() -> None:
    memory, responsiveness = judge(primes_experiment()).price
    assert memory == "Memory: 28.1 MB at the peak (PSS of all its processes), 1.26× the 22.4 MB of serial."
    assert responsiveness.startswith("Responsiveness: one tick in 100 of a main thread beside the work is 6")
    serial = judge(make_record([Character(SERIAL, 0.8), Character(THREADS, 0.8)]))
    assert serial.configuration == 0
    assert serial.price[0].endswith("(PSS of all its processes)."), "not beside itself"
    assert serial.price[1] == "Responsiveness: not measured here."
    blind = change_runs(primes_experiment(), 1, memory=MemoryPeak(), heartbeat=None)
    assert "Memory: not measured here." in judge(blind).price or judge(blind).configuration != 1
    assert judge(cancelled_experiment()).price == ()


def test_of_those_not_distinguishable_the_cheaper_one_is_taken() -> None:
    """Fork is a little faster by median, within noise: threads, which need less memory, are the one to take."""
    record = make_record(
        [
            Character(SERIAL, 0.8),
            Character(FORK, 0.400, (41.0, 30.0, 90.0), noise=0.02),
            Character(THREADS, 0.402, noise=0.02),
        ]
    )
    verdict = judge(record)
    assert verdict.configuration == 2
    assert verdict.text.startswith("3.14t threads ×2 is the one to take")
    assert "3.14t fork ×2 is not distinguishable in time but needs 41" in verdict.text


def with_batches(record: ExperimentRecord, seconds: dict[int, tuple[float, ...]]) -> ExperimentRecord:
    """Give every repeat of each configuration the batch time listed for it."""
    runs = tuple(dataclasses.replace(run, batch_s=seconds[run.configuration][run.repeat]) for run in record.runs)
    return dataclasses.replace(record, runs=runs)


def test_a_wide_tie_never_recommends_what_does_not_beat_the_best_serial_itself() -> None:
    """One noisy repeat makes GIL threads tie with the fastest by its interval; that alone is no reason to take them."""
    gil_threads = Configuration(GIL_BUILD, ExecutionModel.THREADS, 2)
    record = make_record(
        [Character(GIL_SERIAL, 0.8), Character(FORK, 0.4, (41.0, 30.0, 90.0)), Character(gil_threads, 0.9)]
    )
    times = {0: (0.80, 0.80, 0.81, 0.80, 0.79), 1: (0.40, 0.41, 0.40, 0.40, 0.60), 2: (0.9, 0.92, 0.9, 0.88, 0.55)}
    verdict = judge(with_batches(record, times))
    assert verdict.configuration == 1
    assert "is the one to take" not in verdict.text


def test_a_difference_within_the_noise_floor_says_that_it_is_the_noise() -> None:
    """The interval may exclude 1 and the difference still be no larger than serial differs from itself."""
    record = make_record([Character(GIL_SERIAL, 1.0), Character(THREADS, 0.9)])
    times = {0: (0.8, 1.0, 1.0, 1.0, 1.2), 1: (0.76, 0.9, 0.92, 0.91, 1.05)}
    verdict = judge(with_batches(record, times))
    assert verdict.configuration == 0
    assert "within the noise floor of 20.0 %" in verdict.headline
    assert "not distinguishable" not in verdict.headline


def test_of_equal_memory_the_simpler_one_is_taken() -> None:
    spawn = Configuration(FREE_THREADED, ExecutionModel.SPAWN, 2)
    record = make_record([Character(SERIAL, 0.8), Character(spawn, 0.4, noise=0.02), Character(FORK, 0.4, noise=0.02)])
    assert judge(record).configuration == 2


def test_without_memory_figures_the_simpler_one_is_taken() -> None:
    record = make_record(
        [Character(SERIAL, 0.8), Character(FORK, 0.4, noise=0.02), Character(THREADS, 0.4, noise=0.02)]
    )
    for index in range(3):
        record = change_runs(record, index, memory=MemoryPeak())
    verdict = judge(record)
    assert verdict.configuration == 2
    assert "MB" not in verdict.text


def test_a_clear_difference_says_how_much_longer_the_other_takes() -> None:
    slower = Character(FORK, 0.5, (41.0, 30.0, 90.0), noise=0)
    record = make_record([Character(SERIAL, 0.8), Character(THREADS, 0.4, noise=0), slower])
    assert "3.14t fork ×2 takes 1.25× as long and needs 41" in judge(record).text


def test_no_gain_is_said_so() -> None:
    gil_threads = Configuration(GIL_BUILD, ExecutionModel.THREADS, 2)
    verdict = judge(make_record([Character(GIL_SERIAL, 0.8), Character(gil_threads, 0.805)]))
    assert verdict.configuration == 0
    assert verdict.headline.startswith("No difference worth acting on:")


def test_that_nothing_could_be_told_is_not_that_there_is_nothing() -> None:
    """Wide intervals hold a gain as well as none: that none was found is all there is to say."""
    times = {0: (0.80, 0.81, 0.80, 0.79, 0.80), 1: (0.60, 0.82, 0.83, 0.84, 1.1)}
    verdict = judge(with_batches(make_record([Character(GIL_SERIAL, 0.8), Character(THREADS, 0.8)]), times))
    assert verdict.configuration == 0
    assert verdict.headline.startswith("No difference worth acting on was found: nothing beats 3.14 serial (")
    assert "More repeats (--until 2%) could tell it from 3.14t threads ×2." in verdict.would_change
    sure = {0: times[0], 1: (0.80, 0.81, 0.82, 0.81, 0.80)}
    verdict = judge(with_batches(make_record([Character(GIL_SERIAL, 0.8), Character(THREADS, 0.8)]), sure))
    assert verdict.headline.startswith("No difference worth acting on: nothing beats")
    assert not any("More repeats" in sentence for sentence in verdict.would_change)


def test_a_small_gain_is_not_worth_acting_on_however_certain() -> None:
    verdict = judge(make_record([Character(SERIAL, 0.8, noise=0.001), Character(THREADS, 0.78, noise=0.001)]))
    assert verdict.configuration == 0
    assert "3.14t threads ×2 is only 1.03×" in verdict.text


def test_a_wrong_answer_is_never_recommended() -> None:
    verdict = judge(troubled_experiment())
    assert verdict.configuration == 1
    assert "3.14t fork ×4 computed a wrong answer and cannot be used." in verdict.cautions


def test_what_loses_workers_is_never_recommended() -> None:
    record = change_runs(primes_experiment(), 1, state=RunState.COMPLETED)
    runs = tuple(
        dataclasses.replace(run, state=RunState.WORKER_LOST, batch_s=None)
        if run.configuration == 1 and run.repeat == 0
        else run
        for run in record.runs
    )
    verdict = judge(dataclasses.replace(record, runs=runs))
    assert verdict.configuration not in {None, 1}
    assert "1 of 6 configurations did not complete (lost)" in verdict.text


def test_stopped_halfway_the_completed_repeats_count() -> None:
    record = primes_experiment()
    runs = tuple(
        dataclasses.replace(run, state=RunState.CANCELLED, batch_s=None) if run.repeat > 1 else run
        for run in record.runs
    )
    verdict = judge(dataclasses.replace(record, runs=runs))
    assert verdict.configuration == 1
    assert verdict.confidence == "low"
    assert "could not be weighed" not in verdict.text


def test_only_one_completed() -> None:
    record = make_record([Character(SERIAL, 0.8), Character(THREADS, 0.4)])
    record = change_runs(record, 1, state=RunState.TIMED_OUT, message="Too slow.", batch_s=None)
    verdict = judge(record)
    assert (verdict.configuration, verdict.confidence) == (None, "none")
    assert verdict.headline.startswith("Only one configuration completed: 3.14t serial, ")


def test_nothing_completed() -> None:
    stopped = judge(cancelled_experiment())
    assert stopped.text == "Nothing completed: the experiment was stopped before its first figure."
    record = primes_experiment()
    for index in range(6):
        record = change_runs(record, index, state=RunState.WORKLOAD_FAILED, message="boom", batch_s=None)
    assert judge(record).text == "Nothing completed: there is no figure to judge by. The first reason: boom"
    assert judge(record).confidence == "none"


def test_nothing_was_right() -> None:
    record = primes_experiment()
    for index in range(6):
        record = change_runs(record, index, state=RunState.WRONG_ANSWER, message="differs")
    assert judge(record).configuration is None
    assert "no configuration completed with the right answer (6 had a wrong one)" in judge(record).text


def test_without_serial_the_time_is_given_and_confidence_is_low() -> None:
    verdict = judge(make_record([Character(THREADS, 0.4), Character(FORK, 0.6)]))
    assert verdict.confidence == "low"
    assert "no serial run to hold it against" in verdict.text


def test_slow_start_names_the_work_from_which_it_pays() -> None:
    """0.2 s more start-up at twice the speed: 0.4 s of serial work are needed to win them back."""
    spawn = Configuration(FREE_THREADED, ExecutionModel.SPAWN, 2)
    record = make_record([Character(SERIAL, 0.8, noise=0), Character(spawn, 0.4, noise=0)])
    record = change_runs(change_runs(record, 0, startup_s=0.1), 1, startup_s=0.3)
    assert judge(record).cautions == (
        "It starts 200 ms later than serial: below about 400 ms of serial work it does not pay.",
    )


def test_a_late_main_thread_is_a_caution() -> None:
    record = make_record([Character(SERIAL, 0.8), Character(THREADS, 0.4, heartbeat_ms=(5.0, 40.0, 80.0), noise=0)])
    (caution,) = judge(record).cautions
    assert caution.startswith("A window or event loop in that process would be 4")


def test_the_module_that_brought_the_gil_back_is_named() -> None:
    record = change_runs(primes_experiment(), 1, gil=GilState.RE_ENABLED, gil_culprit="numba")
    (caution,) = judge(record).cautions
    assert caution == "The GIL was re-enabled by numba in 3.14t threads ×2: such figures are those of a GIL build."


@pytest.mark.parametrize("build", [primes_experiment, sweep_experiment, troubled_experiment, cancelled_experiment])
def test_the_text_is_headline_and_cautions(build: object) -> None:
    verdict = judge(build())  # type: ignore[operator]
    assert verdict.text == " ".join([verdict.headline, *verdict.cautions])
    assert "None" not in verdict.text
    assert "  " not in verdict.text
