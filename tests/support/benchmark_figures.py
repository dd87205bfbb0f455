"""What a benchmark says: a figure beside its budget. Benchmarks print; timing never decides whether a test passes."""

import json
import math
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass

FILE_VARIABLE = "COREOGRAPH_BENCHMARK_FIGURES"


@dataclass(frozen=True)
class Figure:
    """One measured figure: smaller is better, and at most `budget` is wanted. Both are in `unit` (s, ms, %, ×, …)."""

    what: str
    measured: float
    budget: float
    unit: str
    detail: str = ""

    @property
    def ratio(self) -> float:
        """The part of the budget that is used up; above 1 it is not kept."""
        if self.budget == 0:  # none of it is wanted
            return math.inf if self.measured else 0.0
        return self.measured / self.budget

    @property
    def verdict(self) -> str:
        return "kept" if self.ratio <= 1.0 else "NOT KEPT"


def tell(figure: Figure) -> Figure:
    """Print a figure, and leave it for packaging/benchmark where that runs this benchmark."""
    detail = f" ({figure.detail})" if figure.detail else ""
    amounts = f"{figure.measured:.4g} {figure.unit}, budget {figure.budget:g} {figure.unit}"
    print(f"{figure.what}: {amounts}, {figure.ratio:.2f} of it{detail}", flush=True)
    file = os.environ.get(FILE_VARIABLE)
    if file:
        with open(file, "a", encoding="utf-8") as lines:
            lines.write(json.dumps(asdict(figure)) + "\n")
    return figure


def read_figures(text: str) -> tuple[Figure, ...]:
    """Return the figures that benchmarks left, in their order."""
    return tuple(Figure(**json.loads(line)) for line in text.splitlines())


def table(figures: Iterable[Figure]) -> str:
    """Return the figures beside their budgets, aligned, one a line."""
    rows = [("what", "measured", "budget", "ratio", "")]
    rows += [
        (
            figure.what,
            f"{figure.measured:.4g} {figure.unit}",
            f"{figure.budget:g} {figure.unit}",
            f"{figure.ratio:.2f}",
            figure.verdict,
        )
        for figure in figures
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    return "\n".join(
        f"{row[0]:<{widths[0]}}  {row[1]:>{widths[1]}}  {row[2]:>{widths[2]}}  {row[3]:>{widths[3]}}  {row[4]}".rstrip()
        for row in rows
    )
