"""
Time intervals as PromQL: whether a moment lies in office hours.

PromQL knows UTC alone, so the place must always be as far from it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any, Final

from obsgen.model import Hours
from obsgen.units import Duration

_DAYS: Final = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
_DAYS_OF_A_WEEK: Final = 7
_MINUTES_OF_A_DAY: Final = 1440
_MONTHS: Final = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)


def within(hours: Hours, ago: Duration) -> str:
    """Return a vector that has a value if a moment so long ago lay within the hours."""
    shift = hours.utc_offset_seconds - int(ago.seconds)
    now = f"vector(time() {'+' if shift >= 0 else '-'} {abs(shift)})"
    spans = [_span(span, now) for span in hours.interval.spans]
    return spans[0] if len(spans) == 1 else f"({' or '.join(f'({span})' for span in spans)})"


def weekly_share(hours: Hours) -> Fraction | None:
    """Return the part of each week that lies within the hours; None where weeks differ."""
    every: set[tuple[int, int]] = set()
    for span in hours.interval.spans:
        if span.keys() - {"times", "weekdays"}:
            return None
        days = _listed(span, "weekdays", _DAYS_OF_A_WEEK)
        minutes = _listed(span, "times", _MINUTES_OF_A_DAY)
        every |= {(day, minute) for day in days for minute in minutes}
    return Fraction(len(every), _DAYS_OF_A_WEEK * _MINUTES_OF_A_DAY)


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
