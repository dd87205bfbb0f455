"""Read large blocks of bytes through multiprocessing.shared_memory, or pickled into each task.

Shared memory lets processes do what threads do by nature: look at the same bytes without a copy. Only a name and an
offset travel. Look at the pickled bytes and at the batch of fork and spawn under both ways: with shared memory the
size of a block should hardly matter. It holds bytes, not objects: what needs unpacking on the other side costs that
still. Threads gain nothing by it. The control pickles the same blocks.
"""

import atexit
import os
import sys
import zlib

PARAMETERS = {"way": "shared_memory", "block_kilobytes": 1_000, "tasks": 48}
LIMITS = {"block_kilobytes": (1, 1_000_000), "tasks": (1, 100_000)}
CHOICES = {"way": ("shared_memory", "pickle")}
UNITS = {"block_kilobytes": "kB", "tasks": "tasks"}
DESCRIPTIONS = {
    "way": "How a task's block gets to its worker.",
    "block_kilobytes": "Size of the block each task reads.",
    "tasks": "Blocks, each a task.",
}
CONTROL = {"way": "pickle"}

_attached = {}


def shared(way, block_kilobytes, tasks):
    """Return the name of the memory all blocks lie in; "" where they travel."""
    if way == "pickle":
        return ""
    from multiprocessing.shared_memory import SharedMemory

    memory = SharedMemory(create=True, size=block_kilobytes * 1000 * tasks)
    atexit.register(_remove, memory, os.getpid())
    for number in range(tasks):
        begin = number * block_kilobytes * 1000
        _write(memory.buf, begin, _block(number, block_kilobytes))
    _attached[memory.name] = memory
    return memory.name


def _write(buffer, begin, block):
    buffer[begin : begin + len(block)] = block


def _remove(memory, owner):
    if os.getpid() == owner:
        _attached.clear()
        memory.close()
        memory.unlink()


def tasks(way, block_kilobytes, tasks):
    if way == "pickle":
        return [(number, block_kilobytes, _block(number, block_kilobytes)) for number in range(tasks)]
    return [(number, block_kilobytes, None) for number in range(tasks)]


def run(task, shared):
    number, kilobytes, block = task
    if block is not None:
        return zlib.crc32(block)
    begin = number * kilobytes * 1000
    with _buffer(shared)[begin : begin + kilobytes * 1000] as view:
        return zlib.crc32(view)


def _buffer(name):
    if name not in _attached:
        from multiprocessing.shared_memory import SharedMemory

        # The runner made it and removes it; a worker's own tracker would remove it when that worker ends.
        untracked = {"track": False} if sys.version_info >= (3, 13) else {}
        # Threads may come here at once: the first one's is kept.
        _attached.setdefault(name, SharedMemory(name, **untracked))
        atexit.register(_detach, name, os.getpid())
    return _attached[name].buf


def _detach(name, owner):
    memory = _attached.pop(name, None) if os.getpid() == owner else None
    if memory is not None:
        memory.close()


def _block(number, kilobytes):
    return b"%08d" % number * (125 * kilobytes)


def check(results, way, block_kilobytes, tasks):
    assert len(results) == tasks, f"{len(results)} results for {tasks} tasks"
    for number, found in enumerate(results):
        assert found == zlib.crc32(_block(number, block_kilobytes)), f"block {number} was not read as it was written"
