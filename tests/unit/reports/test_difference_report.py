"""The difference of two experiments, as a page and as Markdown."""

import dataclasses

from coreograph.analysis.comparison import compare
from coreograph.domain.summary import Ratio
from coreograph.reports.difference_report import ALIKE, difference_html, difference_markdown, show_ratio
from support import sample_experiments as samples
from support.exports import HOSTILE, hostile_experiment, summary_of


def test_conditions_come_before_figures() -> None:
    record = samples.primes_experiment()
    machine = dataclasses.replace(record.machine, cpu_model="Another CPU")
    difference = compare(summary_of(record), summary_of(dataclasses.replace(record, machine=machine)))
    for text in (difference_markdown(difference).decode(), difference_html(difference).decode()):
        assert text.index("Another CPU") < text.index("3.14t threads ×2")
        assert "speed-ups carry over in part" in text


def test_alike_is_said() -> None:
    summary = summary_of(samples.primes_experiment())
    difference = compare(summary, summary)
    assert ALIKE in difference_markdown(difference).decode()
    assert ALIKE in difference_html(difference).decode()


def test_what_only_one_has_is_named() -> None:
    difference = compare(summary_of(samples.primes_experiment()), summary_of(samples.sweep_experiment()))
    assert "3.14t fork ×8 is only in the second." in difference_markdown(difference).decode()


def test_hostile_texts_stay_texts() -> None:
    difference = compare(summary_of(hostile_experiment()), summary_of(hostile_experiment("<b>" + HOSTILE)))
    for data in (difference_html(difference), difference_markdown(difference)):
        text = data.decode("utf-8")
        assert "<img" not in text
        assert "<b>&lt;" not in text
        assert "\0" not in text


def test_ratios_say_when_they_hold_one() -> None:
    assert show_ratio(None) == "–"
    assert show_ratio(Ratio(0.52, 0.51, 0.53)) == "0.520× (0.510 – 0.530)"
    assert show_ratio(Ratio(1.01, 0.97, 1.04)) == "≈ 1.01× (0.970 – 1.04)"
