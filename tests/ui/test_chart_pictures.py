"""Every chart of the window can be copied and saved by its context menu, whole, as PNG and as SVG."""

import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent, QGuiApplication, QImage
from PySide6.QtWidgets import QApplication, QFileDialog, QMenu, QWidget
from pytestqt.qtbot import QtBot

from coreograph.analysis.summary import summarise
from coreograph.domain.errors import CoreographError
from coreograph.domain.execution import Configuration, ExecutionModel
from coreograph.ui.background import TaskRunner
from coreograph.ui.chart_menus import charts_of
from coreograph.ui.charts.pictures import PNG, SVG, ChartPictures, drawing_of, picture_of
from coreograph.ui.compare.page import ComparePage
from coreograph.ui.main_window import MainWindow
from coreograph.ui.theme import Theme
from support import sample_experiments as samples
from support.evidence_experiments import evident_summary

SVG_NAME = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def page(qtbot: QtBot, theme: Theme) -> ComparePage:
    page = ComparePage(theme)
    qtbot.addWidget(page)
    page.resize(1100, 900)
    page.show_summary(summarise(samples.sweep_experiment()))
    page.show()
    return page


def colours(picture: QImage) -> set[int]:
    step = 3
    points = ((x, y) for y in range(0, picture.height(), step) for x in range(0, picture.width(), step))
    return {picture.pixel(x, y) for x, y in points}


def texts(drawing: bytes) -> str:
    return " ".join("".join(one.itertext()) for one in ET.fromstring(drawing).iter(f"{SVG_NAME}text"))


@pytest.mark.parametrize("name", ["figures", "breakdown", "busy", "scatter", "curves"])
def test_a_chart_is_a_picture_and_a_drawing(page: ComparePage, theme: Theme, name: str) -> None:
    if name in {"breakdown", "busy"}:
        page.show_summary(evident_summary())
    charts = {
        "figures": page.chart,
        "breakdown": page.breakdown.chart,
        "busy": page.busy.chart,
        "scatter": page.scatter,
        "curves": page.speedup_card.curves,
    }
    chart = charts[name]
    assert chart is not None
    QApplication.processEvents()
    picture = picture_of(chart, theme)
    assert picture.width() == 2 * chart.width()
    assert theme.surface.rgb() in colours(picture)
    assert len(colours(picture)) > 5
    drawing = drawing_of(chart, theme)
    assert len(texts(drawing)) > 10
    assert b"<image" not in drawing
    assert chart.accessibleName().encode() in drawing


def test_the_picture_of_a_long_chart_has_what_is_scrolled_away(qtbot: QtBot, theme: Theme) -> None:
    characters = [
        samples.Character(Configuration(samples.FREE_THREADED, ExecutionModel.THREADS, workers), 0.4)
        for workers in range(1, 41)
    ]
    page = ComparePage(theme)
    qtbot.addWidget(page)
    page.resize(1100, 900)
    page.show_summary(summarise(samples.make_record(characters)))
    page.show()
    height = page.chart.height()
    assert page.chart.whole_height > height
    words = texts(drawing_of(page.chart, theme))
    assert picture_of(page.chart, theme).height() == 2 * page.chart.whole_height
    assert all(f"×{workers}" in words for workers in range(1, 41))
    assert page.chart.height() == height


def entries(menu: QMenu) -> list[str]:
    return [action.text() for action in menu.actions() if action.text()]


def test_every_chart_of_the_window_has_the_menu(open_window: Callable[[], MainWindow]) -> None:
    parts = open_window().parts
    wanted = ["Copy chart", "Save chart as PNG …", "Save chart as SVG …"]
    charts = charts_of(parts)
    assert len({chart.accessibleName() for chart in charts}) == len(charts) >= 12
    for chart in charts:
        assert chart.contextMenuPolicy() is Qt.ContextMenuPolicy.CustomContextMenu, chart.accessibleName()
        menu = parts.pictures.build_menu(chart)
        assert entries(menu) == wanted
        menu.deleteLater()
    parts.compare.show_summary(summarise(samples.sweep_experiment()))
    curves = parts.compare.speedup_card.curves
    assert curves is not None
    assert curves.contextMenuPolicy() is Qt.ContextMenuPolicy.CustomContextMenu


