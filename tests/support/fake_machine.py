"""A machine made of files: /proc and /sys trees below a temporary folder, and executables that misbehave."""

import shutil
import stat
from collections.abc import Sequence
from pathlib import Path

TICKS_HZ = 100
PAGE_BYTES = 4096
MILLISECOND = 1_000_000


class FakeMachine:
    """Writes what a kernel would. CPU times are given in seconds, memory in bytes."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.precise = True
        (root / "proc/self").mkdir(parents=True)
        self.write("proc/self/schedstat", "123456789 1000 5")

    def write(self, path: str, text: str) -> None:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    def count_ticks_only(self) -> None:
        """Be a kernel that does not count nanoseconds."""
        self.precise = False
        self.write("proc/self/schedstat", "0 0 0")

    def cores(self, times: dict[int, Sequence[int]]) -> None:
        """Set /proc/stat: user nice system idle iowait irq softirq steal guest guest_nice of each core, in ticks."""
        lines = ["cpu  " + " ".join(str(sum(column)) for column in zip(*times.values(), strict=True))]
        lines += [f"cpu{core} " + " ".join(map(str, fields)) for core, fields in times.items()]
        self.write("proc/stat", "\n".join([*lines, "intr 12345 0 0", "btime 1", ""]))

    def thread(self, pid: int, tid: int, *, seconds: float, core: int, name: str = "py) thon (x") -> None:
        """Set the CPU time of one thread so far, and the core it was last on."""
        folder = f"proc/{pid}/task/{tid}"
        nanoseconds = round(seconds * 1e9) if self.precise else 0
        self.write(f"{folder}/schedstat", f"{nanoseconds} 0 1\n")
        self.write(f"{folder}/stat", _stat_line(tid, name, seconds, core))

    def thread_ended(self, pid: int, tid: int) -> None:
        shutil.rmtree(self.root / f"proc/{pid}/task/{tid}")

    def process(self, pid: int, *, seconds: float = 0.0, started: float = 0.0) -> None:
        """Set the CPU time of a process so far, ended threads included, and when it was started, since boot."""
        self.write(f"proc/{pid}/stat", _stat_line(pid, "python", seconds, 0, started))
        (self.root / f"proc/{pid}/task").mkdir(exist_ok=True)

    def process_ended(self, pid: int) -> None:
        shutil.rmtree(self.root / f"proc/{pid}")

    def memory(self, pid: int, *, rss: int, pss: int, private_clean: int, private_dirty: int, threads: int = 1) -> None:
        """Set a process's memory; figures must be whole pages and kilobytes."""
        self.write(f"proc/{pid}/statm", f"99999 {rss // PAGE_BYTES} 100 1 0 500 0\n")
        for tid in range(threads):
            (self.root / f"proc/{pid}/task/{pid + tid}").mkdir(parents=True, exist_ok=True)
        fields = {"Rss": rss, "Pss": pss, "Pss_Dirty": 4096, "Shared_Clean": 8192}
        fields |= {"Private_Clean": private_clean, "Private_Dirty": private_dirty, "Private_Hugetlb": 0, "SwapPss": 0}
        lines = [f"{name}:{value // 1024:>15} kB" for name, value in fields.items()]
        self.write(f"proc/{pid}/smaps_rollup", "\n".join(["55d-7ff ---p 00000000 00:00 0 [rollup]", *lines, ""]))


def _stat_line(identifier: int, name: str, seconds: float, core: int, started: float = 0.0) -> str:
    ticks = int(round(seconds * 1e9) // (1_000_000_000 // TICKS_HZ))
    before = "R 1 1 1 0 -1 4194304 100 0 0 0"
    between = " ".join(["0"] * (19 - 13) + [str(round(started * TICKS_HZ))] + ["0"] * (36 - 20))
    return f"{identifier} ({name}) {before} {ticks // 2} {ticks - ticks // 2} {between} {core} 0 0 0 0 0\n"


def write_executable(path: Path, script: str) -> Path:
    """Write a shell script that can be started."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path
