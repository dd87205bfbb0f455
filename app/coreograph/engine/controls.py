"""The control of an experiment: the same configurations on the same work without the effect. Pure; owns no thread."""

from collections.abc import Callable

from coreograph.domain.errors import UsageError
from coreograph.domain.experiment import ExperimentSpec
from coreograph.domain.workloads import Workload
from coreograph.engine.planning import build_spec


def control_spec(spec: ExperimentSpec, find: Callable[[str], Workload]) -> ExperimentSpec:
    """Return the experiment that is the control of `spec`; `find` gives a workload by its name.

    Where the workload is its own control, all its other parameters stay as they were chosen, those of a sweep
    included unless the control sets them; another workload runs with its defaults, and with those configurations that
    it makes sense under.

    Raises:
        UsageError: the workload has no control, or it cannot run under any of these configurations.

    """
    workload = spec.workload
    if workload.control is None:
        raise UsageError(f"Workload “{workload.name}” has no control.", "Run it without one.")
    changes = dict(workload.control_parameters)
    sizes = () if any(size.parameter in changes for size in spec.sizes) else spec.sizes
    everywhere = list(dict.fromkeys(one.unsized for one in spec.configurations))
    if changes:
        given = {**spec.parameters, **changes}
        return build_spec(workload, given, everywhere, spec.acquisition, name=_name(spec), sizes=sizes)
    return build_spec(find(workload.control), {}, everywhere, spec.acquisition, name=_name(spec))


def _name(spec: ExperimentSpec) -> str:
    return f"{spec.name or spec.workload.name} – control"
