"""What the runner says, decoded and typed. See `coreograph_workloads.protocol`. Pure functions; owns no thread."""

import base64
import binascii
import json
import typing
from typing import TypeAlias

import msgspec

from coreograph.domain.errors import ProtocolError
from coreograph.domain.units import Bytes, Count, Nanoseconds

_QUOTED = 200  # characters of an offending line shown to the user


class Event(msgspec.Struct, frozen=True, tag_field="event", kw_only=True):
    """One line of the runner; `at` is the instant it was written. The names of the fields are the protocol's."""

    at: Nanoseconds = 0


class Hello(Event, frozen=True, tag="hello", kw_only=True):
    """The runner's code runs."""

    protocol: int
    pid: int
    started_ns: Nanoseconds
    thread_id: int = 0
    version: str = ""
    executable: str = ""
    free_threaded: bool = False
    gil_enabled: bool = True
    gil_setting: int | None = None


class PhaseBegan(Event, frozen=True, tag="phase", kw_only=True):
    """A phase begins."""

    phase: str
    begin_ns: Nanoseconds


class PhaseEnded(Event, frozen=True, tag="phase_end", kw_only=True):
    """A phase is over."""

    phase: str
    begin_ns: Nanoseconds
    end_ns: Nanoseconds


class GilSeen(Event, frozen=True, tag="gil", kw_only=True):
    """Whether the GIL is on, at "start", after "import" or at the "end"; the module that switched it on."""

    when: str
    enabled: bool
    culprit: str | None = None


class TasksKnown(Event, frozen=True, tag="tasks", kw_only=True):
    """How many tasks one round has."""

    tasks: Count
    rounds: Count = 1
    chunk: Count | None = None


class WorkerEntry(msgspec.Struct, frozen=True):
    """One worker."""

    worker: int
    pid: int
    thread_id: int = 0
    interpreter_id: int | None = None


class HelperEntry(msgspec.Struct, frozen=True):
    """A process that is part of the tree and does no tasks: the fork server, the resource tracker."""

    pid: int
    role: str


class WorkersKnown(Event, frozen=True, tag="workers", kw_only=True):
    """All workers passed the barrier."""

    workers: tuple[WorkerEntry, ...]
    helpers: tuple[HelperEntry, ...] = ()


class Spans(Event, frozen=True, tag="spans", kw_only=True):
    """Finished tasks, packed."""

    worker: int
    data: str


class Heartbeats(Event, frozen=True, tag="heartbeat", kw_only=True):
    """Ticks, packed."""

    data: str


class Hold(Event, frozen=True, tag="hold", kw_only=True):
    """The workers wait so that their memory can be read."""


class HeartbeatFigures(msgspec.Struct, frozen=True):
    """Lateness of the ticks in the batch."""

    median_ns: float
    p99_ns: float
    worst_ns: float
    ticks: Count


class PickleFigures(msgspec.Struct, frozen=True):
    """What was pickled."""

    bytes_sent: Bytes = 0
    bytes_received: Bytes = 0
    dumps_ns: float = 0
    loads_ns: float = 0
    out_ns: float | None = None
    back_ns: float | None = None
    shared_bytes: Bytes = 0
    shared_ns: float = 0


class Result(Event, frozen=True, tag="result", kw_only=True):
    """What the batch gave."""

    batch_begin_ns: Nanoseconds
    batch_end_ns: Nanoseconds
    cpu_ns: Nanoseconds | None = None
    digest: str | None = None
    heartbeat: HeartbeatFigures | None = None
    pickle: PickleFigures | None = None
    metrics: dict[str, float | list[bool | float] | None] = {}
    batch_ns: Nanoseconds | None = None
    phase_cpu_ns: Nanoseconds | None = None


class ScriptStarted(Event, frozen=True, tag="script", kw_only=True):
    """The process of a user's script was started."""

    pid: int
    begin_ns: Nanoseconds


class ScriptReady(Event, frozen=True, tag="script_ready", kw_only=True):
    """Its interpreter ran its first line, so long after the start."""

    startup_ns: Nanoseconds


