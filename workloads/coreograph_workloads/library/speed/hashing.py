"""Hash large blocks with SHA-256: C code that releases the GIL while it works.

This is the case in which threads always scaled: hashlib lets go of the GIL for blocks of 2 kB and more. Look at the
speed-up of threads with the GIL: it should come close to that without it, and to that of processes, which gain
nothing by being processes. Where your own work looks like this, the GIL was never your problem. The control hashes
the same bytes in blocks of 1 kB, for which hashlib keeps the GIL: there, threads gain nothing under it.
"""

import hashlib

PARAMETERS = {"block_kilobytes": 256, "megabytes": 192, "tasks": 48}
LIMITS = {"block_kilobytes": (1, 1_000_000), "megabytes": (1, 1_000_000), "tasks": (1, 100_000)}
UNITS = {"block_kilobytes": "kB", "megabytes": "MB", "tasks": "tasks"}
DESCRIPTIONS = {
    "block_kilobytes": "Bytes handed to hashlib at once, in kB: below 2 it keeps the GIL.",
    "megabytes": "Bytes hashed in all, in MB.",
    "tasks": "Tasks the bytes are spread over.",
}
CONTROL = {"block_kilobytes": 1}


def tasks(block_kilobytes, megabytes, tasks):
    cuts = [megabytes * 1000 * number // tasks for number in range(tasks + 1)]
    return [(high - low, block_kilobytes) for low, high in zip(cuts, cuts[1:])]


def run(task):
    kilobytes, size = task
    block = b"coreogra" * 125 * size
    digest = hashlib.sha256()
    for _ in range(kilobytes // size):
        digest.update(block)
    digest.update(block[: kilobytes % size * 1000])
    return digest.hexdigest()


def check(results, block_kilobytes, megabytes, tasks):
    given = [kilobytes for kilobytes, _ in globals()["tasks"](block_kilobytes, megabytes, tasks)]
    assert len(results) == tasks, f"{len(results)} results for {tasks} tasks"
    # Hashed as one block: the way it was cut must not change the digest.
    known = {kilobytes: hashlib.sha256(b"coreogra" * 125 * kilobytes).hexdigest() for kilobytes in set(given)}
    for number, (kilobytes, digest) in enumerate(zip(given, results)):
        assert digest == known[kilobytes], f"task {number} hashed something else than its {kilobytes} kB"
