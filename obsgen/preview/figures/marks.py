"""What is drawn across a plot: annotations and thresholds."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

from obsgen.preview.colors import TEXT, faded
from obsgen.preview.fields import Shown
from obsgen.preview.figures.axes import Scale
from obsgen.preview.figures.panel import Mark
from obsgen.preview.ranges import TimeRange


def mark_shapes(marks: Sequence[Mark], span: TimeRange) -> Iterator[dict[str, Any]]:
    """Yield a dashed line for each moment, and a shade where it lasts."""
    for mark in marks:
        start, end = max(mark.start, span.start), min(mark.end, span.end)
        if start > end:
            continue
        place = {"xref": "x", "yref": "paper", "y0": 0, "y1": 1, "name": mark.title}
        line = {"color": mark.color, "width": 1, "dash": "dash"}
        if end > start:
            shade = {"fillcolor": faded(mark.color, 0.08), "line": {"width": 0}, "layer": "below"}
            yield {**place, "type": "rect", "x0": start, "x1": end, **shade}
            yield {**place, "type": "line", "x0": end, "x1": end, "line": line}
        yield {**place, "type": "line", "x0": start, "x1": start, "line": line}


def threshold_shapes(fields: Sequence[Shown], scales: Sequence[Scale]) -> Iterator[dict[str, Any]]:
    """Yield the thresholds of the first field that shows some, as lines or areas."""
    styles = ((one, str((one.custom.get("thresholdsStyle") or {}).get("mode"))) for one in fields)
    found = next(((one, mode) for one, mode in styles if mode not in {"None", "off", ""}), None)
    if found is None or not scales:
        return
    one, mode = found
    low, high = scales[0].low, scales[0].high
    tops = [at for at, _ in one.steps[1:]] + [high]
    for (at, color), top in zip(one.steps, tops, strict=True):
        if color == TEXT or color.startswith("rgba(0,0,0,0"):
            continue
        bottom, above = max(at, low), min(top, high)
        place = {"xref": "paper", "x0": 0, "x1": 1, "yref": "y"}
        if "area" in mode and above > bottom:
            shade = {"fillcolor": faded(color, 0.1), "line": {"width": 0}, "layer": "below"}
            yield {**place, "type": "rect", "y0": bottom, "y1": above, **shade}
        if "area" != mode and math.isfinite(at) and low <= at <= high:
            dash = "dash" if "dashed" in mode else "solid"
            line = {"color": color, "width": 1.5, "dash": dash}
            yield {**place, "type": "line", "y0": at, "y1": at, "line": line}
