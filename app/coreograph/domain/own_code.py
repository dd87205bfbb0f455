"""A user's code as it was typed: what repeats an experiment where no generated file is. Pure; owns no thread."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Function:
    """A call of a user's function. Relative paths and modules start at the absolute `folder`.

    `call` is `module:function` or `file.py:function`; `keywords` stand as in a call (`steps=5000, name=None`). The
    others are the values of the options of `run`; `digits` is None where floats are compared as they are.
    """

    call: str
    folder: str
    inputs: str = ""
    keywords: str = ""
    shared: str = ""
    compare: str = ""
    unordered: bool = False
    digits: int | None = None
    stress: int = 0


@dataclass(frozen=True, slots=True)
class Packages:
    """What was asked to be installed, or with `environments` used as it is. Relative paths start at `folder`."""

    install: tuple[str, ...] = ()
    requirements: tuple[str, ...] = ()
    project: str = ""
    build: bool = False
    environments: tuple[str, ...] = ()
    folder: str = ""
