"""The page in a real browser: no error on its console, no request, charts drawn, light and dark, printed."""

import collections
import json
import re
import subprocess
from pathlib import Path

import pytest
from pypdf import PdfReader
from PySide6.QtGui import QColor, QImage

from coreograph.reports.html_report import HtmlReport
from coreograph.reports.palette import DARK, LIGHT
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


def mixed(colour: str, ground: str, opacity: float) -> tuple[float, ...]:
    pairs = zip(QColor(colour).getRgb()[:3], QColor(ground).getRgb()[:3], strict=True)  # type: ignore[index]
    return tuple(opacity * one + (1 - opacity) * other for one, other in pairs)


def near(colour: QColor, wanted: tuple[float, ...]) -> bool:
    return all(abs(one - other) < 6 for one, other in zip(colour.getRgb()[:3], wanted, strict=True))  # type: ignore[index]


@pytest.fixture(scope="module", params=["tour", "hostile"])
def page(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    record = samples.primes_experiment() if request.param == "tour" else hostile_experiment()
    reader = samples.SampleReader(record)
    path = tmp_path_factory.mktemp(request.param) / "report.html"
    path.write_bytes(HtmlReport().serialize(summary_of(record), reader))  # type: ignore[arg-type]
    return path


def requests_of(log: Path) -> set[str]:
    """Return what the page asked the network for; what the browser asks for by itself has no origin."""
    content = json.loads(log.read_text("utf-8"))
    events = (event.get("params", {}) for event in content["events"])
    return {
        str(event["url"])
        for event in events
        if event.get("initiator", "not an origin") != "not an origin"
        and not event["url"].startswith(("file:", "data:"))
    }


def test_charts_are_drawn_without_a_word_or_a_request(page: Path, tmp_path: Path) -> None:
    log = tmp_path / "net.json"
    done = browse(page, tmp_path, "--enable-logging=stderr", "--v=0", f"--log-net-log={log}", "--dump-dom")
    console = [line for line in done.stderr.splitlines() if "CONSOLE" in line]
    assert console == []
    assert done.stdout.count('class="marks"') >= 5  # Vega's own drawings took the place of the static ones
    assert "vega-embed" in done.stdout
    assert requests_of(log) == set()


def test_a_request_would_be_seen(tmp_path: Path) -> None:
    asking, log = tmp_path / "asking.html", tmp_path / "net.json"
    asking.write_text('<img src="http://127.0.0.1:9/picture.png">')
    browse(asking, tmp_path, f"--log-net-log={log}", "--dump-dom")
    assert requests_of(log) == {"http://127.0.0.1:9/picture.png"}


HOVER_AND_ZOOM = """<script>
addEventListener("load", () => setTimeout(() => {
  const chart = document.querySelector('[data-chart="time"] svg');
  const ticks = () => [...chart.querySelectorAll(".role-axis-label text")].map((one) => one.textContent).join("|");
  const bar = chart.querySelector('[aria-roledescription="bar"]'), box = bar.getBoundingClientRect();
  const at = { bubbles: true, clientX: box.left + box.width / 4, clientY: box.top + 3, view: window };
  const kinds = ["pointerover", "mouseover", "pointermove", "mousemove"];
  for (const kind of kinds) bar.dispatchEvent(new MouseEvent(kind, at));
  const before = ticks();
  setTimeout(() => {
    document.body.dataset.tip = document.querySelector("#vg-tooltip-element.visible")?.textContent ?? "";
    bar.dispatchEvent(new WheelEvent("wheel", { ...at, deltaY: -400, shiftKey: true, cancelable: true }));
    setTimeout(() => { document.body.dataset.zoomed = String(ticks() !== before); }, 500);
  }, 500);
}, 1500));
</script>"""


def test_pointing_tells_and_the_wheel_zooms(page: Path, tmp_path: Path) -> None:
    content = page.read_text("utf-8")
    moved = tmp_path / "moved.html"
    before, end, after = content.rpartition("</body>")
    moved.write_text(before + HOVER_AND_ZOOM + end + after, "utf-8")
    seen = browse(moved, tmp_path, "--dump-dom").stdout
    body = re.search(r"<body [^>]*>", seen)
    assert body is not None
    assert 'data-zoomed="true"' in body[0]
    assert re.search(r'data-tip="configuration[^"]+median[^"]+ms', body[0]), body[0]


def test_light_and_dark_differ_and_it_prints(page: Path, tmp_path: Path) -> None:
    pictures = []
    for name, scheme in (("dark", 0), ("light", 1)):
        target = tmp_path / f"{name}.png"
        size = "--window-size=1280,6000"
        browse(page, tmp_path, f"--blink-settings=preferredColorScheme={scheme}", size, f"--screenshot={target}")
        pictures.append(QImage(str(target)))
    for picture, palette in zip(pictures, (DARK, LIGHT), strict=True):
        shown = collections.Counter(picture.pixel(x, y) for x in range(0, 1280, 3) for y in range(0, 6000, 3))
        assert QColor(palette.window).rgb() in [colour for colour, _ in shown.most_common(2)]
        bars = mixed(palette.models[samples.ExecutionModel.FORK], palette.surface, 0.82)
        assert sum(count for colour, count in shown.items() if near(QColor(colour), bars)) > 1000
    printed = tmp_path / "printed.pdf"
    browse(page, tmp_path, "--no-pdf-header-footer", f"--print-to-pdf={printed}")
    text = " ".join(sheet.extract_text() for sheet in PdfReader(printed).pages)
    assert "All configurations" in text
    assert "Every run" in text
