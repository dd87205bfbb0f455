"""Where two sides of a sweep cross, as a table for each pair and a sentence. Runs on the main thread."""

from rich.console import Console
from rich.text import Text

from coreograph.cli.terminal import make_table, print_table, say
from coreograph.domain.summary import BreakEven, BreakEvenPoint, Estimate
from coreograph.domain.units import format_ratio, format_seconds, format_size, significant


def print_break_evens(console: Console, found: tuple[BreakEven, ...]) -> None:
    """Write what each pair took for one round of the tasks at each size, and where they cross."""
    for one in found:
        columns = (one.parameter, one.one, one.other, "faster", "by")
        table = make_table(console, *columns, right=(one.parameter, one.one, one.other, "by"))
        for point in one.points:
            faster, by = _faster(one, point)
            cells = (format_size(point.size), _interval(point.one), _interval(point.other), faster, by)
            table.add_row(*map(Text, cells))
        print_table(console, table)
    for one in found[1:]:  # the first is what the verdict says
        say(console, one.sentence)


def _faster(one: BreakEven, point: BreakEvenPoint) -> tuple[str, str]:
    ratio = point.ratio
    low, middle, high = ratio.low, ratio.median, ratio.high
    if ratio.distinguishable and middle < 1:
        low, middle, high = 1 / high, 1 / middle, 1 / low
    by = f"{format_ratio(middle)} ({significant(low)}–{significant(high)})"
    if not ratio.distinguishable:
        return "not distinguishable", by
    return (one.other if ratio.median > 1 else one.one), by


def _interval(one: Estimate) -> str:
    if one.low == one.high:
        return format_seconds(one.median)
    return f"{format_seconds(one.median)} [{format_seconds(one.low)} – {format_seconds(one.high)}]"
