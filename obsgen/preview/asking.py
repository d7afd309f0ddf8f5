"""A panel's queries as Grafana would ask them, and the answers as its frames."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from obsgen.preview import frames, legends, ranges
from obsgen.preview.colors import color
from obsgen.preview.figures.panel import Mark, panel_targets
from obsgen.preview.frames import Frame
from obsgen.preview.ranges import TimeRange
from obsgen.preview.server import Matrix, Prometheus, QueryFailed
from obsgen.preview.variables import Values

Json = Mapping[str, Any]

_ALERTS: Final = re.compile(r"\bALERTS(?:_FOR_STATE)?\b")
_MOST_MARKS: Final = 100
_MARK_STEP: Final = 60_000
"""Grafana's step of annotations, where they have none of their own."""


@dataclass(frozen=True, slots=True)
class Answers:
    """
    What came of a panel's queries.

    Attributes:
        failures: Why queries failed: (letter, reason).
    """

    frames: tuple[Frame, ...] = ()
    failures: tuple[tuple[str, str], ...] = ()


def ask(
    server: Prometheus, panel: Json, targets: Sequence[Json], values: Values, pixels: int
) -> Answers:
    """
    Ask the queries of a panel.

    Args:
        values: Its variables and its time; the step is worked out here.
        pixels: Its width.

    Raises:
        HttpError, ApiUnreadable: there is no Prometheus any more.
    """
    least = max(values.scrape, ranges.duration(values.fill(str(panel.get("interval") or ""))))
    most = int(panel.get("maxDataPoints") or pixels)
    own = replace(values, step=ranges.step(values.range.ms, most, least), scrape=least)
    # Grafana begins and ends at whole steps, so that a reload asks the same moments.
    start, end = (at // own.step * own.step for at in (own.range.start, own.range.end))
    over = TimeRange(start, end)
    tables = [one for one in targets if one.get("format") == "table"]
    found: list[Frame] = []
    failures = []
    for place, target in enumerate(targets):
        ref = str(target.get("refId") or chr(ord("A") + place))
        query = own.fill(str(target.get("expr") or ""))
        try:
            matrix = _matrix(server, target, query, own, over)
        except QueryFailed as failed:
            failures.append((ref, str(failed)))
            continue
        found += _frames(matrix, target, ref, query, over, own, is_alone=len(tables) == 1)
    return Answers(tuple(found), tuple(failures))


def _matrix(
    server: Prometheus, target: Json, query: str, values: Values, over: TimeRange
) -> Matrix:
    if target.get("instant"):
        return server.instant(query, values.range.end)
    return server.range(query, over.start, over.end, values.step)


def _frames(
    matrix: Matrix,
    target: Json,
    ref: str,
    query: str,
    over: TimeRange,
    values: Values,
    *,
    is_alone: bool,
) -> Sequence[Frame]:
    if not matrix:
        return ()
    if target.get("format") == "table":
        return (frames.table(matrix, ref, is_alone=is_alone),)
    if target.get("format") == "heatmap":
        return frames.buckets(matrix, ref, over, values.step)
    titles = legends.titles(matrix, values.fill(str(target.get("legendFormat") or "")), query)
    if target.get("instant"):
        return frames.points(matrix, ref, titles)
    return frames.series(matrix, ref, titles, over, values.step)


def is_instant(panel: Json) -> bool:
    """Say whether a panel shows values of one moment, and nothing over time."""
    return all(target.get("instant") for target in panel_targets(panel))


def may_be_empty(panel: Json, targets: Sequence[Json]) -> bool:
    """Say whether nothing is the good answer: the panel has words for it, or asks for alerts."""
    said = ((panel.get("fieldConfig") or {}).get("defaults") or {}).get("noValue")
    return bool(said) or all(_ALERTS.search(str(one.get("expr") or "")) for one in targets)


def marks(
    server: Prometheus, annotations: Sequence[Json], values: Values
) -> tuple[tuple[Mark, ...], tuple[tuple[str, str], ...]]:
    """Return what annotations mark, and why some could not be asked: (name, reason)."""
    found: list[Mark] = []
    failures = []
    for one in annotations:
        if not one.get("enable", True) or not one.get("expr"):
            continue
        step = max(ranges.duration(str(one.get("step") or "")) or _MARK_STEP, values.scrape)
        least = -(-values.range.ms // 10_000)
        step = max(step, ranges.step(values.range.ms, values.range.ms // max(1, least), step))
        start, end = (at // step * step for at in (values.range.start, values.range.end))
        own = replace(values, step=step)
        try:
            matrix = server.range(own.fill(str(one["expr"])), start, end, step)
        except QueryFailed as failed:
            failures.append((str(one.get("name")), str(failed)))
            continue
        found += _marks(matrix, one, step)
    return tuple(sorted(found, key=lambda mark: mark.start)[:_MOST_MARKS]), tuple(failures)


def _marks(matrix: Matrix, annotation: Json, step: int) -> list[Mark]:
    """Return a mark for each time that a series goes on without a gap."""
    painted = color(annotation.get("iconColor"), "#5794F2")
    found = []
    for one in matrix:
        parts = (annotation.get("titleFormat"), annotation.get("textFormat"))
        said = (legends.filled(str(part), one.labels) for part in parts if part)
        title = ": ".join(said) or str(annotation.get("name"))
        moments = [at for at, value in one.points.items() if value]
        began = last = None
        for at in moments:
            if began is None or last is None:
                began = at
            elif at - last > step:
                found.append(Mark(start=began, end=last, title=title, color=painted))
                began = at
            last = at
        if began is not None and last is not None:
            found.append(Mark(start=began, end=last, title=title, color=painted))
    return found
