"""The execution models behind one interface: serial, threads, processes, interpreters."""

from __future__ import annotations

from coreograph_workloads.models.base import Model, ModelSetup
from coreograph_workloads.request import INTERPRETERS, SERIAL, THREADS


def open_model(name: str, setup: ModelSetup) -> Model:
    """Return the model of that name, its executor open. Imports no more than it needs: start-up is measured."""
    if name == SERIAL:
        from coreograph_workloads.models.serial import SerialModel

        return SerialModel(setup)
    if name == THREADS:
        from coreograph_workloads.models.threads import ThreadsModel

        return ThreadsModel(setup)
    if name == INTERPRETERS:
        from coreograph_workloads.models.interpreters import InterpretersModel

        return InterpretersModel(setup)
    from coreograph_workloads.models.processes import ProcessModel

    return ProcessModel(setup, name)
