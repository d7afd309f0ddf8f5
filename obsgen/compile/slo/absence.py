"""
Alerts for what no ratio can see: the events themselves are gone.

A total outage may leave no events, so that the error ratio has no value and no tier fires. Either
the series are gone that were there, or they stand still where other days have traffic; or every
target is down.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from obsgen import names
from obsgen.artefacts import AlertingRule
from obsgen.compile.slo.scope import SloScope
from obsgen.matchers import Matcher, selector
from obsgen.model import Sli
from obsgen.units import Duration

_LOST_AFTER: Final = Duration.parse("10m")
LOST_FOR: Final = Duration.parse("1d")
"""So long a series that is gone is missed; then it is taken to be gone for good."""
VANISHED_WINDOW: Final = Duration.parse("30m")
VANISHED_OFFSETS: Final = ("1d", "1w")
VANISHED_BELOW: Final = "0.1"
VANISHED_BASELINE: Final = 100
"""Fewer events in the window on the other days: an idle hour, of which nothing follows."""
DOWN_FOR: Final = Duration.parse("5m")


def absence_alerts(scope: SloScope) -> Iterator[AlertingRule]:
    """Yield the alerts of the SLO's mode."""
    yield from _MODES[scope.slo.absence.mode](scope)


def _series_lost(scope: SloScope) -> Iterator[AlertingRule]:
    after = lost_after(scope)
    before = scope.over("last_over_time", names.total_events(names.COARSE_TILE), LOST_FOR)
    now = scope.over("last_over_time", names.total_events(scope.tile), after)
    yield scope.alert(
        names.LOST_ALERT,
        f"{before}\nunless {now}",
        labels=_labels(scope),
        prose=(
            f"{scope.subject} has not been measured for {after}",
            f"Events were counted within the last {LOST_FOR}, and now their series are gone: the "
            "error ratio has no value and its alerts cannot fire. Look whether the targets are "
            "down, were renamed, or no longer expose the metric.",
        ),
        origin=scope.slo.origin,
    )
    if scope.slo.sli.rhythm.is_weighable and has_baseline(scope):
        yield _traffic_vanished(scope)


def lost_after(scope: SloScope) -> Duration:
    """Return how long series are missed before anybody is told: two slices at least."""
    return max(_LOST_AFTER, Duration(2 * _apart(scope.slo.sli)))


def _apart(sli: Sli) -> int:
    """Return how far apart an SLI is measured, in milliseconds; 0 where that is every tile."""
    if sli.parts:
        return min(_apart(part.slo.sli) for part in sli.parts)
    return 0 if sli.rhythm.unit is None else sli.rhythm.unit.ms


def has_baseline(scope: SloScope) -> bool:
    """Say whether the traffic of a week ago is still stored."""
    return scope.context.project.retention >= Duration.parse("8d")


def _traffic_vanished(scope: SloScope) -> AlertingRule:
    total = names.total_events(scope.tile)
    now = scope.events(total, VANISHED_WINDOW)
    yesterday, last_week = (
        scope.over("sum_over_time", total, VANISHED_WINDOW, offset) for offset in VANISHED_OFFSETS
    )
    # A total that is gone counts 0: without that, the gravest outage would compare with nothing.
    expr = (
        "(\n"
        f"  {now}\n"
        f"  or 0 * {yesterday}\n"
        f")\n  < {VANISHED_BELOW} * (\n"
        "    (\n"
        f"      {yesterday}\n"
        f"        < {last_week}\n"
        f"      or {last_week}\n"
        f"      and {yesterday}\n"
        f"    ) >= {VANISHED_BASELINE}\n"
        "  )"
    )
    return scope.alert(
        names.VANISHED_ALERT,
        expr,
        labels=_labels(scope),
        prose=(
            f"{scope.subject} has lost its traffic",
            f"{{{{ $value | humanize }}}} events in the last {VANISHED_WINDOW}, less than a tenth "
            "of yesterday and of a week ago at this time. What does not arrive cannot fail: look "
            "at what stands in front of the service, and at its callers.",
        ),
        origin=scope.slo.origin,
    )


def _target_down(scope: SloScope) -> Iterator[AlertingRule]:
    up = selector("up", target_matchers(scope))
    yield scope.alert(
        names.DOWN_ALERT,
        f"(max({up}) or vector(0)) == 0",
        labels=_labels(scope),
        prose=(
            f"{scope.context.service.name}/{scope.slo.name} has no target that is up",
            f"No target of {up.replace('{', '(').replace('}', ')')} has been scraped for "
            f"{DOWN_FOR}, so no events are counted and no burn-rate alert can fire.",
        ),
        for_=DOWN_FOR,
        keeps_groups=False,
        origin=scope.slo.origin,
    )


def target_matchers(scope: SloScope) -> tuple[Matcher, ...]:
    """Return the matchers that tell the targets of an SLO's metrics from others."""
    metrics = scope.slo.sli.metrics
    return metrics[0].target_scope if metrics else ()


def _none(scope: SloScope) -> Iterator[AlertingRule]:
    del scope
    return iter(())


def _labels(scope: SloScope) -> dict[str, str]:
    return {"severity": scope.severity(scope.slo.absence.severity)}


_MODES: Final = {
    "series_lost": _series_lost,
    "target_down": _target_down,
    "none": _none,
}
