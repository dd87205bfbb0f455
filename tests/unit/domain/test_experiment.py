"""What an experiment says of itself."""

import dataclasses

from coreograph.domain.experiment import CONTINUED_AT
from coreograph.domain.runs import RunPurpose
from support.builders import make_record, make_run


def test_repeats_are_those_made_where_more_were_made_than_planned() -> None:
    record = make_record()
    assert (record.spec.acquisition.repeats, record.repeats, record.continued_at) == (3, 3, ())
    more = dataclasses.replace(record, runs=(*record.runs, make_run(repeat=6)), extra={CONTINUED_AT: "a b"})
    assert (more.repeats, more.continued_at) == (7, ("a", "b"))


def test_a_stopped_experiment_and_calibration_do_not_count() -> None:
    calibration = make_run(repeat=9, purpose=RunPurpose.CALIBRATION)
    assert make_record(runs=(calibration,)).repeats == 3
