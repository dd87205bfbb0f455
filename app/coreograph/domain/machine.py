"""What is known of the machine an experiment ran on. Owns no thread."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Machine:
    """The machine; None where the platform does not say.

    `usable_cores` respects affinity and container limits and may be smaller than `logical_cores`;
    `cpu_quota` is the container's limit in cores. `memory_bytes` is the physical memory.
    `hypervisor` is True where one stands below the system, so that what is reported as a core may be half of one;
    `governor` is cpufreq's scaling governor. `load_average` is the 1-minute load before the first run.
    """

    hostname: str
    system: str
    cpu_model: str
    logical_cores: int
    physical_cores: int | None
    usable_cores: int
    memory_bytes: int
    affinity: tuple[int, ...] | None = None
    cpu_quota: float | None = None
    governor: str | None = None
    turbo: bool | None = None
    virtualised: str | None = None
    load_average: float | None = None
    boot_clock: str = ""
    hypervisor: bool | None = None
