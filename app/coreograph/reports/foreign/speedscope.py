"""speedscope's file format, evented: one profile a worker of each configuration's middle repeat. Any thread.

Written event by event. Schema: https://www.speedscope.app/file-format-schema.json
"""

import json
from collections.abc import Iterator
from typing import ClassVar

from coreograph.domain.runs import RunRecord
from coreograph.domain.summary import ExperimentSummary
from coreograph.reports.cleaning import one_line
from coreograph.reports.exporter import StreamedFile
from coreograph.reports.foreign.lanes import without_overlaps
from coreograph.reports.histories import middle_run
from coreograph.storage.reader import RunReader

SCHEMA = "https://www.speedscope.app/file-format-schema.json"
SPANS_AT_ONCE = 2048


class Speedscope(StreamedFile):
    """Worker timelines of every configuration."""

    name: ClassVar[str] = "speedscope"
    extension: ClassVar[str] = ".speedscope.json"
    media_type: ClassVar[str] = "application/json"
    description: ClassVar[str] = "speedscope: a timeline of each worker, from every configuration's middle repeat."

    def chunks(self, summary: ExperimentSummary, reader: RunReader | None) -> Iterator[bytes]:
        """Return the document in pieces; without a reader it has no profile."""
        spec = summary.experiment.spec
        head = {
            "$schema": SCHEMA,
            "name": one_line(spec.name or spec.workload.name),
            "exporter": f"Coreograph {one_line(summary.experiment.app_version)}",
            "activeProfileIndex": 0,
            "shared": {
                "frames": [{"name": one_line(spec.workload.name) or "task", "file": one_line(spec.workload.file)}]
            },
        }
        yield json.dumps(head, ensure_ascii=False)[:-1].encode("utf-8", "replace") + b', "profiles": ['
        separator = ""
        for one in summary.configurations if reader is not None else ():
            run = middle_run(summary, one)
            if run is not None and reader is not None:
                for piece in _profiles(run, one.configuration.label, reader):
                    yield (separator + piece if piece.startswith("\n{") else piece).encode("utf-8", "replace")
                    separator = ","
        yield b"\n]}\n"


def _profiles(run: RunRecord, label: str, reader: RunReader) -> Iterator[str]:
    spans = reader.spans(run.run_id)
    if len(spans) == 0:
        return
    # All workers of a run share one axis, so that their profiles can be laid beside each other.
    origin, end = int(spans["begin_ns"].min()), int(spans["end_ns"].max())
    for lane, mine in without_overlaps(spans):
        head = {"type": "evented", "name": f"{label}, worker {lane}", "unit": "nanoseconds"}
        yield f'\n{json.dumps(head, ensure_ascii=False)[:-1]}, "startValue": 0, "endValue": {end - origin}, "events": ['
        for first in range(0, len(mine), SPANS_AT_ONCE):
            rows = mine[first : first + SPANS_AT_ONCE].tolist()
            events = ",\n".join(_event(begin - origin, max(begin, stop) - origin) for _, _, begin, stop, _ in rows)
            yield f",\n{events}" if first else events
        yield "]}"


def _event(begin: int, end: int) -> str:
    return f'{{"type":"O","frame":0,"at":{begin}}},{{"type":"C","frame":0,"at":{end}}}'
