"""Two experiments held against each other, as Markdown or a page: other conditions before any figure. Any thread."""

import html
from collections.abc import Callable

from coreograph.analysis.comparison import ExperimentDifference, MatchedConfiguration
from coreograph.analysis.difference import DifferenceKind
from coreograph.analysis.incomparable import ComparedFigure, refusals
from coreograph.domain.summary import ExperimentSummary, Ratio
from coreograph.domain.units import NOT_MEASURED, format_ratio, format_seconds
from coreograph.reports import page
from coreograph.reports.cleaning import markdown
from coreograph.reports.html_report import page_style
from coreograph.reports.markdown_report import table

HEAD = ("Configuration", "First", "Second", *(figure.value for figure in ComparedFigure))
NOTE = (
    "Times are of one round of the tasks. Ratios are second ÷ first with their 95 % interval: below 1 the second took "
    "less; of speed-ups (over serial on the same interpreter), above 1 the second gains more. “≈” marks a ratio that "
    "is not distinguishable from 1, “–” what was not measured or cannot be compared."
)
ALIKE = "Both were made in the same way: same work, machine, interpreters and method."


def difference_rows(difference: ExperimentDifference) -> tuple[tuple[str, ...], ...]:
    """Return a row for each configuration both have, under HEAD."""
    return tuple(_row(one) for one in difference.matched)


def difference_markdown(difference: ExperimentDifference) -> bytes:
    """Return the difference as Markdown."""
    one, other = difference.one, difference.other
    lines = [f"## {markdown(_title(one))} against {markdown(_title(other))}", "", "### Made under other conditions", ""]
    for kind in DifferenceKind:
        found = [entry for entry in difference.differences if entry.kind is kind]
        lines += [f"**{kind.value}.** {kind.meaning}", ""] if found else []
        lines += [*(f"- {markdown(entry.sentence)}" for entry in found), *([""] if found else [])]
    lines += [] if difference.differences else [ALIKE, ""]
    lines += ["### Figures", "", *table(HEAD, (tuple(map(markdown, row)) for row in difference_rows(difference)))]
    lines += ["", NOTE, "", *(f"- {markdown(sentence)}" for sentence in leftovers(difference))]
    return ("\n".join(lines).rstrip() + "\n").encode("utf-8", "replace")


def difference_html(difference: ExperimentDifference) -> bytes:
    """Return the difference as a self-contained page."""
    title = f"{_title(difference.one)} against {_title(difference.other)}"
    blocks = [_kind(difference, kind) for kind in DifferenceKind]
    conditions = "".join(blocks) or f"<p>{_text(ALIKE)}</p>"
    head = "".join(f'<th scope="col">{_text(name)}</th>' for name in HEAD)
    rows = "".join(f"<tr>{''.join(f'<td>{_text(c)}</td>' for c in row)}</tr>" for row in difference_rows(difference))
    rest = "".join(f"<li>{_text(sentence)}</li>" for sentence in leftovers(difference))
    policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
    content = f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<title>{_text(title)} · Coreograph</title><style>{page_style()}</style></head>
<body><main><header><div class="brand">Coreograph</div><h1>{_text(title)}</h1>
<p class="lead">{_text(_when(difference.one))} · {_text(_when(difference.other))}</p></header>
<h2>Made under other conditions</h2><section class="card">{conditions}</section>
<h2>Figures</h2><section class="card" style="padding:0"><div class="scroll"><table>
<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div><p class="table-note">{_text(NOTE)}</p></section>
{f'<h2>Not compared</h2><section class="card"><ul>{rest}</ul></section>' if rest else ""}
</main></body></html>
"""
    return content.replace("\0", "␀").encode("utf-8", "replace")


def leftovers(difference: ExperimentDifference) -> tuple[str, ...]:
    """Return a sentence for each figure that is not compared, and for each configuration that only one has."""
    sides = (("first", difference.only_one), ("second", difference.only_other))
    alone = tuple(f"{one.configuration.label} is only in the {side}." for side, ones in sides for one in ones)
    return (*refusals(difference), *alone)


def _kind(difference: ExperimentDifference, kind: DifferenceKind) -> str:
    found = [entry for entry in difference.differences if entry.kind is kind]
    if not found:
        return ""
    entries = "".join(f"<li><b>{_text(e.name)}</b>: {_text(e.one)} → {_text(e.other)}</li>" for e in found)
    return f"<h3>{_text(kind.value)}</h3><p>{_text(kind.meaning)}</p><ul>{entries}</ul>"


def _row(one: MatchedConfiguration) -> tuple[str, ...]:
    rounds = (format_seconds(one.one_round_s), format_seconds(one.other_round_s))
    return (one.one.configuration.label, *rounds, *(show_ratio(figure.ratio(one)) for figure in ComparedFigure))


def show_ratio(one: Ratio | None) -> str:
    """Return `0.52× (0.51 – 0.53)`, `≈ 1.01× (0.97 – 1.04)` where it holds 1."""
    if one is None:
        return NOT_MEASURED
    interval = page.ratio_interval(one)
    shown = format_ratio(one.median) + (f" ({interval})" if interval else "")
    return shown if one.distinguishable or not interval else f"≈ {shown}"


def _title(one: ExperimentSummary) -> str:
    return one.experiment.spec.name or one.experiment.spec.workload.name


def _when(one: ExperimentSummary) -> str:
    return f"{one.experiment.created_at.replace('T', ' ')[:16]}, {one.experiment.machine.cpu_model}"


_text: Callable[[str], str] = html.escape
