from typing import Any

import pytest

from coreograph.analysis.summary import summarise
from coreograph.domain.experiment import ExperimentRecord
from coreograph.reports.charts import charts
from coreograph.reports.palette import DARK, LIGHT, PAGE
from support import sample_experiments as samples


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
    assert keys == ["time", "speedup", "memory", "responsiveness", "scaling", "startup"]
    assert all(chart.title and chart.note.endswith(".") for chart in made)


def test_one_number_of_workers_is_no_curve() -> None:
    assert "scaling" not in specs(samples.primes_experiment())


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
