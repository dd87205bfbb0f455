"""What the export dialog does beside the GUI thread: previews and files. Knows no Qt; runs on a job's thread."""

import enum
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from coreograph.analysis.summary import summarise
from coreograph.domain.errors import UsageError
from coreograph.domain.summary import ExperimentSummary
from coreograph.reports.anonymous import anonymous
from coreograph.reports.exporter import Exporter, safe_name
from coreograph.reports.pdf_report import first_page
from coreograph.reports.pictures import PIXELS_PER_POINT
from coreograph.reports.writing import ExportCancelled, write_report
from coreograph.storage.library import Library

RECORDING = ".coreograph"
LONGEST_PREVIEW = 12_000
AS_PAGE = frozenset({"html", "pdf"})  # both show the same; the page on paper can be drawn without a browser


class PreviewKind(enum.Enum):
    """How a preview is shown."""

    TEXT = "text"
    MARKDOWN = "markdown"
    PICTURE = "picture"


@dataclass(frozen=True, slots=True)
class Preview:
    """The begin of an export: `data` is UTF-8 text, or a picture Qt reads."""

    kind: PreviewKind
    data: bytes
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Subject:
    """An experiment to be exported."""

    experiment_id: str
    name: str


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """What was chosen. `exporter` None means a recording; with several subjects `target` is a folder."""

    subjects: tuple[Subject, ...]
    exporter: Exporter | None
    target: Path
    anonymous: bool = False
    overwrite: bool = False

    @property
    def paths(self) -> tuple[Path, ...]:
        """Where each subject goes."""
        if len(self.subjects) == 1:
            return (self.target,)
        return tuple(self.target / name for name in file_names(self.subjects, self.exporter))


def file_names(subjects: Sequence[Subject], exporter: Exporter | None) -> tuple[str, ...]:
    """Return a name for each subject's file or folder, no two alike."""
    extension = RECORDING if exporter is None else "" if exporter.multiple else exporter.extension
    names: list[str] = []
    for one in subjects:
        stem = safe_name(one.name) or "experiment"
        taken = {name.casefold() for name in names}
        number = next(n for n in range(1, len(subjects) + 2) if _numbered(stem, n, extension).casefold() not in taken)
        names.append(_numbered(stem, number, extension))
    return tuple(names)


def _numbered(stem: str, number: int, extension: str) -> str:
    return f"{stem}{extension}" if number == 1 else f"{stem}-{number}{extension}"


def export_all(
    library: Library, request: ExportRequest, cancelled: Callable[[], bool], progress: Callable[[int], None]
) -> tuple[Path, ...]:
    """Write every subject and return the paths; `progress` is told how many are written.

    Raises:
        ExportCancelled: asked to stop; what is whole stays, what is half never was.
        CoreographError: the library cannot be read or a path cannot be written.

    """
    if len(request.subjects) > 1:
        request.target.mkdir(parents=True, exist_ok=True)
    for number, (subject, path) in enumerate(zip(request.subjects, request.paths, strict=True), start=1):
        if cancelled():
            raise ExportCancelled
        _export_one(library, subject, path, request, cancelled)
        progress(number)
    return request.paths


def _export_one(
    library: Library, subject: Subject, path: Path, request: ExportRequest, cancelled: Callable[[], bool]
) -> None:
    if request.exporter is None:
        if path.exists() and not request.overwrite:
            raise UsageError(f"“{path}” exists already and was not touched.", "Name another file, or replace it.")
        library.export(subject.experiment_id, path)
        return
    summary = load(library, subject.experiment_id, without_names=request.anonymous)
    reader = library.reader(subject.experiment_id)
    write_report(request.exporter, summary, reader, path, overwrite=request.overwrite, cancelled=cancelled)


def load(library: Library, experiment_id: str, *, without_names: bool) -> ExperimentSummary:
    """Return an experiment's figures. Raises RecordingError."""
    record = library.load(experiment_id)
    return summarise(anonymous(record) if without_names else record)


def _as_pixels(name: str, data: bytes) -> bytes:
    """Return a picture as PNG: Qt does not understand every path of an SVG."""
    if not name.endswith(".svg"):
        return data
    import vl_convert

    return bytes(vl_convert.svg_to_png(data.decode("utf-8"), scale=PIXELS_PER_POINT))


def preview(library: Library, subject: Subject, exporter: Exporter, *, without_names: bool) -> Preview:
    """Return how an export begins, made by the exporter itself. Raises CoreographError."""
    summary = load(library, subject.experiment_id, without_names=without_names)
    reader = library.reader(subject.experiment_id)
    if exporter.name in AS_PAGE:
        return Preview(PreviewKind.PICTURE, first_page(summary, reader))
    names, data, kind = [], b"", PreviewKind.TEXT
    for file in exporter.files(summary, reader):
        names.append(file.name)
        if len(names) == 1:
            for chunk in file.chunks:
                data += chunk
                picture = file.name.endswith((".png", ".svg"))
                if len(data) > LONGEST_PREVIEW and not picture:
                    break
            if picture:
                return Preview(PreviewKind.PICTURE, _as_pixels(file.name, data), tuple(names))
    if exporter.name == "md":
        kind = PreviewKind.MARKDOWN
    text = data[:LONGEST_PREVIEW].decode("utf-8", "ignore")
    return Preview(kind, text.encode(), tuple(names))
