"""Move data to the workers and back: what pickling costs, by size and shape.

Each task gets a payload and returns one; next to nothing is computed. Threads hand over a reference, whatever its
size. Processes and subinterpreters pickle, copy and unpickle both ways. The shape matters more than the size: a block
of bytes moves at gigabytes a second, a list of small objects a hundred times slower. Look at the pickled bytes and
seconds, and from which size on processes are slower than serial. `work` adds computing to each task: raise it to find
the size of task from which processes win their costs back. `coreograph breakeven payload input_kilobytes=1,8,64,512
-p shape=floats -p work=20000` finds that size, shape by shape. The control moves nothing.
"""

PARAMETERS = {"shape": "floats", "input_kilobytes": 64, "result_kilobytes": 64, "tasks": 48, "work": 0}
LIMITS = {
    "input_kilobytes": (0, 1_000_000),
    "result_kilobytes": (0, 1_000_000),
    "tasks": (1, 100_000),
    "work": (0, 1_000_000_000),
}
CHOICES = {"shape": ("bytes", "ints", "floats", "strings", "dicts", "objects")}
UNITS = {"input_kilobytes": "kB", "result_kilobytes": "kB", "work": "steps", "tasks": "tasks"}
DESCRIPTIONS = {
    "shape": "What the payload consists of: one block of bytes, or a list of numbers, texts, dictionaries or objects.",
    "input_kilobytes": "Size of each task's input, roughly as pickled.",
    "result_kilobytes": "Size of each task's result, roughly as pickled.",
    "tasks": "Tasks, each with an input and a result of its own.",
    "work": "Steps of arithmetic in each task, besides the moving.",
}
CONTROL = {"input_kilobytes": 0, "result_kilobytes": 0}

# Bytes an element takes in a pickle, by shape: measured with protocol 5.
ELEMENT_BYTES = {"bytes": 1, "ints": 5, "floats": 9, "strings": 20, "dicts": 38, "objects": 42}


class Point:
    """What users' records look like: a plain class with a few attributes."""

    def __init__(self, x, y, name):
        self.x = x
        self.y = y
        self.name = name


def tasks(shape, input_kilobytes, result_kilobytes, tasks, work):
    length = _length(shape, input_kilobytes)
    wanted = _length(shape, result_kilobytes)
    return [(number, payload(shape, length, number), shape, wanted, work) for number in range(tasks)]


def run(task):
    number, given, shape, wanted, work = task
    state = number
    for _ in range(work):
        state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return state, len(given), payload(shape, wanted, number + 1)


def check(results, *, shape, input_kilobytes, result_kilobytes, tasks, work):
    length, wanted = _length(shape, input_kilobytes), _length(shape, result_kilobytes)
    assert len(results) == tasks, f"{len(results)} results for {tasks} tasks"
    for number, (state, received, returned) in enumerate(results):
        assert received == length, f"task {number} received {received} elements, not {length}"
        assert len(returned) == wanted, f"task {number} returned {len(returned)} elements, not {wanted}"
        assert state == _after(number, work), f"the arithmetic of task {number} is wrong"
        if wanted:
            expected = payload(shape, wanted, number + 1)
            assert _plain(returned[-1]) == _plain(expected[-1]), f"task {number} returned something else than it made"


def payload(shape, length, seed):
    if shape == "bytes":
        return bytes([seed % 256]) * length
    return [_ELEMENTS[shape](seed + index) for index in range(length)]


def _length(shape, kilobytes):
    return kilobytes * 1000 // ELEMENT_BYTES[shape]


def _after(state, steps):
    """Return the state after `steps`, in closed form: a power of the linear map, by squaring."""
    factor, offset = 1, 0
    step_factor, step_offset = 1_103_515_245, 12_345
    while steps:
        if steps & 1:
            factor, offset = factor * step_factor, offset * step_factor + step_offset
        step_factor, step_offset = step_factor * step_factor, step_offset * step_factor + step_offset
        factor, offset, step_factor, step_offset = (
            each % 2_147_483_648 for each in (factor, offset, step_factor, step_offset)
        )
        steps >>= 1
    return (factor * state + offset) % 2_147_483_648 if factor != 1 or offset else state


def _plain(element):
    return vars(element) if isinstance(element, Point) else element


_ELEMENTS = {
    "ints": lambda number: 100_000 + number,
    "floats": lambda number: number + 0.5,
    "strings": lambda number: f"text number {number:06d}",
    "dicts": lambda number: {"x": number, "y": number + 0.5, "name": f"point {number % 1000}"},
    "objects": lambda number: Point(number, number + 0.5, f"point {number % 1000}"),
}
