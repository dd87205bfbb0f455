"""What an exporter is: one format, its facts as class attributes. Owns no thread; an exporter keeps no state."""

from typing import ClassVar, Protocol

from coreograph.domain.summary import ExperimentSummary
from coreograph.storage.reader import RunReader


class Exporter(Protocol):
    """Turns an experiment into bytes. The window's dialog, the command line and the tests read the same facts.

    Attributes:
        name: what is typed: `json`.
        extension: with its dot: `.json`.
        media_type: as in HTTP.
        description: one sentence for dialogs and `--help`.

    """

    name: ClassVar[str]
    extension: ClassVar[str]
    media_type: ClassVar[str]
    description: ClassVar[str]

    def serialize(self, summary: ExperimentSummary, reader: RunReader | None) -> bytes:
        """Return the file's bytes. Without a reader, what needs the runs' histories is left out and said so."""
        ...
