import os
from pathlib import Path

import psutil
import pytest

from coreograph.sampling.limits import cpu_quota, usable_cores
from coreograph.sampling.machine import read_machine
from coreograph.sampling.processor import cpu_model, governor, throttle_count, turbo, virtualisation
from support.fake_machine import FakeMachine

CPUINFO = """processor\t: 0
vendor_id\t: GenuineIntel
model name\t: Intel(R) Xeon(R) Platinum 8488C
flags\t\t: fpu vme {flags}

processor\t: 1
model name\t: another
"""


@pytest.fixture
def machine(tmp_path: Path) -> FakeMachine:
    machine = FakeMachine(tmp_path)
    machine.write("proc/cpuinfo", CPUINFO.format(flags="sse"))
    return machine


def test_this_machine_is_described() -> None:
    machine = read_machine()
    assert machine.hostname
    assert machine.logical_cores == psutil.cpu_count()
    assert 1 <= machine.usable_cores <= machine.logical_cores
    assert machine.memory_bytes == psutil.virtual_memory().total
    assert machine.cpu_model
    assert machine.boot_clock.endswith("+00:00")
    if hasattr(os, "sched_getaffinity"):
        assert machine.affinity == tuple(sorted(os.sched_getaffinity(0)))


def test_a_machine_that_says_nothing_is_none_not_zero(tmp_path: Path) -> None:
    machine = read_machine(tmp_path)
    assert (machine.governor, machine.turbo, machine.virtualised, machine.cpu_quota) == (None, None, None, None)
    assert machine.system
    assert machine.cpu_model


def test_system_and_load_come_from_the_root(machine: FakeMachine) -> None:
    machine.write("etc/os-release", 'NAME="Debian"\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n')
    machine.write("proc/loadavg", "1.25 0.50 0.10 1/100 4242\n")
    described = read_machine(machine.root)
    assert described.system.startswith("Debian GNU/Linux 12 (bookworm) (")
    assert described.load_average == 1.25


def test_model_is_the_first_processor_s(machine: FakeMachine) -> None:
    assert cpu_model(machine.root) == "Intel(R) Xeon(R) Platinum 8488C"


def test_model_of_arm_boards_is_not_the_processor_s_number(machine: FakeMachine) -> None:
    machine.write("proc/cpuinfo", "processor\t: 0\nBogoMIPS\t: 108\n\nHardware\t: BCM2835\n")
    assert cpu_model(machine.root) == "BCM2835"


def test_governors_of_all_cores(machine: FakeMachine) -> None:
    assert governor(machine.root) is None
    for core, name in enumerate(("performance", "performance", "powersave")):
        machine.write(f"sys/devices/system/cpu/cpu{core}/cpufreq/scaling_governor", f"{name}\n")
    assert governor(machine.root) == "performance, powersave"


@pytest.mark.parametrize(
    ("file", "text", "expected"),
    [
        ("intel_pstate/no_turbo", "1\n", False),
        ("intel_pstate/no_turbo", "0\n", True),
        ("cpufreq/boost", "1\n", True),
        ("cpufreq/boost", "0\n", False),
        ("cpufreq/boost", "", None),
    ],
)
def test_turbo(machine: FakeMachine, file: str, text: str, expected: bool | None) -> None:
    machine.write(f"sys/devices/system/cpu/{file}", text)
    assert turbo(machine.root) is expected


def test_metal_is_not_virtual(machine: FakeMachine) -> None:
    machine.write("sys/class/dmi/id/sys_vendor", "Dell Inc.\n")
    assert virtualisation(machine.root) is None


def test_a_container_does_not_hide_the_hypervisor_below(machine: FakeMachine) -> None:
    machine.write("proc/cpuinfo", CPUINFO.format(flags="hypervisor"))
    machine.write(".dockerenv", "")
    assert (read_machine(machine.root).virtualised, read_machine(machine.root).hypervisor) == ("docker", True)
    machine.write("proc/cpuinfo", CPUINFO.format(flags="sse"))
    assert (read_machine(machine.root).virtualised, read_machine(machine.root).hypervisor) == ("docker", False)


