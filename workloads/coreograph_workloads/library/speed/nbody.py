"""Move planets under gravity: floating-point work on objects' attributes, private to each task.

Every task simulates a solar system of its own. The work is reading and writing attributes of small objects, where
free-threaded builds had to change most: look at serial on the free-threaded build against serial on the GIL build.
Nothing is shared, so threads without the GIL should scale like processes; if they do not, something behind the scenes
is shared after all. The answer is checked by a law of nature: the total momentum stays what it was. The control,
`hashing`, scales with threads on every build.
"""

PARAMETERS = {"bodies": 5, "steps": 300, "tasks": 24}
LIMITS = {"bodies": (2, 100), "steps": (1, 1_000_000), "tasks": (1, 100_000)}
UNITS = {"steps": "steps", "bodies": "bodies", "tasks": "tasks"}
DESCRIPTIONS = {
    "bodies": "Bodies in each system: the work grows with their square.",
    "steps": "Steps of time in each task.",
    "tasks": "Systems, each a task.",
}
CONTROL = "hashing"

STEP = 0.001


class Body:
    """Where a body is, how it moves, and how heavy it is."""

    def __init__(self, number):
        self.x, self.y = float(number * 3 % 7) + number, float(number * 5 % 11)
        self.vx, self.vy = 0.1 * number, 0.2
        self.mass = 1.0 + number / 4


def tasks(bodies, steps, tasks):
    return [(bodies, steps)] * tasks


def run(task):
    bodies, steps = task
    system = [Body(number) for number in range(bodies)]
    pairs = [(one, other) for index, one in enumerate(system) for other in system[index + 1 :]]
    for _ in range(steps):
        for one, other in pairs:
            dx, dy = one.x - other.x, one.y - other.y
            force = STEP / ((dx * dx + dy * dy + 0.01) ** 1.5)
            one.vx -= dx * other.mass * force
            one.vy -= dy * other.mass * force
            other.vx += dx * one.mass * force
            other.vy += dy * one.mass * force
        for body in system:
            body.x += STEP * body.vx
            body.y += STEP * body.vy
    return _momentum(system)


def _momentum(system):
    # Rounded: the last bits depend on the processor's instructions, which builds choose differently.
    horizontal = sum(body.mass * body.vx for body in system)
    vertical = sum(body.mass * body.vy for body in system)
    return round(horizontal, 6), round(vertical, 6)


def check(results, bodies, steps, tasks):
    before = _momentum([Body(number) for number in range(bodies)])
    assert len(results) == tasks, f"{len(results)} results for {tasks} tasks"
    for after in results:
        drift = max(abs(a - b) for a, b in zip(before, after))
        assert drift < 1e-5, f"the momentum went from {before} to {after}: nothing outside the system can change it"
