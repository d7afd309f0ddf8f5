"""
Times of the week and of the year: as PromQL, and whether a moment lies within.

PromQL knows UTC alone, so the place must always be as far from it.
"""

from __future__ import annotations

import calendar
import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

from obsgen.artefacts import TimeInterval
from obsgen.units import Duration

_DAYS: Final = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
_DAYS_OF_A_WEEK: Final = 7
_MINUTE: Final = 60_000
_MINUTES_OF_A_DAY: Final = 1440
_MONTHS: Final = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_EPOCH: Final = 1970
_EPOCH_DAY: Final = _DAYS.index("thursday")
# Weekdays and leap years repeat after so many years.
_CYCLE: Final = range(2001, 2029)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """
    Times of the week or the year at which something counts.

    Attributes:
        utc_offset_seconds: How far the place is ahead of UTC, always.
    """

    interval: TimeInterval
    utc_offset_seconds: int

    def vector(self, ago: Duration = Duration(0)) -> str:
        """Return PromQL that has a value if a moment so long ago lay within the hours."""
        shift = self.utc_offset_seconds - int(ago.seconds)
        moved = f" {'+' if shift >= 0 else '-'} {abs(shift)}" if shift else ""
        spans = [_span(span, f"vector(time(){moved})") for span in self.interval.spans]
        return spans[0] if len(spans) == 1 else f"({' or '.join(f'({span})' for span in spans)})"

    @property
    def weekly_share(self) -> Fraction | None:
        """The part of each week that lies within; None where weeks differ."""
        every: set[tuple[int, int]] = set()
        for span in self.interval.spans:
            if span.keys() - {"times", "weekdays", "location"}:
                return None
            days = _listed(span, "weekdays", _DAYS_OF_A_WEEK)
            minutes = _listed(span, "times", _MINUTES_OF_A_DAY)
            every |= {(day, minute) for day in days for minute in minutes}
        return Fraction(len(every), _DAYS_OF_A_WEEK * _MINUTES_OF_A_DAY)

    def holds(self, at: Duration) -> bool:
        """Say whether a moment after the beginning of 1970, in UTC, lies within."""
        minutes = (at.ms + self.utc_offset_seconds * 1000) // _MINUTE
        day, minute = divmod(minutes, _MINUTES_OF_A_DAY)
        return any(
            _is_day(span, _date(day)) and _is_among(span, "times", minute)
            for span in self.interval.spans
        )

    def stretches(self, until: Duration) -> Iterator[tuple[Duration, Duration]]:
        """Yield from when to when they last without a break; the last one is cut at the end."""
        since: int | None = None
        for ms in range(0, until.ms + 1, _MINUTE):
            is_within = ms < until.ms and self.holds(Duration(ms))
            if is_within and since is None:
                since = ms
            elif not is_within and since is not None:
                yield Duration(since), Duration(ms)
                since = None

    @property
    def comes(self) -> bool:
        """Say whether any moment lies within: no February has a day 30."""
        return any(_comes(span) for span in self.interval.spans)


@dataclass(frozen=True, slots=True)
class _Date:
    """A day; the day of the week counts from Sunday, which is 0."""

    year: int
    month: int
    day: int
    weekday: int


@functools.lru_cache(maxsize=4096)
def _date(day: int) -> _Date:
    """Return the date so many days after the beginning of 1970, or before."""
    weekday = (day + _EPOCH_DAY) % _DAYS_OF_A_WEEK
    year, rest = _EPOCH, day
    while rest < 0:
        year -= 1
        rest += 365 + calendar.isleap(year)
    while rest >= 365 + calendar.isleap(year):
        rest -= 365 + calendar.isleap(year)
        year += 1
    month = 1
    while rest >= calendar.monthrange(year, month)[1]:
        rest -= calendar.monthrange(year, month)[1]
        month += 1
    return _Date(year, month, rest + 1, weekday)


