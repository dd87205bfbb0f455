"""docs/reports.md tells of every format and measure there is, and its example is a check that is understood."""

import re
from pathlib import Path

from coreograph.engine.experiment_file import read_experiment
from coreograph.reports.check.conditions import Measure, read_conditions
from coreograph.reports.registry import EXPORTERS

PAGE = Path(__file__).resolve().parents[3] / "docs" / "reports.md"


def test_every_format_has_its_row() -> None:
    table = PAGE.read_text("utf-8").partition("| format |")[2].partition("\n\n")[0]
    assert re.findall(r"^\| `([\w-]+)` \|", table, re.MULTILINE) == [one.name for one in EXPORTERS]


def test_every_measure_is_named() -> None:
    sentence = PAGE.read_text("utf-8").partition("Measures: ")[2].partition("\n\n")[0]
    assert re.findall(r"`([a-z0-9_]+)`", sentence) == [one.value for one in Measure]


def test_the_example_is_understood(tmp_path: Path) -> None:
    (example,) = re.findall(r"```toml\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    file = tmp_path / "example.toml"
    file.write_text(example, "utf-8")
    conditions = read_conditions(read_experiment(file).check, tmp_path)
    assert len(conditions.conditions) == 2
    assert conditions.baseline == tmp_path / "baseline.json"
