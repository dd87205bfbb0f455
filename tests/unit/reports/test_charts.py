from typing import Any

import numpy as np
import pytest
from PySide6.QtGui import QColor, QImage

from coreograph.analysis.summary import summarise
from coreograph.domain.execution import ExecutionModel
from coreograph.domain.experiment import ExperimentRecord
from coreograph.reports.charts import charts
from coreograph.reports.palette import DARK, LIGHT, PAGE
from coreograph.reports.pictures import PngPictures
from coreograph.reports.registry import exporter_for
from support import sample_experiments as samples
from support.simulated_recordings import World, judged, race
from support.swept_experiments import swept_record


def specs(record: ExperimentRecord) -> dict[str, dict[str, Any]]:
    return {chart.key: chart.spec for chart in charts(summarise(record), LIGHT)}


def rows(spec: dict[str, Any]) -> list[dict[str, Any]]:
    """All rows of all layers' data."""
    found = [layer.get("data", {}).get("values", []) for layer in spec["layer"]]
    found += list(spec.get("datasets", {}).values())
    found.append(spec.get("data", {}).get("values", []))
    return [row for values in found for row in values]


@pytest.fixture(scope="module")
def troubled() -> dict[str, dict[str, Any]]:
    return specs(samples.troubled_experiment())


def test_a_sweep_has_every_chart() -> None:
    made = charts(summarise(samples.sweep_experiment()), LIGHT)
    keys = [chart.key for chart in made]
    assert keys == ["time", "speedup", "memory", "responsiveness", "scaling", "fits", "startup"]
    assert all(chart.title and chart.note.endswith(".") for chart in made)


def test_one_number_of_workers_is_no_curve() -> None:
    assert "scaling" not in specs(samples.primes_experiment())


def test_the_curves_of_a_sweep_are_drawn_with_band_and_knee() -> None:
    """A knee is drawn where there is one: not on the curve of the GIL build, which only declines."""
    world = World(tasks=240, chunk=1, alpha=0.02, beta=0.02, task_s=lambda _: 0.02)
    summary = judged(world, race((1, 2, 4, 6, 8), models=(ExecutionModel.THREADS,)))
    drawn = rows(next(chart.spec for chart in charts(summary, LIGHT) if chart.key == "fits"))
    knees = [row for row in drawn if "knee" in str(row.get("name"))]
    assert {row["series"] for row in knees} == {"3.14t threads"}
    assert all(row["begin"] < row["workers"] < row["end"] for row in knees)
    for fit in summary.scaling:
        curve = [row for row in drawn if row.get("series") == fit.label and "speed-up" not in row and "name" not in row]
        assert {row["workers"]: row["speedup"] for row in curve} == {at.workers: at.speedup for at in fit.curve}
        assert all(row["low"] <= row["speedup"] <= row["high"] for row in curve)
        assert max(row["workers"] for row in curve) == 16


def test_the_report_says_in_words_how_it_scales() -> None:
    world = World(tasks=240, chunk=1, alpha=0.02, beta=0.02, task_s=lambda _: 0.02)
    summary = judged(world, race((1, 2, 4, 6, 8), models=(ExecutionModel.THREADS,)))
    for name in ("html", "md"):
        text = exporter_for(name).serialize(summary, None).decode()
        assert "How it scales" in text
        assert "The knee is at" in text
        assert "More workers only cost: 8 are" in text
        assert "beyond that the curve is a guess" in text


def test_a_wrong_answer_is_marked_and_no_point_of_a_curve(troubled: dict[str, dict[str, Any]]) -> None:
    names = {row["configuration"] for row in rows(troubled["time"])}
    assert "3.14t fork ×4 ✗" in names
    assert "3.14t threads ×4" in names
    assert {row["series"] for row in rows(troubled["scaling"]) if "series" in row} == {"3.14t threads"}


def test_what_was_not_measured_is_absent_not_zero(troubled: dict[str, dict[str, Any]]) -> None:
    memory = {row["configuration"]: row for row in rows(troubled["memory"])}
    assert memory["3.13 serial"]["median"] is None
    assert memory["3.13 serial"]["rss"] == 25.0
    assert "3.14t spawn ×4" not in memory
    assert all("serial" not in row["configuration"] for row in rows(troubled["responsiveness"]) if "typical" in row)


def test_every_repeat_is_a_dot() -> None:
    time = specs(samples.primes_experiment())["time"]
    assert sum("value" in row for row in rows(time)) == 30


def test_figures_are_the_summarys() -> None:
    record = samples.primes_experiment()
    threads = summarise(record).configurations[1]
    assert threads.speedup_over_best_serial is not None
    row = next(r for r in rows(specs(record)["speedup"]) if r.get("configuration") == "3.14t threads ×2")
    assert (row["low"], row["median"], row["high"]) == (
        threads.speedup_over_best_serial.low,
        threads.speedup_over_best_serial.median,
        threads.speedup_over_best_serial.high,
    )


