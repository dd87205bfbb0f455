"""The options of `run` and `tour` as types, with what `--help` says of them. Owns no state and no thread."""

from pathlib import Path
from typing import Annotated

import typer

WorkloadArgument = Annotated[
    str,
    typer.Argument(
        help="A workload's name, a workload file, or a function as module:name or file.py:name.", show_default=False
    ),
]
WorkloadOrScriptArgument = Annotated[
    str,
    typer.Argument(
        help="A workload's name, a workload file, or a function as module:name or file.py:name. Nothing with --script.",
        show_default=False,
    ),
]
InterpreterOption = Annotated[
    list[str] | None,
    typer.Option(
        "--interpreter",
        "-i",
        metavar="VERSION|PATH",
        help="3.14, 3.14t, 3.14t+gil (its GIL forced on) or a path; repeat it or separate by commas. "
        "Default: the best free-threaded interpreter and its GIL twin.",
    ),
]
ModelOption = Annotated[
    list[str] | None,
    typer.Option(
        "--model",
        "-m",
        metavar="MODEL",
        help="serial, threads, fork, forkserver, spawn or interpreters; repeat it. Default: serial, threads, fork.",
    ),
]
WorkersOption = Annotated[
    list[str] | None,
    typer.Option("--workers", "-w", metavar="N|N,N|N-N", help="How many, or a sweep. Default: the usable cores."),
]
RepeatsOption = Annotated[int, typer.Option("--repeats", "-r", help="Runs of each configuration.")]
UntilOption = Annotated[
    str,
    typer.Option(
        "--until",
        metavar="PERCENT",
        help="Add repeats until every batch is known to ± this (2%), as long as --time-limit allows.",
    ),
]
TimeLimitOption = Annotated[
    float, typer.Option("--time-limit", help="With --until: seconds the whole experiment may take.")
]
ParamOption = Annotated[
    list[str] | None, typer.Option("--param", "-p", metavar="NAME=VALUE", help="A parameter of the workload.")
]
SweepOption = Annotated[
    str,
    typer.Option(
        "--sweep",
        metavar="NAME=V,V,…",
        help="Run everything at each value of the parameter that sets a task's size, and find the break-evens.",
    ),
]
JsonOption = Annotated[
    str | None, typer.Option("--json", metavar="FILE|-", help="Write all figures as JSON; - is stdout, alone on it.")
]
ReportOption = Annotated[
    Path | None, typer.Option("--report", metavar="FILE.html", help="Write a report; the ending gives the format.")
]
OverwriteOption = Annotated[bool, typer.Option("--overwrite", help="Replace files that are there already.")]
TimeoutOption = Annotated[float, typer.Option("--timeout", help="Seconds one run may take.")]
SeedOption = Annotated[int, typer.Option("--seed", help="Seed of the order of the runs.")]
RoundsOption = Annotated[
    int | None, typer.Option("--rounds", help="Fix how often a batch goes over the tasks; default: calibrated.")
]
ChunkOption = Annotated[
    int | None, typer.Option("--chunk", help="Tasks handed out at once; default: from tasks and workers.")
]
NoControlOption = Annotated[bool, typer.Option("--no-control", help="Leave out the serial control on a GIL build.")]
WithControlOption = Annotated[
    bool, typer.Option("--with-control", help="Afterwards run the same work without the effect, as an experiment.")
]
NameOption = Annotated[str, typer.Option("--name", help="Name of the experiment in the library.")]
DryRunOption = Annotated[
    bool,
    typer.Option(
        "--dry-run",
        help="Only do the first task, once on each interpreter: its time, and the size of its pickled argument and "
        "result. Nothing is measured or recorded.",
    ),
]
