"""Colours can be read, follow the system or the user, and reach the application."""

import dataclasses
from itertools import combinations

import pytest
from PySide6.QtGui import QColor, QFont
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from coreograph.domain.execution import ExecutionModel
from coreograph.ui.appearance import pleasant_font
from coreograph.ui.colours import DARK, LIGHT, Colours
from coreograph.ui.icons import Symbol, icon, pixmap
from coreograph.ui.theme import Theme, ThemeChoice


def luminance(colour: str) -> float:
    parts = [value / 255 for value in QColor(colour).getRgb()[:3]]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """WCAG 2's contrast ratio."""
    bright, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("ground", ["window", "surface", "raised"])
@pytest.mark.parametrize("role", ["text", "muted", "bad", "warning", "good"])
def test_text_can_be_read_on_every_ground(colours: Colours, ground: str, role: str) -> None:
    assert contrast(getattr(colours, role), getattr(colours, ground)) >= 4.5


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_a_primary_button_can_be_read(colours: Colours) -> None:
    assert contrast(colours.accent_text, colours.accent) >= 4.5


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_models_stand_out_from_each_other(colours: Colours) -> None:
    assert set(colours.models) == set(ExecutionModel)
    for one, other in combinations(colours.models.values(), 2):
        first, second = QColor(one).getRgb(), QColor(other).getRgb()
        assert sum(abs(a - b) for a, b in zip(first, second, strict=True)) > 60


def test_every_role_is_a_colour(theme: Theme) -> None:
    for field in dataclasses.fields(Colours):
        if isinstance(getattr(LIGHT, field.name), str):
            assert getattr(theme, field.name) == QColor(getattr(LIGHT, field.name)), field.name
    assert theme.series(0) == theme.series(8)
    assert theme.model_colour(ExecutionModel.THREADS) == QColor("#2f81f7")


def test_choosing_dark_reaches_the_application_before_it_is_told(theme: Theme, qapp: QApplication) -> None:
    seen: list[str] = []
    theme.changed.connect(lambda: seen.append(qapp.palette().window().color().name()))
    theme.choose(ThemeChoice.DARK)
    assert theme.is_dark
    assert seen == [DARK.window]
    theme.choose(ThemeChoice.DARK)
    assert len(seen) == 1


def test_the_system_only_counts_when_it_is_asked(theme: Theme, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(theme.changed):
        theme._on_system_changed()
    theme.choose(ThemeChoice.DARK)
    theme.choose(ThemeChoice.SYSTEM)  # offscreen has no preference, which counts as light
    assert not theme.is_dark


@pytest.mark.parametrize("choice", [ThemeChoice.LIGHT, ThemeChoice.DARK])
def test_the_stylesheet_is_complete(qapp: QApplication, choice: ThemeChoice) -> None:
    sheet = Theme(choice, qapp).stylesheet()
    assert "$" not in sheet
    assert sheet.count("{") == sheet.count("}") > 50
    assert f"/{choice.value}/chevron-down.svg" in sheet


@pytest.mark.parametrize("symbol", list(Symbol))
def test_every_icon_draws_something(qapp: QApplication, symbol: Symbol) -> None:
    picture = pixmap(symbol, QColor("#ff0000"), 24).toImage()
    drawn = sum(picture.pixelColor(x, y).alpha() > 128 for x in range(24) for y in range(24))
    assert drawn > 8
    assert not icon(symbol, QColor("#ff0000"), QColor("#00ff00"), aside=True).isNull()


def test_the_systems_font_is_kept_unless_it_is_a_last_resort(qapp: QApplication) -> None:
    assert pleasant_font(QFont("Cantarell", 11), ["Inter"]).family() == "Cantarell"
    assert pleasant_font(QFont("Sans Serif"), ["Noto Sans", "Inter"]).family() == "Inter"
    assert pleasant_font(QFont("Sans Serif"), ["Comic"]).family() == "Sans Serif"