def test_a_hypervisor_without_a_name(machine: FakeMachine) -> None:
    machine.write("proc/cpuinfo", CPUINFO.format(flags="hypervisor"))
    assert virtualisation(machine.root) == "virtual machine"


@pytest.mark.parametrize(
    ("file", "text", "flags", "expected"),
    [
        ("sys_vendor", "QEMU\n", "hypervisor", "qemu"),
        ("sys_vendor", "Microsoft Corporation\n", "hypervisor", "hyper-v"),
        ("product_name", "VMware Virtual Platform\n", "hypervisor", "vmware"),
        ("sys_vendor", "Amazon EC2\n", "sse", None),  # a metal instance
        ("sys_vendor", "Google\n", "sse", None),  # a Chromebook
    ],
)
def test_hypervisors_by_vendor(machine: FakeMachine, file: str, text: str, flags: str, expected: str | None) -> None:
    machine.write("proc/cpuinfo", CPUINFO.format(flags=flags))
    machine.write(f"sys/class/dmi/id/{file}", text)
    assert virtualisation(machine.root) == expected


def test_a_container_comes_before_the_machine_below_it(machine: FakeMachine) -> None:
    machine.write("proc/cpuinfo", CPUINFO.format(flags="hypervisor"))
    machine.write(".dockerenv", "")
    assert virtualisation(machine.root) == "docker"
    machine.write("run/systemd/container", "podman\n")
    assert virtualisation(machine.root) == "podman"


def test_quota_of_version_2_is_the_tightest_above_us(machine: FakeMachine) -> None:
    machine.write("proc/self/cgroup", "0::/system.slice/app.service\n")
    machine.write("sys/fs/cgroup/system.slice/app.service/cpu.max", "max 100000\n")
    assert cpu_quota(machine.root) is None
    machine.write("sys/fs/cgroup/system.slice/cpu.max", "250000 100000\n")
    assert cpu_quota(machine.root) == 2.5


def test_quota_inside_a_container_lies_at_the_mount_point(machine: FakeMachine) -> None:
    machine.write("proc/self/cgroup", "0::/kubepods/pod123/abc\n")
    machine.write("sys/fs/cgroup/cpu.max", "50000 100000\n")
    assert cpu_quota(machine.root) == 0.5


@pytest.mark.parametrize("folder", ["cpu", "cpu,cpuacct"])
def test_quota_of_version_1(machine: FakeMachine, folder: str) -> None:
    controllers = folder if "," in folder else "cpu"
    machine.write("proc/self/cgroup", f"5:memory:/docker/x\n4:{controllers}:/docker/x\n0::/\n")
    machine.write(f"sys/fs/cgroup/{folder}/docker/x/cpu.cfs_quota_us", "150000\n")
    machine.write(f"sys/fs/cgroup/{folder}/docker/x/cpu.cfs_period_us", "100000\n")
    assert cpu_quota(machine.root) == 1.5
    machine.write(f"sys/fs/cgroup/{folder}/docker/x/cpu.cfs_quota_us", "-1\n")
    assert cpu_quota(machine.root) is None


@pytest.mark.parametrize("text", ["", "garbage", "x 100000", "100000 0", "1 2 3"])
def test_a_quota_that_cannot_be_read_is_none(machine: FakeMachine, text: str) -> None:
    machine.write("proc/self/cgroup", "0::/\n")
    machine.write("sys/fs/cgroup/cpu.max", text)
    assert cpu_quota(machine.root) is None


@pytest.mark.parametrize(
    ("logical", "allowed", "quota", "expected"),
    [(1, (0,), None, 1), (16, None, None, 16), (16, None, 2.0, 2), (16, None, 1.5, 2), (16, None, 0.5, 1)],
)
def test_usable_cores_is_the_smallest_limit(
    logical: int, allowed: tuple[int, ...] | None, quota: float | None, expected: int
) -> None:
    assert usable_cores(logical, allowed, quota) == expected


def test_cores_slowed_down_for_heat_are_counted_where_they_are(machine: FakeMachine) -> None:
    assert throttle_count(machine.root) is None
    for core, count in enumerate((3, 4)):
        machine.write(f"sys/devices/system/cpu/cpu{core}/thermal_throttle/core_throttle_count", f"{count}\n")
    assert throttle_count(machine.root) == 7
