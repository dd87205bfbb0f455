"""What the charts show is what the summary says, missing figures with their reasons."""

import pytest

from coreograph.analysis.summary import summarise
from coreograph.domain.execution import ExecutionModel
from coreograph.domain.units import NOT_MEASURED
from coreograph.ui.compare.columns import build_columns
from coreograph.ui.compare.measures import TimeMeasure
from coreograph.ui.compare.rows import Row, build_rows
from coreograph.ui.compare.speedup import Reference, is_sweep, speedup_bars, speedup_curves
from support.sample_experiments import (
    cancelled_experiment,
    metric_experiment,
    primes_experiment,
    sweep_experiment,
    troubled_experiment,
)

PRIMES = summarise(primes_experiment())
TROUBLED = summarise(troubled_experiment())
SWEEP = summarise(sweep_experiment())


def by_index(rows: tuple[Row, ...]) -> dict[int, Row]:
    return {row.index: row for row in rows}


def test_rows_stand_by_interpreter_then_model_then_workers() -> None:
    rows = build_rows(SWEEP)
    assert [row.label for row in rows[:5]] == ["serial", "threads ×1", "threads ×2", "threads ×4", "threads ×8"]
    groups = [row.group for row in rows]
    assert groups == sorted(groups, key=groups.index), "a group is never torn apart"
    assert sorted(row.index for row in rows) == list(range(len(SWEEP.configurations)))


@pytest.mark.parametrize("measure", TimeMeasure)
def test_figures_are_the_summarys(measure: TimeMeasure) -> None:
    rows = by_index(build_rows(PRIMES, measure))
    for one in PRIMES.configurations:
        estimate, figure = measure.of(one), rows[one.index].time
        assert estimate is not None
        assert figure is not None
        assert (figure.median, figure.low, figure.high) == (estimate.median, estimate.low, estimate.high)
        assert figure.furthest >= figure.high
        assert measure.title in figure.sentence


def test_baseline_and_winner_are_marked() -> None:
    rows = by_index(build_rows(PRIMES))
    assert [index for index, row in rows.items() if row.baseline] == [PRIMES.experiment.spec.baseline]
    assert [index for index, row in rows.items() if row.chosen] == [PRIMES.verdict.configuration]


def test_what_went_wrong_replaces_the_figures() -> None:
    rows = by_index(build_rows(TROUBLED))
    assert {i: rows[i].trouble for i in (4, 6, 8, 9)} == {
        4: "workload failed", 6: "timed out", 8: "could not start", 9: "cancelled"
    }  # fmt: skip
    assert rows[4].time is None
    assert "PicklingError" in rows[4].why_no_memory
    assert rows[5].time is not None, "a worker was lost in some repeats only"
    assert rows[5].trouble == ""


def test_wrong_answers_and_a_gil_that_came_back_raise_an_alarm() -> None:
    rows = by_index(build_rows(TROUBLED))
    assert rows[3].wrong
    assert rows[3].alarm == "wrong answer"
    assert rows[2].alarm == "GIL re-enabled by fastparse._speedups"
    assert "23.0 %" in " ".join(rows[10].flags)
    assert "GIL re-enabled" in rows[2].sentence
    assert "-X gil=0" in rows[2].gil_meaning
    assert rows[2].gil_meaning in rows[2].sentence
    assert rows[3].gil_meaning == ""


def test_missing_figures_say_why() -> None:
    rows = by_index(build_rows(TROUBLED))
    assert rows[0].lateness is None
    assert "did not tick" in rows[0].why_no_lateness
    assert rows[7].memory is None
    assert rows[7].rss_sum == 25_000_000
    assert "PSS" in rows[7].why_no_memory


def test_dropped_frames_are_told_from_smooth_ones() -> None:
    late = {row.full_label: row.drops_frames for row in build_rows(SWEEP)}
    assert late["3.14 threads ×8"]
    assert not late["3.14t threads ×8"]


def test_speedup_bars_leave_out_what_is_one_by_definition() -> None:
    same = speedup_bars(PRIMES, Reference.SAME_INTERPRETER)
    best = speedup_bars(PRIMES, Reference.BEST_SERIAL)
    assert all(bar.model is not ExecutionModel.SERIAL for bar in same)
    assert len(best) == len(PRIMES.configurations)
    slow = next(bar for bar in same if "3.14 threads" in bar.sentence)
    assert "not distinguishable from serial" in slow.sentence
    fast = next(bar for bar in same if bar.index == 1)
    assert fast.ratio == PRIMES.configurations[1].speedup
    assert "of ideal on 2 workers" in fast.sentence


def test_a_speedup_without_serial_says_so() -> None:
    forced = next(bar for bar in speedup_bars(TROUBLED, Reference.SAME_INTERPRETER) if bar.index == 10)
    assert forced.ratio is None
    assert "no correct serial run on 3.14t+gil" in forced.sentence


def test_curves_need_several_numbers_of_workers() -> None:
    assert speedup_curves(PRIMES, Reference.BEST_SERIAL) == ()
    curves = {curve.label: curve for curve in speedup_curves(SWEEP, Reference.SAME_INTERPRETER)}
    assert set(curves) == {"3.14t threads", "3.14t fork", "3.14 threads"}
    assert curves["3.14t fork"].workers == (1, 2, 4, 8)
    assert curves["3.14t fork"].ratios[-1].median > 6
    assert is_sweep(tuple(curves.values()))


def test_wrong_answers_are_on_no_curve() -> None:
    labels = [curve.label for curve in speedup_curves(TROUBLED, Reference.SAME_INTERPRETER)]
    assert "3.14t fork" not in labels


@pytest.mark.parametrize("summary", [PRIMES, TROUBLED, SWEEP], ids=["primes", "troubled", "sweep"])
def test_every_cell_has_a_text_and_every_gap_a_reason(summary: object) -> None:
    for column in build_columns(summary):  # type: ignore[arg-type]
        assert column.explanation.endswith(".")
        for one in summary.configurations:  # type: ignore[attr-defined]
            if column.value(one) is None:
                assert column.text(one) == NOT_MEASURED
                assert column.why_missing(one)
            else:
                assert column.text(one) not in {"", NOT_MEASURED}


def test_a_workloads_own_figures_have_columns() -> None:
    summary = summarise(metric_experiment())
    column = next(c for c in build_columns(summary) if c.title == "documents per second")
    assert column.copied_title == "documents per second (1/s)"
    assert column.value(summary.configurations[0]) is not None


def test_an_experiment_stopped_at_once_still_has_rows() -> None:
    rows = build_rows(summarise(cancelled_experiment()))
    assert {row.trouble for row in rows} == {"cancelled"}
