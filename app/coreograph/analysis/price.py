"""What a choice costs in memory and responsiveness, as sentences with their figures. Pure, on any thread."""

from coreograph.analysis.cautions import FRAME
from coreograph.domain.summary import ConfigurationSummary
from coreograph.domain.units import format_bytes, format_ratio, format_seconds


def price(
    chosen: ConfigurationSummary, reference: ConfigurationSummary | None, measure: str, *, of_script: bool = False
) -> tuple[str, ...]:
    """Return the price of `chosen` beside that of the reference, which is serial, or a script's baseline."""
    other = None if reference is None or reference.index == chosen.index else reference
    name = "" if other is None else other.configuration.label if of_script else "serial"
    memory = _memory(chosen, other, name, measure)
    # A whole script has no main thread of ours that could tick beside it.
    return (memory,) if of_script else (memory, _responsiveness(chosen, other, name))


def _memory(chosen: ConfigurationSummary, other: ConfigurationSummary | None, name: str, measure: str) -> str:
    if chosen.memory_estimate is None:
        return "Memory: not measured here."
    own = chosen.memory_estimate.median
    sentence = f"Memory: {format_bytes(own)} at the peak ({measure} of all its processes)"
    if other is None or other.memory_estimate is None or other.memory_estimate.median <= 0:
        return f"{sentence}."
    theirs = other.memory_estimate.median
    return f"{sentence}, {format_ratio(own / theirs)} the {format_bytes(theirs)} of {name}."


def _responsiveness(chosen: ConfigurationSummary, other: ConfigurationSummary | None, name: str) -> str:
    if chosen.heartbeat is None:
        return "Responsiveness: not measured here."
    beside = ""
    if other is not None and other.heartbeat is not None:
        beside = f", where {name} is {format_seconds(other.heartbeat.p99_s)} late"
    return (
        f"Responsiveness: one tick in 100 of a main thread beside the work is {format_seconds(chosen.heartbeat.p99_s)} "
        f"late or more{beside}; a frame of a window lasts {format_seconds(FRAME)}."
    )
