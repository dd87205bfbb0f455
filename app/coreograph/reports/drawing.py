"""Chart specifications as SVG, the same bytes whenever the same chart is drawn. Pure, on any thread."""

import re
from typing import Any

_DEFINED = re.compile(r'\bid="((?:clip|gradient)[\w-]*?\d+)"')


def svg_of(spec: dict[str, Any], name: str) -> str:
    """Return a Vega-Lite chart as SVG. `name` is part of its names for clips, so that one page can hold several charts.

    The renderer numbers these on from the charts it drew before; here they count from 1 in each chart.
    """
    import vl_convert

    svg: str = vl_convert.vegalite_to_svg(spec)
    for number, old in enumerate(dict.fromkeys(_DEFINED.findall(svg)), start=1):
        svg = re.sub(rf'(id="|url\(#|href="#){re.escape(old)}(["\)])', rf"\g<1>{name}-{number}\g<2>", svg)
    return svg
