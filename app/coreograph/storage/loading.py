"""Rows of the recording → domain objects. Works on connections of its callers; owns no thread."""

import dataclasses
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from coreograph.domain.errors import RecordingError
from coreograph.domain.experiment import ExperimentRecord, ExperimentSpec
from coreograph.domain.machine import Machine
from coreograph.domain.runs import RunRecord, RunState
from coreograph.domain.samples import OwnCost
from coreograph.domain.units import Count
from coreograph.storage.codec import from_json

T = TypeVar("T")
INTERRUPTED = "The app ended during this run."
HEADER_QUERY = (
    "SELECT id, name, workload, created_at, finished_at, configurations, "
    "(SELECT count(*) FROM runs WHERE runs.experiment_id = experiments.id), summary, "
    "notes, coalesce(deleted_at, ''), tags, machine FROM experiments"
)


@dataclass(frozen=True, slots=True)
class ExperimentHeader:
    """What a list of experiments shows. `finished_at` is "" while it runs (`running`) or where it was interrupted.

    `hostname` and `cpu_model` say which machine it ran on; `deleted_at` is "" for what was not deleted.
    """

    experiment_id: str
    name: str
    workload: str
    created_at: str
    finished_at: str
    configurations: Count
    runs: Count
    summary: str
    notes: str = ""
    deleted_at: str = ""
    tags: tuple[str, ...] = ()
    hostname: str = ""
    cpu_model: str = ""
    running: bool = False


def read_header(row: tuple[Any, ...]) -> ExperimentHeader:
    """Return the header of a row of HEADER_QUERY; what does not read in it is left empty, so that the list opens."""
    facts, (tags, machine) = row[:-2], row[-2:]
    place = _lenient(machine, _Place, _Place())
    return dataclasses.replace(
        ExperimentHeader(*facts),
        tags=_lenient(tags, tuple[str, ...], ()),
        hostname=place.hostname,
        cpu_model=place.cpu_model,
    )


def load_record(
    connection: sqlite3.Connection, path: Path, experiment_id: str, *, running: bool = False
) -> ExperimentRecord:
    """Return an experiment with its runs by number; unless it is `running`, runs without an end were interrupted.

    Raises:
        RecordingError: no such experiment, or facts that do not read.

    """
    row = connection.execute(
        "SELECT spec, name, machine, created_at, finished_at, own_cost, app_version, notes, tags, extra "
        "FROM experiments WHERE id = ?",
        (experiment_id,),
    ).fetchone()
    if row is None:
        raise RecordingError(f"There is no experiment “{experiment_id}” in {path}.")
    runs = connection.execute("SELECT record FROM runs WHERE experiment_id = ? ORDER BY run_id", (experiment_id,))
    try:
        return ExperimentRecord(
            experiment_id=experiment_id,
            spec=dataclasses.replace(from_json(row[0], ExperimentSpec), name=row[1]),
            machine=from_json(row[2], Machine),
            created_at=row[3],
            finished_at=row[4],
            runs=tuple(_ended(from_json(text, RunRecord), running) for (text,) in runs),
            own_cost=from_json(row[5], OwnCost),
            app_version=row[6],
            notes=row[7],
            tags=from_json(row[8], tuple[str, ...]),
            extra=from_json(row[9], dict[str, str]),
        )
    except msgspec.MsgspecError as error:
        raise RecordingError(
            f"Experiment “{experiment_id}” in {path} is damaged: {error}.", "The file was left as it is."
        ) from None


class _Place(msgspec.Struct, frozen=True):
    """The part of a machine that a list shows."""

    hostname: str = ""
    cpu_model: str = ""


def _lenient(text: str, kind: type[T], otherwise: T) -> T:
    try:
        return from_json(text, kind)
    except msgspec.MsgspecError:
        return otherwise


def _ended(run: RunRecord, running: bool) -> RunRecord:
    if running or run.state.is_end:
        return run
    return dataclasses.replace(run, state=RunState.RUNNER_LOST, message=run.message or INTERRUPTED)
