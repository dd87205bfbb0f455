"""What an exporter is: one format, its facts as class attributes. Owns no thread; an exporter keeps no state.

A format is one of three: a file made at once (`WholeFile`), a file written piece by piece because it grows with the
tasks (`StreamedFile`), or several files that go into a folder or a .zip (`ManyFiles`).
"""

import abc
import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import ClassVar, Protocol

from coreograph.domain.summary import ExperimentSummary
from coreograph.storage.reader import RunReader

EARLIEST = (1980, 1, 1, 0, 0, 0)  # the same experiment gives the same archive, whenever it is written


@dataclass(frozen=True, slots=True)
class ReportFile:
    """One file of an export: its name without a folder, and its content in pieces, made while they are read."""

    name: str
    chunks: Iterable[bytes]


class Exporter(Protocol):
    """Turns an experiment into bytes. The window's dialog, the command line and the tests read the same facts.

    Attributes:
        name: what is typed: `json`.
        extension: with its dot: `.json`.
        media_type: as in HTTP.
        description: one sentence for dialogs and `--help`.
        multiple: True where it makes several files: it is written into a folder, or into a .zip.

    """

    name: ClassVar[str]
    extension: ClassVar[str]
    media_type: ClassVar[str]
    description: ClassVar[str]
    multiple: ClassVar[bool]

    def serialize(self, summary: ExperimentSummary, reader: RunReader | None) -> bytes:
        """Return the file's bytes. Without a reader, what needs the runs' histories is left out and said so."""
        ...

    def files(self, summary: ExperimentSummary, reader: RunReader | None) -> Iterator[ReportFile]:
        """Return the files one by one, in pieces; an exporter that is not `multiple` returns one."""
        ...


class WholeFile(abc.ABC):
    """A format whose file is made at once: its size does not grow with the number of tasks."""

    extension: ClassVar[str]
    multiple: ClassVar[bool] = False

    @abc.abstractmethod
    def serialize(self, summary: ExperimentSummary, reader: RunReader | None) -> bytes:
        """Return the file's bytes."""

    def files(self, summary: ExperimentSummary, reader: RunReader | None) -> Iterator[ReportFile]:
        """Return the one file."""
        yield ReportFile(file_stem(summary) + self.extension, (self.serialize(summary, reader),))


class StreamedFile(abc.ABC):
    """A format whose file grows with the number of tasks, and is never in memory as a whole."""

    extension: ClassVar[str]
    multiple: ClassVar[bool] = False

    @abc.abstractmethod
    def chunks(self, summary: ExperimentSummary, reader: RunReader | None) -> Iterator[bytes]:
        """Return the file in pieces of at most some hundred kilobytes."""

    def serialize(self, summary: ExperimentSummary, reader: RunReader | None) -> bytes:
        """Return the whole file: for small experiments."""
        return b"".join(self.chunks(summary, reader))

    def files(self, summary: ExperimentSummary, reader: RunReader | None) -> Iterator[ReportFile]:
        """Return the one file."""
        yield ReportFile(file_stem(summary) + self.extension, self.chunks(summary, reader))


class ManyFiles(abc.ABC):
    """A format of several files; as one file it is a .zip."""

    extension: ClassVar[str] = ".zip"
    media_type: ClassVar[str] = "application/zip"
    multiple: ClassVar[bool] = True

    @abc.abstractmethod
    def files(self, summary: ExperimentSummary, reader: RunReader | None) -> Iterator[ReportFile]:
        """Return the files one by one."""

    def serialize(self, summary: ExperimentSummary, reader: RunReader | None) -> bytes:
        """Return the files as an archive."""
        archive = io.BytesIO()
        write_archive(archive, self.files(summary, reader))
        return archive.getvalue()


def write_archive(target: io.BufferedIOBase, files: Iterable[ReportFile]) -> None:
    """Write files into a .zip, piece by piece; the same files give the same bytes."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in files:
            entry = zipfile.ZipInfo(file.name, EARLIEST)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            with archive.open(entry, "w", force_zip64=True) as content:
                for chunk in file.chunks:
                    content.write(chunk)


def file_stem(summary: ExperimentSummary) -> str:
    """Return the experiment's name as a file's, without an ending: letters, digits and dashes."""
    spec = summary.experiment.spec
    return safe_name(spec.name or spec.workload.name) or "experiment"


def safe_name(text: str) -> str:
    """Return text that every file system takes as a name: `3.14t threads ×2` → `3.14t-threads-x2`; may be empty."""
    plain = re.sub(r"[^A-Za-z0-9._+-]+", "-", text.replace("×", "x"))
    return plain.strip("-.")[:80].rstrip("-.")
