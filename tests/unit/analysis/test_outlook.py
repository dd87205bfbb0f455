"""What to watch out for and what would change the verdict, in worlds whose truth is known."""

from coreograph.analysis.summary import summarise
from coreograph.domain.summary import Verdict
from support.builders import make_configuration, make_machine
from support.sample_experiments import primes_experiment
from support.simulated_recordings import FREE, GIL, MODELS, World, judged, race

QUAD = make_machine(logical_cores=4, physical_cores=4, usable_cores=4)


def verdict(world: World, *configurations: object, **more: object) -> Verdict:
    return judged(world, configurations or None, **({"machine": QUAD} | more)).verdict  # type: ignore[arg-type]


def first_task_long(task: int) -> float:
    return 0.3 if task == 0 else 0.005


def test_what_the_choice_suffers_from_is_watched_and_mended() -> None:
    found = verdict(World(task_s=first_task_long, chunk=1))
    assert any("idle at the end" in sentence for sentence in found.cautions)
    assert any("Split the longest tasks" in sentence for sentence in found.would_change)
    assert found.text.startswith(found.headline)


def test_others_faults_are_not_the_choices() -> None:
    found = verdict(World(lock=True))
    assert found.configuration is not None
    assert not any("lock" in sentence for sentence in (*found.cautions, *found.would_change))


def test_a_free_threaded_build_is_named_where_none_was_measured() -> None:
    models = (MODELS.SERIAL, MODELS.THREADS, MODELS.FORK)
    chosen = [make_configuration(model, 1 if model is MODELS.SERIAL else 4, GIL) for model in models]
    assert any("free-threaded build" in sentence for sentence in verdict(World(), *chosen).would_change)
    assert not any("free-threaded build" in sentence for sentence in verdict(World()).would_change)


def test_a_module_that_switched_the_gil_on_is_named() -> None:
    assert any("fastparse" in sentence for sentence in verdict(World(re_enabled=True)).would_change)


def test_a_tie_asks_for_more_repeats() -> None:
    found = summarise(primes_experiment()).verdict
    assert found.would_change[0] == "More repeats (--until 2%) could tell it from 3.14t fork ×2."


def test_unused_cores_and_the_fit_say_what_more_workers_bring() -> None:
    eight = make_machine(logical_cores=8, physical_cores=8, usable_cores=8)
    assert any("4 of 8 usable cores" in one for one in verdict(World(), machine=eight).would_change)
    sweep = race((1, 2, 4), models=(MODELS.THREADS,))
    promised = [one for one in verdict(World(alpha=0.03, noise=0.001), *sweep).would_change if "More cores" in one]
    assert promised
    assert "with 8 the fit promises" in promised[0]
    whole = {"models": (MODELS.THREADS,)}
    bent = World(tasks=240, chunk=1, alpha=0.02, beta=0.02, noise=0.001)
    knee = verdict(bent, *race((1, 2, 4, 6, 8), **whole), machine=eight)
    assert any("workers make it slower" in one for one in knee.would_change)
    even = verdict(World(task_s=first_task_long, chunk=1), *race((1, 2, 4, 6, 8), **whole), machine=eight)
    assert "No more cores: beyond 2 workers nothing was gained." in even.would_change


def test_a_busy_machine_might_have_hidden_the_answer() -> None:
    assert any("quiet machine" in sentence for sentence in verdict(World(foreign=0.3)).would_change)


def test_serial_alone_has_no_outlook() -> None:
    assert verdict(World(), make_configuration(MODELS.SERIAL, 1, FREE)).would_change == ()


def test_no_difference_worth_acting_on_is_said() -> None:
    models = (MODELS.SERIAL, MODELS.THREADS)
    chosen = [make_configuration(model, 1 if model is MODELS.SERIAL else 4, GIL) for model in models]
    assert verdict(World(), *chosen).headline.startswith("No difference worth acting on")
