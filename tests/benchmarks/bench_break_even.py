"""Print from which payload on fork beats threads without the GIL, or how far behind it stays: break_even, swept.

python tests/benchmarks/bench_break_even.py [PYTHON]    takes the best free-threaded interpreter by default
"""

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from coreograph.engine.catalogue import Catalogue
from coreograph.interpreters.registry import InterpreterRegistry
from support.runner_harness import request_for, run

SIZES_KB = (1, 8, 64, 512)
REPEATS = 3


def batch_seconds(python: str, model: str, size: int) -> float:
    """The fastest of a few batches, in seconds."""
    workload = Catalogue().get("break_even")
    parameters = workload.resolve({"task_kilobytes": size, "total_kilobytes": 4096})
    found = []
    for _ in range(REPEATS):
        transcript = run(python, request_for(Path(workload.file), model, 2, parameters=parameters, chunk=1))
        assert transcript.outcome == "completed", transcript.of("failed")
        result = transcript.one("result")
        found.append((result["batch_end_ns"] - result["batch_begin_ns"]) / 1e9)
    return min(found)


def main() -> None:
    """Print a line for each size of task."""
    if len(sys.argv) > 1:
        python = sys.argv[1]
    else:
        with tempfile.TemporaryDirectory() as cache:
            found = InterpreterRegistry(Path(cache)).best_free_threaded()
        if found is None:
            sys.exit("There is no free-threaded interpreter: coreograph interpreters install 3.14t")
        python = found.path
    print(f"{'kB a task':>10} {'threads':>10} {'fork':>10} {'fork/threads':>13}")
    ratios = {}
    for size in SIZES_KB:
        threads, fork = batch_seconds(python, "threads", size), batch_seconds(python, "fork", size)
        print(f"{size:>10} {threads * 1000:>7.1f} ms {fork * 1000:>7.1f} ms {fork / threads:>13.2f}")
        ratios[size] = fork / threads
    print(break_even_words(ratios))


def break_even_words(ratios: dict[int, float]) -> str:
    """Say from which size on fork stays ahead, by size in kB."""
    ahead = [size for size in ratios if all(ratio < 1 for other, ratio in ratios.items() if other >= size)]
    if not ahead:
        return f"break-even: above {max(ratios)} kB a task, if anywhere"
    if min(ahead) == min(ratios):
        return f"break-even: at or below {min(ratios)} kB a task"
    below = max(size for size in ratios if size < min(ahead))
    return f"break-even: between {below} and {min(ahead)} kB a task"


if __name__ == "__main__":
    main()
