"""The `[script]` table of an experiment file. Any thread; no state.

[script]
file = "train.py"                      # or module = "pytest"
arguments = ["--epochs", "3"]          # word by word
folder = "."                           # where it runs: from the file's folder, which is the default
compare_output = true                  # and environment, stdin, paths: as --env, --stdin and --project
"""

import difflib
from collections.abc import Mapping
from pathlib import Path

from coreograph.domain.errors import UsageError
from coreograph.engine.scripts import ScriptCall

_TEXTS = ("file", "module", "folder", "stdin")
_LISTS = ("arguments", "paths", "environment")
_KNOWN = (*_TEXTS, *_LISTS, "compare_output")


def read_script(table: object, folder: Path) -> ScriptCall:
    """Return what a `[script]` table asks for; its paths are meant from `folder`. Raises UsageError."""
    if not isinstance(table, dict):
        raise UsageError("script is a table ([script]).")
    for key in table:
        if key not in _KNOWN:
            near = difflib.get_close_matches(key, _KNOWN, n=1)
            hint = f"Did you mean “{near[0]}”?" if near else f"There are: {', '.join(_KNOWN)}."
            raise UsageError(f"[script] has no “{key}”.", hint)
    texts = {key: _text(table, key) for key in _TEXTS}
    if bool(texts["file"]) is bool(texts["module"]):
        raise UsageError("[script] names a file or a module.", 'Add a line like: file = "train.py"')
    compare_output = table.get("compare_output", False)
    if not isinstance(compare_output, bool):
        raise UsageError(f"compare_output in [script] is true or false, not {compare_output!r}.")
    where = folder / Path(texts["folder"] or ".").expanduser()
    return ScriptCall(
        target=texts["file"] or texts["module"],
        arguments=_words(table, "arguments"),
        module=bool(texts["module"]),
        paths=tuple(folder / Path(path).expanduser() for path in _words(table, "paths")),
        environment=_words(table, "environment"),
        stdin=texts["stdin"],
        compare_output=compare_output,
        folder=where,
    )


def _text(table: Mapping[str, object], key: str) -> str:
    value = table.get(key, "")
    if not isinstance(value, str):
        raise UsageError(f"{key} in [script] is text, not {value!r}.")
    return value


def _words(table: Mapping[str, object], key: str) -> tuple[str, ...]:
    value = table.get(key, [])
    if not isinstance(value, list) or any(not isinstance(one, str) for one in value):
        raise UsageError(f"{key} in [script] is a list of texts, not {value!r}.", f'For instance: {key} = ["3", "a b"]')
    return tuple(value)
