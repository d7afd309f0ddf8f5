"""Heatmaps: buckets over time, the more in one the stronger its colour."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

from obsgen.preview import formats
from obsgen.preview.colors import color, scheme
from obsgen.preview.figures.axes import room_for, time_axis
from obsgen.preview.figures.layout import plain_layout
from obsgen.preview.figures.panel import Drawn, Figure, PanelData, plot
from obsgen.preview.frames import Frame
from obsgen.preview.markup import Html, html

_LEGEND: Final = (
    '<div class="ramp"><span>{{ low }}</span><i style="background:{{ paint }}"></i>'
    "<span>{{ high }}</span></div>"
)
_BUCKETS: Final = 16
_WIDE_CELL: Final = 5
_LABEL_ROOM: Final = 18
"""Pixels between two labels of buckets, at least."""


def _draw(data: PanelData) -> Drawn:
    options = data.options
    is_made_here = bool(options.get("calculate"))
    frames = [frame for frame in data.frames if frame.numeric]
    names, rows = _calculated(data, frames) if is_made_here else _given(data, frames)
    times = [float(at or 0) for at in frames[0].times] if frames else []
    colors = _colors(options.get("color") or {})
    there = [value for row in rows for value in row if value is not None]
    margin = room_for(names)
    trace = {
        "type": "heatmap",
        "x": times,
        "y": list(range(len(rows))),
        "z": [[_short(value) for value in row] for row in rows],
        "text": [[formats.shown(value) for value in row] for row in rows],
        "colorscale": [[n / (len(colors) - 1), one] for n, one in enumerate(colors)],
        "showscale": False,
        # Between columns of a pixel or two a gap would be all there is to see.
        "xgap": 1 if len(times) * _WIDE_CELL < data.width else 0,
        "ygap": 1,
        "hovertemplate": "%{x}<br>%{y}: %{text}<extra></extra>",
    }
    layout = {
        **plain_layout(),
        "margin": {"l": margin, "r": 18, "t": 8, "b": 24},
        "xaxis": {**time_axis(data.range, data.width - margin), "showgrid": False},
        "yaxis": _axis(names, data.height),
    }
    body = html(
        '<div class="chart bottom">{{ plot }}{{ legend }}</div>',
        plot=plot(data.key),
        legend=_legend(colors, there),
    )
    return Drawn(body=body, plots={data.key: {"data": [trace], "layout": layout}})


FIGURE: Final = Figure(draw=_draw)


def _given(
    data: PanelData, frames: Sequence[Frame]
) -> tuple[list[str], list[tuple[float | None, ...]]]:
    """Return the buckets as the query gives them, named by their upper bounds."""
    axis = data.options.get("yAxis") or {}
    unit = str(axis.get("unit") or "")
    decimals = axis.get("decimals")
    shown = [one for _, one in data.numeric]
    names = [_bound(one.name, unit, decimals) for one in shown]
    # What is nothing leaves the ground free, as Grafana's filter of values does.
    rows = [tuple(v if v and v > 1e-9 else None for v in one.field.numbers) for one in shown]  # noqa: PLR2004
    return names, rows


def _bound(name: str, unit: str, decimals: object) -> str:
    try:
        return formats.shown(float(name), unit, None if decimals is None else int(str(decimals)))
    except ValueError:
        return name


def _calculated(
    data: PanelData, frames: Sequence[Frame]
) -> tuple[list[str], list[tuple[float | None, ...]]]:
    """Return buckets of one width in which the values of all series are counted."""
    shown = [one for _, one in data.numeric]
    every = [v for one in shown for v in one.field.numbers if v is not None]
    low, high = min(every, default=0.0), max(every, default=1.0)
    size = (high - low) / _BUCKETS or 1.0
    moments = len(frames[0].times) if frames else 0
    counts = [[0] * moments for _ in range(_BUCKETS)]
    for one in shown:
        for place, value in enumerate(one.field.numbers[:moments]):
            if value is not None:
                counts[min(_BUCKETS - 1, math.floor((value - low) / size))][place] += 1
    unit = shown[0].unit if shown else ""
    names = [formats.shown(low + (n + 1) * size, unit) for n in range(_BUCKETS)]
    return names, [tuple(float(n) if n else None for n in row) for row in counts]


def _axis(names: Sequence[str], height: int) -> dict[str, Any]:
    every = max(1, math.ceil(len(names) * _LABEL_ROOM / max(1, height - 60)))
    places = list(range(0, len(names), every))
    return {
        "range": [-0.5, len(names) - 0.5],
        "tickvals": places,
        "ticktext": [names[place] for place in places],
        "showgrid": False,
        "zeroline": False,
        "fixedrange": True,
    }


def _colors(options: Mapping[str, Any]) -> tuple[str, ...]:
    if options.get("mode") == "opacity":
        fill = color(options.get("fill"), "#FF780A")
        return ("rgba(128,128,128,0.1)", fill)
    found = scheme(str(options.get("scheme") or "Oranges"))
    # Grafana turns its schemes round by night, so that little is dark; `reverse` turns them back.
    return found if options.get("reverse") else tuple(reversed(found))


def _legend(colors: Sequence[str], values: Sequence[float]) -> Html:
    return html(
        _LEGEND,
        low=formats.shown(min(values, default=0.0), "short"),
        high=formats.shown(max(values, default=0.0), "short"),
        paint=f"linear-gradient(90deg,{','.join(colors)})",
    )


def _short(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.5g}")
