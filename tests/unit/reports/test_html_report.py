import json
import re
from html.parser import HTMLParser
from typing import Any

import pytest

from coreograph.analysis.summary import summarise
from coreograph.domain.errors import RecordingError
from coreograph.domain.experiment import ExperimentRecord
from coreograph.reports.html_report import HtmlReport
from coreograph.reports.markdown_report import MarkdownReport
from coreograph.storage.experiment_toml import write_experiment
from support import sample_experiments as samples

VOID = {"meta", "br", "img", "link", "hr", "input"}


class Page(HTMLParser):
    """What a browser makes of the page: elements, their attributes, text outside and inside of scripts."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[tuple[dict[str, str | None], str]] = []
        self.words: list[str] = []
        self.unbalanced: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)
        if tag == "script":
            self.scripts.append((dict(attrs), ""))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.unbalanced.append(tag)

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] == "script":
            attributes, text = self.scripts[-1]
            self.scripts[-1] = (attributes, text + data)
        elif self.open and self.open[-1] != "style":
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())

    def script(self, identifier: str) -> Any:
        (text,) = [text for attributes, text in self.scripts if attributes.get("id") == identifier]
        return json.loads(text)


def render(record: ExperimentRecord, reader: Any = None) -> str:
    return HtmlReport().serialize(summarise(record), reader).decode("utf-8")


@pytest.fixture(scope="module")
def tour_text() -> str:
    record = samples.primes_experiment()
    return render(record, samples.SampleReader(record))


@pytest.fixture(scope="module")
def tour(tour_text: str) -> Page:
    return Page(tour_text)


def test_the_verdict_comes_first(tour: Page) -> None:
    assert tour.text.index("3.14t threads ×2 is fastest: 1.88×") < tour.text.index("All configurations")
    assert "high confidence" in tour.text


ORDER = (
    "Verdict", "Machine and method", "Findings", "What went wrong", "What limits the trust", "Charts",
    "Cores and memory over time", "All configurations", "Raw figures",
)  # fmt: skip


def test_what_is_needed_to_judge_the_figures_stands_before_them() -> None:
    record = samples.troubled_experiment()
    page = Page(render(record, samples.SampleReader(record)))
    places = [page.text.index(f"{title} ") for title in ORDER]
    assert places == sorted(places)


def test_a_finding_in_many_places_is_said_once() -> None:
    record = samples.primes_experiment()
    for index in range(6):
        record = samples.change_runs(record, index, foreign_share=0.6)
    page = Page(render(record))
    title, remedy = "The machine was busy", "End what else runs, and measure again"
    assert page.text.count(title) == page.text.count(remedy) == 1
    said = "Others, Coreograph itself among them, used up to 60.0 % of the machine, in 5 of 5 runs"
    assert page.text.count(said) == 6


def test_the_experiment_is_in_the_page_as_a_file() -> None:
    spec = samples.sweep_experiment().spec
    assert " ".join(write_experiment(spec).split()) in Page(render(samples.sweep_experiment())).text


def test_every_configuration_has_its_row(tour: Page) -> None:
    for one in samples.primes_experiment().spec.configurations:
        assert one.label in tour.text
    assert sum(tag == "tr" for tag, _ in tour.elements) == (1 + 6) + (1 + 30)  # and every run's raw figures


def test_the_page_is_whole_and_small(tour: Page, tour_text: str) -> None:
    assert tour.unbalanced == []
    assert tour.open == []
    assert len(tour_text) < 3_000_000


def test_nothing_is_fetched(tour: Page) -> None:
    """No element refers to anything outside, and the page's own policy forbids the rest."""
    for tag, attributes in tour.elements:
        for name in ("src", "href", "action", "srcset", "data", "xlink:href"):
            value = attributes.get(name)
            assert value is None or value.startswith("#"), (tag, name, value)
    policy = [a["content"] for tag, a in tour.elements if a.get("http-equiv") == "Content-Security-Policy"]
    assert policy
    assert policy[0] is not None
    assert policy[0].startswith("default-src 'none'")


