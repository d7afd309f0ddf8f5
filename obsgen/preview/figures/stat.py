"""Big numbers, with the line that they come from behind them."""

from __future__ import annotations

import math
from typing import Any, Final

from obsgen.preview.colors import TEXT, css, faded, is_light
from obsgen.preview.figures.layout import no_axis, plain_layout
from obsgen.preview.figures.panel import Drawn, Figure, PanelData, Single, plot, singles
from obsgen.preview.markup import html

_TEMPLATE: Final = """\
<div class="stats" style="grid-template-columns:repeat({{ columns }},minmax(0,1fr))">
{% for one in stats %}
<div class="tile{{ ' filled' if one.background }}" style="{{ one.style }}">
{{ one.plot }}
<div class="front">
{% if one.name %}<div class="fit name" data-most="22">{{ one.name }}</div>{% endif %}
{% if one.text %}<div class="fit value" data-most="64" style="color:{{ one.color }}">{{ one.text }}\
</div>{% endif %}
</div></div>
{% endfor %}
</div>"""
_DAY_TEXT: Final = "#1F1F20"
_NARROW: Final = 110
"""Pixels that a value beside another has at least."""


def _draw(data: PanelData) -> Drawn:
    found = singles(data)
    plots: dict[str, Any] = {}
    stats = []
    for place, one in enumerate(found):
        key = f"{data.key}-{place}"
        has_graph = data.options.get("graphMode") == "area" and _can_be_drawn(one)
        if has_graph:
            plots[key] = _sparkline(one, is_filled=_is_filled(data))
        stats.append(_stat(data, one, plot(key) if has_graph else "", is_alone=len(found) == 1))
    body = html(_TEMPLATE, stats=stats, columns=_columns(data, len(found)))
    return Drawn(body=body, plots=plots)


FIGURE: Final = Figure(draw=_draw)


def _columns(data: PanelData, count: int) -> int:
    orientation = data.options.get("orientation") or "auto"
    if orientation == "horizontal" or count == 0:
        return 1
    if orientation == "vertical":
        return count
    # As near to squares as fit, side by side at first.
    most = max(1, min(count, data.width // _NARROW))
    rows = math.ceil(count / most)
    return math.ceil(count / rows)


def _is_filled(data: PanelData) -> bool:
    return str(data.options.get("colorMode") or "value").startswith("background")


def _stat(data: PanelData, one: Single, graph: object, *, is_alone: bool) -> dict[str, object]:
    mode = data.options.get("textMode") or "auto"
    shows_name = mode in {"name", "value_and_name"} or (mode == "auto" and not is_alone)
    is_filled = _is_filled(data) and one.color != TEXT
    color = one.css
    if is_filled:
        color = _DAY_TEXT if is_light(one.color) else "#FFFFFF"
    elif data.options.get("colorMode") == "none":
        color = css(TEXT)
    return {
        "name": one.name if shows_name else "",
        "text": "" if mode in {"name", "none"} else one.text or "No data",
        "color": color,
        "background": is_filled,
        "style": f"background:{one.css};color:{color}" if is_filled else "",
        "plot": graph,
    }


def _can_be_drawn(one: Single) -> bool:
    return sum(value is not None for value in one.series) > 1


def _sparkline(one: Single, *, is_filled: bool) -> dict[str, Any]:
    there = [value for value in one.series if value is not None]
    low, high = min(there), max(there)
    color = "#FFFFFF" if is_filled else one.color if one.color != TEXT else "#8E8E8E"
    trace = {
        "type": "scatter",
        "mode": "lines",
        "y": [None if value is None else float(f"{value:.6g}") for value in one.series],
        "line": {"color": color, "width": 1},
        "fill": "tozeroy",
        "fillcolor": faded(color, 0.25),
        "hoverinfo": "skip",
    }
    room = (high - low) or abs(high) or 1.0
    # The line keeps to the lower part: the number stands in front of the upper one.
    ends = [low - room * 0.1, high + room * 0.2]
    layout = {**plain_layout(), "xaxis": no_axis(), "yaxis": {**no_axis(), "range": ends}}
    return {"data": [trace], "layout": layout}
