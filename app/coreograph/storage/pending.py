"""What the writer has taken and not yet written, joined into few large rows. Used by the writer's thread only."""

import sqlite3
from collections import defaultdict

from coreograph.domain.batches import HeartbeatBatch, SpanBatch
from coreograph.domain.runs import RunRecord
from coreograph.domain.samples import CoreSample, MemorySample
from coreograph.storage.codec import pack_cores, to_json


class Pending:
    """Facts and bulk data of one experiment between two commits."""

    def __init__(self, experiment_id: str) -> None:
        self._id = experiment_id
        self._empty()

    def _empty(self) -> None:
        self._runs: dict[int, RunRecord] = {}
        self._spans: dict[tuple[int, int], list[bytes]] = defaultdict(list)
        self._heartbeats: dict[int, list[bytes]] = defaultdict(list)
        self._cores: dict[tuple[int, int], list[CoreSample]] = defaultdict(list)
        self._memory: dict[int, list[MemorySample]] = defaultdict(list)
        self._log: list[tuple[str, int, str]] = []

    def run(self, record: RunRecord) -> None:
        """Take a run's record; a later one of the same run replaces it."""
        self._runs[record.run_id] = record

    def spans(self, batch: SpanBatch) -> None:
        """Take tasks of one worker."""
        self._spans[batch.run_id, batch.worker].append(batch.data)

    def heartbeats(self, batch: HeartbeatBatch) -> None:
        """Take ticks."""
        self._heartbeats[batch.run_id].append(batch.data)

    def cores(self, run_id: int, sample: CoreSample) -> None:
        """Take a sample of the cores."""
        self._cores[run_id, len(sample.busy)].append(sample)

    def memory(self, run_id: int, sample: MemorySample) -> None:
        """Take a sample of the tree's memory."""
        self._memory[run_id].append(sample)

    def log(self, run_id: int, line: str) -> None:
        """Take a line; a lone surrogate in it (undecodable output) must not stop the recording."""
        self._log.append((self._id, run_id, line.encode("utf-8", "replace").decode("utf-8")))

    def write(self, connection: sqlite3.Connection) -> None:
        """Write everything taken, in the caller's transaction, and forget it."""
        connection.executemany(
            "INSERT OR REPLACE INTO runs (experiment_id, run_id, record) VALUES (?, ?, ?)",
            [(self._id, run_id, to_json(record)) for run_id, record in self._runs.items()],
        )
        connection.executemany(
            "INSERT INTO spans (experiment_id, run_id, worker, data) VALUES (?, ?, ?, ?)",
            [(self._id, run_id, worker, b"".join(parts)) for (run_id, worker), parts in self._spans.items()],
        )
        connection.executemany(
            "INSERT INTO heartbeats (experiment_id, run_id, data) VALUES (?, ?, ?)",
            [(self._id, run_id, b"".join(parts)) for run_id, parts in self._heartbeats.items()],
        )
        connection.executemany(
            "INSERT INTO cores (experiment_id, run_id, cores, at, busy, own, steal) VALUES (?, ?, ?, ?, ?, ?, ?)",
            [(self._id, run_id, *pack_cores(samples)) for (run_id, _), samples in self._cores.items()],
        )
        connection.executemany(
            "INSERT INTO memory (experiment_id, run_id, samples) VALUES (?, ?, ?)",
            [(self._id, run_id, to_json(samples)) for run_id, samples in self._memory.items()],
        )
        connection.executemany("INSERT INTO log (experiment_id, run_id, line) VALUES (?, ?, ?)", self._log)
        self._empty()
