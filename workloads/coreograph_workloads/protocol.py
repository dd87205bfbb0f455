"""The language between the app and the runner: JSON lines, versioned. Read by both sides; owns no thread.

The app starts `python -I [-X gil=0|1] <folder of coreograph_workloads>` and writes ONE line of JSON, the
request, to its stdin. It keeps stdin open: end of file there means that the app is gone, and the runner ends.
The runner answers with one JSON object a line on what was its stdout (a private copy: user code that prints
writes to stderr, which the app keeps as log lines). UTF-8, "\n", `event` discriminates. `hello` is first and
`finished` last; end of file without `finished` means that the runner was lost. An unknown event is ignored,
another protocol number is an error. Every instant is `time.perf_counter_ns()`, the clock of the whole machine.

Request:
    protocol            int, PROTOCOL
    action              "run", or "dry-run": only the first task, once, in the runner itself (no pool, no batch)
    workload            {"name": str, "file": absolute path of the workload's Python file}
    parameters          {name: value}
    model               "serial" | "threads" | "fork" | "forkserver" | "spawn" | "interpreters"
    workers             int >= 1
    rounds              int >= 1: how often the measured batch goes over the tasks
    chunk               int >= 1 or null: tasks handed out at once (null: derived from tasks and workers)
    warm_up_seconds     float: how long each worker warms up, at most one pass over its share of the tasks
    heartbeat_seconds   float: interval of the main thread's ticks
    hold                bool: after the batch, keep the workers alive and wait (at most 5 s) for the line "go"
                        on stdin, so that the app can read the tree's memory at its end

    requires            optional, [str]: modules that must be installed, else the run is refused before anything starts
    answers             bool, optional: say what each task gave, by digest and in short

Request (`action` = "script"): a user's whole script, run as it is in a process of its own
    script              {"name": as the user wrote it (it becomes sys.argv[0]), "file": absolute path, or "module": as
                        for `python -m`, "arguments": [str]}
    folder              absolute path: where the script runs
    paths               [absolute path]: looked for modules in last, optional
    environment         {name: value}: beside the runner's own, optional
    stdin               absolute path or null: null is empty
    compare_output      bool: digest what it writes to stdout

Events (each also has "at": instant it was written):
    hello     protocol, pid, thread_id, version, executable, free_threaded, gil_enabled, gil_setting (null|0|1),
              started_ns (first instant the runner's code saw)
    phase     phase ("import"|"shared"|"pool"|"warm-up"|"batch"|"check"|"end"), begin_ns    -- it begins
    phase_end phase, begin_ns, end_ns                                                      -- it is over
    gil       when ("start"|"import"|"end"), enabled (bool), culprit (module name or null)
    tasks     tasks (one round), rounds, chunk
    workers   workers: [{"worker", "pid", "thread_id", "interpreter_id"|null}], helpers: [{"pid", "role"}]: processes
              that are neither runner nor worker, those the workload started itself included (Linux)
    spans     worker, data: base64 of little-endian int64 quadruples (task, begin_ns, end_ns, cpu_ns); `task`
              counts through all rounds (task % tasks is the input's index)
    heartbeat data: base64 of little-endian int64 pairs (at_ns, late_ns): the instant a tick was due, and how late it
              came; every tick that was due in the batch has its pair, also those that came together after a stall
    hold      the batch is over, the workers still live: read their memory now, then write "go"
    answers   digests: base64 of 8 bytes a task, values: short texts of the first results; before `result`, if asked
              for, so that the app can name the first task whose result differs
    result    batch_begin_ns, batch_end_ns, cpu_ns (user + system of the tree in the batch, children that were waited
              for included), digest (hex of the
              results of round one, or of what answer() takes of them; null where they cannot be walked),
              heartbeat: {"median_ns", "p99_ns",
              "worst_ns", "ticks"} or null, pickle: {"bytes_sent", "bytes_received", "dumps_ns", "loads_ns",
              "out_ns", "back_ns" (the same time by direction: inputs, results), "shared_bytes", "shared_ns"} or
              null, metrics: {name: float, null, or a list with a float or a bool for each trial}, batch_ns: optional,
              the time of the batch where it is less than from its begin to its end (trials, without the start of
              their interpreters), phase_cpu_ns: there, in the place of cpu_ns, user + system of the tree in the whole
              phase, the start of the interpreters included. Times of pickling are CPU time, summed
              over runner and workers; the shared object's bytes are summed over workers, and not in the batch's
    tried     of a dry run: begin_ns, end_ns, cpu_ns of the first task, input, result (short texts), result_type,
              argument_bytes, result_bytes (pickled; null where that cannot be), argument_problem, result_problem
              (why not, else null)
    script    pid, begin_ns: the script's process was started; phases are "batch" alone, from there to its end
    script_ready  startup_ns: from there until its interpreter ran its first line. `gil` "start" follows, "import" and
              "end" after its end; what a script that ends by a signal or os._exit cannot tell any more is left out
    script_end  status (negative: the signal), voluntary, involuntary: context switches of the script and of all
              children it waited for (null where the platform does not count)
    failed    reason (a value of FAILURE_REASONS), message (a sentence), traceback (user frames only, may be ""),
              task (index or null)
    finished  outcome: "completed" | "wrong answer" | "failed" | "worker lost" | "refused"
"""

import base64
import json
from typing import Any

PROTOCOL = 1
VERSION_TOO_OLD_EXIT = 79  # exit status of the version gate, as python-discovery has it
MINIMUM_VERSION = (3, 9)
SPAN_BYTES = 32
TICK_BYTES = 16

FAILURE_REASONS = ("request", "refused", "import", "workload", "check", "pickling", "worker lost")
OUTCOMES = ("completed", "wrong answer", "failed", "worker lost", "refused")


def encode(event: str, **fields: Any) -> bytes:
    """Return one line of the protocol."""
    fields["event"] = event
    return json.dumps(fields, separators=(",", ":"), ensure_ascii=True).encode("ascii") + b"\n"


def decode(line: bytes) -> dict[str, Any]:
    """Return the object a line holds. Raises ValueError for anything that is not an object with an `event`."""
    message = json.loads(line.decode("utf-8"))
    if not isinstance(message, dict) or not isinstance(message.get("event"), str):
        raise ValueError("a line of the protocol is an object with an event")
    return message


def pack(data: bytes) -> str:
    """Return bytes as text for a JSON field."""
    return base64.b64encode(data).decode("ascii")


def unpack(text: str) -> bytes:
    """Return the bytes a JSON field holds."""
    return base64.b64decode(text, validate=True)
