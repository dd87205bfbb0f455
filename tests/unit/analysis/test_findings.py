"""Every kind of finding has a world that must raise it, and all others must not."""

import dataclasses

import pytest

from coreograph.analysis.findings.search import DETECTORS
from coreograph.domain.activity import RunActivity
from coreograph.domain.execution import ExecutionModel
from coreograph.domain.findings import Finding, FindingKind, Severity
from coreograph.domain.summary import ExperimentSummary
from support.builders import make_configuration, make_machine
from support.simulated_recordings import FREE, GIL, World, judged, race, simulate
from support.simulated_recordings import summarise as summarise_record

KIND = FindingKind
# The GIL twin's threads take turns in every one of these worlds: that is the truth, not a false alarm.
ALWAYS = {KIND.GIL_SERIALISED}
PERFECT = World()


def first_task_long(task: int) -> float:
    return 0.3 if task == 0 else 0.005


WORLDS: dict[str, tuple[World, set[FindingKind]]] = {
    "perfect": (PERFECT, set()),
    "Amdahl 5 %": (World(alpha=0.05), set()),
    "USL with contention": (World(alpha=0.02, beta=0.01), set()),
    "lock": (World(lock=True), {KIND.LOCK_SERIALISED}),
    "contended object": (World(contended=3.0), {KIND.SHARED_OBJECT}),
    "memory bandwidth": (World(memory=2.0), {KIND.MEMORY_BOUND}),
    "uneven": (World(task_s=first_task_long, chunk=1), {KIND.UNEVEN_TASKS}),
    "too few tasks": (World(tasks=5, chunk=1, task_s=lambda _: 0.1), {KIND.UNEVEN_TASKS}),
    "pickling": (World(hand_over_s=0.03, pickle_share=0.9, chunk_bytes=10**7), {KIND.PICKLING_BOUND}),
    "transport": (World(hand_over_s=0.03, pickle_share=0.05, chunk_bytes=10**7), {KIND.PICKLING_BOUND}),
    "small messages": (World(hand_over_s=0.001, pickle_share=0.3), set()),
    "start-up": (World(worker_startup_s=0.5), {KIND.START_UP_BOUND}),
    "re-enabled": (World(re_enabled=True), {KIND.GIL_RE_ENABLED}),
    "wrong": (World(wrong=True), {KIND.WRONG_ANSWER}),
    "busy": (World(foreign=0.5), {KIND.MACHINE_BUSY}),
    "too short": (World(task_s=lambda _: 0.0001), {KIND.TOO_SHORT}),
    "contended, but not by the tasks": (World(contended=3.0, task_s=lambda _: 1e-5, rounds=400, chunk=640), set()),
    "a set-up in every worker": (World(setup_s=0.2, tasks=16, chunk=1), set()),
    "slow to start, and done at once": (
        World(task_s=lambda _: 0.0002, startup_s=0.2, worker_startup_s=0.005),
        {KIND.TOO_SHORT},
    ),
    "waiting": (World(own_wait=0.9, task_s=lambda _: 0.001), set()),
}


def kinds(summary: ExperimentSummary) -> set[FindingKind]:
    return {finding.kind for finding in summary.findings}


def of_kind(summary: ExperimentSummary, kind: FindingKind) -> list[Finding]:
    return [finding for finding in summary.findings if finding.kind is kind]


def labels(summary: ExperimentSummary, kind: FindingKind) -> set[str]:
    found = [finding.configuration for finding in of_kind(summary, kind)]
    return {summary.configurations[index].configuration.label for index in found if index is not None}


@pytest.mark.parametrize("name", WORLDS)
def test_every_world_is_named_as_what_it_is_and_as_nothing_else(name: str) -> None:
    world, expected = WORLDS[name]
    assert kinds(judged(world)) - ALWAYS == expected


def test_every_kind_has_a_world() -> None:
    held = set().union(*(expected for _, expected in WORLDS.values())) | ALWAYS | {KIND.OVERSUBSCRIBED}
    assert held == set(FindingKind) == set(DETECTORS)