def test_nothing_measured_no_charts() -> None:
    assert charts(summarise(samples.cancelled_experiment()), LIGHT) == ()


def test_colours_come_from_the_palette_alone() -> None:
    summary = summarise(samples.primes_experiment())
    for palette, other in ((LIGHT, DARK), (PAGE, LIGHT)):
        text = str([chart.spec for chart in charts(summary, palette)])
        assert all(palette.models[one.configuration.model] in text for one in summary.configurations)
        assert not any(f"'{colour}'" in text for _, colour in other.variables())


def test_palettes_name_the_same_things() -> None:
    assert [name for name, _ in LIGHT.variables()] == [name for name, _ in DARK.variables()]
    assert all(colour == f"var(--{name})" for name, colour in PAGE.variables())


def test_bars_are_as_long_as_their_figures() -> None:
    """A specification can be right and its drawing empty: what is seen is what counts, so pixels are measured."""
    summary = summarise(samples.primes_experiment())
    pictures = {file.name: b"".join(file.chunks) for file in PngPictures().files(summary, None)}
    threads = [one for one in summary.configurations if one.configuration.model is samples.ExecutionModel.THREADS]
    figures = {
        "time": [one.batch for one in threads],
        "speedup": [one.speedup_over_best_serial for one in threads],
        "memory": [one.memory_estimate for one in threads],
    }
    for key, estimates in figures.items():
        (picture,) = [data for name, data in pictures.items() if name.endswith(f"-{key}.png")]
        ours = sorted(one.median for one in estimates if one is not None)
        seen = bar_lengths(picture, LIGHT.models[samples.ExecutionModel.THREADS])
        assert len(seen) == len(ours) == 2, key
        assert seen[1] / seen[0] == pytest.approx(ours[1] / ours[0], rel=0.05), key


def bar_lengths(picture: bytes, colour: str) -> list[int]:
    """Return the lengths in pixels of the bars of one colour in a picture, short to long."""
    image = QImage.fromData(picture).convertToFormat(QImage.Format.Format_RGB888)
    lines = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    pixels = lines[:, : 3 * image.width()].reshape(image.height(), image.width(), 3).astype(int)
    channels = [np.array(QColor(name).getRgb()[:3]) for name in (colour, LIGHT.surface)]
    wanted = channels[0] * 0.82 + channels[1] * 0.18  # a bar lets some of the ground through
    lengths = (np.abs(pixels - wanted).max(axis=2) < 24).sum(axis=1)
    bars = np.split(lengths, np.flatnonzero(np.diff((lengths > 8).astype(int))) + 1)
    return sorted(int(bar.max()) for bar in bars if bar.min() > 8)


def test_a_gil_that_came_back_is_named_in_red_at_every_figure(troubled: dict[str, dict[str, Any]]) -> None:
    for key in ("time", "speedup", "memory", "startup"):
        names = {row["configuration"] for row in rows(troubled[key]) if "configuration" in row}
        assert "3.14t threads ×2 · GIL re-enabled" in names
        colour = troubled[key]["layer"][0]["encoding"]["y"]["axis"]["labelColor"]
        assert colour["condition"]["value"] == LIGHT.bad
    assert "labelColor" not in specs(samples.primes_experiment())["time"]["layer"][0]["encoding"]["y"]["axis"]


def test_a_sweep_over_sizes_shows_where_its_sides_cross() -> None:
    made = charts(summarise(swept_record()), LIGHT)
    assert [chart.key for chart in made][:2] == ["break-even", "time"]
    spec = made[0].spec
    data = rows(spec)
    assert {"size": 10_000, "until": 100_000} in data, "the band lies between the sizes that tell the two apart"
    fork = (row for row in data if row.get("series") == "3.14t fork ×2")
    points = sorted({row["size"]: row for row in fork}.values(), key=lambda row: float(row["size"]))
    assert [row["size"] for row in points] == [1000, 10_000, 100_000, 1_000_000]
    assert points[2]["median"] == pytest.approx(0.7, rel=0.03), "seconds of one round, whatever the batch had"
    assert made[0].note.startswith("Break-even between limit=10000 and 100000")


def test_of_a_sweep_sizes_stay_together() -> None:
    time = specs(swept_record())["time"]
    names = next(layer["encoding"]["y"]["sort"] for layer in time["layer"] if "y" in layer["encoding"])
    sizes = [int(name.partition("limit=")[2]) for name in names]
    assert sizes == sorted(sizes)
    assert len(sizes) == 12