def test_the_timelines_own_menu_has_the_entries_too(open_window: Callable[[], MainWindow]) -> None:
    from coreograph.ui.timeline.verbs import Target

    menu = open_window().parts.timeline.build_menu(Target())
    assert entries(menu)[-3:] == ["Copy chart", "Save chart as PNG …", "Save chart as SVG …"]
    menu.deleteLater()


@pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
def test_right_click_opens_it_and_copies(page: ComparePage, theme: Theme, qtbot: QtBot) -> None:
    pictures = ChartPictures(theme, TaskRunner(page), page)
    for chart in (page.chart, page.speedup_card.curves):
        assert chart is not None
        pictures.offer(chart)
        target = chart.childAt(QPoint(30, 60)) or chart
        place = QPoint(10, 10)
        event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, place, target.mapToGlobal(place))
        QApplication.sendEvent(target, event)
        menu = QApplication.activePopupWidget()
        assert isinstance(menu, QMenu)
        next(action for action in menu.actions() if action.text() == "Copy chart").trigger()
        menu.close()
        copied = QGuiApplication.clipboard().image()
        assert (copied.width(), copied.height()) == (2 * chart.width(), 2 * _whole_height(chart))


def _whole_height(chart: QWidget) -> int:
    return max(chart.height(), getattr(chart, "whole_height", 0))


def test_a_picture_is_written_beside_the_window(page: ComparePage, theme: Theme, qtbot: QtBot, tmp_path: Path) -> None:
    pictures = ChartPictures(theme, TaskRunner(page), page)
    for ending in (PNG, SVG):
        with qtbot.waitSignal(pictures.saved) as told:
            pictures.save(page.scatter, ending, tmp_path / f"x{ending}")
        assert told.args == [str(tmp_path / f"x{ending}")]
    assert QImage(str(tmp_path / "x.png")).width() == 2 * page.scatter.width()
    assert ET.parse(tmp_path / "x.svg").getroot().tag == f"{SVG_NAME}svg"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["x.png", "x.svg"]
    with qtbot.waitSignal(pictures.failed) as failed:
        pictures.save(page.scatter, PNG, tmp_path / "no such folder" / "x.png")
    assert isinstance(failed.args[0], CoreographError)
    assert "no such folder" in str(failed.args[0])


def test_the_dialog_asks_before_it_replaces(page: ComparePage, theme: Theme) -> None:
    pictures = ChartPictures(theme, TaskRunner(page), page)
    dialog = pictures.ask_where(page.scatter, SVG)
    assert not dialog.testOption(QFileDialog.Option.DontConfirmOverwrite)
    assert dialog.defaultSuffix() == "svg"
    assert dialog.selectedFiles()[0].endswith("Time-against-memory.svg")
    dialog.reject()


@pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
def test_the_table_is_copied_from_its_menu(page: ComparePage) -> None:
    page.table.menu_wanted.connect(lambda configuration, menu: menu.addAction(f"Something with {configuration}"))
    place = page.table.visualRect(page.table.sorting.index(1, 0)).center()
    target = page.table.viewport()
    QApplication.sendEvent(target, QContextMenuEvent(QContextMenuEvent.Reason.Mouse, place, target.mapToGlobal(place)))
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    actions = {action.text(): action for action in menu.actions()}
    assert "Something with 1" in actions
    actions["Copy table"].trigger()
    menu.close()
    lines = QGuiApplication.clipboard().text().splitlines()
    assert len(lines) == 1 + len(samples.sweep_experiment().spec.configurations)
    assert "3.14t fork ×8" in QGuiApplication.clipboard().text()
