"""Bars with a name and a value each."""

from __future__ import annotations

from typing import Final

from obsgen.preview.colors import css, faded
from obsgen.preview.figures.panel import Drawn, Figure, PanelData, Single, singles
from obsgen.preview.markup import html

_TEMPLATE: Final = """\
<div class="bars {{ way }}" style="--label:{{ label }}px">
{% for one in bars %}
<div class="one"><span class="label" title="{{ one.name }}">{{ one.name }}</span>
<span class="track"><span class="bar" style="{{ one.style }}"></span></span>
<span class="value" style="color:{{ one.color }}">{{ one.text }}</span></div>
{% endfor %}
</div>"""
_LETTER: Final = 7.4
_LONGEST_LABEL: Final = 0.35
"""Of the width of the panel."""


def _draw(data: PanelData) -> Drawn:
    found = singles(data)
    if not found:
        return Drawn(body=html('<div class="none">No data</div>'))
    values = [one.value for one in found if one.value is not None]
    # One scale for all bars, as Grafana has it for fields of one configuration.
    low, high = min([0.0, *values]), max(values, default=0.0)
    is_upright = data.options.get("orientation") == "vertical"
    bars = [_bar(data, one, low, high, is_upright=is_upright) for one in found]
    way = "upright" if is_upright else "lying"
    label = min(data.width * _LONGEST_LABEL, 8 + _LETTER * max(len(one.name) for one in found))
    return Drawn(body=html(_TEMPLATE, bars=bars, way=way, label=round(label)))


FIGURE: Final = Figure(draw=_draw)


def _bar(
    data: PanelData, one: Single, low: float, high: float, *, is_upright: bool
) -> dict[str, object]:
    least, most = one.shown.config.get("min"), one.shown.config.get("max")
    bottom = low if least is None else float(least)
    top = high if most is None else float(most)
    share = 0.0
    if one.value is not None and top > bottom:
        share = min(1.0, max(0.0, (one.value - bottom) / (top - bottom)))
    # A bar of nothing is still seen.
    size = f"max({share * 100:.2f}%,2px)"
    mode = data.options.get("displayMode") or "gradient"
    return {
        "name": one.name,
        "text": one.text or "No data",
        "color": css(one.color),
        "style": f"{'height' if is_upright else 'width'}:{size};{_paint(one, mode)}",
    }


def _paint(one: Single, mode: object) -> str:
    color = css(one.color)
    if mode == "lcd":
        return f"background:repeating-linear-gradient(90deg,{color} 0 6px,transparent 6px 8px)"
    if mode == "basic":
        return f"background:{faded(color, 0.35)};border-right:2px solid {color}"
    return f"background:linear-gradient(90deg,{faded(color, 0.4)},{color})"
