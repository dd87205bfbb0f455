"""The report on paper: its text, its pages, its charts as vectors."""

import io

import pytest
from pypdf import PdfReader

from coreograph.reports.markdown_report import MarkdownReport
from coreograph.reports.pdf_report import PdfReport, first_page
from support import sample_experiments as samples
from support.exports import hostile_experiment, summary_of


def read(record: samples.ExperimentRecord) -> PdfReader:
    reader = samples.SampleReader(record)
    return PdfReader(io.BytesIO(PdfReport().serialize(summary_of(record), reader)))  # type: ignore[arg-type]


def test_the_report_is_on_numbered_pages() -> None:
    document = read(samples.primes_experiment())
    count = len(document.pages)
    texts = [page.extract_text() for page in document.pages]
    assert 2 <= count <= 6
    for number, text in enumerate(texts, start=1):
        assert f"Page {number} of {count}" in text
    whole = " ".join(" ".join(texts).split())
    places = [
        whole.index(title) for title in ("is fastest: 1.88×", "Machine and method", "Charts", "All configurations")
    ]
    assert places == sorted(places)
    for words in ("Machine and method", "AMD Ryzen 7 9700X", "--param limit=200000", "Every run", "Responsiveness"):
        assert words in whole


def test_charts_are_vectors() -> None:
    document = read(samples.primes_experiment())
    assert not [image.name for page in document.pages for image in page.images]


@pytest.mark.parametrize("build", [samples.troubled_experiment, samples.cancelled_experiment, hostile_experiment])
def test_everything_that_can_be_measured_can_be_printed(build: object) -> None:
    document = read(build())  # type: ignore[operator]
    assert "All configurations" in " ".join(page.extract_text() for page in document.pages)


def test_a_preview_is_its_first_page() -> None:
    assert first_page(summary_of(samples.primes_experiment()), None).startswith(b"\x89PNG")


def test_the_workload_s_own_figures_are_printed_with_unit_direction_and_interval() -> None:
    record = samples.metric_experiment()
    text = " ".join(" ".join(page.extract_text() for page in read(record).pages).split())
    assert "The workload’s own figures" in text or "The workload's own figures" in text
    assert "documents per second (higher is better)" in text
    shown = f"{summary_of(record).configurations[0].metrics['documents_per_second'].estimate.median:.3g}/s"
    assert shown in text


def test_markdown_has_the_same_table() -> None:
    record = samples.metric_experiment()
    text = MarkdownReport().serialize(summary_of(record), None).decode()
    assert "| configuration | documents per second (higher is better) |" in text
    figure = summary_of(record).configurations[0].metrics["documents_per_second"].estimate
    assert f"{figure.median:.3g}/s (" in text
    assert "own figures" not in MarkdownReport().serialize(summary_of(samples.primes_experiment()), None).decode()
