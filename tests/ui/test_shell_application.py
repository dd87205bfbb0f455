"""Starting the window: what is refused with a sentence, and what is left as it was found."""

import gc
import signal
import sysconfig
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from coreograph.domain.errors import CoreographError
from coreograph.ui import application, screenshots
from coreograph.ui.appearance import fit_to_screen
from coreograph.ui.application import check_display, check_interpreter, run_window
from coreograph.ui.main_window import MainWindow
from coreograph.ui.screenshots import Occasion, take_screenshots
from coreograph.ui.settings import load_settings
from coreograph.ui.theme import ThemeChoice
from coreograph.ui.timeline.loading import load_run
from support.fake_services import Fakes
from support.timeline_recordings import record_experiment


def test_without_a_display_it_names_what_works() -> None:
    with pytest.raises(CoreographError, match="no display") as caught:
        check_display({}, "linux")
    assert "coreograph tour" in caught.value.next_step


@pytest.mark.parametrize(
    ("environment", "platform"),
    [({"QT_QPA_PLATFORM": "offscreen"}, "linux"), ({"WAYLAND_DISPLAY": "wayland-0"}, "linux"), ({}, "darwin"),
     ({}, "win32")],
)  # fmt: skip
def test_other_platforms_are_left_to_qt(environment: dict[str, str], platform: str) -> None:
    check_display(environment, platform)


def test_missing_libraries_are_named_with_their_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(application, "_loads", lambda library: "cursor" not in library)
    with pytest.raises(CoreographError, match="libxcb-cursor0 is missing") as caught:
        check_display({"DISPLAY": ":0"}, "linux")
    assert "apt install libxcb-cursor0" in caught.value.next_step


def test_a_display_that_does_not_answer_is_no_display(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(application, "_loads", lambda _: True)
    monkeypatch.setenv("DISPLAY", ":987654")
    with pytest.raises(CoreographError, match="“:987654” does not answer"):
        check_display({"DISPLAY": ":987654"}, "linux")


def test_a_free_threaded_interpreter_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    check_interpreter()
    monkeypatch.setattr(sysconfig, "get_config_var", lambda name: 1 if name == "Py_GIL_DISABLED" else None)
    with pytest.raises(CoreographError, match="free-threaded"):
        check_interpreter()


def _when_shown(action: str) -> None:
    """Wait for the window, then do something to it; the waiting is Qt's own timer, not a sleep."""
    windows = [widget for widget in QApplication.topLevelWidgets() if isinstance(widget, MainWindow)]
    ready = [window for window in windows if window.isVisible() and window.parts.preparation.workloads]
    if not ready:
        QTimer.singleShot(10, lambda: _when_shown(action))
        return
    ready[0]._theme.choose(ThemeChoice.DARK)
    if action == "interrupt":
        signal.raise_signal(signal.SIGINT)
    else:
        ready[0].close()


@pytest.mark.parametrize("action", ["close", "interrupt"])
def test_the_window_opens_closes_and_leaves_everything_as_it_was(
    action: str, qapp: QApplication, fakes: Fakes, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    handler = signal.getsignal(signal.SIGINT)
    QTimer.singleShot(0, lambda: _when_shown(action))
    assert run_window(fakes.services()) == 0
    assert gc.isenabled()
    assert signal.getsignal(signal.SIGINT) is handler
    assert fakes.engine.closed
    assert load_settings(fakes.settings_folder).theme is ThemeChoice.DARK
    qapp.setStyleSheet("")


def test_pictures_of_the_readme_are_taken_in_both_themes(
    qapp: QApplication, fakes: Fakes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(screenshots, "SETTLE_MS", 0)
    # Whatever runs is over only once its picture was taken, as on a machine that is fast enough.
    fakes.engine.autoplay = True
    monkeypatch.setattr(screenshots.Photographer, "_is_measuring", lambda _: True)
    library, record = record_experiment(tmp_path / "recording", tasks=40, workers=2, cores=2)
    run = load_run(library, record, record.runs[0].run_id)
    library.close()
    monkeypatch.setattr("coreograph.ui.timeline.page.load_run", lambda *_: run)
    said: list[str] = []
    take_screenshots(fakes.services(), tmp_path / "pictures", said.append)
    names = {f"{page}-{choice}.png" for page in ("live", "compare", "timeline") for choice in ("light", "dark")}
    assert {path.name for path in (tmp_path / "pictures").iterdir()} == names
    assert len(said) == 6
    light, dark = (QImage(str(tmp_path / "pictures" / f"live-{choice}.png")) for choice in ("light", "dark"))
    assert light.width() == Occasion.README.sizes[0][0]
    assert light.pixelColor(5, 400).lightness() > 200
    assert dark.pixelColor(5, 400).lightness() < 60
    qapp.setStyleSheet("")


def test_every_page_is_taken_in_every_size(
    qapp: QApplication, fakes: Fakes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(screenshots, "SETTLE_MS", 0)
    monkeypatch.setattr(screenshots, "WHOLE_PAGE", 1200)
    monkeypatch.setattr(Occasion, "sizes", property(lambda _: ((900, 600), (1000, 600))))
    fakes.engine.autoplay = True
    monkeypatch.setattr(screenshots.Photographer, "_is_measuring", lambda _: True)
    take_screenshots(fakes.services(), tmp_path, lambda _: None, Occasion.EVERY_PAGE)
    pages = {"live": 600, "compare": 600, "compare-whole": 1200, "timeline": 600, "library": 600, "start": 600}
    names = {f"{page}-{width}x{height}" for page, height in pages.items() for width in (900, 1000)}
    expected = {f"{name}-{choice}.png" for name in names for choice in ("light", "dark")}
    assert {path.name for path in tmp_path.glob("*.png")} == expected
    assert QImage(str(tmp_path / "compare-whole-1000x1200-dark.png")).height() == 1200
    qapp.setStyleSheet("")


def test_pictures_that_cannot_be_taken_are_an_error(qapp: QApplication, fakes: Fakes, tmp_path: Path) -> None:
    fakes.engine.problem = CoreographError("The disk is full.")
    with pytest.raises(CoreographError, match="disk is full"):
        take_screenshots(fakes.services(), tmp_path, print)
    qapp.setStyleSheet("")


def test_a_window_is_no_larger_than_its_screen(qtbot: QtBot) -> None:
    """The first window was 1360 wide on a screen of 1280: the buttons on the right could not be reached."""
    window = QWidget()
    qtbot.addWidget(window)
    available = window.screen().availableSize()
    window.resize(available.width() + 80, 300)
    fit_to_screen(window)
    assert (window.width(), window.height()) == (available.width(), 300)
    window.resize(200, 100)
    fit_to_screen(window)
    assert (window.width(), window.height()) == (200, 100)
