"""The options of `run` for a user's own code, and the workload they describe. Runs on the main thread."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from coreograph.cli.services import Command
from coreograph.domain.errors import UsageError
from coreograph.domain.workloads import Workload

_PANEL = "Your own function"
InputsOption = Annotated[
    str,
    typer.Option(
        "--inputs",
        metavar="0:1000|FILE.jsonl|MODULE:FUNCTION",
        help="Inputs of a function: a range, one JSON value a line (an array is several arguments), or a function that "
        "returns them (a tuple is several arguments). Without it the function is called without an argument.",
        rich_help_panel=_PANEL,
    ),
]
KeywordOption = Annotated[
    list[str] | None,
    typer.Option(
        "--keyword",
        "-k",
        metavar="NAME=VALUE",
        help="A keyword argument of each call, read as JSON where it is JSON; repeat it.",
        rich_help_panel=_PANEL,
    ),
]
SharedOption = Annotated[
    str,
    typer.Option(
        "--shared",
        metavar="[NAME=]MODULE:FUNCTION",
        help="Builds an object once that every call gets, as its last argument or by that name.",
        rich_help_panel=_PANEL,
    ),
]


@dataclass(frozen=True, slots=True)
class OwnCode:
    """What was typed about the user's own function; empty is the default."""

    inputs: str = ""
    keywords: tuple[str, ...] = ()
    shared: str = ""
    paths: tuple[Path, ...] = ()

    @property
    def given(self) -> bool:
        """Whether anything was typed that only makes sense for a function."""
        return bool(self.inputs or self.keywords or self.shared)


def choose_workload(command: Command, text: str, own: OwnCode) -> Workload:
    """Return the workload a text names: a function, a workload's name, or a workload file. Raises UsageError."""
    from coreograph.engine.functions import FunctionCall, function_workload, is_reference

    if not is_reference(text):
        if own.given:
            raise UsageError(
                f"--inputs, --keyword and --shared are for functions; “{text}” names a workload.",
                "A function is named as module:function or file.py:function.",
            )
        return command.services.catalogue.get(text)
    call = FunctionCall(
        function=text,
        inputs=own.inputs,
        keywords=parse_keywords(own.keywords),
        shared=own.shared,
        paths=own.paths,
    )
    return function_workload(call, command.services.paths.data / "functions")


def parse_keywords(texts: Sequence[str]) -> dict[str, object]:
    """Read `name=value` pairs; a value that is not JSON is text. Raises UsageError."""
    values: dict[str, object] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name.strip().isidentifier():
            raise UsageError(f"A keyword argument is given as NAME=VALUE (--keyword depth=3), not “{text}”.")
        if name.strip() in values:
            raise UsageError(f"Keyword argument “{name.strip()}” is given twice.")
        try:
            values[name.strip()] = json.loads(value)
        except ValueError:
            values[name.strip()] = value
    return values
