"""Over which time an SLO holds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final, Literal, Self

from obsgen.units import Duration

Calendar = Literal["day", "week", "month", "quarter"]

_CALENDARS: Final[Mapping[Calendar, tuple[Duration, Duration]]] = {
    "day": (Duration.parse("1d"), Duration.parse("1d")),
    "week": (Duration.parse("7d"), Duration.parse("7d")),
    "month": (Duration.parse("30d"), Duration.parse("31d")),
    "quarter": (Duration.parse("90d"), Duration.parse("92d")),
}
"""Nominal and longest lengths."""

_DAY_SECONDS: Final = 86_400
_DAYS_A_WEEK: Final = 7
_MONDAY: Final = 3
"""1970 began on a Thursday: three days after a Monday."""
_MONTHS: Final = 12
_MONTHS_A_QUARTER: Final = 3


@dataclass(frozen=True, slots=True)
class Period:
    """
    Over which an SLO holds: a rolling length, or by the calendar.

    Attributes:
        length: Of a rolling period; of a calendar one its nominal length, 30d for a month, by
            which shares of the budget become burn rates.
        calendar: `day`, `week` (from Monday), `month`, `quarter`, or None for a rolling period.
        utc_offset_seconds: How far local time is ahead of UTC; of calendar periods alone.
    """

    length: Duration
    calendar: Calendar | None = None
    utc_offset_seconds: int = 0

    @classmethod
    def of_calendar(cls, calendar: Calendar, utc_offset_seconds: int = 0) -> Self:
        """Return a calendar period."""
        return cls(_CALENDARS[calendar][0], calendar, utc_offset_seconds)

    @property
    def longest(self) -> Duration:
        """The longest that it can be: 31d for a month."""
        return _CALENDARS[self.calendar][1] if self.calendar else self.length

    def bounds(self, seconds: int) -> tuple[int, int]:
        """
        Return the period of the calendar in which a time lies: its first second, and the next's.

        Args:
            seconds: Since 1970 in UTC, or up to a period before.

        >>> Period.of_calendar("month", 9 * 3600).bounds(31 * 86_400 - 9 * 3600)
        (2646000, 5065200)
        """
        assert self.calendar is not None
        local = seconds + self.utc_offset_seconds
        first, last = _BOUNDS[self.calendar](local // _DAY_SECONDS)
        shift = self.utc_offset_seconds
        return first * _DAY_SECONDS - shift, last * _DAY_SECONDS - shift

    @property
    def ms(self) -> int:
        """The length in milliseconds."""
        return self.length.ms

    @property
    def seconds(self) -> Decimal:
        """The length in seconds."""
        return self.length.seconds

    def __str__(self) -> str:
        """Write the period as specs do: `30d`, `month`."""
        return self.calendar or str(self.length)


# --- the calendar, in days since 1970 --------------------------------------------------------


def _day(day: int) -> tuple[int, int]:
    return day, day + 1


def _week(day: int) -> tuple[int, int]:
    first = day - (day + _MONDAY) % _DAYS_A_WEEK
    return first, first + _DAYS_A_WEEK


def _month(day: int, length: int = 1) -> tuple[int, int]:
    """Return some months that stand together: the first day of the first, and of the next."""
    then = date.fromordinal(_EPOCH + day)
    number = _MONTHS * then.year + then.month - 1
    number -= number % length
    return _first_of(number), _first_of(number + length)


def _first_of(number: int) -> int:
    """Return the first day of a month, of those counted from the beginning of the year 0."""
    year, month = divmod(number, _MONTHS)
    return date(year, month + 1, 1).toordinal() - _EPOCH


_EPOCH: Final = date(1970, 1, 1).toordinal()
_BOUNDS: Final[Mapping[Calendar, Callable[[int], tuple[int, int]]]] = {
    "day": _day,
    "week": _week,
    "month": _month,
    "quarter": lambda day: _month(day, _MONTHS_A_QUARTER),
}
