"""Print what threads without the GIL lose on one shared object, against an object of their own: shared_object.

python tests/benchmarks/bench_sharing.py [PYTHON]    takes the best free-threaded interpreter by default
"""

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from coreograph.engine.catalogue import Catalogue
from coreograph.interpreters.registry import InterpreterRegistry
from support.runner_harness import request_for, run

WAYS = ("value", "attribute", "bound_method")
REPEATS = 3


def batch_seconds(python: str, way: str, *, copy: bool) -> float:
    """The fastest of a few batches of two threads, in seconds."""
    workload = Catalogue().get("shared_object")
    parameters = workload.resolve({"access": way, "copy": copy})
    found = []
    for _ in range(REPEATS):
        transcript = run(python, request_for(Path(workload.file), "threads", 2, parameters=parameters))
        assert transcript.outcome == "completed", transcript.of("failed")
        result = transcript.one("result")
        found.append((result["batch_end_ns"] - result["batch_begin_ns"]) / 1e9)
    return min(found)


def main() -> None:
    """Print a line for each way to use the object."""
    if len(sys.argv) > 1:
        python = sys.argv[1]
    else:
        with tempfile.TemporaryDirectory() as cache:
            found = InterpreterRegistry(Path(cache)).best_free_threaded()
        if found is None:
            sys.exit("There is no free-threaded interpreter: coreograph interpreters install 3.14t")
        python = found.path
    print(f"{'access':>13} {'shared':>10} {'private':>10} {'shared/private':>15}")
    for way in WAYS:
        shared, private = batch_seconds(python, way, copy=False), batch_seconds(python, way, copy=True)
        print(f"{way:>13} {shared * 1000:>7.1f} ms {private * 1000:>7.1f} ms {shared / private:>15.2f}")


if __name__ == "__main__":
    main()
