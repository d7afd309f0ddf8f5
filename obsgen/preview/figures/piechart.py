"""Pies and rings: shares of a whole."""

from __future__ import annotations

from typing import Any, Final

from obsgen.preview.colors import css
from obsgen.preview.figures.layout import plain_layout
from obsgen.preview.figures.legend import Entry, with_legend
from obsgen.preview.figures.panel import Drawn, Figure, PanelData, plot, singles
from obsgen.preview.formats import plain

_PERCENT: Final = 100


def _draw(data: PanelData) -> Drawn:
    found = [one for one in singles(data) if one.value is not None and one.value > 0]
    whole = sum(one.value or 0.0 for one in found)
    wanted = (data.options.get("legend") or {}).get("values") or ()
    entries = [
        Entry(
            one.name,
            css(_color(one.shown.series_color)),
            tuple(_figure(kind, one.text, (one.value or 0.0) / whole) for kind in wanted),
        )
        for one in found
    ]
    labels = set(data.options.get("displayLabels") or ())
    texts = [_label(labels, one.name, one.text, (one.value or 0.0) / whole) for one in found]
    trace: dict[str, Any] = {
        "type": "pie",
        "labels": [one.name for one in found],
        "values": [one.value for one in found],
        "text": texts,
        "textinfo": "text" if labels else "none",
        "textposition": "inside",
        "hovertext": [f"{one.name}: {one.text}" for one in found],
        "hoverinfo": "text",
        "marker": {"colors": [_color(one.shown.series_color) for one in found]},
        "hole": 0.6 if data.options.get("pieType") == "donut" else 0,
        "sort": data.options.get("sort") != "none",
        "direction": "clockwise",
    }
    layout = {**plain_layout(), "margin": {"l": 8, "r": 8, "t": 8, "b": 8}}
    body = with_legend(plot(data.key), entries, data.options)
    return Drawn(body=body, plots={data.key: {"data": [trace], "layout": layout}})


FIGURE: Final = Figure(draw=_draw)


def _color(color: str) -> str:
    return "#8E8E8E" if color == "text" else color


def _share(share: float) -> str:
    return f"{plain(share * _PERCENT, 0)}%"


def _figure(kind: str, text: str, share: float) -> tuple[str, str]:
    return ("Percent", _share(share)) if kind == "percent" else ("Value", text)


def _label(wanted: set[str], name: str, text: str, share: float) -> str:
    parts = {"name": name, "value": text, "percent": _share(share)}
    return "<br>".join(_plain(part) for kind, part in parts.items() if kind in wanted)


def _plain(text: str) -> str:
    # Plotly reads some tags in texts; a label has none.
    return text.replace("&", "&amp;").replace("<", "&lt;")
