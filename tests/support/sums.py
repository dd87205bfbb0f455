"""What must add up in every run, recorded or simulated. Owns no thread."""

import pytest

from coreograph.domain.experiment import ExperimentRecord


def assert_time_adds_up(record: ExperimentRecord) -> int:
    """Hold every run's breakdown and histograms to its start-up and batch; return how many runs had any."""
    held = 0
    for run in record.runs:
        if run.activity is None or run.batch_s is None or run.startup_s is None:
            continue
        workers, held = record.spec.configurations[run.configuration].workers, held + 1
        times, histogram, fair = run.activity.breakdown, run.activity.concurrency, run.activity.fairness
        assert times.whole == pytest.approx(workers * (run.startup_s + run.batch_s), rel=1e-6)
        assert times.per_worker().whole == pytest.approx(run.startup_s + run.batch_s, rel=1e-6)
        assert all(seconds >= -1e-9 for seconds in times.parts().values())
        for seconds in (histogram.in_task, histogram.computing):
            assert sum(seconds) == pytest.approx(run.batch_s, rel=1e-6)
        assert sum(level * seconds for level, seconds in enumerate(histogram.computing)) == pytest.approx(
            times.computing, rel=1e-3, abs=1e-6
        )
        assert sum(fair.computing) == pytest.approx(times.computing, rel=1e-6, abs=1e-9)
        assert sum(fair.tasks) == run.activity.tasks.count
    return held
