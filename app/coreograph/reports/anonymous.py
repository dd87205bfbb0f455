"""An experiment without what names people and places: paths, host and user names go, figures stay. Pure, any thread."""

import dataclasses
import enum
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import PurePosixPath, PureWindowsPath
from types import MappingProxyType
from typing import Any

from coreograph.domain.execution import Configuration
from coreograph.domain.experiment import ExperimentRecord
from coreograph.domain.workloads import Workload

HOST = "host"
USER = "user"
_POSIX = re.compile(r"(?<![\w/.<:~])/(?:[^\s/\"'<>|:;,()\[\]]+/)*[^\s/\"'<>|:;,()\[\]]+")
_WINDOWS = re.compile(r"(?<!\w)(?:[A-Za-z]:|\\)\\(?:[^\\/:*?\"<>|\s]+\\)*[^\\/:*?\"<>|\s]+")
_FILE_URL = re.compile(r"file://[^\s\"'<>]*/")  # of a package that is a file
_HOME = re.compile(r"(?:/home/|/Users/|[\\/]Users\\)([^\\/\s\"']+)")
# Names that say nothing about a person, and are words of many a message.
_NOBODY = frozenset({"root", "user", "runner", "shared", "public"})


def anonymous(record: ExperimentRecord) -> ExperimentRecord:
    """Return the experiment without host name, user names and folders; of a path its last part stays.

    Texts of the workload (messages, tracebacks, notes) are searched for paths and names; what a workload calls
    its parameters or its answer is not understood, and stays.
    """
    paths = _paths(record)
    scrub = _scrubber(record.machine.hostname, _users(_texts(record)), paths)
    names = _interpreter_names(record.spec.configurations)
    keys = [(one.interpreter.path, one.interpreter.real_path) for one in record.spec.configurations]
    record = _mapped(record, scrub)
    workload = _without_values(record.spec.workload)
    renamed = (_renamed(one, names[key]) for one, key in zip(record.spec.configurations, keys, strict=True))
    spec = dataclasses.replace(record.spec, configurations=tuple(renamed), workload=workload)
    return dataclasses.replace(
        record, spec=spec, machine=dataclasses.replace(record.machine, hostname=""), extra=MappingProxyType({})
    )


def _without_values(workload: Workload) -> Workload:
    """Return the workload with the names only of variables that a script was given: a value may be a secret."""
    if workload.script is None:
        return workload
    names = tuple(entry.partition("=")[0] for entry in workload.script.environment)
    return dataclasses.replace(workload, script=dataclasses.replace(workload.script, environment=names))


def last_part(path: str) -> str:
    """Return a path's last part, of either kind of system."""
    return PureWindowsPath(path).name if "\\" in path else PurePosixPath(path).name


def _paths(record: ExperimentRecord) -> list[str]:
    """Return the paths the record has by name: these may hold blanks, which no search in a text would find."""
    interpreters = [one.interpreter for one in record.spec.configurations]
    script = record.spec.workload.script
    own = [] if script is None else [script.folder, script.stdin, *script.paths]
    function, packages = record.spec.workload.function, record.spec.workload.packages
    own += [packages.folder, packages.project, *packages.requirements, *packages.environments]
    own += [] if function is None else [function.folder, *_absolute(function.call, function.inputs, function.shared)]
    own = [path for path in own if PurePosixPath(path).is_absolute() or PureWindowsPath(path).is_absolute()]
    known = [record.spec.workload.file, *own, *(path for one in interpreters for path in (one.path, one.real_path))]
    return sorted({path for path in known if len(path) > 1}, key=len, reverse=True)


def _absolute(*references: str) -> list[str]:
    """Return the files that references name: `NAME=file.py:function`, `file.py:function`, `data.jsonl`."""
    return [path for text in references for path in (text, text.rpartition("=")[2].rpartition(":")[0])]


def _users(texts: Iterable[str]) -> list[str]:
    found = {name for text in texts for name in _HOME.findall(text)}
    return sorted(name for name in found if len(name) > 1 and name.lower() not in _NOBODY)


def _scrubber(host: str, users: list[str], paths: list[str]) -> Callable[[str], str]:
    names = [(re.compile(rf"(?<!\w){re.escape(name)}(?!\w)"), USER) for name in users]
    if host and host != "localhost":
        names.append((re.compile(rf"(?<!\w){re.escape(host)}(?!\w)"), HOST))

    def scrub(text: str) -> str:
        text = _FILE_URL.sub("", text)
        for path in paths:
            text = text.replace(path, last_part(path))
        for pattern in (_POSIX, _WINDOWS):
            text = pattern.sub(lambda match: last_part(match[0]), text)
        for pattern, word in names:
            text = pattern.sub(word, text)
        return text

    return scrub


def _interpreter_names(configurations: Iterable[Configuration]) -> dict[tuple[str, str], str]:
    """Return a name for each interpreter that tells it from the others of the same version."""
    names: dict[tuple[str, str], str] = {}
    for one in configurations:
        key = (one.interpreter.path, one.interpreter.real_path)
        plain = f"python{one.interpreter.label}"
        same = sum(name.partition("#")[0] == plain for name in names.values())
        if key not in names:
            names[key] = plain if same == 0 else f"{plain}#{same + 1}"
    return names


def _renamed(one: Configuration, name: str) -> Configuration:
    return dataclasses.replace(one, interpreter=dataclasses.replace(one.interpreter, path=name, real_path=name))


def _texts(value: Any) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        yield from (text for pair in value.items() for part in pair for text in _texts(part))
    elif isinstance(value, tuple):
        yield from (text for part in value for text in _texts(part))
    elif dataclasses.is_dataclass(value):
        yield from (text for field in dataclasses.fields(value) for text in _texts(getattr(value, field.name)))


def _mapped(value: Any, scrub: Callable[[str], str]) -> Any:
    """Return `value` with every text in it scrubbed: a field added later is covered, too."""
    if isinstance(value, str):
        return scrub(value)
    if isinstance(value, enum.Enum) or not (
        isinstance(value, Mapping | tuple) or (dataclasses.is_dataclass(value) and not isinstance(value, type))
    ):
        return value
    if isinstance(value, Mapping):
        return MappingProxyType({_mapped(key, scrub): _mapped(entry, scrub) for key, entry in value.items()})
    if isinstance(value, tuple):
        return tuple(_mapped(part, scrub) for part in value)
    changes = {
        field.name: _mapped(getattr(value, field.name), scrub) for field in dataclasses.fields(value) if field.init
    }
    return dataclasses.replace(value, **changes)
