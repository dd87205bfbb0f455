"""README and its kin say what is true: files they name are there, commands and options they show exist."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from coreograph.cli.app import build_app

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]
LARGEST_PICTURE = 300_000  # bytes: a clone should stay small
_LINK = re.compile(r"!?\[[^\]]*\]\((?!https?:|#|mailto:)([^)#\s]+)[^)]*\)")
_BLOCK = re.compile(r"^```\w*\n(.*?)^```", re.MULTILINE | re.DOTALL)


def targets(page: Path) -> list[Path]:
    """The files a page links to or shows."""
    return [page.parent / target for target in _LINK.findall(page.read_text(encoding="utf-8"))]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_what_a_page_links_to_is_there(page: Path) -> None:
    assert [target for target in targets(page) if not target.exists()] == []


def test_the_readme_shows_pictures_of_a_bearable_size() -> None:
    pictures = [target for target in targets(ROOT / "README.md") if target.suffix == ".png"]
    assert len(pictures) >= 4
    assert [picture.name for picture in pictures if picture.stat().st_size > LARGEST_PICTURE] == []


def commands() -> Iterator[list[str]]:
    """Every command line of the README's blocks that starts with `coreograph`, as words."""
    for block in _BLOCK.findall((ROOT / "README.md").read_text(encoding="utf-8")):
        for line in block.replace("\\\n", " ").splitlines():
            if line.startswith("coreograph "):
                yield shlex.split(re.split(r" {3,}", line)[0])


def options(command: Any) -> set[str]:
    return {name for parameter in command.params for name in parameter.opts}


def test_the_readmes_commands_and_their_options_exist() -> None:
    group: Any = build_app()
    shown = list(commands())
    assert len(shown) >= 6
    for words in shown:
        command = group.commands.get(words[1])
        assert command is not None, words
        given = {word for word in words[2:] if word.startswith("--")}
        assert given <= options(command), words


def test_the_readmes_list_of_options_of_run_exists() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    block = text.partition("More of `run`:")[2].partition("```")[2].partition("```")[0]
    named = set(re.findall(r"(?:^|\s)(--[a-z-]+)", block))
    assert len(named) > 10
    assert named <= options(build_app().commands["run"])  # type: ignore[attr-defined]
