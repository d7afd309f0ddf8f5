"""Proofs of the alerts for what no ratio can see: series that are gone, traffic, targets."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from functools import partial
from typing import Final, NamedTuple

from obsgen import names
from obsgen.artefacts import AlertingRule, InputSeries, standing
from obsgen.compile.slo.absence import (
    DOWN_FOR,
    LOST_FOR,
    VANISHED_BASELINE,
    VANISHED_BELOW,
    VANISHED_OFFSETS,
    VANISHED_WINDOW,
    lost_after,
    target_matchers,
)
from obsgen.compile.slo.proof import Story, clock_for, flow, played_test, told
from obsgen.compile.slo.scope import SloScope
from obsgen.compile.slo.timeline import Clock, Timeline
from obsgen.model import Flow, Played, Proof
from obsgen.specimens import specimens
from obsgen.units import Duration

_NONE_BAD: Final = Fraction(0)
_SELDOM: Final = Duration.parse("15m")
_BUSY: Final = 14
_SPARSE: Final = 6
"""Evaluations of a morning with usual traffic, and of each stretch with little of it."""
_TRAFFIC: Final = 1000
# Not as far to both sides: a window that holds one tile of each must not stand at the limit.
_JUST_ABOVE: Final = Fraction("1.02")
_JUST_BELOW: Final = Fraction("0.99")
_LOOKBACK: Final = Duration.parse("5m")
"""So long an instant selector sees the last sample (Prometheus documentation, "Staleness")."""


class _Silent(NamedTuple):
    """The condition of lost series: nothing to count for so many evaluations, but for no more."""

    after: int
    gone: int

    def __call__(self, timeline: Timeline, index: int) -> bool:
        silent = timeline.silent(index)
        return silent is not None and self.after <= silent < self.gone


def _has_vanished(timeline: Timeline, index: int) -> bool:
    """Say whether there is much less traffic than a day and a week ago."""
    days = [timeline.events(index, VANISHED_WINDOW, Duration.parse(d)) for d in VANISHED_OFFSETS]
    if any(day is None for day in days):
        return False
    usual = min(day for day in days if day is not None)
    now = timeline.events(index, VANISHED_WINDOW, Duration(0)) or Fraction(0)
    return usual >= VANISHED_BASELINE and now < Fraction(VANISHED_BELOW) * usual


def absence_proofs(scope: SloScope, rule: AlertingRule) -> Iterator[Proof]:
    """Yield the proof of one of the alerts."""
    yield _PROOFS[rule.alert](scope, rule)


def _lost(scope: SloScope, rule: AlertingRule) -> Proof:
    missed = lost_after(scope)
    clock = clock_for(scope, LOST_FOR, Duration.parse("30m"))
    if clock is None or missed.ms % clock.evaluation.ms:
        return Proof(rule=rule, unproven=f"its slices do not fit into {missed}")
    after, gone = clock.evaluations(missed), clock.evaluations(LOST_FOR)

    idle = () if not scope.slo.sli.rhythm.is_weighable else (flow(clock, after + 2, 0, _NONE_BAD),)
    flows = (flow(clock, 4, 1, _NONE_BAD), *idle, flow(clock, gone + 3, None, _NONE_BAD))
    name = f"quiet while there is nothing to count, firing {missed} after the series are gone"
    return told(scope, rule, clock, Story(name=name, flows=flows, holds=_Silent(after, gone)))


def _vanished(scope: SloScope, rule: AlertingRule) -> Proof:
    clock = Clock.of(scope.slo.tile, scope.slo.sli.rhythm, _SELDOM)
    yesterday, last_week = (Duration.parse(text) for text in VANISHED_OFFSETS)

    name = f"quiet from a tenth of the usual {VANISHED_BASELINE} events or more, firing below"
    flows = _week(clock, yesterday, last_week)
    return told(scope, rule, clock, Story(name=name, flows=flows, holds=_has_vanished))


def _week(clock: Clock, day: Duration, week: Duration) -> tuple[Flow, ...]:
    """
    Return a week, and a morning after it on which the traffic goes.

    Each morning that is looked back at has a stretch of usual traffic far above the least that
    counts, then one of just enough. Then there is just too little, once on the day before alone,
    once on that a week ago alone.
    """
    tiles = clock.evaluations(VANISHED_WINDOW)
    busy = Fraction(_TRAFFIC)
    enough = Fraction(VANISHED_BASELINE) * _JUST_ABOVE / tiles
    too_few = Fraction(VANISHED_BASELINE) * _JUST_BELOW / tiles
    rest = clock.evaluations(day) - _BUSY - 3 * _SPARSE
    days = clock.evaluations(week) // clock.evaluations(day) - 2

    def morning(third: Fraction, fourth: Fraction) -> tuple[Flow, ...]:
        sparse = (flow(clock, _SPARSE, few, _NONE_BAD) for few in (enough, third, fourth))
        return (flow(clock, _BUSY, busy, _NONE_BAD), *sparse, flow(clock, rest, busy, _NONE_BAD))

    tenth = busy * Fraction(VANISHED_BELOW)
    return (
        *morning(busy, too_few),
        flow(clock, days * clock.evaluations(day), busy, _NONE_BAD),
        *morning(too_few, busy),
        flow(clock, 4, tenth * _JUST_ABOVE, _NONE_BAD),
        flow(clock, 3, tenth * _JUST_BELOW, _NONE_BAD),
        flow(clock, 4, busy, _NONE_BAD),
        flow(clock, _BUSY + 3 * _SPARSE - 11, None, _NONE_BAD),
    )


def _down(scope: SloScope, rule: AlertingRule) -> Proof:
    clock = Clock(evaluation=scope.tile, tile=scope.tile, lag=0)
    metric = scope.slo.sli.metrics[0]
    labels: Mapping[str, tuple[str, ...] | None] = dict.fromkeys(metric.target_labels)
    found = specimens(labels, target_matchers(scope))
    if found is None:
        return Proof(rule=rule, unproven="no target can be told that its matchers take")
    wait = clock.evaluations(DOWN_FOR)
    # One of two targets is down, then both, then one is up again, then neither is known.
    failing = 3 + wait + 2
    length = failing + 3
    spans = ((3, 1), (wait + 2, 0), (3, 1))
    lookback = clock.evaluations(_LOOKBACK)
    other = {**found.taken, "instance": f"{found.taken['instance']}-2"}
    decoys = (
        InputSeries(
            name="up", labels=decoy.labels, runs=standing([(length + lookback + wait + 3, 1)])
        )
        for decoy in found.decoys
    )
    series = (
        InputSeries(name="up", labels=found.taken, runs=standing(spans)),
        InputSeries(name="up", labels=other, runs=standing([(length, 0)])),
        *decoys,
    )
    states = [
        (3, False),
        (3 + wait, False),
        (4 + wait, True),
        (failing, True),
        (failing + 1, False),
        # 2.x still sees a sample of five minutes ago, 3.x no longer: on both sides of that.
        (length + lookback + wait - 1, False),
        (length + lookback + wait + 2, True),
    ]
    name = f"quiet while one target is up, firing {DOWN_FOR} after none is"
    played = Played(series=series)
    return Proof(rule=rule, test=partial(played_test, rule, clock, name, played, states))


_PROOFS: Final[Mapping[str, Callable[[SloScope, AlertingRule], Proof]]] = {
    names.LOST_ALERT: _lost,
    names.VANISHED_ALERT: _vanished,
    names.DOWN_ALERT: _down,
}
