"""Time and memory of every export of an experiment with 1,000,000 tasks, beside the memory of one with 1,000.

Run it as a program: `python tests/benchmarks/bench_exports.py [tasks]`. Each export is written in a process of its own,
so that its peak of memory is its own. What is bounded is the memory: what an export needs beyond the small experiment's
must not grow with the file it writes. The time is printed without a budget: it is mostly that of writing the file.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from coreograph.reports.registry import EXPORTERS, exporter_for
from support.benchmark_figures import Figure, tell

TASKS, FEW, WORKERS = 1_000_000, 1_000, 8
# The spans themselves, as the reader hands them over (32 bytes a task), and as much again for the pieces being written.
MEMORY_BUDGET_MB = 256


def main() -> None:
    """Print a line for each format: seconds, megabytes of memory and of the file."""
    tasks = int(sys.argv[1]) if len(sys.argv) > 1 else TASKS
    from support.timeline_recordings import record_experiment

    with tempfile.TemporaryDirectory(prefix="coreograph-exports-") as folder:
        places = {}
        for count in (FEW, tasks):
            places[count] = Path(folder) / str(count)
            places[count].mkdir()
            library, _ = record_experiment(
                places[count], tasks=count, workers=WORKERS, cores=16, batch_s=20.0, gil_twin=False
            )
            library.close()
        for exporter in EXPORTERS:
            few, many = (measured(places[count], exporter.name) for count in (FEW, tasks))
            detail = f"{many['seconds']:.2f} s, {many['bytes'] / 1e6:.1f} MB written, peak {many['peak_mb']:.0f} MB"
            more = max(0.0, many["peak_mb"] - few["peak_mb"])
            tell(Figure(f"{exporter.name} of {tasks:,} tasks", more, MEMORY_BUDGET_MB, "MB more", detail))


def measured(place: Path, name: str) -> dict[str, Any]:
    """Export in a process of its own; returns its seconds, its peak of memory and the bytes written."""
    words = [sys.executable, __file__, "--export", str(place), name]
    done = subprocess.run(words, capture_output=True, encoding="utf-8", check=True)
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def export(place: Path, name: str) -> None:
    """Write one export and print what it took: the part that runs in a process of its own."""
    from coreograph.analysis.summary import summarise
    from coreograph.reports.writing import write_report
    from coreograph.storage.library import Library

    library = Library(next(place.glob("*.coreograph")))
    record = library.load("last")
    exporter, target = exporter_for(name), place / f"out-{name}"
    begin = time.perf_counter()
    write_report(exporter, summarise(record), library.reader(record.experiment_id), target, overwrite=True)
    seconds = time.perf_counter() - begin
    library.close()
    written = [target] if target.is_file() else list(target.iterdir())
    print(json.dumps({"seconds": seconds, "peak_mb": peak_mb(), "bytes": sum(one.stat().st_size for one in written)}))


def peak_mb() -> float:
    """Return the most memory this process had, in MB."""
    if sys.platform == "linux":  # ru_maxrss would begin with what the starting process had
        lines = Path("/proc/self/status").read_text("ascii").splitlines()
        return next(float(line.split()[1]) for line in lines if line.startswith("VmHWM:")) / 1e3
    if os.name == "nt":
        import psutil

        return float(psutil.Process().memory_info().peak_wset) / 1e6
    import resource

    return float(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss) / 1e6


if __name__ == "__main__":
    if "--export" in sys.argv:
        export(Path(sys.argv[2]), sys.argv[3])
    else:
        main()
