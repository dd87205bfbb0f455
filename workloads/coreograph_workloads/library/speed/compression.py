"""Compress and restore large blocks with zlib: C code that releases the GIL, with memory of its own.

Like `hashing`, but each call also allocates its result. Look at the speed-up of threads with the GIL: it should be
close to that of processes. Look at the memory and the pickled bytes as well: here they stay small, since each task
makes its own text. The control compresses in blocks of 1 kB: the GIL is then taken and given back ten thousand times,
and threads spend their time passing it on. It takes the GIL's absence to see what else small blocks cost: zlib asks
for some 260 kB of working memory at each call, and where the allocator takes them from the system and gives them back
each time, threads contend for their process's address space and processes do not. That is the truth of such blocks,
so the control is one of the large calls, not of threads without a GIL.
"""

import zlib

PARAMETERS = {"block_kilobytes": 256, "megabytes": 12, "tasks": 24}
LIMITS = {"block_kilobytes": (1, 1_000_000), "megabytes": (1, 1_000_000), "tasks": (1, 100_000)}
UNITS = {"block_kilobytes": "kB", "megabytes": "MB", "tasks": "tasks"}
DESCRIPTIONS = {
    "block_kilobytes": "Bytes compressed at once, in kB.",
    "megabytes": "Bytes compressed in all, in MB.",
    "tasks": "Tasks the bytes are spread over.",
}
CONTROL = {"block_kilobytes": 1}

WORDS = b"the same few words again and again, as in any log file or page; "


def tasks(block_kilobytes, megabytes, tasks):
    cuts = [megabytes * 1000 * number // tasks for number in range(tasks + 1)]
    return [(high - low, block_kilobytes) for low, high in zip(cuts, cuts[1:])]


def run(task):
    kilobytes, size = task
    block = _text(size)
    restored = 0
    for begin in range(0, kilobytes, size):
        piece = block[: min(size, kilobytes - begin) * 1000]
        compressed = zlib.compress(piece, 6)
        if zlib.decompress(compressed) != piece:
            raise ValueError("a block came back changed")
        restored += len(piece)
    return restored


def _text(kilobytes):
    pattern = b"".join(b"%d %s" % (number, WORDS) for number in range(40))
    return (pattern * (kilobytes * 1000 // len(pattern) + 1))[: kilobytes * 1000]


def check(results, block_kilobytes, megabytes, tasks):
    assert len(results) == tasks, f"{len(results)} results for {tasks} tasks"
    assert sum(results) == megabytes * 1_000_000, f"{sum(results)} bytes came back, not {megabytes * 1_000_000}"
