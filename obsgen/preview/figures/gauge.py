"""Gauges: a value on an arc of two thirds of a circle, its thresholds around it."""

from __future__ import annotations

import math
from typing import Any, Final

from obsgen.preview.colors import TEXT
from obsgen.preview.figures.layout import plain_layout
from obsgen.preview.figures.panel import Drawn, Figure, PanelData, Single, plot, singles
from obsgen.preview.markup import html

_TEMPLATE: Final = """\
<div class="stats" style="grid-template-columns:repeat({{ columns }},minmax(0,1fr))">
{% for one in gauges %}
<div class="dial">{{ one.plot }}
<div class="fit value" data-most="44" style="color:{{ one.color }}">{{ one.text }}</div>
{% if one.name %}<div class="label" title="{{ one.name }}">{{ one.name }}</div>{% endif %}
</div>
{% endfor %}
</div>"""

_ARC: Final = 240
"""Degrees."""
_GAP: Final = 360 - _ARC
_TRACK: Final = "rgba(140,140,140,0.2)"
_CLEAR: Final = "rgba(0,0,0,0)"


def _draw(data: PanelData) -> Drawn:
    found = singles(data)
    plots = {f"{data.key}-{place}": _gauge(data, one) for place, one in enumerate(found)}
    gauges = [
        {
            "plot": plot(f"{data.key}-{place}"),
            "color": one.css,
            "text": one.text or "No data",
            "name": one.name if len(found) > 1 else "",
        }
        for place, one in enumerate(found)
    ]
    columns = max(1, min(len(found), math.ceil(math.sqrt(len(found) * data.width / data.height))))
    return Drawn(body=html(_TEMPLATE, gauges=gauges, columns=columns), plots=plots)


FIGURE: Final = Figure(draw=_draw)


def _gauge(data: PanelData, one: Single) -> dict[str, Any]:
    share = one.shown.share(one.value)
    color = one.color if one.color != TEXT else "#8E8E8E"
    arcs = [_arc([(share, color), (1 - share, _TRACK)], hole=0.72, inset=0.05)]
    if data.options.get("showThresholdMarkers", True) is not False:
        arcs.append(_arc(_steps(one), hole=0.94, inset=0.0))
    return {"data": arcs, "layout": plain_layout()}


def _steps(one: Single) -> list[tuple[float, str]]:
    """Return the share of the arc that each threshold has, and its colour."""
    steps = one.shown.steps
    tops = [at for at, _ in steps[1:]] + [one.shown.high]
    shares = [
        one.shown.share(top) - one.shown.share(max(at, one.shown.low))
        for (at, _), top in zip(steps, tops, strict=True)
    ]
    found = [
        (share, color if color != TEXT else _TRACK)
        for share, (_, color) in zip(shares, steps, strict=True)
    ]
    return found or [(1.0, _TRACK)]


def _arc(parts: list[tuple[float, str]], *, hole: float, inset: float) -> dict[str, Any]:
    """Return a ring whose lower part is left open."""
    values = [share * _ARC for share, _ in parts]
    return {
        "type": "pie",
        "values": [*values, _GAP],
        "marker": {"colors": [*(color for _, color in parts), _CLEAR]},
        "hole": hole,
        "sort": False,
        "direction": "clockwise",
        "rotation": -_ARC / 2,
        "textinfo": "none",
        "hoverinfo": "skip",
        "domain": {"x": [inset, 1 - inset], "y": [inset, 1 - inset]},
    }
