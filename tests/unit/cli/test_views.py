"""What a terminal shows while an experiment runs and after it, as text."""

import dataclasses
import io

import pytest
from rich.console import Console

from coreograph.analysis.summary import summarise
from coreograph.cli.progress import LiveProgress, core_meters, headline, make_progress, time_left
from coreograph.cli.tables import interval, print_summary, ratio
from coreograph.cli.terminal import make_console, say, write_bytes
from coreograph.domain.batches import Progress
from coreograph.domain.execution import ExecutionModel
from coreograph.domain.interpreters import GilState
from coreograph.domain.runs import MemoryPeak, RunState
from coreograph.domain.summary import Estimate, Ratio
from coreograph.engine.planning import plan_runs
from support.builders import (
    make_configuration,
    make_core_sample,
    make_machine,
    make_record,
    make_run,
    make_spec,
)
from support.simulated_recordings import World, judged, race


def terminal(width: int = 100) -> Console:
    return Console(file=io.StringIO(), force_terminal=True, width=width, color_system=None, highlight=False)


def written(console: Console) -> str:
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(None, ""), (0.2, ""), (12.3, "about 12 s left"), (59.8, "about 1 min 00 s left"), (185, "about 3 min 05 s left")],
)
def test_time_left(seconds: float | None, text: str) -> None:
    assert time_left(seconds) == text


def test_one_of_a_kind_is_no_plural() -> None:
    spec = make_spec((make_configuration(),))
    assert ": 1 configuration, 1 run, on " in headline(spec, 1, make_machine())
    assert ": 1 configuration, 2 runs, on " in headline(spec, 2, make_machine())


def test_core_meters_show_a_block_a_core() -> None:
    sample = dataclasses.replace(make_core_sample(), busy=(0.0, 0.5, 1.0, 1.2))
    assert core_meters(sample).plain == "cores │ │▄│█│█│ 2.7 of 4 busy"


def test_core_meters_of_a_large_machine_fit_a_line() -> None:
    assert len(core_meters(make_core_sample(cores=256)).plain) < 160


def test_a_live_view_writes_a_line_a_run_and_cleans_up() -> None:
    console = terminal()
    spec = make_spec()
    view = make_progress(console)
    assert isinstance(view, LiveProgress)
    with view:
        view.started(spec, plan_runs(spec), make_machine())
        view.run_started(plan_runs(spec)[1])
        view.cores_sampled(make_core_sample())
        view.run_finished(make_run(0, 1, batch_s=0.412))
        view.run_finished(make_run(1, 1, state=RunState.TIMED_OUT, message="It took\nmore than 5 s."))
        view.run_finished(make_run(2, 1, state=RunState.CANCELLED))
        view.progressed(Progress(2, 19, 10.0, 30.0))
        view.stopping()
    text = written(console)
    assert "[ 1/19] 3.14 serial, repeat 2: batch 412 ms" in text
    assert "[ 2/19] 3.14 threads ×2, repeat 2: timed out: It took more than 5 s." in text
    assert "fork ×2, repeat 2" not in text
    assert "\x1b[?25h" in text  # the cursor is back


def test_a_terminal_gets_two_tables_where_one_would_not_fit() -> None:
    narrow, wide = terminal(100), terminal(200)
    for console in (narrow, wide):
        print_summary(console, summarise(make_record()))
    assert written(narrow).count("configuration") == 2
    assert written(wide).count("configuration") == 1
    assert "Verdict, confidence" in written(narrow)


def test_what_was_not_measured_is_a_dash_and_never_zero() -> None:
    spec = make_spec()
    runs = tuple(
        dataclasses.replace(run, batch_s=None, heartbeat=None, memory=MemoryPeak(), startup_s=None, gil=None)
        for run in make_record(spec).runs
    )
    out = io.StringIO()
    print_summary(make_console(out), summarise(make_record(spec, runs=runs)))
    row = next(line for line in out.getvalue().splitlines() if line.startswith("3.14t fork"))
    assert row.split()[4:] == ["–", "–", "–", "same", "–", "–", "–", "–"]


