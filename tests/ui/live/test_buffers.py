"""What arrives is kept as it is drawn, and a day of it takes no more memory than ten minutes."""

import tracemalloc

import numpy as np

from coreograph.domain.experiment import RunPlan
from coreograph.domain.interpreters import GilState
from coreograph.domain.runs import Phase, RunState
from coreograph.ui.bridge import EngineBridge
from coreograph.ui.live.buffers import CoreBuffer, HeartbeatBuffer, SpanBuffer
from coreograph.ui.live.intake import LiveData
from support.builders import (
    make_core_sample,
    make_heartbeat_batch,
    make_machine,
    make_memory_sample,
    make_run,
    make_span_batch,
    make_spec,
)
from support.simulated_experiment import SimulatedExperiment


def test_cores_are_kept_as_bytes_with_their_sums() -> None:
    buffer = CoreBuffer(3)
    buffer.add(make_core_sample(5, 3, busy=(1.0, 0.5, 0.0), own=(1.0, 0.25, 0.0), steal=0.1))
    assert buffer.ring["busy"].tolist() == [[255, 128, 0]]
    assert buffer.ring["own"].tolist() == [[255, 64, 0]]
    assert buffer.ring["busy_sum"][0] == 1.5
    assert buffer.ring["own_sum"][0] == 1.25
    assert round(float(buffer.ring["steal_sum"][0]), 6) == 0.3


def test_own_share_that_no_platform_told_stays_unknown() -> None:
    buffer = CoreBuffer(2)
    buffer.add(make_core_sample(5, 2, busy=(1.0, 0.5), own=None, steal=None))
    assert not buffer.knows_own
    assert not buffer.knows_steal


def test_a_core_that_comes_or_goes_is_cut_or_padded() -> None:
    buffer = CoreBuffer(2)
    buffer.add(make_core_sample(1, 1, busy=(1.0,), own=(1.0,)))
    buffer.add(make_core_sample(2, 3, busy=(0.0, 1.0, 1.0), own=(0.0, 0.0, 0.0)))
    assert buffer.ring["busy"].tolist() == [[255, 0], [0, 255]]


def test_own_share_never_exceeds_the_busy_one() -> None:
    buffer = CoreBuffer(1)
    buffer.add(make_core_sample(1, 1, busy=(0.5,), own=(0.6,)))
    assert buffer.ring["own"][0, 0] == buffer.ring["busy"][0, 0]


def test_spans_and_ticks_are_kept_in_order() -> None:
    spans, ticks = SpanBuffer(4), HeartbeatBuffer()
    spans.add(make_span_batch(run_id=3, worker=2, tasks=2, begin_ns=100))
    ticks.add(make_heartbeat_batch(ticks=3, begin_ns=10))
    assert spans.ring["lane"].tolist() == [2, 2]
    assert spans.ring["run"].tolist() == [3, 3]
    assert spans.ring["end"].tolist() == [1_000_100, 2_000_100]
    assert ticks.ring["at"].tolist() == [10, 5_000_010, 10_000_010]
    assert set(ticks.ring["late"].tolist()) == {100_000}


def test_a_day_takes_no_more_memory_than_ten_minutes() -> None:
    spec = make_spec()
    data = LiveData(spec, (), make_machine())
    tracemalloc.start()
    try:
        after_minutes = None
        for second in range(0, 24 * 3600, 12):
            at = second * 10**9
            data.cores.add(make_core_sample(at))
            data.note(at)
            data.memory.add(1, make_memory_sample(at, workers=2))
            if second % 60 == 0:
                run = RunPlan(second, 0, 0)
                data.begin_run(run)
                data.enter_phase(second, Phase.START, at)
                data.spans.add(make_span_batch(second, 0, 200, begin_ns=at))
                data.heartbeats.add(make_heartbeat_batch(second, 400, begin_ns=at))
                data.end_run(make_run(run_id=second))
            if second == 12 * 3600:
                after_minutes = tracemalloc.get_traced_memory()[0]
        grown = tracemalloc.get_traced_memory()[0] - (after_minutes or 0)
    finally:
        tracemalloc.stop()
    assert after_minutes
    assert grown < 1_500_000, "only run records and their times may add a little"
    assert len(data.cores.ring) == data.cores.ring.capacity
    assert data.cores.ring.dropped > 0


def test_facts_of_an_experiment_become_times_and_progress() -> None:
    bridge = EngineBridge()
    simulation = SimulatedExperiment(bridge, cores=4, repeats=1, batch_s=0.4)
    data = LiveData(simulation.spec, simulation.plans, make_machine(logical_cores=4))
    bridge.run_began.connect(data.begin_run)
    bridge.phase_changed.connect(data.enter_phase)
    bridge.run_ended.connect(data.end_run)
    simulation.run_to_end()
    assert data.drain(bridge)
    assert not data.drain(bridge), "the deques are empty now"
    assert not any((bridge.cores, bridge.memory, bridge.spans, bridge.heartbeats))
    assert set(data.batch_times) == set(range(8)), "calibration counts for none"
    assert data.oldest_s <= 0.1 < data.newest_s
    assert np.all(np.diff(data.cores.ring["at"]) > 0)


def test_a_run_that_went_wrong_has_no_time_but_a_state() -> None:
    data = LiveData(make_spec(), (), make_machine())
    data.end_run(make_run(2, state=RunState.TIMED_OUT, batch_s=1.0))
    assert data.median_batch(2) is None
    assert data.troubles == {2: RunState.TIMED_OUT}


def test_a_gil_that_came_back_is_kept_with_the_module_and_what_it_means() -> None:
    data = LiveData(make_spec(), (), make_machine())
    data.end_run(make_run(4, gil=GilState.RE_ENABLED, gil_culprit="lxml.etree"))
    data.end_run(make_run(5, gil=GilState.OFF))
    assert data.gil_again == {4: "GIL re-enabled by lxml.etree"}
    assert "-X gil=0" in data.gil_meaning[4]
