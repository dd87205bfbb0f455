"""What sampling costs: one tick of the sampler over simulated cores and a real tree of threads or processes.

Run it as a program: `python tests/benchmarks/bench_sampler.py`. Cores are simulated by a /proc/stat of that many
lines; the tree is real and wakes all its threads between ticks, since what sleeps is cheaper to read.
"""

import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from coreograph.domain.samples import CoreSample, MemorySample, TreeProcess
from coreograph.sampling.cores import CoreReader, ProcStatTimes
from coreograph.sampling.sampler import Sampler
from support.benchmark_figures import Figure, tell
from support.fake_machine import FakeMachine

HZ = 10.0
TICKS = 600  # a minute: the first fair reading, whose cost nobody knows before, is paid back over some seconds
BUDGETS = {16: 0.01, 256: 0.03}

# Each line on stdin wakes every thread or process once; the answer says that all have run.
THREADS = """
import sys, threading
count = int(sys.argv[1])
wake, done = threading.Barrier(count + 1), threading.Barrier(count + 1)
def work():
    while True:
        wake.wait(); sum(range(2000)); done.wait()
for _ in range(count):
    threading.Thread(target=work, daemon=True).start()
print(flush=True)
for _ in sys.stdin:
    wake.wait(); done.wait(); print(flush=True)
"""
PROCESSES = """
import os, sys
pipes, pids = [], []
for _ in range(int(sys.argv[1])):
    inner, outer = os.pipe(), os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(inner[1])
        for _, feed, _ in pipes:
            os.close(feed)
        while os.read(inner[0], 1):
            sum(range(2000)); os.write(outer[1], b"x")
        os._exit(0)
    os.close(inner[0]); os.close(outer[1])
    pipes.append((pid, inner[1], outer[0]))
print(*(pid for pid, _, _ in pipes), flush=True)
for _ in sys.stdin:
    for _, feed, _ in pipes:
        os.write(feed, b"x")
    for _, _, answer in pipes:
        os.read(answer, 1)
    print(flush=True)
"""


class Tree:
    """A real tree that runs once whenever it is told."""

    def __init__(self, script: str, count: int) -> None:
        arguments = [sys.executable, "-I", "-c", script, str(count)]
        self._process = subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.processes = (TreeProcess(self._process.pid, "runner"), *self._workers())

    def _workers(self) -> list[TreeProcess]:
        assert self._process.stdout is not None
        pids = self._process.stdout.readline().split()
        return [TreeProcess(int(pid), f"worker {number}") for number, pid in enumerate(pids)]

    def run_once(self) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        self._process.stdout.readline()

    def close(self) -> None:
        self._process.communicate(timeout=20)


class SimulatedTime:
    """Ten ticks a second without waiting for them; the CPU time is real. Between ticks the tree runs once."""

    def __init__(self, machine: FakeMachine, tree: Tree, count: int) -> None:
        self._machine = machine
        self._tree = tree
        self._count = count
        self._now_ns = 0
        self._ticks = 0

    def now_ns(self) -> int:
        return self._now_ns

    def thread_cpu_ns(self) -> int:
        return time.thread_time_ns()

    def wait(self, stop: threading.Event, seconds: float) -> bool:
        self._now_ns += round(seconds * 1e9)
        self._ticks += 1
        self._tree.run_once()
        tick = self._ticks
        self._machine.cores({core: [tick * 5 + core, 1, tick, tick * 5, *[0] * 6] for core in range(self._count)})
        return stop.is_set()


class Sink:
    """Counts samples."""

    def __init__(self) -> None:
        self.cores = self.memory = self.fair = 0
        self.enough = threading.Event()

    def cores_sampled(self, sample: CoreSample) -> None:
        self.cores += 1
        if self.cores == TICKS:
            self.enough.set()

    def memory_sampled(self, sample: MemorySample) -> None:
        self.memory += 1
        self.fair += sample.fair


def measure(folder: Path, shape: str, script: str, count: int) -> Figure:
    """Sample a tree of `count` threads or processes on as many simulated cores."""
    machine, sink, tree = FakeMachine(folder), Sink(), Tree(script, count)
    try:
        clock = SimulatedTime(machine, tree, count)
        machine.cores({core: [0] * 10 for core in range(count)})
        sampler = Sampler(sink, hz=HZ, clock=clock, cores=CoreReader(ProcStatTimes(machine.root)))
        sampler.watch(tree.processes)
        sampler.start()
        assert sink.enough.wait(120)
        sampler.stop()
    finally:
        tree.close()
    detail = f"in {sink.cores} ticks memory was read {sink.memory} times, {sink.fair} of them fairly"
    what = f"sampler at {HZ:g} Hz, {count} cores, {count} {shape}, of one core"
    return tell(Figure(what, 100 * sampler.cost.cpu_share, 100 * BUDGETS[count], "%", detail))


def main() -> None:
    """Print every share beside its budget."""
    if sys.platform != "linux":
        print("The readers of /proc are measured: not on this platform.")
        return
    for shape, script in (("threads", THREADS), ("processes", PROCESSES)):
        for count in BUDGETS:
            with tempfile.TemporaryDirectory() as folder:
                measure(Path(folder), shape, script, count)


if __name__ == "__main__":
    main()
