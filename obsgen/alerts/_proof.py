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
from itertools import accumulate, pairwise
from typing import Final, NamedTuple

from obsgen.alerts._rule import title_of
from obsgen.artefacts import AlertingRule, Expected, InputSeries, RuleTest, united
from obsgen.model import (
    Alert,
    AlertParts,
    Condition,
    Context,
    Curve,
    Labels,
    LimitPart,
    Look,
    Proof,
    Samples,
    Scene,
    Series,
    Span,
    Unprovable,
    World,
    fired,
    levels_of,
)
from obsgen.units import Duration, shown_in

Met = Callable[[World], Iterable[Labels]]
"""Says for which label sets an alert's condition holds."""

_STEPS: Final = 6
_MOST_EVALUATIONS: Final = 2000
_FEW_EVALUATIONS: Final = 200
_MINUTE: Final = 60_000
_IN_WINDOW: Final = 4
"""Samples in the shortest window."""
_MARGIN: Final = 2
"""Evaluations by which each step outlasts what it must show."""


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
    def of(cls, alert: Alert, context: Context, looks: Iterable[Look] = ()) -> Pace:
        """
        Return the pace at which an alert is tested.

        Args:
            looks: What its conditions see: where that is days, few evaluations are made of them.
        """
        every = tuple(looks)
        waits = max(alert.for_.ms, alert.keep_firing_for.ms)
        whole = _STEPS * (max((look.reach for look in every), default=0) + waits)
        evaluation = context.project.evaluation_interval
        interval = context.project.scrape_interval
        if whole > _MOST_EVALUATIONS * evaluation.ms:
            evaluation = Duration(-(-whole // (_FEW_EVALUATIONS * _MINUTE)) * _MINUTE)
        windows = [look.window.ms for look in every if look.window.ms]
        longest = min([evaluation.ms // 2, *(window // _IN_WINDOW for window in windows)])
        # Two samples an evaluation at least, so that a step can stand between two evaluations.
        if evaluation.ms % interval.ms or interval.ms > longest:
            parts = 2
            while evaluation.ms // parts > longest:
                parts *= 2
            interval = Duration(evaluation.ms // parts)
        return cls(
            interval=interval,
            evaluation=evaluation,
            lasts=_samples(waits + _MARGIN * evaluation.ms, interval),
        )

    def index(self, sample: int) -> int:
        """Return the last evaluation that has seen a sample and no later one."""
        return sample * self.interval.ms // self.evaluation.ms

    def steps(self, count: int, reach: int) -> tuple[int, ...]:
        """
        Return how many samples each of some steps lasts, for a query that reaches back so far.

        Steps stand in the middle between two evaluations: half a window later, where a mean passes
        from one level to the other, no reading of its edges then falls on an evaluation.
        """
        parts = self.evaluation.ms // self.interval.ms
        lasts = -(-(self.lasts + _samples(reach, self.interval) + 1) // parts) * parts
        return (lasts + parts // 2, *(lasts,) * (count - 1))


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
    pace: Pace
    series: tuple[InputSeries, ...]
    ends: tuple[int, ...]
    fades: bool = False

    @property
    def followed(self) -> int:
        """The last sample up to which every change can be told."""
        return self.ends[-2] if self.fades else self.ends[-1]


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
    levels: list[Fraction | None] = [step.level for step in found.steps]
    if condition.measure.domain.low is not None:
        levels.append(None)
    lengths = pace.steps(len(levels), reach)
    curve = tuple(Span(*span) for span in zip(lengths, levels, strict=True))
    ends = tuple(accumulate(lengths))
    unit = condition.measure.unit
    quiet, firing = shown_in(found.quiet, unit), shown_in(found.firing, unit)
    scene = Scene(interval=pace.interval, tripping=found.tripping, pinned=pinned)
    return f"quiet at {quiet}, firing at {firing}", curve, scene, ends


def crossing(
    condition: Condition,
    part: LimitPart,
    pace: Pace,
    pins: Mapping[str, str],
    beside: Callable[[int, Series], Series],
    *,
    is_named: bool,
) -> Play | Unprovable:
    """
    Return the play that crosses one limit of a condition.

    Args:
        pins: Values of labels that are set already.
        beside: What is played at the same time, given its length and the condition's own series.
        is_named: The condition is one of several: its measure is told, too.
    """
    steps = steps_of(condition, part, pace, pins)
    if isinstance(steps, Unprovable):
        return steps
    name, curve, scene, ends = steps
    own = condition.measure.series(part.query, curve, scene)
    series = together((own, beside(ends[-1], own)))
    if isinstance(series, Unprovable):
        return series
    shown = f"{condition.measure.title} {name}" if is_named else name
    fades = curve[-1].level is None
    return Play(name=shown, pace=pace, series=series, ends=ends, fades=fades)


def tripped(
    condition: Condition, part: LimitPart, pace: Pace, length: int, pinned: Mapping[str, str]
) -> tuple[InputSeries, ...] | Unprovable:
    """Return series over which a condition holds all the time."""
    found = levels_of(condition.comparison, part.limit, condition.measure.domain)
    if isinstance(found, Unprovable):
        return found
    scene = Scene(interval=pace.interval, tripping=found.tripping, pinned=pinned, with_decoys=False)
    return condition.measure.series(part.query, (Span(length, found.tripping),), scene)


def together(parts: Iterable[Series]) -> Series:
    """Return the series of several measures; one series cannot take two courses."""
    found: list[InputSeries] = []
    for part in parts:
        if isinstance(part, Unprovable):
            return part
        found += part
    series = united(found)
    if isinstance(series, str):
        return Unprovable(f"its conditions ask for two courses of one series of `{series}`")
    return series


# --- what fires ------------------------------------------------------------------------------


def tested(
    alert: Alert, rule: AlertingRule, context: Context, play: Play, met: Met
) -> RuleTest | Unprovable:
    """Return the test of a play, its expectations worked out in all readings."""
    pace = play.pace
    usual = context.project.evaluation_interval
    last = pace.index(play.ends[-1])
    samples = Samples(play.series, pace.interval)
    times = [Duration(index * pace.evaluation.ms) for index in range(last + 1)]
    runs = [
        states
        for is_closed in (True, False)
        for states in _readings(alert, pace, _holding(samples, met, times, is_closed=is_closed))
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
        name=f"{title_of(alert)}: {play.name}",
        alert=alert.name,
        selects=alert.telling,
        interval=pace.interval,
        series=play.series,
        expected=tuple(_expected(point, agreed[point], rule, pace) for point in points),
        evaluation_interval=Duration(0) if pace.evaluation == usual else pace.evaluation,
        origin=alert.origin,
    )


def with_proofs(
    parts: AlertParts,
    alert: Alert,
    context: Context,
    plays: Iterable[Play | Unprovable],
    met: Met,
) -> AlertParts:
    """Return an alert with what its plays prove."""
    (rule,) = parts.alerts
    proofs = tuple(
        Proof(rule=rule, unproven=play.reason)
        if isinstance(play, Unprovable)
        else Proof(rule=rule, test=partial(tested, alert, rule, context, play, met))
        for play in plays
    )
    return replace(parts, proofs=proofs)


def unproven(parts: AlertParts, reason: str) -> AlertParts:
    """Return an alert of which no test can be told."""
    return replace(parts, proofs=tuple(Proof(rule=r, unproven=reason) for r in parts.alerts))


class _Held(NamedTuple):
    """A world, and for what a condition holds in it."""

    world: World
    labels: frozenset[Labels]


def _holding(
    samples: Samples, met: Met, times: Iterable[Duration], *, is_closed: bool
) -> Iterator[_Held]:
    """Yield for what a condition holds at each time; where nothing has changed, as before."""
    last: _Held | None = None
    for at in times:
        if last is None or (last.world.until is not None and at.ms >= last.world.until):
            world = World(samples, at, is_closed=is_closed)
            last = _Held(world, frozenset(met(world)))
        yield last


def _readings(
    alert: Alert, pace: Pace, found: Iterable[_Held]
) -> Iterator[tuple[frozenset[Labels], ...]]:
    """Yield what fires if rounding is always against the condition, and if it is always for it."""
    told = [(each.labels, each.world.is_close) for each in found]
    ever = frozenset(labels for surely, _ in told for labels in surely)
    for doubtful in (frozenset[Labels](), ever) if any(close for _, close in told) else (ever,):
        held = (doubtful if close else surely for surely, close in told)
        yield fired(held, pace.evaluation, for_=alert.for_, keep_firing_for=alert.keep_firing_for)


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
