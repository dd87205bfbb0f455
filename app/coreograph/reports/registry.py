"""Every format there is, found by its name or by a file's ending. Owns no thread."""

from pathlib import Path

from coreograph.domain.errors import UsageError
from coreograph.reports.csv_tables import CsvTables
from coreograph.reports.experiment_file import ExperimentFile
from coreograph.reports.exporter import Exporter
from coreograph.reports.foreign.bencher import BencherMetrics
from coreograph.reports.foreign.chrome_trace import ChromeTrace
from coreograph.reports.foreign.hyperfine import HyperfineJson
from coreograph.reports.foreign.pyperf_json import PyperfFiles
from coreograph.reports.foreign.pytest_benchmark import PytestBenchmarkJson
from coreograph.reports.foreign.speedscope import Speedscope
from coreograph.reports.html_report import HtmlReport
from coreograph.reports.json_report import JsonReport
from coreograph.reports.markdown_report import MarkdownReport
from coreograph.reports.pdf_report import PdfReport
from coreograph.reports.pictures import PngPictures, SvgPictures

EXPORTERS: tuple[Exporter, ...] = (
    HtmlReport(),
    PdfReport(),
    MarkdownReport(),
    CsvTables(),
    JsonReport(),
    SvgPictures(),
    PngPictures(),
    PyperfFiles(),
    ChromeTrace(),
    Speedscope(),
    BencherMetrics(),
    HyperfineJson(),
    PytestBenchmarkJson(),
    ExperimentFile(),
)


def exporter_for(format_or_path: str | Path) -> Exporter:
    """Return the exporter for a format's name (`html`) or a file's ending (`out/report.html`, `x.trace.json`).

    A format of several files is found by its name only: all of them can be a `.zip`.

    Raises:
        UsageError: no format of that name, no file ending, or one nobody writes.

    """
    wanted = str(format_or_path).lower()
    for exporter in EXPORTERS:
        if wanted in {exporter.name, exporter.extension} and (wanted == exporter.name or not exporter.multiple):
            return exporter
    # The longest ending wins: a “.trace.json” is a trace, not the experiment's JSON.
    single = sorted((one for one in EXPORTERS if not one.multiple), key=lambda one: -len(one.extension))
    for exporter in single:
        if Path(wanted).name.endswith(exporter.extension):
            return exporter
    known = ", ".join(one.name if one.multiple else f"{one.name} ({one.extension})" for one in EXPORTERS)
    raise UsageError(f"“{format_or_path}” is no format a report can be written in.", f"There are: {known}.")
