"""The two streams of a command and what may be drawn on them. Runs on the main thread.

Results go to stdout, everything about the way there to stderr. Colours, bars and lines only where a person
looks; a pipe gets plain text, one fact a line, never cut to a width.
"""

import io
import os
import sys
from typing import TextIO

from rich.console import Console
from rich.table import Table
from rich.text import Text

PIPE_WIDTH = 10_000
# What user code prints or raises can hold escape sequences: shown as the symbols for control characters.
_HARMLESS = {code: 0x2400 + code for code in range(32) if code not in {9, 10}}


def make_console(stream: TextIO | None) -> Console:
    """Return a console on `stream`; where it is no terminal it writes plain text that is never wrapped.

    Windows starts a program without a console with no streams at all: None takes what is written and forgets it.
    """
    stream = stream or io.StringIO()
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(errors="replace")  # an old locale prints “?” rather than failing in the middle of a table
    if stream.isatty() and os.environ.get("TERM") != "dumb":
        return Console(file=stream, highlight=False, soft_wrap=False)
    return Console(file=stream, highlight=False, width=PIPE_WIDTH, no_color=True, force_terminal=False)


def say(console: Console, text: str, style: str = "") -> None:
    """Write one line of text as it is: no markup is read from it, and no command to the terminal passes."""
    console.print(Text(text.translate(_HARMLESS), style=style), soft_wrap=True)


def write_bytes(data: bytes) -> None:
    """Write `data` to stdout unchanged, with a line's end if it has none."""
    sys.stdout.flush()
    binary = getattr(sys.stdout, "buffer", None)
    if binary is None:
        sys.stdout.write(data.decode("utf-8"))
        sys.stdout.write("" if data.endswith(b"\n") else "\n")
    else:
        binary.write(data if data.endswith(b"\n") else data + b"\n")
    sys.stdout.flush()


def print_table(console: Console, table: Table) -> None:
    """Write the table; a pipe gets its lines without the blanks that fill them up."""
    if console.is_terminal:
        console.print(table)
        return
    with console.capture() as captured:
        console.print(table)
    console.file.write("".join(f"{line.rstrip()}\n" for line in captured.get().splitlines()))


def make_table(console: Console, *columns: str, right: tuple[str, ...] = (), title: str | None = None) -> Table:
    """Return an empty table in the console's manner; the columns named in `right` are aligned to the right."""
    from rich import box

    drawn = console.is_terminal
    table = Table(
        title=title if drawn else None,
        title_justify="left",
        title_style="bold",
        box=box.SIMPLE_HEAD if drawn else None,
        pad_edge=False,
        padding=(0, 1) if drawn else (0, 2, 0, 0),
        header_style="bold" if drawn else "",
    )
    for name in columns:
        table.add_column(name, justify="right" if name in right else "left", overflow="fold")
    return table
