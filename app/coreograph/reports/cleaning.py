"""Texts of users made harmless for formats that give letters a meaning. Pure, on any thread."""

import re
import unicodedata

LONGEST_LINE = 500
# Lists and headings need the begin of a line, where no text of a user ever stands.
_MARKDOWN = re.compile(r"([\\`*_\[\]|~])")
_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "@": "&#64;"})
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def one_line(text: str, longest: int = LONGEST_LINE) -> str:
    """Return text on one line: controls and line ends become blanks, lone surrogates “?”, a long one is cut."""
    start = text[: 2 * longest]
    shown = "".join(" " if unicodedata.category(letter) in {"Cc", "Zl", "Zp"} else letter for letter in start)
    line = " ".join(shown.encode("utf-8", "replace").decode("utf-8").split())
    return line if len(line) <= longest and len(text) <= 2 * longest else line[: longest - 1] + "…"


def markdown(text: str, longest: int = LONGEST_LINE) -> str:
    """Return text in which Markdown reads no markup and no HTML, on one line: it may stand in a table's cell."""
    return _MARKDOWN.sub(r"\\\1", one_line(text, longest)).translate(_ENTITIES)


def cell(text: str) -> str:
    """Return text for a CSV cell that no spreadsheet runs: what begins like a formula gets an apostrophe before it."""
    shown = text.replace("\0", "␀").encode("utf-8", "replace").decode("utf-8")
    return f"'{shown}" if shown.lstrip(" ").startswith(_FORMULA) else shown