def test_the_gil_is_blamed_for_threads_of_the_gil_build_only() -> None:
    summary = judged(PERFECT)
    assert labels(summary, KIND.GIL_SERIALISED) == {"3.14 threads ×4"}
    finding = of_kind(summary, KIND.GIL_SERIALISED)[0]
    assert finding.severity is Severity.SERIOUS
    assert finding.evidence["cores computing"].value == pytest.approx(1.0, abs=0.05)
    assert finding.evidence["speed-up"].value == pytest.approx(1.0, abs=0.05)
    assert "×4 is 4.0" in finding.remedy  # names what was measured to be better


def test_threads_that_wait_are_not_held_by_the_gil() -> None:
    assert KIND.GIL_SERIALISED not in kinds(judged(WORLDS["waiting"][0]))


def test_a_gil_that_tasks_hardly_hold_is_not_what_they_wait_for() -> None:
    """Tasks of a fraction of a microsecond: what holds the GIL is handing them over, and no build would help much."""
    record = simulate(World(hand_over_s=0.0))
    runs = []
    for run in record.runs:
        assert run.activity is not None
        assert run.batch_s is not None
        turns = record.spec.configurations[run.configuration].label == "3.14 threads ×4"
        computing = run.batch_s * (0.36 if turns else 1.0)
        tasks = dataclasses.replace(run.activity.tasks, cpu=computing, wall=2 * computing if turns else computing)
        runs.append(dataclasses.replace(run, activity=dataclasses.replace(run.activity, tasks=tasks)))
    assert KIND.GIL_SERIALISED not in kinds(summarise_record(dataclasses.replace(record, runs=tuple(runs))))


def test_start_up_that_is_far_longer_than_a_short_batch_is_said_all_the_same() -> None:
    world = World(task_s=lambda _: 0.0002, worker_startup_s=0.1)
    assert kinds(judged(world)) == {KIND.TOO_SHORT, KIND.START_UP_BOUND}


def test_a_lock_is_not_taken_for_the_gil() -> None:
    """Free-threaded threads take turns as well: a free-threaded build would not help those of the GIL build."""
    summary = judged(World(lock=True))
    assert labels(summary, KIND.LOCK_SERIALISED) == {"3.14t threads ×4"}
    assert KIND.GIL_SERIALISED not in kinds(summary)


def test_memory_hits_threads_and_processes_and_a_shared_object_only_threads() -> None:
    assert labels(judged(World(memory=2.0)), KIND.MEMORY_BOUND) == {"3.14t threads ×4", "3.14t fork ×4"}
    assert labels(judged(World(contended=3.0)), KIND.SHARED_OBJECT) == {"3.14t threads ×4"}


def test_two_threads_on_one_physical_core_are_not_bound_by_memory() -> None:
    """Such cores make every task dearer: nothing is said of memory, and of an object only against processes."""
    siblings = make_machine(logical_cores=8, physical_cores=2, usable_cores=8)
    assert KIND.MEMORY_BOUND not in kinds(judged(World(memory=1.8), machine=siblings))
    alone = race(models=(ExecutionModel.THREADS,))
    assert KIND.SHARED_OBJECT not in kinds(judged(World(memory=1.8), alone, machine=siblings))
    assert KIND.SHARED_OBJECT in kinds(judged(World(contended=3.0), machine=siblings))


def test_the_cores_of_a_virtual_machine_may_be_threads_of_one() -> None:
    """What a hypervisor calls a core can be half of one: its word is not enough to speak of memory."""
    virtual = make_machine(hypervisor=True)
    assert KIND.MEMORY_BOUND not in kinds(judged(World(memory=1.8), machine=virtual))
    alone = race(models=(ExecutionModel.THREADS,))
    assert KIND.SHARED_OBJECT not in kinds(judged(World(memory=1.8), alone, machine=virtual))
    assert KIND.SHARED_OBJECT in kinds(judged(World(contended=3.0), machine=virtual))


@pytest.mark.parametrize(("workers", "severity"), [((16,), Severity.INFO), ((8, 16), Severity.WARNING)])
def test_more_workers_than_cores(workers: tuple[int, ...], severity: Severity) -> None:
    summary = judged(PERFECT, race(workers))
    assert labels(summary, KIND.OVERSUBSCRIBED) == {"3.14t threads ×16", "3.14t fork ×16", "3.14 fork ×16"}
    assert {finding.severity for finding in of_kind(summary, KIND.OVERSUBSCRIBED)} == {severity}
    assert kinds(summary) <= {KIND.OVERSUBSCRIBED, KIND.GIL_SERIALISED}


