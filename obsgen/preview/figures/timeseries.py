"""Lines, bars and points over time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from obsgen.preview.colors import faded
from obsgen.preview.fields import Shown
from obsgen.preview.figures.axes import Scale, scale, time_axis
from obsgen.preview.figures.layout import plain_layout
from obsgen.preview.figures.legend import entries, room, with_legend
from obsgen.preview.figures.marks import mark_shapes, threshold_shapes
from obsgen.preview.figures.panel import Drawn, Figure, PanelData, plot
from obsgen.preview.frames import Frame

_SHAPES: Final = {"linear": "linear", "smooth": "spline", "stepBefore": "vh", "stepAfter": "hv"}
_DASHES: Final = {"dash": "dash", "dot": "dot", "square": "dash"}
_FULL: Final = 100
_MOST_RIMS: Final = 120
"""Bars, beyond which they have no rim: it would cover them."""
_MOST_MARKERS: Final = 40
"""Values of a series, beyond which `showPoints: auto` shows none."""


@dataclass(frozen=True, slots=True)
class _Line:
    """A series on its axis; *sums* is where it stands when it is stacked."""

    frame: Frame
    shown: Shown
    axis: int
    values: tuple[float | None, ...]
    sums: tuple[float | None, ...]

    @property
    def custom(self) -> Mapping[str, Any]:
        return self.shown.custom

    @property
    def is_stacked(self) -> bool:
        return _stacking(self.shown) in {"normal", "percent"}

    @property
    def is_bars(self) -> bool:
        return self.custom.get("drawStyle") == "bars"


def _draw(data: PanelData) -> Drawn:
    visible = [
        (frame, one)
        for frame, one in data.numeric
        if not (one.custom.get("hideFrom") or {}).get("viz")
    ]
    axes = _axes([one for _, one in visible])
    lines = _lines(visible, axes)
    found = entries([one for _, one in visible], data.options)
    size = room(found, data.options, (data.width, data.height))
    scales = [_scale([line for line in lines if line.axis == n], size[1]) for n in range(len(axes))]
    layout = _layout(data, axes, scales, size)
    first = [line.shown for line in lines if line.axis == 0]
    layout["shapes"] = [*threshold_shapes(first, scales[:1]), *mark_shapes(data.marks, data.range)]
    is_stacked = any(line.is_bars and line.is_stacked for line in lines)
    layout["barmode"] = "relative" if is_stacked else "overlay"
    figure = {"data": [_trace(line) for line in lines], "layout": layout}
    return Drawn(body=with_legend(plot(data.key), found, data.options), plots={data.key: figure})


FIGURE: Final = Figure(draw=_draw)


# --- axes --------------------------------------------------------------------------------------


def _axis_key(one: Shown) -> tuple[object, ...]:
    """Return what makes a series share its axis with others, as Grafana's scale key does."""
    placement = one.custom.get("axisPlacement") or "auto"
    is_log = (one.custom.get("scaleDistribution") or {}).get("type") == "log"
    ends = (one.config.get("min"), one.config.get("max"))
    return (placement, one.unit, is_log, *ends, one.custom.get("axisLabel") or "")


def _axes(fields: Sequence[Shown]) -> list[tuple[object, ...]]:
    return list(dict.fromkeys(map(_axis_key, fields)))


def _is_right(axes: Sequence[tuple[object, ...]], place: int) -> bool:
    placement = axes[place][0]
    return placement == "right" or (placement == "auto" and place > 0)


def _lines(
    visible: Sequence[tuple[Frame, Shown]], axes: Sequence[tuple[object, ...]]
) -> list[_Line]:
    sums: dict[tuple[object, ...], dict[float, float]] = {}
    found = []
    for frame, one in visible:
        axis = axes.index(_axis_key(one))
        sign = -1.0 if one.custom.get("transform") == "negative-Y" else 1.0
        values = tuple(None if v is None else sign * v for v in one.field.numbers)
        stacked = values
        if _stacking(one) == "normal":
            group = (axis, (one.custom.get("stacking") or {}).get("group"), sign)
            stacked = _summed(frame, values, sums.setdefault(group, {}))
        found.append(_Line(frame, one, axis, values, stacked))
    return found


def _stacking(one: Shown) -> str:
    return str((one.custom.get("stacking") or {}).get("mode") or "none")


def _summed(
    frame: Frame, values: Sequence[float | None], below: dict[float, float]
) -> tuple[float | None, ...]:
    sums: list[float | None] = []
    for at, value in zip(frame.times, values, strict=True):
        moment = float(at or 0)
        if value is not None:
            below[moment] = below.get(moment, 0.0) + value
        sums.append(below.get(moment))
    return tuple(sums)


