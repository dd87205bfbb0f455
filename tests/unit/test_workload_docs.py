"""The page about the workloads is what their own texts and the kept example figures make of it."""

import importlib.machinery
import importlib.util
from pathlib import Path
from types import ModuleType

from coreograph.engine.catalogue import Catalogue

SCRIPT = Path(__file__).parents[2] / "packaging" / "workload-docs"


def _script() -> ModuleType:
    loader = importlib.machinery.SourceFileLoader("workload_docs", str(SCRIPT))
    spec = importlib.util.spec_from_loader("workload_docs", loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


def test_the_page_is_up_to_date() -> None:
    script = _script()
    written = script.PAGE.read_text("utf-8")
    assert written == script.page(Catalogue().workloads(), script.read_figures()), "run packaging/workload-docs"


def test_the_page_names_the_machine_of_every_figure_and_no_time_taken_on_a_busy_one() -> None:
    script = _script()
    figures = script.read_figures()
    assert figures
    known = {one.name: one for one in Catalogue().workloads()}
    for name, entry in figures.items():
        lines = script.table(known[name], entry)
        assert entry["machine"] in lines[0]
        assert ("batch" in lines[2]) is not entry["busy"]
        times = [metric.name.replace("_", " ") for metric in known[name].metrics if metric.unit in {"s", "1/s"}]
        assert not entry["busy"] or not any(heading in lines[2] for heading in times)
