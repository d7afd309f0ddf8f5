"""States over time: a row for each series, a bar for each time that it stays the same."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from obsgen.preview.colors import TEXT, css, is_light
from obsgen.preview.fields import Shown
from obsgen.preview.figures.axes import FONT, time_axis
from obsgen.preview.figures.layout import plain_layout
from obsgen.preview.figures.legend import Entry, with_legend
from obsgen.preview.figures.panel import Drawn, Figure, PanelData, plot
from obsgen.preview.frames import Frame

_GREY: Final = "#8E8E8E"
_LETTER: Final = 6.6
_ROW_ROOM: Final = 13
"""Pixels that the name of a row takes."""
_LONGEST_NAME: Final = 0.28
"""Of the width of a panel, that the names of rows may take."""


@dataclass(frozen=True, slots=True)
class _Stay:
    """Some time in one state."""

    start: float
    end: float
    text: str
    color: str


def _draw(data: PanelData) -> Drawn:
    rows = data.numeric
    names = [one.name for _, one in rows]
    longest = max(8, int(data.width * _LONGEST_NAME / _LETTER))
    shorter = [name if len(name) <= longest else f"{name[: longest - 1]}…" for name in names]
    margin = round(max(map(len, shorter), default=0) * _LETTER) + 14
    stays = [list(_stays(frame, one)) for frame, one in rows]
    every = max(1, math.ceil(len(rows) * _ROW_ROOM / max(1, data.height - 50)))
    width = float(data.options.get("rowHeight") or 0.9)
    layout = {
        **plain_layout(),
        "margin": {"l": margin, "r": 18, "t": 4, "b": 24},
        "xaxis": {**time_axis(data.range, data.width - margin), "type": "linear"},
        "yaxis": {
            "range": [len(rows) - 0.5, -0.5],
            "tickvals": list(range(0, len(rows), every)),
            "ticktext": [_escaped(name) for name in shorter[::every]],
            "showgrid": False,
            "zeroline": False,
            "fixedrange": True,
        },
        "barmode": "overlay",
    }
    pixels = (data.width - margin - 12) / max(1, data.range.ms)
    # Texts in rows that are lower than they are would cover each other.
    traces = [
        _bars(place, each, width, pixels if every == 1 else 0.0) for place, each in enumerate(stays)
    ]
    found = _entries([one for _, one in rows], stays)
    body = with_legend(plot(data.key), found, data.options)
    return Drawn(body=body, plots={data.key: {"data": traces, "layout": layout}})


FIGURE: Final = Figure(draw=_draw)


def _stays(frame: Frame, one: Shown) -> Iterator[_Stay]:
    """Yield the states in order; a value lasts until the next, or for a step."""
    times = [float(at or 0) for at in frame.times]
    step = float(frame.step or 60_000)
    before: _Stay | None = None
    for at, value in zip(times, one.field.numbers, strict=True):
        if value is None:
            if before is not None:
                yield before
            before = None
            continue
        cell = one.cell(value)
        color = _GREY if cell.color == TEXT else cell.color
        if before is not None and (before.text, before.color) == (cell.text, color):
            before = _Stay(before.start, at + step, cell.text, color)
        elif before is not None and before.color == color and not one.mappings:
            # Numbers that mean the same state: the last one is what is said of it.
            before = _Stay(before.start, at + step, cell.text, color)
        else:
            if before is not None:
                yield before
            before = _Stay(at, at + step, cell.text, color)
    if before is not None:
        yield before


def _bars(row: int, stays: Sequence[_Stay], width: float, pixels: float) -> dict[str, Any]:
    return {
        "type": "bar",
        "orientation": "h",
        "y": [row] * len(stays),
        "base": [stay.start for stay in stays],
        "x": [stay.end - stay.start for stay in stays],
        "width": width,
        "text": [_escaped(stay.text) if _fits(stay, pixels) else "" for stay in stays],
        "textposition": "inside",
        "insidetextanchor": "start",
        "constraintext": "none",
        "textangle": 0,
        "textfont": {
            "size": FONT,
            "color": ["#1F1F20" if is_light(stay.color) else "#FFFFFF" for stay in stays],
        },
        "hovertext": [_escaped(stay.text) for stay in stays],
        "hoverinfo": "text",
        "marker": {"color": [stay.color for stay in stays], "line": {"width": 0}},
        "cliponaxis": True,
    }


def _fits(stay: _Stay, pixels: float) -> bool:
    return (stay.end - stay.start) * pixels > len(stay.text) * _LETTER + 8


def _entries(fields: Sequence[Shown], stays: Sequence[Sequence[_Stay]]) -> list[Entry]:
    """Return what colours mean: mapped values, else thresholds."""
    seen = {stay.color for each in stays for stay in each}
    if mapped := list(dict.fromkeys(pair for one in fields for pair in one.mappings)):
        return [Entry(text, css(color)) for text, color in mapped]
    if not fields:
        return []
    steps = [(at, color) for at, color in fields[0].steps if color in seen or len(seen) > 1]
    return [
        Entry(
            "< " + fields[0].text(fields[0].steps[1][0])
            if at == float("-inf") and len(fields[0].steps) > 1
            else fields[0].text(at) + "+",
            css(color),
        )
        for at, color in steps
        if at != float("-inf") or len(fields[0].steps) > 1
    ]


def _escaped(text: str) -> str:
    # Plotly reads some tags in texts; a label has none.
    return text.replace("&", "&amp;").replace("<", "&lt;")
