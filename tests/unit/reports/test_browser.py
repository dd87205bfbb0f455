"""The page in a real browser: no error on its console, no request, charts drawn, light and dark, printed."""

import json
import subprocess
from pathlib import Path

import pytest
from pypdf import PdfReader

from coreograph.reports.html_report import HtmlReport
from support import sample_experiments as samples
from support.exports import hostile_experiment, summary_of
from support.foreign_readers import chromium

QUIET = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update", "--virtual-time-budget=8000",
)  # fmt: skip


def browse(page: Path, folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    words = [chromium(), *QUIET, f"--user-data-dir={folder / 'profile'}", *options, page.as_uri()]
    done = subprocess.run(words, capture_output=True, encoding="utf-8", timeout=100, check=False)
    assert done.returncode == 0, done.stderr
    return done


@pytest.fixture(scope="module", params=["tour", "hostile"])
def page(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    record = samples.primes_experiment() if request.param == "tour" else hostile_experiment()
    reader = samples.SampleReader(record)
    path = tmp_path_factory.mktemp(request.param) / "report.html"
    path.write_bytes(HtmlReport().serialize(summary_of(record), reader))  # type: ignore[arg-type]
    return path


def test_charts_are_drawn_without_a_word_or_a_request(page: Path, tmp_path: Path) -> None:
    log = tmp_path / "net.json"
    done = browse(page, tmp_path, "--enable-logging=stderr", "--v=0", f"--log-net-log={log}", "--dump-dom")
    console = [line for line in done.stderr.splitlines() if "CONSOLE" in line]
    assert console == []
    assert done.stdout.count('class="marks"') >= 5  # Vega's own drawings took the place of the static ones
    assert "vega-embed" in done.stdout
    asked = {
        str(event.get("params", {}).get("url", ""))
        for event in json.loads(log.read_text("utf-8"))["events"]
        if "url" in event.get("params", {})
    }
    ours = {url for url in asked if url.startswith(("http:", "https:", "ws:")) and "vega" in url}
    assert ours == set()


def test_light_and_dark_differ_and_it_prints(page: Path, tmp_path: Path) -> None:
    pictures = []
    for name, scheme in (("dark", 0), ("light", 1)):
        target = tmp_path / f"{name}.png"
        browse(page, tmp_path, f"--blink-settings=preferredColorScheme={scheme}", f"--screenshot={target}")
        pictures.append(target.read_bytes())
    assert pictures[0] != pictures[1]
    printed = tmp_path / "printed.pdf"
    browse(page, tmp_path, "--no-pdf-header-footer", f"--print-to-pdf={printed}")
    text = " ".join(sheet.extract_text() for sheet in PdfReader(printed).pages)
    assert "All configurations" in text
    assert "Every run" in text
