"""What is drawn across a plot: annotations and thresholds."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from obsgen.preview.colors import TEXT, faded
from obsgen.preview.fields import Shown
from obsgen.preview.figures.axes import Scale
from obsgen.preview.figures.panel import Mark
from obsgen.preview.ranges import TimeRange

_APART: Final = 120
"""Parts of a range; what is nearer than one of them is one mark."""
_MOST_LINED: Final = 6
"""Marks of one colour that have lines."""


def mark_shapes(marks: Sequence[Mark], span: TimeRange) -> Iterator[dict[str, Any]]:
    """
    Yield a dashed line where something begins and ends, and a shade for as long as it lasts.

    What overlaps is one shade, with lines at its ends alone; of more than a graph can bear to be
    crossed by, the longest have lines.
    """
    within = [mark for mark in marks if mark.start <= span.end and mark.end >= span.start]
    place = {"xref": "x", "yref": "paper", "y0": 0, "y1": 1}
    for color in dict.fromkeys(mark.color for mark in within):
        own = [mark for mark in within if mark.color == color]
        united = list(_united(((mark.start, mark.end) for mark in own), span.ms // _APART))
        for start, end in united:
            if end > start:
                shade = {"fillcolor": faded(color, 0.06), "line": {"width": 0}, "layer": "below"}
                first, last = max(start, span.start), min(end, span.end)
                yield {**place, "type": "rect", "x0": first, "x1": last, **shade}
        longest = sorted(united, key=lambda each: each[0] - each[1])[:_MOST_LINED]
        # What has begun before, or goes on, has no end here.
        for at in sorted({at for each in longest for at in each}):
            if span.start < at < span.end:
                line = {"color": faded(color, 0.7), "width": 1, "dash": "dash"}
                yield {**place, "type": "line", "x0": at, "x1": at, "line": line}


def _united(spans: Iterable[tuple[int, int]], gap: int) -> Iterator[tuple[int, int]]:
    """Yield spans with more than a gap between them: shades over each other hide the lines."""
    found: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1] + gap:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    yield from found


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
