"""What the proofs of an SLO's alerts share: the stage, the expected label sets, the files."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from functools import lru_cache
from typing import Final, NamedTuple, Protocol

from obsgen import names
from obsgen.artefacts import QUIET, AlertingRule, Expected, RuleTest
from obsgen.compile.slo.scope import SloScope
from obsgen.compile.slo.timeline import Clock, Timeline, turning_points
from obsgen.model import Flow, Played, Proof, Unprovable, fired
from obsgen.units import Duration


class Holds(Protocol):
    """The condition of an alert; equal ones are worked out once."""

    def __call__(self, timeline: Timeline, index: int) -> bool:
        """Say whether it holds at an evaluation."""
        ...

    def __hash__(self) -> int:
        """Tell it from others."""
        ...


class Story(NamedTuple):
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
    """Return the proof that plays a story, its expectations from the mathematics of the windows."""
    if scope.unplayable:
        return Proof(rule=rule, unproven=scope.unplayable)

    def test() -> RuleTest | Unprovable:
        found = scope.slo.sli.played(story.flows, scope.stage)
        if isinstance(found, Unprovable):
            return found
        waits = (rule.for_, rule.keep_firing_for)
        states = _states(story.flows, story.holds, clock, *waits)
        if not any(fires for _, fires in states):
            return Unprovable("no traffic is known that makes it fire")
        return played_test(rule, clock, story.name, found, states)

    return Proof(rule=rule, test=test)


@lru_cache(maxsize=4096)
def _states(
    flows: tuple[Flow, ...], holds: Holds, clock: Clock, for_: Duration, keep_firing_for: Duration
) -> tuple[tuple[int, bool], ...]:
    """Return the evaluations that tell something, and whether the alert fires at each."""
    timeline = Timeline(flows, clock)
    held = (
        frozenset({()} if holds(timeline, index) else ()) for index in range(timeline.length + 1)
    )
    states = fired(held, clock.evaluation, for_=for_, keep_firing_for=keep_firing_for)
    points = turning_points(states, *phase_ends(flows, clock))
    return tuple((index, bool(states[index])) for index in points)


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
    states: Iterable[tuple[int, bool]],
) -> RuleTest:
    """Return the test of known states: evaluations, and whether the alert fires at each."""
    alerts = ({**rule.labels, **found.groups},)
    return RuleTest(
        name=f"{rule.alert}: {name}",
        alert=rule.alert,
        selects={k: v for k, v in rule.labels.items() if k in _TELLING},
        interval=found.interval or clock.tile,
        series=found.series,
        expected=tuple(
            Expected(at=clock.at(index), alerts=alerts if fires else QUIET)
            for index, fires in states
        ),
        evaluation_interval=clock.evaluation,
        services=found.services,
        origin=rule.origin,
    )


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


def clock_for(scope: SloScope, *windows: Duration, counts: bool = False) -> Clock | None:
    """
    Return a clock on which windows are whole evaluations: seldom where they are long.

    Args:
        counts: Events are counted, not only compared: every tile must be seen.

    Every rule of the service is evaluated in each test, so that a tier of three days is tested at
    coarse tiles. None where the unit of the SLI does not fit into the windows.
    """
    tile, rhythm = scope.slo.tile, scope.slo.sli.rhythm
    sparse = min(windows) >= _SPARSE_FROM and not counts
    wanted = [names.COARSE_TILE, tile.length] if sparse else [tile.length]
    unit = rhythm.unit or tile.length
    for evaluation in (*wanted, unit):
        fits = all(window.ms % evaluation.ms == 0 for window in windows)
        if fits and evaluation.ms % unit.ms == 0:
            return Clock.of(tile, rhythm, evaluation)
    return None
