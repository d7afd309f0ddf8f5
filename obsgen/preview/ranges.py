"""Grafana's times: `now-6h`, `now/d`, and the steps at which it asks."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

SECOND: Final = 1_000
MINUTE: Final = 60 * SECOND
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR

_UNITS: Final[Mapping[str, int]] = {
    "ms": 1,
    "s": SECOND,
    "m": MINUTE,
    "h": HOUR,
    "d": DAY,
    "w": 7 * DAY,
    "M": 30 * DAY,
    "y": 365 * DAY,
}
_PART: Final = re.compile(r"(\d+(?:\.\d+)?)(ms|[smhdwMy])")
_TIME: Final = re.compile(r"now((?:[-+]\d+[smhdwMy])*)(?:/([smhdwMyQ]))?")
_SHIFT: Final = re.compile(r"([-+])(\d+)([smhdwMy])")

# Grafana's `rangeUtil.roundInterval`: up to the first number, the second.
_ROUNDED: Final = (
    *((10, 1), (15, 10), (35, 20), (75, 50), (150, 100), (350, 200), (750, 500)),
    *((1_500, SECOND), (3_500, 2 * SECOND), (7_500, 5 * SECOND), (12_500, 10 * SECOND)),
    *((17_500, 15 * SECOND), (25_000, 20 * SECOND), (45_000, 30 * SECOND), (90_000, MINUTE)),
    *((210_000, 2 * MINUTE), (450_000, 5 * MINUTE), (750_000, 10 * MINUTE)),
    *((1_050_000, 15 * MINUTE), (1_500_000, 20 * MINUTE), (2_700_000, 30 * MINUTE)),
    *((5_400_000, HOUR), (9_000_000, 2 * HOUR), (16_200_000, 3 * HOUR), (32_400_000, 6 * HOUR)),
    *((DAY, 12 * HOUR), (7 * DAY, DAY), (21 * DAY, 7 * DAY), (42 * DAY, 30 * DAY)),
)
_LONGEST: Final = 365 * DAY


@dataclass(frozen=True, slots=True)
class TimeRange:
    """From one moment to another, in milliseconds since the epoch."""

    start: int
    end: int

    @property
    def ms(self) -> int:
        """Its length."""
        return self.end - self.start

    def within(self, longest: int | None) -> TimeRange:
        """Return the end of it, no longer than so many milliseconds."""
        return self if longest is None else TimeRange(max(self.start, self.end - longest), self.end)


def duration(text: str) -> int:
    """
    Return milliseconds; 0 for what is no duration.

    >>> duration("1h30m"), duration("15s"), duration("auto")
    (5400000, 15000, 0)
    """
    return round(sum(float(number) * _UNITS[unit] for number, unit in _PART.findall(text)))


def shown(ms: int) -> str:
    """
    Return a duration as PromQL and people write it.

    >>> shown(90_000), shown(6 * HOUR), shown(1)
    ('90s', '6h', '1ms')
    """
    for unit in ("d", "h", "m", "s"):
        if ms and ms % _UNITS[unit] == 0:
            return f"{ms // _UNITS[unit]}{unit}"
    return f"{ms}ms"


def moment(text: str, now: int) -> int | None:
    """
    Return a moment in milliseconds; UTC for what is rounded down to a day or a month.

    >>> moment("now-6h", 10 * HOUR) // HOUR, moment("now/d", 30 * HOUR) // HOUR
    (4, 24)
    """
    found = _TIME.fullmatch(text.replace(" ", ""))
    if found is None:
        return None
    at = now
    for sign, number, unit in _SHIFT.findall(found[1]):
        at += (1 if sign == "+" else -1) * int(number) * _UNITS[unit]
    return _ROUND_DOWN[found[2]](at) if found[2] else at


def time_range(start: str, end: str, now: int) -> TimeRange | None:
    """Return the time between two of Grafana's words; None if it cannot be read, or is empty."""
    first, last = moment(start, now), moment(end, now)
    if first is None or last is None or first >= last:
        return None
    return TimeRange(first, last)


def panel_range(relative: str, dashboard: TimeRange, now: int) -> TimeRange:
    """Return a panel's own time (`timeFrom`: `30d`, `now/d`), else that of its dashboard."""
    if not relative:
        return dashboard
    start = relative if relative.startswith("now") else f"now-{relative}"
    return time_range(start, "now", now) or dashboard


def step(span: int, pixels: int, least: int) -> int:
    """Return the step of a query over *span*, all milliseconds: about one value each pixel."""
    return max(least, _rounded(span // max(1, pixels)), SECOND)


def _rounded(interval: int) -> int:
    return next((rounded for below, rounded in _ROUNDED if interval < below), _LONGEST)


def _floor(unit: int) -> Callable[[int], int]:
    return lambda at: at // unit * unit


def _calendar(at: int, **parts: int) -> int:
    day = datetime.datetime.fromtimestamp(at / SECOND, datetime.UTC)
    began = day.replace(hour=0, minute=0, second=0, microsecond=0, **parts)  # type: ignore[arg-type]
    return round(began.timestamp()) * SECOND


def _quarter(at: int) -> int:
    month = datetime.datetime.fromtimestamp(at / SECOND, datetime.UTC).month
    return _calendar(at, day=1, month=(month - 1) // 3 * 3 + 1)


# 1970 began on a Thursday, weeks on a Monday (ISO 8601).
_MONDAY: Final = 4 * DAY
_ROUND_DOWN: Final[Mapping[str, Callable[[int], int]]] = {
    "s": _floor(SECOND),
    "m": _floor(MINUTE),
    "h": _floor(HOUR),
    "d": _floor(DAY),
    "w": lambda at: (at - _MONDAY) // (7 * DAY) * (7 * DAY) + _MONDAY,
    "M": lambda at: _calendar(at, day=1),
    "Q": _quarter,
    "y": lambda at: _calendar(at, day=1, month=1),
}
