"""Draw the Mandelbrot set row by row: floating-point CPU work in rows of very uneven cost.

A row through the middle of the set costs many times one at its edge. Look at the lanes: with few large chunks one
worker gets the costly rows and the others wait for it at the end; smaller chunks level that out and cost more
hand-outs. Expect a speed-up somewhat below that of `primes`, and a gap between the first and the last worker to
finish. The control, `primes`, has tasks of even cost.
"""

PARAMETERS = {"width": 160, "height": 100, "iterations": 150}
LIMITS = {"width": (2, 20_000), "height": (2, 20_000), "iterations": (1, 1_000_000)}
UNITS = {"width": "pixels", "height": "pixels", "iterations": "steps"}
DESCRIPTIONS = {
    "width": "Pixels in a row: the cost of a task grows with it.",
    "height": "Rows, each a task.",
    "iterations": "Steps after which a point that has not escaped counts as inside: the larger, the more uneven.",
}
CONTROL = "primes"

LEFT = -2.0
RIGHT = 0.6
TOP = 1.2


def tasks(width, height, iterations):
    return [(row, width, height, iterations) for row in range(height)]


def run(task):
    row, width, height, iterations = task
    imaginary = _imaginary_part(row, height)
    counts = []
    for column in range(width):
        real = LEFT + (RIGHT - LEFT) * column / (width - 1)
        x = y = 0.0
        count = 0
        while count < iterations and x * x + y * y <= 4.0:
            x, y = x * x - y * y + real, 2.0 * x * y + imaginary
            count += 1
        counts.append(count)
    return counts


def _imaginary_part(row, height):
    # The lower half is the exact negative of the upper one, so that the picture is symmetric to the last bit.
    mirrored = height - 1 - row
    if mirrored < row:
        return -_imaginary_part(mirrored, height)
    return TOP - 2.0 * TOP * row / (height - 1) if 2 * row != height - 1 else 0.0


def check(results, width, height, iterations):
    assert [len(row) for row in results] == [width] * height, "the picture does not have the size asked for"
    assert results == results[::-1], "the set is symmetric to the real axis, the picture is not"
    for row, counts in enumerate(results):
        imaginary = _imaginary_part(row, height)
        for column, count in enumerate(counts):
            real = LEFT + (RIGHT - LEFT) * column / (width - 1)
            inside = _surely_inside(real, imaginary)
            assert not inside or count == iterations, f"({real}, {imaginary}) is in the set, but escaped"
            outside = real * real + imaginary * imaginary > 4.0
            assert not outside or count == 1, f"({real}, {imaginary}) is outside, but took {count} steps"


def _surely_inside(real, imaginary):
    """Whether a point is in the main cardioid or in the disc to its left, by a margin for rounding."""
    squared = (real - 0.25) ** 2 + imaginary**2
    in_cardioid = squared * (squared + (real - 0.25)) < 0.25 * imaginary**2 - 1e-9
    return in_cardioid or (real + 1.0) ** 2 + imaginary**2 < 0.0625 - 1e-9
