"""
Proofs of burn-rate and budget alerts: just short of the limit quiet, just beyond it firing.

Where traffic may be of any weight, each stretch of it outweighs all before: the windows then tell
its own error ratio at once, and a long window is measured by when it lets go of the heavy traffic
of the beginning. Where every event weighs the same, a run of bad ones is counted against a window
of good ones.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Final, NamedTuple

from obsgen.artefacts import AlertingRule
from obsgen.compile.slo.proof import Story, clock_for, enough_for, flow, told
from obsgen.compile.slo.scope import SloScope
from obsgen.compile.slo.timeline import Clock, Timeline
from obsgen.model import BudgetAlert, Flow, Proof, Tier
from obsgen.units import Duration, rounded_text

_JUST_SHORT: Final = Fraction("0.99")
_JUST_BEYOND: Final = Fraction("1.01")
_SHORT: Final = Fraction("0.8")
_BEYOND: Final = Fraction("1.2")
_OUTWEIGHS: Final = 4
_SETTLED: Final = 2
"""Evaluations until a window of coarse tiles has seen a change."""
_MOST_UNITS: Final = 300
_STEPS: Final = 16


class _Burns(NamedTuple):
    """The condition of a tier: too many errors in both windows, of enough events."""

    limit: Fraction
    long: Duration
    short: Duration
    min_events: Decimal | None

    def __call__(self, timeline: Timeline, index: int) -> bool:
        windows = (self.long, self.short)
        return all(timeline.exceeds(index, window, self.limit) for window in windows) and (
            self.min_events is None or timeline.has(index, self.long, self.min_events)
        )


class _Spent(NamedTuple):
    """The condition of a budget alert: too many errors in the period."""

    limit: Fraction
    period: Duration

    def __call__(self, timeline: Timeline, index: int) -> bool:
        return timeline.exceeds(index, self.period, self.limit)


def burn_proofs(scope: SloScope, tier: Tier, rule: AlertingRule) -> Iterator[Proof]:
    """Yield the proofs of one tier."""
    counts = tier.min_events is not None and not scope.slo.sli.rhythm.is_weighable
    clock = clock_for(scope, tier.long, tier.short, counts=counts)
    if clock is None:
        unit = scope.slo.sli.rhythm.unit
        yield Proof(rule=rule, unproven=f"its windows are not whole slices of {unit}")
        return
    limit = tier.factor * Fraction(scope.slo.error_budget)

    holds = _Burns(limit, tier.long, tier.short, tier.min_events)
    title = f"tier {tier.name}, quiet up to {_percent(limit)} bad, firing beyond"
    is_weighable = scope.slo.sli.rhythm.is_weighable
    flows = _burn_staircase(tier, limit, clock) if is_weighable else _burn_run(tier, limit, clock)
    yield told(scope, rule, clock, Story(name=title, flows=flows, holds=holds))
    if tier.min_events is not None and is_weighable:
        name = f"tier {tier.name}, quiet below {tier.min_events} events"
        flows = _few_events(tier, clock)
        yield told(scope, rule, clock, Story(name=name, flows=flows, holds=holds))


def _burn_staircase(tier: Tier, limit: Fraction, clock: Clock) -> tuple[Flow, ...]:
    long, short = clock.evaluations(tier.long), clock.evaluations(tier.short)
    wait = clock.evaluations(tier.for_) + _SETTLED
    calm = clock.evaluations(tier.keep_firing_for) + _SETTLED
    light = max(enough_for(limit), int(tier.min_events or 0) + 1)
    whole = light * long
    before = 6 * whole
    heavy = _OUTWEIGHS * before
    heavier = _OUTWEIGHS * (before + (2 * calm + 1) * heavy)
    return (
        flow(clock, _SETTLED, 2 * whole, Fraction(0)),
        flow(clock, long + _SETTLED + wait, light, _at(limit, _JUST_BEYOND)),
        flow(clock, calm + 1, heavy, limit * _JUST_SHORT),
        flow(clock, calm, heavy, limit * _SHORT),
        flow(clock, wait + 1, heavier, _at(limit, _BEYOND)),
        # The heavy failure stays in the long window: when the short one lets go of it, it ends.
        flow(clock, short + calm, 0, Fraction(0)),
    )


def _burn_run(tier: Tier, limit: Fraction, clock: Clock) -> tuple[Flow, ...]:
    long, short = clock.evaluations(tier.long), clock.evaluations(tier.short)
    wait = clock.evaluations(tier.for_) + _SETTLED
    calm = clock.evaluations(tier.keep_firing_for) + _SETTLED
    bad = int(_at(limit, _BEYOND) * long) + 1 + wait
    return (
        flow(clock, long + _SETTLED, 1, Fraction(0)),
        flow(clock, bad, 1, Fraction(1)),
        flow(clock, short + calm, 1, Fraction(0)),
        flow(clock, _SETTLED, 0, Fraction(0)),
    )


def _few_events(tier: Tier, clock: Clock) -> tuple[Flow, ...]:
    """Return traffic that fails altogether and reaches the least number of events step by step."""
    steps = max(1, min(_STEPS, clock.evaluations(tier.long) // 2))
    wait = clock.evaluations(tier.for_) + _SETTLED
    events = Fraction(tier.min_events or 0) / steps
    return (
        flow(clock, _SETTLED, 0, Fraction(0)),
        flow(clock, steps + wait, events, Fraction(1)),
    )


def spent_proofs(scope: SloScope, asked: BudgetAlert, rule: AlertingRule) -> Iterator[Proof]:
    """Yield the proof of an alert on a share of the budget."""
    period = scope.slo.period.longest
    clock = clock_for(scope, Duration.parse("30m"))
    if clock is None or period.ms % clock.evaluation.ms:
        yield Proof(rule=rule, unproven="its period is not made of whole slices")
        return
    limit = Fraction(asked.spent) * Fraction(scope.slo.error_budget)

    is_weighable = scope.slo.sli.rhythm.is_weighable
    flows = _spent_staircase(limit, clock) if is_weighable else _spent_run(limit, clock)
    idle = flow(clock, _before_the_period(scope, clock), 0, Fraction(0))
    name = f"quiet up to {asked.text} of the budget, firing beyond"
    yield told(
        scope, rule, clock, Story(name=name, flows=(idle, *flows), holds=_Spent(limit, period))
    )


def _before_the_period(scope: SloScope, clock: Clock) -> int:
    """Tests begin with 1970, in UTC: west of it, the month and the quarter begin later."""
    period = scope.slo.period
    west = max(0, -period.utc_offset_seconds) if period.calendar else 0
    return clock.evaluations(Duration(west * 1000)) + _SETTLED


def _spent_staircase(limit: Fraction, clock: Clock) -> tuple[Flow, ...]:
    lasts = _SETTLED + 1
    stairs = []
    events = enough_for(limit)
    for step in (_JUST_SHORT, _JUST_BEYOND, _SHORT, _BEYOND):
        stairs.append(flow(clock, lasts, events, _at(limit, step)))
        events *= 2 * _OUTWEIGHS * lasts
    # What is spent stays spent when the traffic ends.
    return (*stairs, flow(clock, lasts, 0, Fraction(0)))


def _spent_run(limit: Fraction, clock: Clock) -> tuple[Flow, ...]:
    good = min(int(2 / limit), _MOST_UNITS)
    bad = int(limit * good / (1 - limit)) + 1 + _SETTLED
    return (flow(clock, good, 1, Fraction(0)), flow(clock, bad, 1, Fraction(1)))


def _at(limit: Fraction, times: Fraction) -> Fraction:
    """Return a multiple of the limit, as far as an error ratio goes."""
    return min(limit * times, Fraction(1))


def _percent(ratio: Fraction) -> str:
    return f"{rounded_text(ratio * 100)}%"
