"""
Times of the week and of the year: as PromQL, and whether a moment lies within.

PromQL knows UTC alone, so the place must always be as far from it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cached_property
from typing import Final

from obsgen.artefacts import TimeInterval
from obsgen.time_spans import DAYS, MINUTES_OF_A_DAY, TimeSpan, ends, has_a_day, holds, listed
from obsgen.units import Duration

_MINUTE: Final = 60_000
_EPOCH: Final = date(1970, 1, 1).toordinal()


TWO_WEEKS: Final = Duration.parse("14d")
"""Within them each stretch of a week is seen as a whole."""


@dataclass(frozen=True, kw_only=True)
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
            days = listed(span, "weekdays", len(DAYS))
            minutes = listed(span, "times", MINUTES_OF_A_DAY)
            every |= {(day, minute) for day in days for minute in minutes}
        return Fraction(len(every), len(DAYS) * MINUTES_OF_A_DAY)

    def holds(self, at: Duration) -> bool:
        """Say whether a moment after the beginning of 1970, in UTC, lies within."""
        minutes = (at.ms + self.utc_offset_seconds * 1000) // _MINUTE
        days, minute = divmod(minutes, MINUTES_OF_A_DAY)
        day = date.fromordinal(_EPOCH + days)
        return any(holds(span, day, minute) for span in self.interval.spans)

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

    @cached_property
    def first(self) -> tuple[tuple[Duration, Duration], ...]:
        """The stretches of the two weeks from the beginning of 1970 on."""
        return tuple(self.stretches(TWO_WEEKS))

    @property
    def comes(self) -> bool:
        """Say whether any moment lies within."""
        return any(has_a_day(span) for span in self.interval.spans)


def _span(span: TimeSpan, now: str) -> str:
    """All the conditions of a span hold: each is a vector without labels."""
    parts = [
        _any_of([_between(read, now, first, last) for first, last in ends(span, key)])
        for key, read in _READ.items()
        if key in span
    ]
    return " and ".join(parts)


def _any_of(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"({' or '.join(parts)})"


def _between(read: Callable[[str, int], str], now: str, first: int, last: int) -> str:
    value = read(now, first)
    if first == last:
        return f"{value} == {first}"
    if read(now, last) == value:
        return f"{value} >= {first} <= {last}"
    # From the fifth to the last day but one: each end counts in its own way.
    return f"({value} >= {first} and {read(now, last)} <= {last})"


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