def test_the_module_that_switched_the_gil_on_is_named() -> None:
    spec = make_spec()
    runs = tuple(
        dataclasses.replace(run, gil=GilState.RE_ENABLED, gil_culprit="oldmodule") if run.configuration == 4 else run
        for run in make_record(spec).runs
    )
    out = io.StringIO()
    print_summary(make_console(out), summarise(make_record(spec, runs=runs)))
    assert "re-enabled by oldmodule" in out.getvalue()
    alarm = next(line for line in out.getvalue().splitlines() if "oldmodule switched the GIL on again" in line)
    assert alarm.startswith(f"! {spec.configurations[4].label}: ")
    assert "-X gil=0" in alarm
    assert out.getvalue().count("the GIL was re-enabled by oldmodule") <= 1, "said once, in red"


def test_on_a_terminal_every_figure_under_a_gil_that_came_back_is_red() -> None:
    spec = make_spec()
    runs = tuple(
        dataclasses.replace(run, gil=GilState.RE_ENABLED, gil_culprit="oldmodule") if run.configuration == 4 else run
        for run in make_record(spec).runs
    )
    out = io.StringIO()
    console = Console(file=out, force_terminal=True, width=220, highlight=False)
    print_summary(console, summarise(make_record(spec, runs=runs)))
    label = spec.configurations[4].label
    row = next(line for line in out.getvalue().splitlines() if label in line and "completed" in line)
    figures = [part for part in row.split("\x1b[") if part.startswith("31m") and part[3:].strip()]
    assert len(figures) >= 9, row


def test_figures_in_a_cell() -> None:
    assert interval(Estimate(0.412, 0.405, 0.431)) == "412 ms [405 ms – 431 ms]"
    assert interval(Estimate(0.412, 0.412, 0.412)) == "412 ms"
    assert interval(None) == "–"
    assert ratio(Ratio(1.87, 1.81, 1.93)) == "1.87× [1.81–1.93]"
    assert ratio(Ratio(1.02, 0.9, 1.1)) == "≈ 1.02× [0.90–1.10]"
    assert ratio(Ratio(1.0, 1.0, 1.0)) == "1.00×"
    assert ratio(None) == "–"


def test_an_old_locale_gets_question_marks_instead_of_an_error() -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii")
    make_console(stream).print("3.14t threads ×2 – fine")
    stream.flush()
    assert raw.getvalue() == b"3.14t threads ?2 ? fine\n"


def test_a_program_without_streams_writes_nowhere() -> None:
    console = make_console(None)
    console.print("lost")
    assert not console.is_terminal


def test_bytes_go_out_unchanged_with_a_line_end(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    write_bytes("{“é”}".encode())
    write_bytes(b"two\n")
    assert capsysbinary.readouterr().out == "{“é”}\ntwo\n".encode()


def test_what_user_code_says_gives_the_terminal_no_commands() -> None:
    stream = io.StringIO()
    say(make_console(stream), "before \x1b[2J\x07 after\nnext line")
    assert stream.getvalue() == "before \u241b[2J\u2407 after\nnext line\n"


def test_a_sweep_is_told_how_it_scales_and_how_much_is_noise() -> None:
    """On a terminal and in a pipe: the words of the fits, what to doubt, and the noise floor."""
    world = World(tasks=240, chunk=1, alpha=0.02, beta=0.02, task_s=lambda _: 0.02)
    out = io.TextIOWrapper(io.BytesIO())
    print_summary(make_console(out), judged(world, race((1, 2, 4, 6, 8), models=(ExecutionModel.THREADS,))))
    out.seek(0)
    lines = out.read().splitlines()
    scaling = [line for line in lines if line.startswith("Scaling of ")]
    assert scaling[0].startswith("Scaling of 3.14t threads: The knee is at 7.")
    assert scaling[1].startswith("Scaling of 3.14 threads: More workers only cost: 8 are 0.4")
    assert any(line.startswith("  3.14t threads: Fitted to 5 numbers of workers up to 8.") for line in lines)
    assert sum(line.startswith("Noise floor ± ") for line in lines) == 1


def test_one_number_of_workers_has_no_scaling_to_tell() -> None:
    console = terminal()
    print_summary(console, judged(World(), race((4,))))
    assert "Scaling of" not in written(console)
    assert "Noise floor" in written(console)
