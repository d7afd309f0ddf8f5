"""
The calendar in PromQL: which day, week, month or quarter a tile began in, and how much is over.

A range of PromQL has one length, and months have not. So each coarse tile is recorded once more
with the number of the period that it began in, and the longest possible range is summed over the
series that bear the current number.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Final

from obsgen import names
from obsgen.model import LEAST_ELAPSED, Calendar, Period
from obsgen.units import Duration, number_text

_MINUTES_A_DAY: Final = 1440
_DAY_SECONDS: Final = 86_400
_MONDAY_SECONDS: Final = 3 * _DAY_SECONDS
"""1970 began on a Thursday: three days after a Monday."""
_WEEK_SECONDS: Final = 7 * _DAY_SECONDS


def coarse_gate(tile: Duration) -> str:
    """Return a condition that holds in the evaluation that ends a coarse tile."""
    seconds = number_text(names.COARSE_TILE.seconds)
    return f"vector(time() % {seconds}) < {number_text(tile.seconds)}"


def dated(coarse: str, period: Period, tile: Duration) -> str:
    """
    Return a coarse ledger whose label tells the period of the calendar.

    Gated like the coarse tile: after a restart of the server its last sample is still seen.

    Args:
        coarse: Selects it.
        tile: The length of the fine tiles, and the interval of the group.
    """
    return (
        f"{coarse}\n  * on () group_left ({names.CALENDAR_LABEL}) {current_period(period)}\n"
        f"and on () ({coarse_gate(tile)})"
    )


def of_current(summed: str, period: Period) -> str:
    """
    Return what belongs to the current period.

    Args:
        summed: Sums the dated ledger over the longest possible range.
    """
    label = names.CALENDAR_LABEL
    return f"sum without ({label}) (\n  {summed}\n  and on ({label}) {current_period(period)}\n)"


def period_minutes(period: Period, share: Fraction = Fraction(1)) -> str:
    """
    Return the length of the period in minutes: of a calendar period the current one's.

    Args:
        share: The part of all time that counts.
    """
    if period.calendar is None or period.calendar not in _DAYS:
        return number_text(Fraction(period.ms, 60_000) * share)
    day = number_text(_MINUTES_A_DAY * share)
    return f"{_DAYS[period.calendar].format(now=_local(period))} * {day}"


def period_seconds(period: Period) -> str:
    """Return the length of the current period in seconds."""
    if period.calendar is None or period.calendar not in _DAYS:
        return number_text(period.seconds)
    return f"{_DAYS[period.calendar].format(now=_newest(period))} * {_DAY_SECONDS}"


def elapsed_seconds(period: Period) -> str:
    """Return how much of the current period the coarse tiles have counted, as a vector."""
    assert period.calendar is not None
    tile = number_text(names.COARSE_TILE.seconds)
    return f"{_ELAPSED[period.calendar].format(now=_newest(period))} + {tile}"


def elapsed_share(period: Period) -> str:
    """Return which part of the current period has been counted, 0 to 1, as a vector."""
    return f"({elapsed_seconds(period)})\n  / ({period_seconds(period)})"


def projected(spent: str, elapsed: str) -> str:
    """
    Return what a period will have cost at its end, if it goes on as on average since it began.

    Args:
        spent: Since the period began.
        elapsed: The share of the period that is over, a single series.
    """
    return f"{spent}\n  / on () group_left () ({elapsed} >= {number_text(LEAST_ELAPSED)})"


def current_period(period: Period) -> str:
    """Return a series whose label tells which period the newest coarse tile began in."""
    assert period.calendar is not None
    number = _NUMBERS[period.calendar].format(now=_local(period))
    return f'count_values("{names.CALENDAR_LABEL}", {number})'


def _local(period: Period) -> str:
    """Return the local time at which the newest coarse tile began, as a vector."""
    shift = period.utc_offset_seconds - int(names.COARSE_TILE.seconds)
    return f"vector(time() {_signed(shift)})"


def _newest(period: Period) -> str:
    """Return the same, and no more between two coarse tiles: what is counted stands still then."""
    tile = int(names.COARSE_TILE.seconds)
    return f"vector(time() - time() % {tile} {_signed(period.utc_offset_seconds - tile)})"


def _signed(seconds: int) -> str:
    return f"{'+' if seconds >= 0 else '-'} {abs(seconds)}"


_NUMBERS: Final[Mapping[Calendar, str]] = {
    "day": f"floor({{now}} / {_DAY_SECONDS})",
    "week": f"floor(({{now}} + {_MONDAY_SECONDS}) / {_WEEK_SECONDS})",
    "month": "100 * year({now}) + month({now})",
    "quarter": "10 * year({now}) + ceil(month({now}) / 3)",
}

# The first quarter has 90 days, in leap years 91; the second 91; the others 92.
_DAYS: Final[Mapping[Calendar, str]] = {
    "month": "scalar(days_in_month({now}))",
    "quarter": (
        "scalar(92 - (month({now}) <= bool 6) - (month({now}) <= bool 3)"
        " * (year({now}) % 4 > bool 0))"
    ),
}

# The second quarter begins after 90 days, in leap years 91; the third 91 later; the last 92 later.
_ELAPSED: Final[Mapping[Calendar, str]] = {
    "day": f"({{now}} % {_DAY_SECONDS})",
    "week": f"(({{now}} + {_MONDAY_SECONDS}) % {_WEEK_SECONDS})",
    "month": f"((day_of_month({{now}}) - 1) * {_DAY_SECONDS} + {{now}} % {_DAY_SECONDS})",
    "quarter": (
        "((day_of_year({now}) - 1 - (month({now}) > bool 3) * (91 - (year({now}) % 4 > bool 0))"
        " - (month({now}) > bool 6) * 91 - (month({now}) > bool 9) * 92)"
        f" * {_DAY_SECONDS} + {{now}} % {_DAY_SECONDS})"
    ),
}
