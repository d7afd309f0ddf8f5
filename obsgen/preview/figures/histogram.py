"""Histograms: how often values fall into buckets of one width."""

from __future__ import annotations

import math
from collections import Counter
from typing import Any, Final

from obsgen.preview import formats
from obsgen.preview.colors import faded
from obsgen.preview.figures.axes import scale
from obsgen.preview.figures.layout import plain_layout
from obsgen.preview.figures.legend import entries, with_legend
from obsgen.preview.figures.panel import Drawn, Figure, PanelData, plot

_BUCKETS: Final = 30
_NICE: Final = (1.0, 2.0, 2.5, 5.0, 10.0)
_FULL: Final = 100


def _draw(data: PanelData) -> Drawn:
    fields = [one for _, one in data.numeric]
    every = [value for one in fields for value in one.field.numbers if value is not None]
    size = float(data.options.get("bucketSize") or 0) or _size(every)
    counts = [
        Counter(math.floor(v / size + 1e-9) for v in one.field.numbers if v is not None)
        for one in fields
    ]
    most = max((max(each.values(), default=0) for each in counts), default=1)
    high = scale(0, float(most), unit="short", decimals=0, height=data.height, fixed=(True, False))
    places = [place for each in counts for place in each]
    low, top = min(places, default=0), max(places, default=0) + 1
    across = scale(
        low * size,
        top * size,
        unit=fields[0].unit if fields else "",
        decimals=None,
        height=data.width // 2,
        fixed=(True, True),
    )
    layout = {
        **plain_layout(),
        "margin": {"l": high.room, "r": 12, "t": 8, "b": 24},
        "xaxis": {**across.axis(), "showgrid": False},
        "yaxis": high.axis(),
        "barmode": "stack" if _is_stacked(data) else "overlay",
    }
    traces = [
        _trace(one.name, one.series_color, each, size, one.unit, one.custom.get("fillOpacity"))
        for one, each in zip(fields, counts, strict=True)
    ]
    body = with_legend(plot(data.key), entries(fields, data.options), data.options)
    return Drawn(body=body, plots={data.key: {"data": traces, "layout": layout}})


FIGURE: Final = Figure(draw=_draw)


def _is_stacked(data: PanelData) -> bool:
    return any(
        (one.custom.get("stacking") or {}).get("mode") == "normal" for _, one in data.numeric
    )


def _size(values: list[float]) -> float:
    """Return the round width that gives some thirty buckets."""
    rough = (max(values, default=1.0) - min(values, default=0.0)) / _BUCKETS
    if rough <= 0:
        return abs(max(values, default=1.0)) / 10 or 1.0
    power = 10.0 ** math.floor(math.log10(rough))
    return next(power * step for step in _NICE if power * step >= rough * (1 - 1e-9))


def _trace(
    name: str, color: str, counts: Counter[int], size: float, unit: str, opacity: object
) -> dict[str, Any]:
    places = sorted(counts)
    filled = float(str(opacity)) / _FULL if opacity is not None else 0.8
    ends = [
        f"{formats.shown(n * size, unit)} – {formats.shown((n + 1) * size, unit)}: {counts[n]}"
        for n in places
    ]
    return {
        "type": "bar",
        "name": name,
        "x": [(place + 0.5) * size for place in places],
        "y": [counts[place] for place in places],
        "width": size,
        "hovertext": ends,
        "hoverinfo": "text",
        "marker": {"color": faded(color, filled), "line": {"color": color, "width": 1}},
    }
