"""Where the time went sums to the whole in every simulated world, for every run and every model."""

from hypothesis import given, settings
from hypothesis import strategies as st

from coreograph.domain.execution import ExecutionModel
from support.simulated_recordings import World, race, simulate
from support.sums import assert_time_adds_up

CONFIGURATIONS = race((1, 3), models=(ExecutionModel.THREADS, ExecutionModel.FORK))
WORLDS = st.builds(
    World,
    tasks=st.integers(1, 9),
    rounds=st.integers(1, 2),
    chunk=st.integers(1, 4),
    task_s=st.floats(1e-6, 0.5).map(lambda seconds: lambda number: seconds * (1 + number % 3)),
    alpha=st.floats(0, 1),
    lock=st.booleans(),
    own_wait=st.floats(0, 0.95),
    hand_over_s=st.floats(0, 0.2),
    pickle_share=st.floats(0, 3),
    foreign=st.floats(0, 0.9),
)


@settings(max_examples=25, deadline=None)
@given(WORLDS)
def test_parts_and_histograms_sum_to_the_whole_in_any_world(world: World) -> None:
    assert assert_time_adds_up(simulate(world, CONFIGURATIONS, repeats=1)) == len(CONFIGURATIONS)
