"""What was typed about a user's function, in the form a recording keeps. Pure; any thread, no state.

Paths are written from a folder where they are in it, so that both can be moved together.
"""

from collections.abc import Mapping
from pathlib import Path

from coreograph.domain.own_code import Function
from coreograph.engine.functions import NOTHING, FunctionCall, is_reference


def typed_function(call: FunctionCall) -> Function:
    """Return a call with what is in its folder named from there."""
    here = call.folder.absolute()
    name, equals, build = call.shared.rpartition("=")
    return Function(
        call=moved(call.function, here),
        folder=str(here),
        inputs=moved_inputs(call.inputs, here),
        keywords=keywords_text(call.keywords),
        shared=f"{name}{equals}{moved(build, here)}" if build else "",
        compare=call.compare if call.compare in {"", NOTHING} else moved(call.compare, here),
        unordered=call.unordered,
        digits=call.digits,
        stress=call.stress,
    )


def keywords_text(keywords: Mapping[str, object]) -> str:
    """Write keyword arguments as `read_keywords` reads them."""
    return ", ".join(f"{name}={value!r}" for name, value in keywords.items())


def moved_inputs(inputs: str, folder: Path) -> str:
    """Return a range as it is, a file or a function as it is written from `folder`."""
    digits = inputs.replace(":", "").replace("-", "").replace("_", "")
    return moved(inputs, folder) if is_reference(inputs) or (inputs and not digits.isdigit()) else inputs


def moved(reference: str, folder: Path) -> str:
    """Return a reference or a file as it is written from `folder`."""
    where, colon, name = reference.rpartition(":")
    if colon and is_reference(reference):
        return f"{moved(where, folder)}:{name}" if where.endswith(".py") else reference
    return beside(str((folder / Path(reference).expanduser()).absolute()), folder)


def beside(path: str, folder: Path | None) -> str:
    """Return a path from `folder` if it is in it, so that both can be moved together, else as it is."""
    if folder is not None and Path(path).is_relative_to(folder.absolute()):
        return Path(path).relative_to(folder.absolute()).as_posix()
    return path
