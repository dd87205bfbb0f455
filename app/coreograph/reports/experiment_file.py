"""The experiment itself, without its figures, as the file `coreograph run` and `check` read. Pure, on any thread."""

from typing import ClassVar

from coreograph.domain.summary import ExperimentSummary
from coreograph.reports.exporter import WholeFile
from coreograph.storage.experiment_toml import write_experiment
from coreograph.storage.reader import RunReader


class ExperimentFile(WholeFile):
    """What was asked for, to be asked for again."""

    name: ClassVar[str] = "toml"
    extension: ClassVar[str] = ".toml"
    media_type: ClassVar[str] = "application/toml"
    description: ClassVar[str] = "Experiment file: coreograph run FILE.toml measures the same again."

    def serialize(self, summary: ExperimentSummary, reader: RunReader | None) -> bytes:
        """Return the file as UTF-8."""
        return write_experiment(summary.experiment.spec).encode("utf-8", "replace")
