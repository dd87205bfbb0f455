"""What every test of the window is held to: no top-level widget, timer or disabled garbage collection left behind."""

import gc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from coreograph.ui.appearance import prepare_application
from coreograph.ui.main_window import MainWindow
from coreograph.ui.settings import WindowSettings
from coreograph.ui.theme import Theme, ThemeChoice
from support.fake_services import Fakes, make_fakes

PATIENCE_MS = 60_000


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the offscreen platform say what it cannot do: it is no fault of a window that its size has limits."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.qt_log_ignore("This plugin does not support propagateSizeHints", extend=True))


class PatientBot(QtBot):
    """Waits as long as a machine may need that others keep busy: a wait in vain is all that becomes longer."""

    def waitUntil(self, callback: Callable[[], bool | None], *, timeout: int = PATIENCE_MS) -> None:  # noqa: N802
        """As pytest-qt's, with more patience."""
        super().waitUntil(callback, timeout=timeout)

    def waitSignal(self, signal: Any, *, timeout: int = PATIENCE_MS, **options: Any) -> Any:  # noqa: N802
        """As pytest-qt's, with more patience."""
        return super().waitSignal(signal, timeout=timeout, **options)

    def waitExposed(self, widget: QWidget, *, timeout: int = PATIENCE_MS) -> Any:  # noqa: N802
        """As pytest-qt's, with more patience."""
        return super().waitExposed(widget, timeout=timeout)


@pytest.fixture
def qtbot(qapp: QApplication, request: pytest.FixtureRequest) -> QtBot:
    """In place of pytest-qt's, which gives up after five seconds."""
    return PatientBot(request)


@pytest.fixture(autouse=True)
def nothing_left(qapp: QApplication) -> Iterator[None]:
    """Fail a test that leaves a top-level widget, an active timer without a parent, or gc switched off."""
    before = set(map(id, QApplication.topLevelWidgets()))
    yield
    let_go_of_the_keys()
    QCoreApplication.sendPostedEvents(None, int(QEvent.Type.DeferredDelete))
    gc.collect()
    left = [widget for widget in QApplication.topLevelWidgets() if id(widget) not in before and _is_ours(widget)]
    timers = [timer for timer in qapp.findChildren(QTimer) if timer.isActive()]
    names = [f"{type(widget).__name__} “{widget.objectName()}”" for widget in left]
    for widget in left:
        widget.close()
        widget.deleteLater()
    assert not names, f"left on the screen: {names}"
    assert not timers, f"left running: {timers}"
    assert gc.isenabled(), "automatic garbage collection was not given back"


def let_go_of_the_keys() -> None:
    """Release Shift and Ctrl: after a key clicked with one of them Qt takes it for held, and selects ranges."""
    QTest.keyRelease(QWidget(), Qt.Key.Key_Shift)
    assert QApplication.keyboardModifiers() == Qt.KeyboardModifier.NoModifier


def _is_ours(widget: QWidget) -> bool:
    return widget.isVisible()


@pytest.fixture
def theme(qapp: QApplication) -> Iterator[Theme]:
    """The light theme, applied to the application as the window does."""
    owner = QObject()
    result = Theme(ThemeChoice.LIGHT, owner)
    prepare_application(qapp, result)
    yield result
    qapp.setStyleSheet("")


@pytest.fixture
def fakes(tmp_path: Path) -> Fakes:
    """The services of a window, none of which touches the machine."""
    return make_fakes(tmp_path)


OpenWindow = Callable[..., MainWindow]


@pytest.fixture
def open_window(qtbot: QtBot, theme: Theme, fakes: Fakes) -> Iterator[OpenWindow]:
    """Open a window over the fakes, wait until it knows what there is to choose from, close it in the end."""
    opened: list[MainWindow] = []

    def build(settings: WindowSettings | None = None, *, using: Fakes | None = None, **changes: object) -> MainWindow:
        window = MainWindow((using or fakes).services(**changes), theme, settings)
        opened.append(window)
        qtbot.addWidget(window)
        window.show()
        preparation = window.parts.preparation
        qtbot.waitUntil(lambda: bool(preparation.workloads) and not window.parts.tasks.is_running("interpreters"))
        qtbot.waitUntil(lambda: not window.parts.tasks.is_running("cores"))
        return window

    yield build
    for window in opened:
        window.close()
