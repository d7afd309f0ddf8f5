"""
Proofs of alerts: series are played, and what must fire is worked out from the measures' own values.

Ranges are closed on the left in Prometheus 2.x and open in 3.x, and a sum of floats may fall on
either side of a limit that it meets. All readings are followed; a test expects only what all of
them say.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from functools import partial
from itertools import accumulate, pairwise
from typing import Final, NamedTuple

from obsgen.alerts._pace import Pace, Play, first_hours, samples
from obsgen.alerts._rule import title_of
from obsgen.artefacts import AlertingRule, Expected, InputSeries, RuleTest, united
from obsgen.model import (
    Alert,
    AlertParts,
    Condition,
    Context,
    Curve,
    Hours,
    Labels,
    LimitPart,
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


def hours_play(
    alert: Alert, pace: Pace, holding: Callable[[int], Series]
) -> Iterator[Play | Unprovable]:
    """
    Yield the play that shows the hours of an alert: its condition holds all the time.

    Args:
        holding: Returns series over which it holds for so many samples.
    """
    if alert.during is None:
        return
    (since, until), *later = first_hours(alert.during) or ((Duration(0), Duration(0)),)
    turns = [until] if since.ms else [until, *(begin for begin, _ in later[:1])]
    last = samples(turns[-1].ms, pace.interval) + pace.lasts
    series = holding(last)
    if isinstance(series, Unprovable):
        yield series
        return
    yield Play(
        name=f"firing during {alert.during.interval.name} alone",
        pace=pace,
        series=series,
        ends=(*(samples(turn.ms, pace.interval) for turn in turns), last),
        settled=pace.settles,
    )


# --- what fires ------------------------------------------------------------------------------


def tested(
    alert: Alert, rule: AlertingRule, context: Context, play: Play, met: Met
) -> RuleTest | Unprovable:
    """Return the test of a play, its expectations worked out in all readings."""
    pace = play.pace
    usual = context.project.evaluation_interval
    last = pace.index(play.ends[-1])
    played = Samples(play.series, pace.interval)
    times = [Duration(index * pace.evaluation.ms) for index in range(last + 1)]
    runs = [
        states
        for is_closed in (True, False)
        for states in _readings(
            alert, pace, _holding(played, met, times, alert.during, is_closed=is_closed)
        )
    ]
    agreed = [
        states[0] if all(state == states[0] for state in states) else None
        for states in zip(*runs, strict=True)
    ]
    if not any(agreed):
        return Unprovable("what is played does not surely fire")
    settled = pace.index(play.settled)
    ends = {pace.index(end) for end in play.ends if end >= play.settled}
    turns = (t for t in _turns(agreed, settled) if t <= pace.index(play.followed))
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
    if alert.during is not None and not first_hours(alert.during):
        return unproven(parts, f"`{alert.during.interval.name}` does not come in the first week")
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
    """For what a condition holds at a time, and whether rounding might tell otherwise."""

    labels: frozenset[Labels]
    is_close: bool


_CLOSED: Final = _Held(frozenset(), is_close=False)
"""Outside of the alert's hours."""


def _holding(
    played: Samples, met: Met, times: Iterable[Duration], hours: Hours | None, *, is_closed: bool
) -> Iterator[_Held]:
    """Yield for what a condition holds at each time; where nothing has changed, as before."""
    last: tuple[World, _Held] | None = None
    for at in times:
        if hours is not None and not hours.holds(at):
            yield _CLOSED
            continue
        if last is None or (last[0].until is not None and at.ms >= last[0].until):
            world = World(played, at, is_closed=is_closed)
            labels = frozenset(met(world))
            last = world, _Held(labels, world.is_close)
        yield last[1]


def _readings(
    alert: Alert, pace: Pace, found: Iterable[_Held]
) -> Iterator[tuple[frozenset[Labels], ...]]:
    """Yield what fires if rounding is always against the condition, and if it is always for it."""
    told = tuple(found)
    ever = frozenset(labels for surely, _ in told for labels in surely)
    for doubtful in (frozenset[Labels](), ever) if any(close for _, close in told) else (ever,):
        held = (doubtful if close else surely for surely, close in told)
        yield fired(held, pace.evaluation, for_=alert.for_, keep_firing_for=alert.keep_firing_for)


def _turns(agreed: list[frozenset[Labels] | None], settled: int) -> Iterator[int]:
    """Yield the evaluations on both sides of each change, as near as all readings agree."""
    known = [i for i, state in enumerate(agreed) if state is not None and i >= settled]
    for before, after in pairwise(known):
        if agreed[before] != agreed[after]:
            yield from (before, after)


def _expected(
    index: int, state: frozenset[Labels] | None, rule: AlertingRule, pace: Pace
) -> Expected:
    alerts = tuple({**dict(labels), **rule.labels} for labels in sorted(state or ()))
    return Expected(at=Duration(index * pace.evaluation.ms), alerts=alerts)