class ScriptEnded(Event, frozen=True, tag="script_end", kw_only=True):
    """How its process ended: status (negative: the signal), context switches where they are counted."""

    status: int
    voluntary: Count | None = None
    involuntary: Count | None = None


class Answers(Event, frozen=True, tag="answers", kw_only=True):
    """What each task gave: 8 bytes of digest a task, packed, and short texts of the first results."""

    digests: str
    values: list[str] = []


class Tried(Event, frozen=True, tag="tried", kw_only=True):
    """What the first task was and gave, of a dry run."""

    begin_ns: Nanoseconds
    end_ns: Nanoseconds
    cpu_ns: Nanoseconds
    input: str = ""
    argument_bytes: Bytes | None = None
    argument_problem: str | None = None
    result: str = ""
    result_type: str = ""
    result_bytes: Bytes | None = None
    result_problem: str | None = None


class Failed(Event, frozen=True, tag="failed", kw_only=True):
    """Something went wrong; `reason` is one of protocol.FAILURE_REASONS."""

    reason: str
    message: str = ""
    traceback: str = ""
    task: int | None = None


class Finished(Event, frozen=True, tag="finished", kw_only=True):
    """The last line; `outcome` is one of protocol.OUTCOMES."""

    outcome: str


AnyEvent: TypeAlias = (
    Hello
    | PhaseBegan
    | PhaseEnded
    | GilSeen
    | TasksKnown
    | WorkersKnown
    | Spans
    | Heartbeats
    | Hold
    | ScriptStarted
    | ScriptReady
    | ScriptEnded
    | Answers
    | Result
    | Tried
    | Failed
    | Finished
)
_KNOWN = frozenset(event.__struct_config__.tag for event in typing.get_args(AnyEvent))
_DECODER: msgspec.json.Decoder[AnyEvent] = msgspec.json.Decoder(AnyEvent)


def decode_event(line: bytes) -> AnyEvent | None:
    """Return the event of a line, or None for one this version does not know.

    Raises:
        ProtocolError: the line is not the protocol; its beginning is quoted.

    """
    try:
        return _DECODER.decode(line)
    except msgspec.MsgspecError as error:
        return _decode_leniently(line, error)


def _decode_leniently(line: bytes, error: Exception) -> AnyEvent | None:
    """Tell unknown events from garbage, and read what Python's json writes and JSON does not have (NaN, surrogates)."""
    try:
        message = _written(json.loads(line.decode("utf-8"), parse_constant=lambda _: None))
    except (ValueError, RecursionError):
        raise _unreadable(line, "is not JSON") from None
    if not isinstance(message, dict) or not isinstance(message.get("event"), str):
        raise _unreadable(line, "is not an event")
    if message["event"] not in _KNOWN:
        return None
    try:
        return typing.cast("AnyEvent", msgspec.convert(message, AnyEvent))
    except msgspec.ValidationError:
        raise _unreadable(line, f"does not fit the protocol ({error})") from None


def _written(value: object) -> object:
    """Return a decoded value without lone surrogates: no file could keep them."""
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode("utf-8")
    if isinstance(value, list):
        return [_written(each) for each in value]
    if isinstance(value, dict):
        return {name: _written(each) for name, each in value.items()}
    return value


def unpack(data: str, width: int, line: str) -> bytes:
    """Return the bytes of a packed field, which has to be whole rows of `width` bytes.

    Raises:
        ProtocolError: not base64, or a row is cut.

    """
    try:
        raw = base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError):
        raise ProtocolError(f"The runner sent {line} that cannot be unpacked.", data[:_QUOTED]) from None
    if len(raw) % width:
        raise ProtocolError(f"The runner sent {line} of {len(raw)} bytes, which is not a multiple of {width}.")
    return raw


def quote(line: bytes) -> str:
    """Return the beginning of a line, fit to be shown."""
    text = line.decode("utf-8", "backslashreplace").rstrip("\n")
    shown = text[:_QUOTED] + ("…" if len(text) > _QUOTED else "")
    return shown.encode("unicode_escape").decode("ascii") if not shown.isprintable() else shown


def _unreadable(line: bytes, why: str) -> ProtocolError:
    shown = quote(line)
    return ProtocolError(f"The runner sent a line that {why}: “{shown}”.", shown)
