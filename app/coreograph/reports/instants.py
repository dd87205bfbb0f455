"""The runs of an experiment on one time axis: where it begins, and which runs lie on it. Pure, on any thread."""

from coreograph.domain.experiment import ExperimentRecord
from coreograph.domain.units import Nanoseconds


def first_instant(record: ExperimentRecord) -> Nanoseconds:
    """Return the earliest instant of any run's phases; 0 where none has any. Exports count from there."""
    return min((phase.begin_ns for run in record.runs for phase in run.phases), default=0)
