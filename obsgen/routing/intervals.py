"""
Whether a time lies within a time interval.

Semantics: Alertmanager's `timeinterval` package. All that an entry gives must hold; a negative day
counts from the end of its month; times are those of the entry's location, their end exclusive.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Mapping
from datetime import date, datetime, tzinfo
from functools import cache
from typing import Final

from obsgen.artefacts import Json, Route, TimeInterval

DAYS: Final = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
MONTHS: Final = tuple(name.lower() for name in calendar.month_name)


def is_within(interval: TimeInterval, time: datetime) -> bool:
    """
    Say whether a time lies within an interval.

    Args:
        time: With its time zone.
    """
    return any(_holds(span, time) for span in interval.spans)


def is_open(route: Route, intervals: Mapping[str, TimeInterval], time: datetime) -> bool:
    """Say whether a route notifies at a time: within an active interval, and in no muted one."""
    if any(is_within(intervals[name], time) for name in route.mute if name in intervals):
        return False
    active = [intervals[name] for name in route.active if name in intervals]
    return not route.active or any(is_within(interval, time) for interval in active)


def _holds(span: Mapping[str, Json], time: datetime) -> bool:
    local = time.astimezone(_zone(str(span.get("location") or "UTC")))
    minute = local.hour * 60 + local.minute
    times = span.get("times")
    if isinstance(times, list) and not any(_is_at(entry, minute) for entry in times):
        return False
    return _holds_on(span, local.date())


@cache
def _zone(name: str) -> tzinfo:
    """Return a time zone of the `tzdata` package, never the machine's."""
    from importlib import resources
    from zoneinfo import ZoneInfo

    path = resources.files("tzdata").joinpath("zoneinfo", *name.split("/"))
    with path.open("rb") as file:
        return ZoneInfo.from_file(file, key=name)


def _is_at(entry: Json, minute: int) -> bool:
    if not isinstance(entry, Mapping):
        return False
    return _minutes(entry["start_time"]) <= minute < _minutes(entry["end_time"])


def _holds_on(span: Mapping[str, Json], day: date) -> bool:
    length = calendar.monthrange(day.year, day.month)[1]
    weekday = (day.weekday() + 1) % len(DAYS)
    return (
        _any(_ranges(span, "years"), day.year)
        and _any(_ranges(span, "months"), day.month)
        and _any(_ranges(span, "weekdays"), weekday)
        and _any((_days(ends, length) for ends in _ranges(span, "days_of_month")), day.day)
    )


def _any(ranges: Iterable[tuple[int, int]], number: int) -> bool:
    """Say whether a number is in one of the ranges; where none is given, every number is."""
    listed = list(ranges)
    if not listed:
        return True
    return any(first <= number <= last for first, last in listed)


def _days(ends: tuple[int, int], length: int) -> tuple[int, int]:
    """Return days of a month of some length; what is past its end is cut off."""
    first, last = (end + length + 1 if end < 0 else end for end in ends)
    return max(first, 1), min(last, length)


def _ranges(span: Mapping[str, Json], key: str) -> tuple[tuple[int, int], ...]:
    entries = span.get(key)
    found = []
    for entry in entries if isinstance(entries, list) else ():
        first, _, last = str(entry).partition(":")
        found.append((_number(key, first), _number(key, last or first)))
    return tuple(found)


def _number(key: str, text: str) -> int:
    if key == "weekdays":
        return DAYS.index(text)
    return MONTHS.index(text) if key == "months" and text.isalpha() else int(text)


def _minutes(clock: Json) -> int:
    hours, _, minutes = str(clock).partition(":")
    return int(hours) * 60 + int(minutes)
