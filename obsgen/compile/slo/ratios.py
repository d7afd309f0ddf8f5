"""
Error ratios: bad events over all events of a window.

Sums over the ledger, never means of ratios: traffic varies.
"""

from __future__ import annotations

from collections.abc import Iterator

from obsgen import names
from obsgen.artefacts import RecordingRule
from obsgen.compile.slo.calendar import period_events
from obsgen.compile.slo.scope import SloScope
from obsgen.units import Duration


def fast_ratios(scope: SloScope) -> Iterator[RecordingRule]:
    """Yield the error ratios that follow every tile."""
    for window in scope.slo.windows:
        if window <= names.COARSE_FROM:
            yield _ratio(scope, window)


def slow_ratios(scope: SloScope) -> Iterator[RecordingRule]:
    """Yield the error ratios over the coarse ledger, the period's last, with its events."""
    for window in scope.slo.windows:
        if window > names.COARSE_FROM:
            yield _ratio(scope, window)
    yield scope.record(names.PERIOD_BAD_EVENTS, period_events(scope, bad=True))
    yield scope.record(names.PERIOD_TOTAL_EVENTS, period_events(scope, bad=False))
    bad, total = scope.of(names.PERIOD_BAD_EVENTS), scope.of(names.PERIOD_TOTAL_EVENTS)
    yield scope.record(names.PERIOD_ERROR_RATIO, f"{bad}\n  / ({total} > 0)")


def _ratio(scope: SloScope, window: Duration) -> RecordingRule:
    bad, total = scope.bad_events(window), scope.total_events(window)
    return scope.record(names.error_ratio(window), f"{bad}\n  / ({total} > 0)")
