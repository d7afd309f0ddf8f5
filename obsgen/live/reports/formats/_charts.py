"""Charts of a page: one column of a table as bars beside their names, or columns over the time."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import takewhile
from typing import Any, Final

from obsgen.live.reports.document import Cell, Chart, Field, Report
from obsgen.live.reports.figures import NO_DATA, shown
from obsgen.preview.figures.layout import plain_layout

_BAR: Final = 24
_AXES: Final = 76
_COLUMNS: Final = 220
_MOST_BARS: Final = 20
_NAME: Final = 40
_FEW: Final = 5
"""So few are counted one by one."""
_ROOM: Final = 300
_LETTER: Final = 7
_GAP: Final = 12
"""Pixels: of the names below a narrow chart, of a letter, and between two names."""
_TEN_SECONDS: Final = 10
_HOUR: Final = 3600
_UNFINISHED: Final = re.compile(r"[^- ]*$")


@dataclass(frozen=True, slots=True)
class Drawn:
    """How a column of a table is drawn, in one colour."""

    chart: Chart
    field: Field
    report: Report
    color: str

    def height(self, count: int) -> int:
        """Return the pixels that so many values need."""
        if self.chart.shape == "columns":
            return _COLUMNS
        return _AXES + _BAR * min(count, _MOST_BARS)

    def figure(self, names: tuple[Cell, ...], values: tuple[Cell, ...]) -> Mapping[str, Any]:
        """Return what plotly draws: a trace and its layout."""
        lies = self.chart.shape == "bars"
        pairs = list(zip(names, values, strict=True))[: _MOST_BARS if lies else None]
        if lies:
            pairs.reverse()
        # Numbers as places: names that are cut short could be the same.
        places = list(range(len(pairs)))
        measure = _measure(self.field, [v for _, v in pairs if isinstance(v, Decimal)])
        lengths = [float(v * measure.factor) if isinstance(v, Decimal) else None for _, v in pairs]
        texts = [shown(v, self.field, self.report.span.zone) for _, v in pairs]
        titles = [str(name) for name, _ in pairs]
        trace = {
            "type": "bar",
            "orientation": "h" if lies else "v",
            "x": lengths if lies else places,
            "y": places if lies else lengths,
            "marker": {"color": self.color},
            "hovertext": [f"{_text(a)}: {b}" for a, b in zip(titles, texts, strict=True)],
            "hoverinfo": "text",
        }
        axes = (measure.axis, _names(titles)) if lies else (_times(titles), measure.axis)
        layout = {
            **plain_layout(),
            **dict(zip(("xaxis", "yaxis"), axes, strict=True)),
            "margin": {"l": 8, "r": 8, "t": 4, "b": 24},
        }
        return {"data": [trace], "layout": layout}


# --- the axis of what is measured ------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Measure:
    """
    What an axis counts in.

    Attributes:
        factor: Times a value is what stands on the axis.
    """

    unit: str
    factor: Decimal = Decimal(1)
    format: str = ""
    step: int | None = None

    @property
    def axis(self) -> Mapping[str, Any]:
        steps = {"nticks": 5} if self.step is None else {"dtick": self.step}
        return {
            "title": {"text": _text(self.unit), "standoff": 8},
            "tickformat": self.format,
            "fixedrange": True,
            "rangemode": "tozero",
            "automargin": True,
            "zeroline": False,
            **steps,
        }


def _measure(field: Field, values: Sequence[Decimal]) -> _Measure:
    """Return what a column is measured in: as its table writes it."""
    most = max(map(abs, values), default=Decimal(0))
    if field.form == "money":
        return _Measure(field.currency)
    if field.form == "share":
        return _Measure("%", Decimal(100))
    if field.form == "rate":
        return _Measure("times")
    if field.form == "seconds":
        return _time(most)
    return _Measure(field.title.lower(), step=1 if field.form == "count" and most <= _FEW else None)


def _time(most: Decimal) -> _Measure:
    if most < _TEN_SECONDS:
        return _Measure("ms", Decimal(1000), ",")
    if most < _HOUR:
        return _Measure("s")
    return _Measure("hours", Decimal(1) / _HOUR)


# --- the axis of names -----------------------------------------------------------------------


def _names(titles: Sequence[str]) -> Mapping[str, Any]:
    return {
        "tickvals": list(range(len(titles))),
        "ticktext": [_text(_cut(title)) for title in titles],
        "fixedrange": True,
        "automargin": True,
    }


def _times(titles: Sequence[str]) -> Mapping[str, Any]:
    """Return the axis of hours or days: what all begin with stands once, below them."""
    # Hours and days are in order, so what the first and the last share, all do.
    shared = takewhile(lambda pair: pair[0] == pair[1], zip(titles[0], titles[-1], strict=False))
    same = _UNFINISHED.sub("", "".join(letter for letter, _ in shared))
    longest = max((len(title) for title in titles), default=0) - len(same)
    most = max(2, _ROOM // (_LETTER * longest + _GAP))
    every = -(-len(titles) // most)
    return {
        "title": {"text": same.rstrip("- "), "standoff": 8},
        "tickvals": list(range(0, len(titles), max(1, every))),
        "ticktext": [_text(title[len(same) :]) for title in titles[:: max(1, every)]],
        "tickangle": 0,
        "fixedrange": True,
        "automargin": True,
    }


def _cut(name: str) -> str:
    return name if len(name) <= _NAME else f"{name[: _NAME - 1]}…"


def _text(text: str) -> str:
    """Return a text of which plotly, which reads some HTML, reads nothing."""
    return html.escape(text or NO_DATA, quote=False)
