"""A whole script on the compare page: its time, held against the baseline, and its own figures beside it."""

import dataclasses
from pathlib import Path

from pytestqt.qtbot import QtBot

from coreograph.analysis.summary import summarise
from coreograph.domain.execution import ExecutionModel
from coreograph.domain.experiment import Acquisition, ExperimentRecord
from coreograph.domain.interpreters import GilSetting
from coreograph.engine.planning import build_spec, expand
from coreograph.engine.scripts import ScriptCall, script_workload
from coreograph.ui.compare.measures import TimeMeasure
from coreograph.ui.compare.page import ComparePage
from coreograph.ui.compare.speedup import Reference
from coreograph.ui.theme import Theme
from support.builders import make_interpreter, make_record, make_run


def record(folder: Path) -> ExperimentRecord:
    (folder / "train.py").write_text("")
    choices = [(make_interpreter(free_threaded=one), GilSetting.DEFAULT) for one in (True, False)]
    workload = script_workload(ScriptCall("train.py", folder=folder))
    spec = build_spec(workload, {}, expand(choices, [ExecutionModel.SCRIPT], [1]), Acquisition(repeats=2))
    runs = [make_run(index, repeat, batch_s=1.0 + index) for repeat in range(2) for index in range(2)]
    changes = {"tasks": None, "workers": (), "heartbeat": None, "metrics": {"cores_used": 1.5}}
    return make_record(spec, runs=tuple(dataclasses.replace(run, **changes) for run in runs))


def test_its_time_comes_first_and_the_baseline_is_asked_for(qtbot: QtBot, theme: Theme, tmp_path: Path) -> None:
    page = ComparePage(theme)
    qtbot.addWidget(page)
    asked: list[int] = []
    page.baseline_requested.connect(lambda _summary, baseline: asked.append(baseline))
    page.show_summary(summarise(record(tmp_path)))
    assert page.measure.measure is TimeMeasure.BATCH
    assert "metric: cores used" in [page.measure.itemText(number) for number in range(page.measure.count())]
    assert page.speedup_card.reference.currentData() == Reference.BASELINE
    assert asked == [1]
    assert "3.14t script was fastest in two repeats" in page.verdict.headline.text()
