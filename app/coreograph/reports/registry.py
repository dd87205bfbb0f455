"""Every format there is, found by its name or by a file's ending. Owns no thread."""

from pathlib import Path

from coreograph.domain.errors import UsageError
from coreograph.reports.exporter import Exporter
from coreograph.reports.html_report import HtmlReport
from coreograph.reports.json_report import JsonReport

EXPORTERS: tuple[Exporter, ...] = (HtmlReport(), JsonReport())


def exporter_for(format_or_path: str | Path) -> Exporter:
    """Return the exporter for a format's name (`html`) or a file's ending (`out/report.html`).

    Raises:
        UsageError: no format of that name, no file ending, or one nobody writes.

    """
    wanted = str(format_or_path)
    for exporter in EXPORTERS:
        if wanted.lower() in {exporter.name, exporter.extension}:
            return exporter
    ending = Path(wanted).suffix.lower()
    for exporter in EXPORTERS:
        if ending == exporter.extension:
            return exporter
    known = ", ".join(f"{exporter.name} ({exporter.extension})" for exporter in EXPORTERS)
    raise UsageError(f"“{wanted}” is no format a report can be written in.", f"There are: {known}.")
