"""Over which time an SLO holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal, Self

from obsgen.units import Duration

Calendar = Literal["week", "month", "quarter"]

_CALENDARS: Final[Mapping[Calendar, tuple[Duration, Duration]]] = {
    "week": (Duration.parse("7d"), Duration.parse("7d")),
    "month": (Duration.parse("30d"), Duration.parse("31d")),
    "quarter": (Duration.parse("90d"), Duration.parse("92d")),
}
"""Nominal and longest lengths."""


@dataclass(frozen=True, slots=True)
class Period:
    """
    Over which an SLO holds: a rolling length, or by the calendar.

    Attributes:
        length: Of a rolling period; of a calendar one its nominal length, 30d for a month, by
            which shares of the budget become burn rates.
        calendar: `week` (from Monday), `month`, `quarter`, or None for a rolling period.
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
