"""Calendar periods of SLOs: this week, this month, this quarter, from the coarse ledger."""

from __future__ import annotations

from collections.abc import Iterator

from obsgen import names
from obsgen.artefacts import RecordingRule
from obsgen.compile.slo.scope import SloScope
from obsgen.counting.calendar import dated, of_current


def calendar_ledger(scope: SloScope) -> Iterator[RecordingRule]:
    """Yield the coarse ledger once more, by calendar period; nothing for a rolling period."""
    if scope.slo.period.calendar is None:
        return
    tile = names.COARSE_TILE
    for plain, by_period in (
        (names.bad_events(tile), names.calendar_bad_events(tile)),
        (names.total_events(tile), names.calendar_total_events(tile)),
    ):
        expr = dated(scope.of(plain), scope.slo.period, scope.tile)
        yield scope.record(by_period, expr, names.CALENDAR_LABEL)


def period_events(scope: SloScope, *, bad: bool) -> str:
    """Return the events of the SLO's period so far."""
    period, tile = scope.slo.period, names.COARSE_TILE
    if period.calendar is None:
        name = names.bad_events(tile) if bad else names.total_events(tile)
        return scope.events(name, period.length)
    name = names.calendar_bad_events(tile) if bad else names.calendar_total_events(tile)
    return of_current(scope.events(name, period.longest), period)