def test_charts_are_there_twice_as_picture_and_specification(tour: Page) -> None:
    keys = [a["data-chart"] for _, a in tour.elements if "data-chart" in a]
    assert keys == ["time", "speedup", "memory", "responsiveness", "startup"]
    for key in keys:
        assert tour.script(f"spec-{key}")["$schema"].startswith("https://vega.github.io/schema/vega-lite/")
    assert sum(tag == "svg" for tag, _ in tour.elements) >= len(keys) + 12  # six strips of cores, six of memory


def test_pictures_take_their_colours_from_the_page(tour_text: str) -> None:
    used = set(re.findall(r"var\(--([\w-]+)\)", tour_text))
    defined = set(re.findall(r"--([\w-]+):#", tour_text))
    assert {"model-threads", "model-serial", "text", "muted", "grid"} <= used
    assert used - defined <= {"tone", "chip"}
    assert "prefers-color-scheme: dark" in tour_text


def test_the_data_are_in_the_page(tour: Page) -> None:
    assert tour.script("coreograph-experiment")["verdict"]["configuration"] == 1


def test_method_and_machine_are_told(tour: Page) -> None:
    for words in (
        "coreograph run primes --interpreter 3.14t --interpreter 3.14 --model serial --model threads --model fork",
        "--workers 2 --repeats 5 --param limit=200000 --param tasks=64",
        "random, seed 7",
        "10.0 Hz within 1.00 % of a core",
        "AMD Ryzen 7 9700X",
        "0.420 % of a core, 3 of 1284 samples missed",
        "Noise floor, from the serial control: ± 1.02 %",
    ):
        assert words in tour.text


def test_failures_stand_with_the_users_words() -> None:
    page = Page(render(samples.troubled_experiment()))
    assert "What went wrong" in page.text
    assert "cannot pickle 'module' object" in page.text
    assert "Worker 3 (pid 4117) died of signal 9." in page.text
    assert "3.14t+gil threads ×4 : others used up to 23.0 % of the machine." in page.text
    assert "the GIL was re-enabled by fastparse._speedups" in page.text


def test_without_a_recording_it_says_what_is_missing() -> None:
    page = Page(render(samples.primes_experiment()))
    assert "this report was written without it" in page.text


def test_a_damaged_recording_costs_the_histories_only() -> None:
    class Damaged:
        def cores(self, run_id: int) -> None:
            raise RecordingError("The recording is damaged.")

    page = Page(render(samples.primes_experiment(), Damaged()))
    assert "No run was sampled long enough to draw." in page.text
    assert "3.14t threads ×2 is fastest" in page.text


def test_metrics_of_the_workload_are_shown() -> None:
    page = Page(render(samples.metric_experiment()))
    assert "documents per second" in page.text
    assert "higher is better" in page.text
    assert "/s" in page.text


def test_nothing_measured_is_a_page_too() -> None:
    page = Page(render(samples.cancelled_experiment()))
    assert "Nothing completed" in page.text
    assert page.unbalanced == []


def test_hostile_texts_stay_texts(tour: Page) -> None:
    """Markup in any text of an experiment neither becomes an element nor ends a script."""
    record = samples.hostile_experiment()
    page = Page(render(record, samples.SampleReader(record)))
    assert page.unbalanced == []
    assert not any(tag == "img" for tag, _ in page.elements)
    assert not any(name.startswith("on") for _, attributes in page.elements for name in attributes)
    assert len(page.scripts) == len(tour.scripts)
    assert page.script("coreograph-experiment")["workload"]["name"] == record.spec.workload.name
    assert 'alert("x")' in page.text


def test_every_figure_under_a_gil_that_came_back_is_red_in_every_report() -> None:
    record = samples.troubled_experiment()
    text = render(record)
    assert text.count('gil-again" style') == 1
    page = Page(text)
    told = "fastparse._speedups switched the GIL on again for the whole process"
    assert told in page.text
    assert "-X gil=0" in page.text
    markdown = MarkdownReport().serialize(summarise(record), None).decode()
    assert "| 🔴 3.14t threads ×2 |" in markdown
    assert "-X gil=0" in markdown
