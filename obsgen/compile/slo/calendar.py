"""
Calendar periods: this week, this month, this quarter, from the coarse ledger.

A range of PromQL has one length, and months have not. So each coarse tile is recorded once more
with the number of the period that it began in, and the longest possible range is summed over the
series that bear the current number.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Final

from obsgen import names
from obsgen.artefacts import RecordingRule
from obsgen.compile.slo.scope import SloScope, coarse_gate
from obsgen.model import Calendar, Period
from obsgen.units import number_text

_MINUTES_A_DAY: Final = 1440
_MONDAY_SECONDS: Final = 3 * 86_400
"""1970 began on a Thursday: three days after a Monday."""
_WEEK_SECONDS: Final = 7 * 86_400


def calendar_ledger(scope: SloScope) -> Iterator[RecordingRule]:
    """Yield the coarse ledger once more, by calendar period; nothing for a rolling period."""
    if scope.slo.period.calendar is None:
        return
    tile = names.COARSE_TILE
    current = current_period(scope.slo.period)
    for plain, dated in (
        (names.bad_events(tile), names.calendar_bad_events(tile)),
        (names.total_events(tile), names.calendar_total_events(tile)),
    ):
        # Gated like the coarse tile: after a restart of the server its last sample is still seen.
        gate = coarse_gate(scope.tile)
        expr = (
            f"{scope.of(plain)}\n  * on () group_left ({names.CALENDAR_LABEL}) {current}\n"
            f"and on () ({gate})"
        )
        yield scope.record(dated, expr, names.CALENDAR_LABEL)


def period_events(scope: SloScope, *, bad: bool) -> str:
    """Return the events of the SLO's period so far."""
    period, tile = scope.slo.period, names.COARSE_TILE
    if period.calendar is None:
        name = names.bad_events(tile) if bad else names.total_events(tile)
        return scope.events(name, period.length)
    name = names.calendar_bad_events(tile) if bad else names.calendar_total_events(tile)
    label = names.CALENDAR_LABEL
    return (
        f"sum without ({label}) (\n"
        f"  {scope.events(name, period.longest)}\n"
        f"  and on ({label}) {current_period(period)}\n"
        ")"
    )


def period_minutes(period: Period, share: Fraction = Fraction(1)) -> str:
    """
    Return the length of the period in minutes: of a calendar period the current one's.

    Args:
        share: The part of all time that counts.
    """
    if period.calendar is None or period.calendar == "week":
        return number_text(Fraction(period.ms, 60_000) * share)
    day = number_text(_MINUTES_A_DAY * share)
    return f"{_DAYS[period.calendar].format(now=_local(period))} * {day}"


def current_period(period: Period) -> str:
    """Return a series whose label tells which period the newest coarse tile began in."""
    assert period.calendar is not None
    number = _NUMBERS[period.calendar].format(now=_local(period))
    return f'count_values("{names.CALENDAR_LABEL}", {number})'


def _local(period: Period) -> str:
    """Return the local time at which the newest coarse tile began, as a vector."""
    shift = period.utc_offset_seconds - int(names.COARSE_TILE.seconds)
    return f"vector(time() {'+' if shift >= 0 else '-'} {abs(shift)})"


_NUMBERS: Final[Mapping[Calendar, str]] = {
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
