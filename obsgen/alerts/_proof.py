"""
Proofs of alerts: series are played, and what must fire is worked out from the measures' own values.

Ranges are closed on the left in Prometheus 2.x and open in 3.x, and a sum of floats may fall on
either side of a limit that it meets. All readings are followed; a test expects only what all of
them say.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from itertools import pairwise
from typing import Final

from obsgen.artefacts import AlertingRule, Expected, InputSeries, RuleTest
from obsgen.model import (
    Alert,
    AlertParts,
    Condition,
    Context,
    Curve,
    Labels,
    LimitPart,
    Samples,
    Scene,
    Span,
    Unprovable,
    World,
    levels_of,
)
from obsgen.units import Duration, Unit, rounded_text

Met = Callable[[World], Iterable[Labels]]
"""Says for which label sets an alert's condition holds."""

_MARGIN: Final = 2
"""Evaluations by which each step outlasts what it must show."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Play:
    """
    Series, and when each of their steps ends.

    Attributes:
        name: What is shown, after the alert's name.
        ends: The last sample of each step.
        fades: The last step is that series end. While some samples of them are left in a window,
            Prometheus extrapolates: only what is when none is left can be told.
    """

    name: str
    series: tuple[InputSeries, ...]
    ends: tuple[int, ...]
    fades: bool = False

    @property
    def followed(self) -> int:
        """The last sample up to which every change can be told."""
        return self.ends[-2] if self.fades else self.ends[-1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """
    The times of a test.

    Attributes:
        interval: The distance of samples.
        evaluation: The distance of evaluations.
        lasts: How many samples a step lasts at least: the alert waits, and keeps on.
    """

    interval: Duration
    evaluation: Duration
    lasts: int

    @classmethod
    def of(cls, alert: Alert, context: Context) -> Pace:
        """Return the pace at which an alert is tested."""
        interval = context.project.scrape_interval
        evaluation = context.project.evaluation_interval
        waits = max(alert.for_.ms, alert.keep_firing_for.ms) + _MARGIN * evaluation.ms
        return cls(interval=interval, evaluation=evaluation, lasts=_samples(waits, interval))

    def index(self, sample: int) -> int:
        """Return the last evaluation that has seen a sample and no later one."""
        return sample * self.interval.ms // self.evaluation.ms

    def settling(self, reach: int) -> int:
        """Return how many samples a step lasts for a query that reaches back so far."""
        return self.lasts + _samples(reach, self.interval) + 1


def _samples(ms: int, interval: Duration) -> int:
    return -(-ms // interval.ms)


# --- steps of a condition --------------------------------------------------------------------


def steps_of(
    condition: Condition, part: LimitPart, pace: Pace, pinned: Mapping[str, str]
) -> tuple[str, Curve, Scene, tuple[int, ...]] | Unprovable:
    """Return the course of a condition across its limit: in words, as a curve, and its ends."""
    found = levels_of(condition.comparison, part.limit, condition.measure.domain)
    if isinstance(found, Unprovable):
        return found
    reach = max(look.reach for look in condition.measure.looks(part.query))
    lasts = pace.settling(reach)
    curve = tuple(Span(lasts, step.level) for step in found.steps)
    if condition.measure.domain.low is not None:
        curve = (*curve, Span(lasts, None))
    ends = tuple(lasts * (place + 1) for place in range(len(curve)))
    unit = condition.measure.unit
    quiet, firing = _shown(found.quiet, unit), _shown(found.firing, unit)
    scene = Scene(interval=pace.interval, tripping=found.tripping, pinned=pinned)
    return f"quiet at {quiet}, firing at {firing}", curve, scene, ends


def tripped(
    condition: Condition, part: LimitPart, pace: Pace, length: int, pinned: Mapping[str, str]
) -> tuple[InputSeries, ...] | Unprovable:
    """Return series over which a condition holds all the time."""
    found = levels_of(condition.comparison, part.limit, condition.measure.domain)
    if isinstance(found, Unprovable):
        return found
    scene = Scene(interval=pace.interval, tripping=found.tripping, pinned=pinned, with_decoys=False)
    return condition.measure.series(part.query, (Span(length, found.tripping),), scene)


def _shown(level: Fraction, unit: Unit) -> str:
    if unit.dimension == "ratio" and unit.scale == 1 and not unit.per_seconds:
        return f"{rounded_text(level * 100)}%"
    return rounded_text(level) if unit.name == "count" else f"{rounded_text(level)} {unit}"


def together(parts: Iterable[tuple[InputSeries, ...]]) -> tuple[InputSeries, ...] | Unprovable:
    """Return the series of several measures; one series cannot take two courses."""
    found: dict[tuple[str, frozenset[tuple[str, str]]], InputSeries] = {}
    for series in (each for part in parts for each in part):
        first = found.setdefault((series.name, frozenset(series.labels.items())), series)
        if first.runs != series.runs:
            return Unprovable(
                f"its conditions ask for two courses of one series of `{series.name}`"
            )
    return tuple(found.values())


# --- what fires ------------------------------------------------------------------------------


def tested(
    alert: Alert, rule: AlertingRule, context: Context, play: Play, met: Met
) -> RuleTest | Unprovable:
    """Return the test of a play, its expectations worked out in all readings."""
    pace = Pace.of(alert, context)
    last = pace.index(play.ends[-1])
    samples = Samples(play.series, pace.interval)
    runs = [
        states
        for is_closed in (True, False)
        for states in _readings(alert, pace, last, partial(_found, samples, met, is_closed))
    ]
    agreed = [
        states[0] if all(state == states[0] for state in states) else None
        for states in zip(*runs, strict=True)
    ]
    if not any(agreed):
        return Unprovable("what is played does not surely fire")
    ends = {pace.index(end) for end in play.ends}
    turns = (turn for turn in _turns(agreed) if turn <= pace.index(play.followed))
    points = sorted({*turns, *(end for end in ends if agreed[end] is not None)})
    return RuleTest(
        name=f"{alert.name}: {play.name}",
        alert=alert.name,
        selects={},
        interval=pace.interval,
        series=play.series,
        expected=tuple(_expected(point, agreed[point], rule, pace) for point in points),
        origin=alert.origin,
    )


def with_tests(
    parts: AlertParts,
    alert: Alert,
    context: Context,
    plays: Iterable[Play | Unprovable],
    met: Met,
) -> AlertParts:
    """Return an alert with the tests of its plays, and the reasons why some are missing."""
    (rule,) = parts.alerts
    tests: list[RuleTest] = []
    reasons: list[str] = []
    for play in plays:
        found = play if isinstance(play, Unprovable) else tested(alert, rule, context, play, met)
        if isinstance(found, Unprovable):
            reasons.append(found.reason)
        else:
            tests.append(found)
    return replace(parts, tests=tuple(tests), unproven="; ".join(dict.fromkeys(reasons)))


Found = tuple[frozenset[Labels], bool]
"""For what a condition holds, and whether that is a matter of rounding."""


def _found(samples: Samples, met: Met, is_closed: bool, at: Duration) -> Found:
    world = World(samples, at, is_closed=is_closed)
    found = frozenset(met(world))
    return found, world.is_close


def _readings(
    alert: Alert, pace: Pace, last: int, find: Callable[[Duration], Found]
) -> Iterator[list[frozenset[Labels]]]:
    """Yield what fires if rounding is always against the condition, and if it is always for it."""
    found = [find(Duration(index * pace.evaluation.ms)) for index in range(last + 1)]
    ever = frozenset(labels for labels_met, _ in found for labels in labels_met)
    for doubtful in (frozenset[Labels](), ever):
        yield _fired(alert, pace, [doubtful if close else surely for surely, close in found])


def _fired(alert: Alert, pace: Pace, held: Iterable[frozenset[Labels]]) -> list[frozenset[Labels]]:
    """Follow each label set through pending, firing and keeping on (Prometheus, alerting rules)."""
    since: dict[Labels, int] = {}
    calm: dict[Labels, int] = {}
    firing: set[Labels] = set()
    states: list[frozenset[Labels]] = []
    step = pace.evaluation.ms
    for index, now in enumerate(held):
        for labels in now:
            since.setdefault(labels, index)
            calm.pop(labels, None)
            if (index - since[labels]) * step >= alert.for_.ms:
                firing.add(labels)
        for labels in list(since):
            if labels in now:
                continue
            calm.setdefault(labels, index)
            keeps = (index - calm[labels]) * step < alert.keep_firing_for.ms
            if not (labels in firing and keeps):
                firing.discard(labels)
                del since[labels], calm[labels]
        states.append(frozenset(firing))
    return states


def _turns(agreed: list[frozenset[Labels] | None]) -> Iterator[int]:
    """Yield the evaluations on both sides of each change, as near as all readings agree."""
    known = [index for index, state in enumerate(agreed) if state is not None]
    for before, after in pairwise(known):
        if agreed[before] != agreed[after]:
            yield from (before, after)


def _expected(
    index: int, state: frozenset[Labels] | None, rule: AlertingRule, pace: Pace
) -> Expected:
    alerts = tuple({**dict(labels), **rule.labels} for labels in sorted(state or ()))
    return Expected(at=Duration(index * pace.evaluation.ms), alerts=alerts)
