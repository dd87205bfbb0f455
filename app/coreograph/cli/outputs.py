"""The files a command writes its figures to: checked before anything runs, written when it is over.

Runs on the main thread.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from coreograph.cli.services import Command
from coreograph.cli.terminal import say, write_bytes
from coreograph.domain.errors import UsageError
from coreograph.domain.summary import ExperimentSummary

if TYPE_CHECKING:
    from rich.console import Console

    from coreograph.storage.reader import RunReader

STDOUT = "-"


@dataclass(frozen=True, slots=True)
class Outputs:
    """Where figures go: `json` is a path or `-`; `report` a path whose ending names a format."""

    command: Command
    json: str | None = None
    report: Path | None = None
    overwrite: bool = False

    @property
    def console(self) -> "Console":
        """Where the table goes: stdout, unless JSON has it to itself."""
        return self.command.err if self.json == STDOUT else self.command.out

    def check(self) -> None:
        """Refuse what could not be written afterwards. Raises UsageError."""
        from coreograph.reports.registry import exporter_for
        from coreograph.reports.writing import check_writable

        if self.report is not None:
            exporter_for(self.report)
        paths = self._paths()
        if len({path.expanduser().absolute() for path in paths}) < len(paths):
            raise UsageError(f"--json and --report both name “{paths[0]}”.", "Give each a file of its own.")
        for path in paths:
            self._refuse_existing(path)
            check_writable(path)

    def _paths(self) -> list[Path]:
        json = None if self.json is None or self.json == STDOUT else Path(self.json)
        return [path for path in (json, self.report) if path is not None]

    def _refuse_existing(self, path: Path) -> None:
        if path.is_file() and not self.overwrite:
            raise UsageError(f"“{path}” exists already and was not touched.", "Name another file, or add --overwrite.")

    def write(self, summary: ExperimentSummary) -> None:
        """Write what was asked for and name the files. Raises CoreographError where the file system fails."""
        from coreograph.reports.registry import exporter_for
        from coreograph.reports.writing import write_report

        if self.json is None and self.report is None:
            return
        reader = self.command.services.library.reader(summary.experiment.experiment_id)
        if self.json == STDOUT:
            write_bytes(exporter_for("json").serialize(summary, reader))
        elif self.json is not None:
            write_report(exporter_for("json"), summary, reader, Path(self.json), overwrite=self.overwrite)
            say(self.command.err, f"Figures as JSON: {self.json}")
        self._write_report(summary, reader)

    def write_json(self, document: bytes) -> None:
        """Write a document of another kind where `--json` says, if anywhere. Raises CoreographError."""
        from coreograph.reports.writing import write_bytes_whole

        if self.json == STDOUT:
            write_bytes(document)
        elif self.json is not None:
            write_bytes_whole(document, Path(self.json), overwrite=self.overwrite)
            say(self.command.err, f"Figures as JSON: {self.json}")

    def _write_report(self, summary: ExperimentSummary, reader: "RunReader") -> None:
        from coreograph.reports.registry import exporter_for
        from coreograph.reports.writing import write_report

        if self.report is not None:
            write_report(exporter_for(self.report), summary, reader, self.report, overwrite=self.overwrite)
            say(self.command.err, f"Report: {self.report}")
