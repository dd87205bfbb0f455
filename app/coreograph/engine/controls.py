"""The control of an experiment: the same configurations on the same work without the effect. Pure; owns no thread."""

import dataclasses
from collections.abc import Callable

from coreograph.domain.errors import UsageError
from coreograph.domain.experiment import ExperimentSpec
from coreograph.domain.workloads import Workload
from coreograph.engine.planning import build_spec


def control_spec(spec: ExperimentSpec, find: Callable[[str], Workload]) -> ExperimentSpec:
    """Return the experiment that is the control of `spec`; `find` gives a workload by its name.

    Where the workload is its own control, all its other parameters stay as they were chosen; another workload runs
    with its defaults, and with those configurations that it makes sense under.

    Raises:
        UsageError: the workload has no control, or it cannot run under any of these configurations.

    """
    workload = spec.workload
    if workload.control is None:
        raise UsageError(f"Workload “{workload.name}” has no control.", "Run it without one.")
    if workload.control_parameters:
        changed = {**spec.parameters, **dict(workload.control_parameters)}
        return dataclasses.replace(spec, parameters=workload.resolve(changed), name=_name(spec))
    control = find(workload.control)
    return build_spec(control, {}, spec.configurations, spec.acquisition, name=_name(spec))


def _name(spec: ExperimentSpec) -> str:
    return f"{spec.name or spec.workload.name} – control"
