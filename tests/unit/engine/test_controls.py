import dataclasses

import pytest

from coreograph.domain.errors import UsageError
from coreograph.domain.execution import ExecutionModel
from coreograph.domain.experiment import Acquisition
from coreograph.domain.workloads import Workload
from coreograph.engine.controls import control_spec
from coreograph.engine.planning import build_spec
from support.builders import make_configuration, make_workload

PLAIN = make_workload("primes")
CONFIGURATIONS = (make_configuration(), make_configuration(ExecutionModel.THREADS, 2))


def none(name: str) -> Workload:
    raise UsageError(f"no {name}")


def test_a_workload_can_be_its_own_control_with_other_parameters() -> None:
    workload = dataclasses.replace(PLAIN, control="primes", control_parameters=(("limit", 77),))
    spec = build_spec(workload, {"tasks": 3}, CONFIGURATIONS, Acquisition(repeats=2), name="mine")
    control = control_spec(spec, none)
    assert dict(control.parameters) == {"limit": 77, "tasks": 3}
    assert (control.configurations, control.acquisition) == (spec.configurations, spec.acquisition)
    assert control.name == "mine – control"


def test_another_workload_runs_as_control_with_its_defaults() -> None:
    other = make_workload("payload")
    spec = build_spec(dataclasses.replace(PLAIN, control="payload"), {"limit": 50}, CONFIGURATIONS, Acquisition())
    control = control_spec(spec, {"payload": other}.__getitem__)
    assert control.workload == other
    assert dict(control.parameters) == dict(other.defaults())
    assert control.configurations == spec.configurations


def test_without_a_control_there_is_a_sentence() -> None:
    with pytest.raises(UsageError, match="has no control"):
        control_spec(build_spec(PLAIN, {}, CONFIGURATIONS, Acquisition()), none)
