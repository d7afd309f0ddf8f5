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
_TWO: Final = 2
_LETTER: Final = 6.6
_SMALLEST: Final = 8
"""Pixels of the names of rows, where there are many of them; and one more for a row."""
_TEXT_ROOM: Final = 13
"""Pixels of a row in which texts have room."""
_PLOT_EDGES: Final = 50
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
    room = max(1, data.height - _PLOT_EDGES) / max(1, len(rows))
    every = max(1, math.ceil((_SMALLEST + 1) / room))
    size = min(FONT, max(_SMALLEST, int(room) - 1))
    width = float(data.options.get("rowHeight") or 0.9)
    layout = {
        **plain_layout(),
        "margin": {"l": margin, "r": 18, "t": 4, "b": 24},
        "xaxis": {**time_axis(data.range, data.width - margin), "type": "linear"},
        "yaxis": {
            "range": [len(rows) - 0.5, -0.5],
            "tickvals": list(range(0, len(rows), every)),
            "ticktext": [_escaped(name) for name in shorter[::every]],
            "tickfont": {"size": size},
            "showgrid": False,
            "zeroline": False,
            "fixedrange": True,
        },
        "barmode": "overlay",
    }
    pixels = (data.width - margin - 12) / max(1, data.range.ms)
    # Texts in rows that are lower than they are would cover each other.
    pixels = pixels if room > _TEXT_ROOM else 0.0
    traces = [_bars(place, each, width, pixels) for place, each in enumerate(stays)]
    found = _entries([one for _, one in rows])
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
        text = _state(one, value, cell.text)
        if before is not None and (before.text, before.color) == (text, color):
            before = _Stay(before.start, at + step, text, color)
        else:
            if before is not None:
                yield before
            before = _Stay(at, at + step, text, color)
    if before is not None:
        yield before


def _state(one: Shown, value: float, text: str) -> str:
    """Return what is said of a value: by thresholds, where colours go by them, between which."""
    mode = (one.config.get("color") or {}).get("mode")
    if mode != "thresholds" or one.is_mapped(value) or len(one.steps) < _TWO:
        return text
    place = max((n for n, (at, _) in enumerate(one.steps) if value >= at), default=0)
    return _between(one, place)


def _between(one: Shown, place: int) -> str:
    """Return the range that a threshold begins: `< 100`, `100 to 1000`, `1000+`."""
    steps = one.steps
    if place == 0:
        return f"< {one.text(steps[1][0])}"
    low = one.text(steps[place][0])
    return f"{low}+" if place == len(steps) - 1 else f"{low} to {one.text(steps[place + 1][0])}"


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


def _entries(fields: Sequence[Shown]) -> list[Entry]:
    """Return what colours mean: mapped values, else thresholds."""
    if mapped := list(dict.fromkeys(pair for one in fields for pair in one.mappings)):
        return [Entry(text, css(color)) for text, color in mapped]
    if not fields:
        return []
    first = fields[0]
    if len(first.steps) < _TWO or (first.config.get("color") or {}).get("mode") != "thresholds":
        return []
    return [
        Entry(_between(first, place), css(color)) for place, (_, color) in enumerate(first.steps)
    ]


def _escaped(text: str) -> str:
    # Plotly reads some tags in texts; a label has none.
    return text.replace("&", "&amp;").replace("<", "&lt;")