def _comes(span: Mapping[str, Any]) -> bool:
    """Say whether some day of a span is one."""
    years = _listed(span, "years", 0) if "years" in span else _CYCLE
    return any(
        _is_day(span, _Date(year, month, day, weekday))
        for year in years
        for month in range(1, len(_MONTHS) + 1)
        for first, length in (calendar.monthrange(year, month),)
        for day in range(1, length + 1)
        # Python counts from Monday.
        for weekday in ((first + day) % _DAYS_OF_A_WEEK,)
    )


def _is_day(span: Mapping[str, Any], date: _Date) -> bool:
    return (
        _is_among(span, "weekdays", date.weekday)
        and _is_among(span, "months", date.month)
        and _is_among(span, "years", date.year)
        and _is_day_of_month(span, date)
    )


def _is_among(span: Mapping[str, Any], key: str, number: int) -> bool:
    return key not in span or any(
        first <= number <= last for first, last in map(_ends(key), span[key])
    )


def _is_day_of_month(span: Mapping[str, Any], date: _Date) -> bool:
    """Say whether a day is one of the month's; from its end, the last is -1."""
    if "days_of_month" not in span:
        return True
    from_end = date.day - calendar.monthrange(date.year, date.month)[1] - 1
    return any(
        (from_end if first < 0 else date.day) >= first
        and (from_end if last < 0 else date.day) <= last
        for first, last in map(_ends("days_of_month"), span["days_of_month"])
    )


def _listed(span: Mapping[str, Any], key: str, count: int) -> list[int]:
    """Return the numbers that a part of a span takes, of so many; all of them without it."""
    if key not in span:
        return list(range(count))
    return [n for first, last in map(_ends(key), span[key]) for n in range(first, last + 1)]


def _span(span: Mapping[str, Any], now: str) -> str:
    """All the conditions of a span hold: each is a vector without labels."""
    parts = [
        _any_of([_between(read, now, ends) for ends in map(_ends(key), span[key])])
        for key, read in _READ.items()
        if key in span
    ]
    return " and ".join(parts)


def _any_of(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"({' or '.join(parts)})"


def _between(read: Callable[[str, int], str], now: str, ends: tuple[int, int]) -> str:
    first, last = ends
    value = read(now, first)
    if first == last:
        return f"{value} == {first}"
    if read(now, last) == value:
        return f"{value} >= {first} <= {last}"
    # From the fifth to the last day but one: each end counts in its own way.
    return f"({value} >= {first} and {read(now, last)} <= {last})"


def _minutes(text: str) -> int:
    hours, _, minutes = text.partition(":")
    return int(hours) * 60 + int(minutes)


def _time(span: Mapping[str, str]) -> tuple[int, int]:
    # The last minute that lies within: the end itself does not.
    return _minutes(span["start_time"]), _minutes(span["end_time"]) - 1


def _ranged(number: Callable[[str], int]) -> Callable[[str], tuple[int, int]]:
    def ends(text: str) -> tuple[int, int]:
        first, _, last = text.partition(":")
        return number(first), number(last or first)

    return ends


def _ends(key: str) -> Callable[[Any], tuple[int, int]]:
    known: Mapping[str, Callable[[Any], tuple[int, int]]] = {
        "times": _time,
        "weekdays": _ranged(_DAYS.index),
        "days_of_month": _ranged(int),
        "months": _ranged(lambda name: _MONTHS.index(name) + 1),
        "years": _ranged(int),
    }
    return known[key]


def _day_of_month(now: str, end: int) -> str:
    """Count from the end of the month where an end does: the last day is -1."""
    day = f"day_of_month({now})"
    return f"({day} - days_in_month({now}) - 1)" if end < 0 else day


_READ: Final[Mapping[str, Callable[[str, int], str]]] = {
    "times": lambda now, _: f"(60 * hour({now}) + minute({now}))",
    "weekdays": lambda now, _: f"day_of_week({now})",
    "days_of_month": _day_of_month,
    "months": lambda now, _: f"month({now})",
    "years": lambda now, _: f"year({now})",
}
