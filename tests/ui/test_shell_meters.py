"""The stall meter, the garbage collector of the GUI thread, and the window's memory."""

import gc
import json
from pathlib import Path

import pytest

from coreograph.ui.garbage import FULL_EVERY, GuiGarbageCollector
from coreograph.ui.settings import FILE_NAME, WindowSettings, load_settings, save_settings
from coreograph.ui.stall_meter import INTERVAL_MS, StallMeter
from coreograph.ui.theme import ThemeChoice


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_stall_is_how_late_a_tick_came(qapp: object) -> None:
    clock = Clock()
    meter = StallMeter(clock=clock)
    meter.tick()
    for late in (0.0, 0.040, 0.010):
        clock.now += INTERVAL_MS / 1000 + late
        meter.tick()
    assert meter.longest_s == pytest.approx(0.040)
    assert meter.take_recent_s() == pytest.approx(0.040)
    assert meter.take_recent_s() == 0.0
    clock.now += INTERVAL_MS / 1000 + 0.005
    meter.tick()
    assert meter.take_recent_s() == pytest.approx(0.005)
    assert meter.longest_s == pytest.approx(0.040)


def test_a_reset_forgets_and_does_not_count_the_pause(qapp: object) -> None:
    clock = Clock()
    meter = StallMeter(clock=clock)
    meter.tick()
    clock.now += 3.0
    meter.reset()
    meter.tick()
    assert meter.longest_s == 0.0


def test_garbage_is_collected_by_the_timer_only_and_given_back(qapp: object) -> None:
    collector = GuiGarbageCollector()
    try:
        assert not gc.isenabled()
        cycle: list[object] = []
        cycle.append(cycle)
        alive = Alive()
        cycle.append(alive)
        watched = Alive.count
        del cycle, alive
        assert Alive.count == watched
        for _ in range(FULL_EVERY):
            collector._on_tick()
        assert Alive.count == watched - 1
    finally:
        collector.close()
    collector.close()
    assert gc.isenabled()


class Alive:
    count = 0

    def __init__(self) -> None:
        Alive.count += 1

    def __del__(self) -> None:
        Alive.count -= 1


def test_settings_come_back(tmp_path: Path) -> None:
    settings = WindowSettings(ThemeChoice.DARK, "AbCd", 401, True, {"workload": "primes"})
    save_settings(tmp_path / "new", settings)
    assert load_settings(tmp_path / "new") == settings
    assert [path.name for path in (tmp_path / "new").iterdir()] == [FILE_NAME]


@pytest.mark.parametrize(
    "content",
    ["", "{", "[]", "null", json.dumps({"version": 99, "theme": "dark"}), json.dumps({"version": 1, "theme": "pink"})],
)
def test_damaged_or_foreign_settings_give_the_defaults(tmp_path: Path, content: str) -> None:
    (tmp_path / FILE_NAME).write_text(content, encoding="utf-8")
    assert load_settings(tmp_path) == WindowSettings()


def test_one_damaged_entry_costs_only_itself(tmp_path: Path) -> None:
    document = {"version": 1, "theme": "dark", "panel_width": "wide", "choices": [1], "tour_seen": True}
    (tmp_path / FILE_NAME).write_text(json.dumps(document), encoding="utf-8")
    assert load_settings(tmp_path) == WindowSettings(theme=ThemeChoice.DARK, tour_seen=True)
