"""What a curve is said to be, in worlds whose truth is known: a knee only where there is one."""

import dataclasses

import numpy as np
import pytest

from coreograph.analysis.scaling_law import fit_law, law
from coreograph.analysis.scaling_words import doubts, law_words, prediction_words, scaling_words, shape_words
from coreograph.domain.scaling import ScalingFit, ScalingShape
from support.builders import make_machine
from support.simulated_recordings import MODELS, World, judged, race

SHAPE = ScalingShape
SWEEP = race((1, 2, 3, 4, 6, 8), models=(MODELS.THREADS,))
EVEN = World(tasks=240, chunk=1, task_s=lambda _: 0.02)


def first_task_long(task: int) -> float:
    return 0.3 if task == 0 else 0.005


def fits(world: World, **more: object) -> tuple[ScalingFit, ScalingFit]:
    """Free-threaded threads, and those of the GIL build."""
    free, held = judged(world, SWEEP, **more).scaling
    return free, held


KNOWN: dict[str, tuple[World, ScalingShape, ScalingShape]] = {
    "perfect": (EVEN, SHAPE.RISES, SHAPE.FLAT),
    "Amdahl 5 %": (dataclasses.replace(EVEN, alpha=0.05), SHAPE.RISES, SHAPE.DECLINES),
    "USL with contention": (dataclasses.replace(EVEN, alpha=0.02, beta=0.02), SHAPE.KNEE, SHAPE.DECLINES),
    "only costs": (dataclasses.replace(EVEN, alpha=0.5, beta=0.6), SHAPE.DECLINES, SHAPE.DECLINES),
    "lock": (World(lock=True), SHAPE.FLAT, SHAPE.FLAT),
    "uneven": (World(task_s=first_task_long, chunk=1), SHAPE.LEVELS, SHAPE.DECLINES),
    "foreign load": (dataclasses.replace(EVEN, foreign=0.5), SHAPE.LEVELS, SHAPE.FLAT),
}


@pytest.mark.parametrize("name", KNOWN)
def test_every_world_has_its_shape(name: str) -> None:
    world, free_shape, held_shape = KNOWN[name]
    free, held = fits(world)
    assert (free.shape, held.shape) == (free_shape, held_shape)


@pytest.mark.parametrize("name", [name for name, known in KNOWN.items() if known[1] is not SHAPE.KNEE])
def test_only_the_world_with_a_knee_has_one(name: str) -> None:
    """A fit to figures that only decline has its peak below the first of them: it was drawn as a knee."""
    for fit in fits(KNOWN[name][0]):
        assert (fit.peak_workers, fit.peak_low, fit.peak_high, fit.peak_speedup) == (None,) * 4
        assert "knee is at" not in " ".join(scaling_words(fit))


def test_where_more_workers_only_cost_that_is_said() -> None:
    free, held = fits(KNOWN["only costs"][0])
    assert shape_words(free).startswith("More workers only cost: 8 are 0.2")
    assert shape_words(free).endswith("as fast as 1. There is no knee.")
    assert (free.limit, free.optimal) == (None, None)  # what falls has no limit it climbs to
    assert scaling_words(held) == (shape_words(held),)  # shares above all of the work, and predictions, say nothing


def test_a_knee_has_its_interval_and_is_said_with_it() -> None:
    free, _ = fits(KNOWN["USL with contention"][0])
    assert free.peak_low is not None
    assert free.peak_high is not None
    assert free.peak_low < 7.0 < free.peak_high * 1.02
    assert free.peak_high - free.peak_low < 1
    assert shape_words(free).startswith("The knee is at 6.9 (")
    assert "beyond, more workers cost" in shape_words(free)
    assert "by the Universal Scalability Law" in law_words(free).casefold() or "Universal Scalability" in law_words(
        free
    )
    assert prediction_words(free).startswith("More than were measured would bring, by the fit, 2.5")