def _scale(lines: Sequence[_Line], height: int) -> Scale:
    one = lines[0].shown
    if _stacking(one) == "percent":
        return scale(0, _FULL, unit="percent", decimals=0, height=height, fixed=(True, True))
    there = [v for line in lines for v in line.sums if v is not None]
    low, high = min(there, default=0.0), max(there, default=1.0)
    if any(line.is_stacked or line.is_bars for line in lines):
        low, high = min(low, 0.0), max(high, 0.0)
    soft = one.custom.get("axisSoftMin"), one.custom.get("axisSoftMax")
    low = low if soft[0] is None else min(low, float(soft[0]))
    high = high if soft[1] is None else max(high, float(soft[1]))
    least, most = one.config.get("min"), one.config.get("max")
    low = low if least is None else float(least)
    high = high if most is None else float(most)
    is_log = (one.custom.get("scaleDistribution") or {}).get("type") == "log"
    fixed = (least is not None, most is not None)
    decimals = one.decimals
    return scale(
        low, high, unit=one.unit, decimals=decimals, height=height, fixed=fixed, log=is_log
    )


def _layout(
    data: PanelData,
    axes: Sequence[tuple[object, ...]],
    scales: Sequence[Scale],
    size: tuple[int, int],
) -> dict[str, Any]:
    layout = plain_layout()
    rooms = {False: 18, True: 18}
    for place, one in enumerate(scales):
        is_right = _is_right(axes, place)
        label = str(axes[place][-1])
        is_hidden = axes[place][0] == "hidden"
        axis = {**one.axis(), "side": "right" if is_right else "left", "visible": not is_hidden}
        if label:
            axis["title"] = {"text": label, "standoff": 4}
        if place:
            axis |= {"overlaying": "y", "showgrid": False}
        layout[f"yaxis{place + 1 if place else ''}"] = axis
        if not is_hidden:
            rooms[is_right] = max(rooms[is_right], one.room + (18 if label else 0))
    layout["margin"] = {"l": rooms[False], "r": rooms[True], "t": 8, "b": 24}
    layout["xaxis"] = time_axis(data.range, size[0] - rooms[False] - rooms[True])
    layout["hovermode"] = "x unified"
    return layout


# --- traces ------------------------------------------------------------------------------------


def _trace(line: _Line) -> dict[str, Any]:
    one, custom = line.shown, line.custom
    color = one.series_color
    trace: dict[str, Any] = {
        "name": one.name,
        "x": [None if at is None else float(at) for at in line.frame.times],
        "y": [_short(value) for value in line.values],
        "text": [one.text(value) for value in one.field.numbers],
        "hovertemplate": "%{text}",
        "xaxis": "x",
        "yaxis": f"y{line.axis + 1 if line.axis else ''}",
    }
    opacity = float(custom.get("fillOpacity") or 0) / _FULL
    if line.is_bars:
        width = line.frame.step * 0.9
        rim = 1 if len(line.values) <= _MOST_RIMS else 0
        marker = {"color": faded(color, max(opacity, 0.2)), "line": {"color": color, "width": rim}}
        return {**trace, "type": "bar", "marker": marker, **({"width": width} if width else {})}
    trace |= {
        "type": "scatter",
        "mode": _mode(line),
        "connectgaps": bool(custom.get("spanNulls")),
        "line": _line(custom, color),
        "marker": {"color": color, "size": _sizes(line)},
    }
    if line.is_stacked:
        trace |= {"stackgroup": f"{line.axis}", "fillcolor": faded(color, max(opacity, 0.1))}
        if _stacking(one) == "percent":
            trace["groupnorm"] = "percent"
    elif opacity:
        trace |= {"fill": "tozeroy", "fillcolor": faded(color, opacity)}
    return trace


def _line(custom: Mapping[str, Any], color: str) -> dict[str, Any]:
    width = custom.get("lineWidth")
    style = custom.get("lineStyle") or {}
    return {
        "color": color,
        "width": 1 if width is None else float(width),
        "shape": _SHAPES.get(str(custom.get("lineInterpolation")), "linear"),
        "dash": _DASHES.get(str(style.get("fill")), "solid"),
    }


def _mode(line: _Line) -> str:
    points = line.custom.get("showPoints") or "auto"
    if line.custom.get("drawStyle") == "points":
        return "markers"
    if points == "auto":
        there = sum(value is not None for value in line.values)
        points = "always" if there <= _MOST_MARKERS or any(_lone(line.values)) else "never"
    return "lines+markers" if points == "always" else "lines"


def _sizes(line: _Line) -> float | list[float]:
    """Return how large points are; among many those alone that no line leads to."""
    size = float(line.custom.get("pointSize") or 5)
    there = sum(value is not None for value in line.values)
    is_auto = (line.custom.get("showPoints") or "auto") == "auto"
    if is_auto and there > _MOST_MARKERS and line.custom.get("drawStyle") != "points":
        return [size if is_lone else 0.0 for is_lone in _lone(line.values)]
    return size


def _lone(values: Sequence[float | None]) -> list[bool]:
    """Say of each value whether it has no neighbour that a line could be drawn to."""
    padded = (None, *values, None)
    triples = zip(padded, padded[1:], padded[2:], strict=False)
    return [a is None and b is not None and c is None for a, b, c in triples]


def _short(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.7g}")
