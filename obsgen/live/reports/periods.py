"""Over which time a report is: words such as `this_month`, by the clock of a time zone."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo

from obsgen.units import Duration

MINUTE: Final = 60
HOUR: Final = 3600
_MONTHS: Final = 12
_QUARTER: Final = 3
_WEEK: Final = dt.timedelta(days=7)
_DAY: Final = dt.timedelta(days=1)
_LONGEST: Final = Duration.parse("400d")
_ROLLING: Final = re.compile(r"[1-9]\d{0,4}[mhdw]", re.ASCII)
_OF_CALENDAR: Final = re.compile(r"(?P<year>\d{4})-(?P<month>\d\d)(?:-(?P<day>\d\d))?", re.ASCII)

_LABELS: Final = {"week": "%G-W%V", "month": "%Y-%m", "quarter": "%Y-Q{quarter}", "year": "%Y"}

Date = dt.date


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """
    The time of a report: after *start*, up to and with *end*; whole minutes since 1970, in seconds.

    Attributes:
        word: As it was asked for.
    """

    word: str
    start: int
    end: int
    zone: dt.tzinfo

    @property
    def label(self) -> str:
        """What people call it: `2025-10` for a month, `2025-Q4`, `2025-10-04`, else both ends."""
        first, last = self.local(self.start), self.local(self.end)
        if _ROLLING.fullmatch(self.word):
            return f"{first:%Y-%m-%d %H:%M} to {last:%Y-%m-%d %H:%M}"
        written = _OF_CALENDAR.fullmatch(self.word)
        if written:
            return self.word
        form = next((form for word, form in _LABELS.items() if word in self.word), "%Y-%m-%d")
        return first.strftime(form).replace("{quarter}", str((first.month - 1) // _QUARTER + 1))

    def local(self, seconds: int) -> dt.datetime:
        """Return a moment by the clock of the zone."""
        return dt.datetime.fromtimestamp(seconds, self.zone)

    def days(self) -> tuple[int, ...]:
        """Return where days begin and end, from *start* to *end*."""
        return tuple(self._edges(lambda at: _midnight(at.date() + _DAY, self.zone)))

    def hours(self) -> tuple[int, ...]:
        """Return where hours begin and end, by the clock of the zone: some are half an hour off."""
        return tuple(self._edges(_next_hour))

    def _edges(self, following: Callable[[dt.datetime], int]) -> Iterator[int]:
        at = self.start
        while at < self.end:
            yield at
            at = following(self.local(at))
        yield self.end


def time_zone(name: str, offset_seconds: int) -> dt.tzinfo:
    """
    Return the zone of a name, or the offset of the Project where none is named.

    Raises:
        ValueError: there is no zone of that name.
    """
    if not name:
        return dt.timezone(dt.timedelta(seconds=offset_seconds))
    if name == "UTC":
        return dt.UTC
    try:
        return ZoneInfo(name)
    except (KeyError, OSError, ValueError) as error:
        raise ValueError(f"`{name}` is no time zone: write `UTC` or `Asia/Tokyo`") from error


def moment(text: str, zone: dt.tzinfo) -> int:
    """
    Return a moment in seconds since 1970: `2025-10-04`, `2025-10-04T12:30`, with an offset or not.

    Raises:
        ValueError: it is none.
    """
    try:
        if re.fullmatch(r"\d{1,11}", text, re.ASCII):
            dt.datetime.fromtimestamp(int(text), dt.UTC)
            return int(text)
        read = dt.datetime.fromisoformat(text)
        seconds = int((read if read.tzinfo else read.replace(tzinfo=zone)).timestamp())
        if seconds < 0:
            # A server stores nothing from before 1970.
            raise ValueError(text)
        return seconds
    except (ValueError, OverflowError, OSError) as error:
        message = f"`{text}` is no time: write `2025-10-04` or `2025-10-04T12:30:00+09:00`"
        raise ValueError(message) from error


def span(word: str, at: int, zone: dt.tzinfo) -> Span:
    """
    Return the time that a word means, at a moment; nothing after that moment belongs to it.

    Raises:
        ValueError: the word means none.

    >>> span("this_month", 31 * 86_400 + 90, dt.UTC).start // 86_400
    31
    """
    now = at // MINUTE * MINUTE
    start, end = _ends(word, now, zone)
    if start >= now:
        raise ValueError(f"`{word}` has not begun")
    return Span(word=word, start=start, end=min(end, now), zone=zone)


def _ends(word: str, now: int, zone: dt.tzinfo) -> tuple[int, int]:
    if _ROLLING.fullmatch(word):
        length = Duration.parse(word)
        if length <= _LONGEST:
            return now - length.ms // 1000, now
        raise ValueError(f"`{word}` is longer than {_LONGEST}")
    if written := _OF_CALENDAR.fullmatch(word):
        return _written(word, written, zone)
    if word not in WORDS:
        raise ValueError(f"`{word}` is no period: write {', '.join(WORDS)}, 7d, 24h or 2025-10")
    start, end = _of_word(word, now, zone)
    # At midnight itself today is the day that ends, not an empty one.
    return (start, end) if start < now else _of_word(word, now - 1, zone)


def _of_word(word: str, now: int, zone: dt.tzinfo) -> tuple[int, int]:
    first, following = WORDS[word](dt.datetime.fromtimestamp(now, zone).date())
    return _midnight(first, zone), _midnight(following, zone)


def _written(word: str, match: re.Match[str], zone: dt.tzinfo) -> tuple[int, int]:
    try:
        first = Date(int(match["year"]), int(match["month"]), int(match["day"] or 1))
        following = first + _DAY if match["day"] else _month(first, 1)
        return _midnight(first, zone), _midnight(following, zone)
    except (ValueError, OverflowError) as error:
        raise ValueError(f"`{word}` is no day or month of the calendar") from error


def _midnight(day: Date, zone: dt.tzinfo) -> int:
    return int(dt.datetime(day.year, day.month, day.day, tzinfo=zone).timestamp())


def _next_hour(at: dt.datetime) -> int:
    return int(at.timestamp()) + HOUR - at.minute * MINUTE - at.second


def _month(day: Date, more: int, length: int = 1) -> Date:
    number = _MONTHS * day.year + day.month - 1
    year, month = divmod(number - number % length + more * length, _MONTHS)
    return Date(year, month + 1, 1)


def _weeks(day: Date, more: int) -> tuple[Date, Date]:
    first = day - dt.timedelta(days=day.weekday()) + more * _WEEK
    return first, first + _WEEK


WORDS: Final[Mapping[str, Callable[[Date], tuple[Date, Date]]]] = {
    "today": lambda day: (day, day + _DAY),
    "yesterday": lambda day: (day - _DAY, day),
    "this_week": lambda day: _weeks(day, 0),
    "last_week": lambda day: _weeks(day, -1),
    "this_month": lambda day: (_month(day, 0), _month(day, 1)),
    "last_month": lambda day: (_month(day, -1), _month(day, 0)),
    "this_quarter": lambda day: (_month(day, 0, _QUARTER), _month(day, 1, _QUARTER)),
    "last_quarter": lambda day: (_month(day, -1, _QUARTER), _month(day, 0, _QUARTER)),
    "this_year": lambda day: (_month(day, 0, _MONTHS), _month(day, 1, _MONTHS)),
}
"""The first day of each, and the first after it."""