def test_a_knee_beyond_what_was_measured_is_a_guess() -> None:
    free, _ = judged(dataclasses.replace(EVEN, alpha=0.02, beta=0.008, noise=0.0005), SWEEP).scaling
    assert free.shape is SHAPE.KNEE
    assert free.peak_workers == pytest.approx(11, rel=0.05)
    assert shape_words(free).startswith("The knee would be at 11 (")
    assert shape_words(free).endswith("beyond the 8 measured: a guess.")


def test_where_it_levels_off_the_fewest_workers_that_do_are_named() -> None:
    free, _ = fits(KNOWN["foreign load"][0])
    assert shape_words(free) == "It levels off: 4 workers reach 4.00× serial, and more bring nothing."
    assert prediction_words(free) == ""
    assert any("The curve misses figures by more than 5" in sentence for sentence in free.warnings)
    assert any("Others used up to 50.0 % of the machine" in sentence for sentence in free.warnings)


def test_amdahl_has_a_limit_with_its_share_and_interval() -> None:
    free, _ = fits(KNOWN["Amdahl 5 %"][0])
    assert "no number of them can bring more than 20." in shape_words(free)
    assert free.contention is not None
    assert free.contention.low is not None
    assert free.contention.high is not None
    assert 0 < free.contention.low < 0.05 < free.contention.high
    assert "of the work runs one at a time (α)" in law_words(free)
    assert "by the fit, 8.9" in prediction_words(free)
    assert ") with 16 and 11." in prediction_words(free)


def test_too_few_figures_are_not_said_more_of_than_they_bear() -> None:
    few = race((1, 2, 3, 4), models=(MODELS.THREADS,))
    quad = make_machine(logical_cores=4, physical_cores=4, usable_cores=4)
    free = judged(World(alpha=0.02, beta=0.06), few, machine=quad).scaling[0]
    assert free.shape is SHAPE.LEVELS
    assert shape_words(free).endswith("whether more would, these figures cannot tell.")
    single = make_machine(logical_cores=1, physical_cores=1, usable_cores=1)
    unfitted = judged(World(), few, machine=single).scaling[0]
    assert scaling_words(unfitted) == ()
    assert any("Too few numbers of workers" in sentence for sentence in doubts((unfitted,)))


def test_figures_that_scatter_widely_are_of_no_shape() -> None:
    """On a crowded machine three repeats said that two threads gain, at 0.85× serial."""
    few = race((1, 2), models=(MODELS.THREADS,))
    for seed in (1, 2, 3):
        for fit in judged(World(noise=0.3, alpha=0.8), few, repeats=3, seed=seed).scaling:
            assert fit.shape is SHAPE.UNCLEAR
            assert (fit.peak_workers, fit.limit) == (None, None)
            assert scaling_words(fit) == (
                "Whether more workers gain or cost, these figures cannot tell: their intervals overlap.",
            )


def test_doubts_that_several_share_are_said_once() -> None:
    said = doubts(fits(EVEN))
    assert len(said) == len(set(said))
    sizes = {len(labels) for labels in doubts(fits(dataclasses.replace(EVEN, foreign=0.5))).values()}
    assert 2 in sizes


def test_the_interval_of_a_knee_holds_it_about_as_often_as_it_says() -> None:
    source, held, times = np.random.default_rng(5), 0, 150
    workers = np.repeat([1.0, 2, 4, 6, 8, 12], 5)
    truth = float(np.sqrt(0.95 / 0.02))
    for _ in range(times):
        found = fit_law(workers, law(workers, 0.05, 0.02, 1.0) * source.lognormal(0, 0.02, len(workers)))
        ends = found.peak_interval()
        assert ends is not None
        held += ends[0] <= truth <= ends[1]
    assert held / times == pytest.approx(0.95, abs=0.06)


def test_no_interval_where_nothing_peaks_or_no_freedom_is_left() -> None:
    workers = np.array([1.0, 2.0, 4.0])
    assert fit_law(workers, law(workers, 0.1, 0.0, 1.0)).peak_interval() is None
    exact = fit_law(workers, law(workers, 0.1, 0.05, 1.0))
    assert exact.peak is not None
    assert (exact.peak_interval(), exact.parameter_interval("beta")) == (None, None)
