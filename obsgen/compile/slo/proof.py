"""What the proofs of an SLO's alerts share: the stage, the expected label sets, the files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from obsgen import names
from obsgen.artefacts import QUIET, AlertingRule, Expected, RuleTest
from obsgen.compile.slo.scope import SloScope
from obsgen.compile.slo.timeline import Clock, Timeline, firing, turning_points
from obsgen.model import Flow, Played, Stage, Unprovable
from obsgen.units import Duration


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """
    What shows that an alert fires and stays quiet, or why nothing can.

    Attributes:
        evaluation: The distance of evaluations in the test.
        services: Other services whose rules take part.
    """

    rule: AlertingRule
    test: RuleTest | None = None
    evaluation: Duration = Duration(0)
    services: tuple[str, ...] = ()
    unproven: str = ""


Holds = Callable[[Timeline, int], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """
    Traffic, and what it must do to one alert.

    Attributes:
        name: What is shown, after the alert's name.
        flows: The traffic.
        holds: Whether the alert's condition holds at an evaluation.
    """

    name: str
    flows: tuple[Flow, ...]
    holds: Holds


def told(scope: SloScope, rule: AlertingRule, clock: Clock, story: Story) -> Proof:
    """Return the test that plays a story, its expectations from the mathematics of the windows."""
    slo = scope.slo
    found = slo.sli.played(story.flows, Stage(tile=clock.tile, by=slo.by))
    if isinstance(found, Unprovable):
        return Proof(rule=rule, unproven=found.reason)
    timeline = Timeline(story.flows, clock)
    states = firing(
        lambda index: story.holds(timeline, index),
        timeline.length,
        clock,
        for_=rule.for_,
        keep_firing_for=rule.keep_firing_for,
    )
    points = turning_points(states, *phase_ends(story.flows, clock))
    return played_test(rule, clock, story.name, found, [(i, states[i]) for i in points])


def phase_ends(flows: Iterable[Flow], clock: Clock) -> tuple[int, ...]:
    """Return the last evaluation of each stretch of traffic."""
    ends, samples = [], 0
    for flow in flows:
        samples += flow.intervals
        ends.append(samples // clock.samples)
    return tuple(ends)


def played_test(
    rule: AlertingRule,
    clock: Clock,
    name: str,
    found: Played,
    states: Sequence[tuple[int, bool]],
) -> Proof:
    """Return the test of known states: evaluations, and whether the alert fires at each."""
    alerts = ({**rule.labels, **found.groups},)
    told_apart = {k: v for k, v in rule.labels.items() if k in _TELLING}
    test = RuleTest(
        name=f"{rule.alert}: {name}",
        alert=rule.alert,
        selects=told_apart,
        interval=found.interval or clock.tile,
        series=found.series,
        expected=tuple(
            Expected(at=clock.at(index), alerts=alerts if fires else QUIET)
            for index, fires in states
        ),
        origin=rule.origin,
    )
    return Proof(rule=rule, test=test, evaluation=clock.evaluation, services=found.services)


def flow(clock: Clock, evaluations: int, total: Fraction | int | None, share: Fraction) -> Flow:
    """
    Return even traffic over some evaluations: events within each tile, and the bad share.

    Bad events are whole ones: counters of whole events are exact in any arithmetic.
    """
    amount = None if total is None else Fraction(total)
    return Flow(
        intervals=evaluations * clock.samples,
        total=amount,
        bad=Fraction(0) if amount is None else Fraction(round(amount * share)),
    )


def enough_for(limit: Fraction) -> int:
    """Return a number of events of which a limit, and a hundredth of it, are many."""
    events = 1000
    while events * limit < _MANY:
        events *= 10
    return events


_MANY: Final = 10_000
_TELLING: Final = ("slo", "tier", "spent")
"""Labels that tell the alerts of one service apart."""
_SPARSE_FROM: Final = Duration.parse("30m")


def clock_for(scope: SloScope, *windows: Duration) -> Clock | None:
    """
    Return a clock on which windows are whole evaluations: seldom where they are long.

    Every rule of the service is evaluated in each test, so that a tier of three days is tested at
    coarse tiles. None where the unit of the SLI does not fit into the windows.
    """
    tile, rhythm = scope.slo.tile, scope.slo.sli.rhythm
    sparse = min(windows) >= _SPARSE_FROM
    wanted = [names.COARSE_TILE, tile.length] if sparse else [tile.length]
    unit = rhythm.unit or tile.length
    for evaluation in (*wanted, unit):
        fits = all(window.ms % evaluation.ms == 0 for window in windows)
        if fits and evaluation.ms % unit.ms == 0:
            return Clock.of(tile, rhythm, evaluation)
    return None
