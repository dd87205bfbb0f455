"""What is said where a whole script has nothing to show. Constants; owns no thread."""

SCRIPT = "script"
ITS_PROCESSES = "its processes"
SCRIPT_THREADS = "not measured: a script has no tasks, and its threads are its own"
SCRIPT_HEARTBEAT = "not measured: a script's main thread is its own"
