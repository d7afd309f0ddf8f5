"""Whether a time lies within a time interval, by the clock of its location."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, tzinfo
from functools import cache

from obsgen.artefacts import Route, TimeInterval
from obsgen.time_spans import TimeSpan, holds


def is_within(interval: TimeInterval, time: datetime) -> bool:
    """
    Say whether a time lies within an interval.

    Args:
        time: With its time zone.
    """
    return any(_is_in(span, time) for span in interval.spans)


def is_open(route: Route, intervals: Mapping[str, TimeInterval], time: datetime) -> bool:
    """Say whether a route notifies at a time: within an active interval, and in no muted one."""
    if any(is_within(intervals[name], time) for name in route.mute if name in intervals):
        return False
    active = [intervals[name] for name in route.active if name in intervals]
    return not route.active or any(is_within(interval, time) for interval in active)


@cache
def _zone(name: str) -> tzinfo:
    """Return a time zone of the `tzdata` package, never the machine's."""
    from importlib import resources
    from zoneinfo import ZoneInfo

    path = resources.files("tzdata").joinpath("zoneinfo", *name.split("/"))
    with path.open("rb") as file:
        return ZoneInfo.from_file(file, key=name)


def _is_in(span: TimeSpan, time: datetime) -> bool:
    local = time.astimezone(_zone(str(span.get("location") or "UTC")))
    return holds(span, local.date(), local.hour * 60 + local.minute)
