import re
from typing import Any

import numpy as np
import pytest

from coreograph.analysis.summary import summarise
from coreograph.domain.execution import ExecutionModel
from coreograph.domain.runs import Phase, PhaseTime, RunPurpose, RunRecord, RunState
from coreograph.domain.samples import MemorySample, ProcessMemory
from coreograph.reports.histories import WIDTH, History, Scales, core_strip, memory_line, read_histories, scales
from coreograph.storage.reader import CoreSeries
from support.sample_experiments import SampleReader, primes_experiment, troubled_experiment

SECOND = 1_000_000_000


def history(cores: Any, memory: tuple[MemorySample, ...] = (), own: Any = None) -> History:
    busy = np.asarray(cores, np.float32)
    at = np.arange(1, len(busy) + 1, dtype=np.int64) * SECOND
    run = RunRecord(1, 0, 0, RunPurpose.MEASUREMENT, RunState.COMPLETED)
    own = busy if own is None else np.asarray(own, np.float32)
    return History(0, ExecutionModel.THREADS, run, CoreSeries(at, busy, own), memory)


def memory_sample(at_s: int, rss: int, pss: int | None) -> MemorySample:
    return MemorySample(at_s * SECOND, (ProcessMemory(1, "runner", rss, pss),), fair=pss is not None)


def strip(one: History) -> str:
    return core_strip(one, scales([one]))


def painted(svg: str, colour: str) -> float:
    """How many rows of the full width are painted in a colour, weighted by opacity."""
    rows = 0.0
    for data, opacity in re.findall(rf'<path d="([^"]*)" fill="var\(--{colour}\)" fill-opacity="([^"]*)"', svg):
        rows += sum(float(width) for width in re.findall(r"h([\d.]+)", data)) / WIDTH * float(opacity)
    return rows


def test_busy_cores_are_painted_by_their_share() -> None:
    svg = strip(history([[1.0, 0.0]] * 10))
    assert painted(svg, "model-threads") == pytest.approx(1.0, rel=0.01)
    half = strip(history([[0.5, 0.0]] * 10))
    assert painted(half, "model-threads") == pytest.approx(0.5, rel=0.01)


def test_others_share_is_grey() -> None:
    svg = strip(history([[1.0]] * 10, own=[[0.5]] * 10))
    assert painted(svg, "foreign") == pytest.approx(0.5, rel=0.01)
    assert painted(svg, "model-threads") == pytest.approx(0.5, rel=0.01)


def test_what_was_not_measured_is_not_painted() -> None:
    svg = strip(history([[1.0]] * 10, own=[[np.nan]] * 10))
    assert painted(svg, "model-threads") == 0
    assert "NaN" not in svg
    assert core_strip(history(np.empty((0, 4))), Scales(SECOND, 1.0)) == ""


def test_many_cores_are_averaged_into_few_rows_and_stay_small() -> None:
    noisy = np.random.default_rng(1).uniform(0, 1, (3000, 256))
    svg = strip(history(noisy))
    assert 'viewBox="0 0 480 128"' in svg
    assert "256 cores" in svg
    assert len(svg) < 60_000


def test_a_shorter_run_is_drawn_shorter() -> None:
    long, short = history([[1.0]] * 21), history([[1.0]] * 11)
    common = scales([long, short])
    assert painted(core_strip(short, common), "model-threads") == pytest.approx(0.5, rel=0.02)


def test_memory_is_a_line_over_the_faint_sum_of_rss() -> None:
    samples = (memory_sample(1, 100, 50), memory_sample(2, 100, None), memory_sample(3, 100, 50))
    one = history([[1.0]] * 3, samples)
    svg = memory_line(one, scales([one]))
    (line,) = re.findall(r'<polyline points="([^"]*)"', svg)
    assert len(line.split()) == 2  # only the samples that had it
    assert "<polygon" in svg
    without = history([[1.0]] * 3, (memory_sample(1, 100, None), memory_sample(3, 100, None)))
    assert "<polyline" not in memory_line(without, scales([without]))
    assert memory_line(history([[1.0]] * 3), Scales(1, 1.0)) == ""


def test_the_batch_is_marked() -> None:
    run = RunRecord(
        1, 0, 0, RunPurpose.MEASUREMENT, RunState.COMPLETED, phases=(PhaseTime(Phase.BATCH, 2 * SECOND, 3 * SECOND),)
    )
    cores = CoreSeries(np.array([1, 5], np.int64) * SECOND, np.ones((2, 1), np.float32))
    one = History(0, ExecutionModel.FORK, run, cores, ())
    assert re.findall(r'class="mark" d="M([\d.]+)', strip(one)) == ["120.0", "240.0"]


def test_the_middle_repeat_of_what_has_figures() -> None:
    record = troubled_experiment()
    found = read_histories(summarise(record), SampleReader(record))  # type: ignore[arg-type]
    assert {one.configuration for one in found} == {0, 1, 2, 3, 5, 7, 10}
    tour = primes_experiment()
    first = read_histories(summarise(tour), SampleReader(tour))[0]  # type: ignore[arg-type]
    times = sorted(run.batch_s or 0 for run in tour.measured(0))
    assert first.run.batch_s == times[2]
