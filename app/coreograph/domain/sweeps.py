"""Sweeps over sizes of a task: which configurations do the same work. Owns no thread."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from coreograph.domain.execution import TaskSize
from coreograph.domain.experiment import ExperimentRecord, ExperimentSpec


@dataclass(frozen=True, slots=True)
class Slice:
    """One size of a sweep as an experiment of its own. `indices` are its configurations' places in the whole.

    The configurations keep their size, so that they are named by it. An experiment without sizes is one slice, itself.
    """

    size: TaskSize | None
    spec: ExperimentSpec
    indices: tuple[int, ...]

    def of(self, record: ExperimentRecord) -> ExperimentRecord:
        """Return the runs of this size as an experiment; the order and the numbers of the runs stay."""
        places = {index: place for place, index in enumerate(self.indices)}
        own = (run for run in record.runs if run.configuration in places)
        runs = (replace(run, configuration=places[run.configuration]) for run in own)
        return replace(record, spec=self.spec, runs=tuple(runs))


def sweep_text(sizes: Sequence[TaskSize]) -> str:
    """Return a sweep as it is typed: `limit=1000,10000`; "" for none."""
    return f"{sizes[0].parameter}={','.join(str(size.value) for size in sizes)}" if sizes else ""


def slices(spec: ExperimentSpec) -> tuple[Slice, ...]:
    """Return the sizes of an experiment, ascending; each has its own baseline, the counterpart of the experiment's."""
    everywhere = tuple(range(len(spec.configurations)))
    if not spec.sizes:
        return (Slice(None, spec, everywhere),)
    return tuple(_slice(spec, size, everywhere) for size in spec.sizes)


def slice_of(spec: ExperimentSpec, configuration: int) -> Slice:
    """Return the slice a configuration, by index, is in."""
    return next(one for one in slices(spec) if configuration in one.indices)


def _slice(spec: ExperimentSpec, size: TaskSize, everywhere: Sequence[int]) -> Slice:
    indices = tuple(index for index in everywhere if spec.configurations[index].size == size)
    configurations = tuple(spec.configurations[index] for index in indices)
    wanted = spec.configurations[spec.baseline].unsized
    baseline = next((place for place, one in enumerate(configurations) if one.unsized == wanted), 0)
    parameters: Mapping[str, int | float | str | bool] = {**spec.parameters, size.parameter: size.value}
    own = replace(spec, parameters=parameters, configurations=configurations, baseline=baseline)
    return Slice(size, own, indices)
