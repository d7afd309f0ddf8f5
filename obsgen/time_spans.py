"""
The entries of Alertmanager's time intervals: which days and which minutes of a day they take.

All that an entry gives must hold; a negative day counts from the end of its month; the end of a
time of the day is exclusive. Semantics: Alertmanager's `timeinterval` package.
"""

from __future__ import annotations

import calendar
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any, Final

DAYS: Final = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
MONTHS: Final = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
MINUTES_OF_A_DAY: Final = 24 * 60
# Weekdays and leap years repeat after so many years.
_CYCLE: Final = range(2001, 2029)

TimeSpan = Mapping[str, Any]
"""An entry of `time_intervals`, as it is written."""


def holds(span: TimeSpan, day: date, minute: int) -> bool:
    """Say whether a minute of a day lies within, both by the clock of the entry's place."""
    return _is_day(span, day) and _is_among(span, "times", minute)


def has_a_day(span: TimeSpan) -> bool:
    """Say whether some day is one: no February has a day 30."""
    years = listed(span, "years", 0) if "years" in span else _CYCLE
    return any(_is_day(span, day) for year in years for day in _days_of(year))


def is_always(span: TimeSpan) -> bool:
    """Say whether every minute of every day is one."""
    minutes = len(set(listed(span, "times", MINUTES_OF_A_DAY))) >= MINUTES_OF_A_DAY
    return (
        minutes
        and "years" not in span
        and all(_is_day(span, day) for year in _CYCLE for day in _days_of(year))
    )


def listed(span: TimeSpan, key: str, count: int) -> list[int]:
    """Return the numbers that a part of an entry takes, of so many; all of them without it."""
    if key not in span:
        return list(range(count))
    return [n for first, last in ends(span, key) for n in range(first, last + 1)]


def ends(span: TimeSpan, key: str) -> list[tuple[int, int]]:
    """Return the first and the last number of each range of a part, Sunday and January by 0, 1."""
    return [_READ[key](entry) for entry in span[key]]


def _days_of(year: int) -> Iterator[date]:
    first, last = date(year, 1, 1), date(year, 12, 31)
    return map(date.fromordinal, range(first.toordinal(), last.toordinal() + 1))


def _is_day(span: TimeSpan, day: date) -> bool:
    return (
        # Python counts from Monday.
        _is_among(span, "weekdays", (day.weekday() + 1) % len(DAYS))
        and _is_among(span, "months", day.month)
        and _is_among(span, "years", day.year)
        and _is_day_of_month(span, day)
    )


def _is_among(span: TimeSpan, key: str, number: int) -> bool:
    return key not in span or any(first <= number <= last for first, last in ends(span, key))


def _is_day_of_month(span: TimeSpan, day: date) -> bool:
    if "days_of_month" not in span:
        return True
    from_end = day.day - calendar.monthrange(day.year, day.month)[1] - 1
    return any(
        (from_end if first < 0 else day.day) >= first
        and (from_end if last < 0 else day.day) <= last
        for first, last in ends(span, "days_of_month")
    )


def _minutes(text: str) -> int:
    hours, _, minutes = text.partition(":")
    return int(hours) * 60 + int(minutes)


def _time(entry: Mapping[str, str]) -> tuple[int, int]:
    # The last minute that lies within: the end itself does not.
    return _minutes(entry["start_time"]), _minutes(entry["end_time"]) - 1


def _ranged(number: Callable[[str], int]) -> Callable[[str], tuple[int, int]]:
    def read(text: str) -> tuple[int, int]:
        first, _, last = text.partition(":")
        return number(first), number(last or first)

    return read


_READ: Final[Mapping[str, Callable[[Any], tuple[int, int]]]] = {
    "times": _time,
    "weekdays": _ranged(DAYS.index),
    "days_of_month": _ranged(int),
    "months": _ranged(lambda name: MONTHS.index(name) + 1),
    "years": _ranged(int),
}