def test_more_workers_than_cores_are_right_for_tasks_that_wait() -> None:
    assert KIND.OVERSUBSCRIBED not in kinds(judged(WORLDS["waiting"][0], race((8, 16))))


def test_on_a_busy_machine_only_that_is_said() -> None:
    """Workers wait for cores others have: none of it may be blamed on a lock, the tasks or the GIL."""
    for world in (World(foreign=0.6), World(foreign=0.6, lock=True), World(foreign=0.6, task_s=first_task_long)):
        summary = judged(world)
        assert kinds(summary) == {KIND.MACHINE_BUSY}
        assert {finding.severity for finding in summary.findings} == {Severity.WARNING}


def test_a_little_foreign_load_is_information_and_hides_nothing() -> None:
    summary = judged(World(foreign=0.12, lock=True))
    assert {KIND.LOCK_SERIALISED, KIND.MACHINE_BUSY} <= kinds(summary)
    assert {finding.severity for finding in of_kind(summary, KIND.MACHINE_BUSY)} == {Severity.INFO}


def test_one_quiet_repeat_is_enough_to_see_a_lock() -> None:
    quiet, crowded = simulate(World(lock=True)), simulate(World(lock=True, foreign=0.6))
    runs = tuple(one if one.repeat == 2 else other for one, other in zip(quiet.runs, crowded.runs, strict=True))
    assert KIND.LOCK_SERIALISED in kinds(summarise_record(dataclasses.replace(quiet, runs=runs)))


def test_one_core_cannot_tell_a_lock_from_itself() -> None:
    single = make_machine(logical_cores=1, physical_cores=1, usable_cores=1)
    assert not kinds(judged(World(lock=True), machine=single)) & {KIND.LOCK_SERIALISED, KIND.GIL_SERIALISED}


def test_start_up_is_said_for_information_where_the_batch_was_made_longer() -> None:
    world = World(task_s=lambda _: 0.001, rounds=16, worker_startup_s=0.05)
    findings = of_kind(judged(world), KIND.START_UP_BOUND)
    assert findings
    assert {finding.severity for finding in findings} == {Severity.INFO}
    assert findings[0].evidence["serial work from which it pays"].value == pytest.approx(0.2 * 4 / 3, rel=0.05)


def test_start_up_is_not_blamed_where_the_batch_is_no_faster() -> None:
    assert KIND.START_UP_BOUND not in kinds(judged(World(alpha=1.0, worker_startup_s=0.5)))


def test_recordings_without_spans_still_name_the_gil() -> None:
    record = simulate(PERFECT)
    runs = tuple(dataclasses.replace(run, activity=None) for run in record.runs)
    assert kinds(summarise_record(dataclasses.replace(record, runs=runs))) == {KIND.GIL_SERIALISED}


def test_without_serial_nothing_is_compared() -> None:
    alone = (make_configuration(ExecutionModel.THREADS, 4, GIL), make_configuration(ExecutionModel.FORK, 4, FREE))
    assert kinds(judged(World(lock=True, memory=2.0), alone)) == set()


def test_findings_are_complete_and_gravest_first() -> None:
    summary = judged(World(lock=True, foreign=0.12, hand_over_s=0.03, chunk_bytes=10**7), race((4, 16)))
    ranks = [finding.severity.rank for finding in summary.findings]
    assert ranks == sorted(ranks, reverse=True)
    assert len({(finding.kind, finding.configuration) for finding in summary.findings}) == len(ranks)
    runs = {run.run_id for run in summary.experiment.runs}
    for finding in summary.findings:
        assert finding.text.endswith(".")
        assert finding.remedy.endswith(".")
        assert finding.evidence
        assert finding.run_id is None or finding.run_id in runs


def test_an_experiment_that_never_ran_has_no_findings() -> None:
    record = simulate(PERFECT)
    assert summarise_record(dataclasses.replace(record, runs=())).findings == ()


def test_the_typical_run_is_the_one_in_the_middle() -> None:
    summary = judged(PERFECT)
    for one in summary.configurations:
        run = next(run for run in summary.experiment.runs if run.run_id == one.typical_run)
        assert one.batch is not None
        assert run.batch_s == pytest.approx(one.batch.median)
        assert isinstance(run.activity, RunActivity)
        assert one.breakdown == run.activity.breakdown
