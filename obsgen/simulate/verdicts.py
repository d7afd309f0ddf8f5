"""
What a condition says of what a simulation could show: the measures themselves are asked.

Nothing here knows any kind of measure: each can tell what it gives over series that are played, and
which series give it a level. So what is bad is found by playing it alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Final

from obsgen.artefacts import InputSeries, Run, standing
from obsgen.catalogue import Metric, bucket_spellings
from obsgen.model import Condition, LimitPart, Query, Samples, Scene, Span, Unprovable, World
from obsgen.simulate.kinds import Labels
from obsgen.simulate.values import examples
from obsgen.units import Duration

_INTERVAL: Final = Duration.parse("1m")
_TWO: Final = 2
_PLENTY: Final = 10**6
"""Events in an interval: beyond any limit of what is counted."""


def is_met(condition: Condition, series: Iterable[InputSeries]) -> bool:
    """Say whether series that stand, or grow evenly, meet a condition for any of its groups."""
    query = Query()
    world = World(Samples(series, _INTERVAL), _at(condition), is_closed=True)
    return bool(condition.met(query, world))


def stands(name: str, labels: Labels, level: Fraction, condition: Condition) -> InputSeries:
    """Return a gauge that has a level all the time."""
    return InputSeries(name=name, labels=labels, runs=standing([(_intervals(condition), level)]))


def part_of_two(condition: Condition, metrics: tuple[Metric, Metric]) -> Metric | None:
    """Return the one of two counters whose events meet a condition beside few of the other's."""
    bad = [
        part
        for part, whole in (metrics, metrics[::-1])
        if is_met(
            condition,
            (
                *alone(part, next(iter(_labels(condition, part)), {}), condition),
                *alone(whole, next(iter(_labels(condition, whole)), {}), condition, events=1),
            ),
        )
    ]
    return bad[0] if len(bad) == 1 else None


def alone(
    metric: Metric,
    labels: Labels,
    condition: Condition,
    bucket: int = 0,
    *,
    events: int | Fraction = _PLENTY,
) -> tuple[InputSeries, ...]:
    """
    Return the series of a counter or a histogram of which one label set has events, and plenty.

    Args:
        bucket: That of all observations.
        events: In an interval, of a counter.
    """
    own = {**_of_the_scope(metric), **labels}
    if metric.type != "histogram":
        return (_grows(metric.counted, own, condition, events),)
    bounds = (*(bucket_spellings(bound)[-1] for bound in metric.buckets), "+Inf")
    size = metric.buckets[min(bucket, len(metric.buckets) - 1)] if metric.buckets else 1
    return (
        *(
            _grows(f"{metric.name}_bucket", {**own, "le": le}, condition, _PLENTY * (n >= bucket))
            for n, le in enumerate(bounds)
        ),
        _grows(f"{metric.name}_count", own, condition, _PLENTY),
        _grows(f"{metric.name}_sum", own, condition, _PLENTY * Fraction(size)),
    )


def bad_buckets(metric: Metric, condition: Condition) -> frozenset[int]:
    """Return the buckets of a histogram that meet a condition if all observations are there."""
    labels = next(iter(_labels(condition, metric)), None)
    if labels is None:
        return frozenset()
    return frozenset(
        bucket
        for bucket in range(len(metric.buckets) + 1)
        if is_met(condition, alone(metric, labels, condition, bucket))
    )


def levels(
    condition: Condition, part: LimitPart, level: Fraction
) -> Mapping[str, tuple[Labels, Fraction]]:
    """Return the gauges, with labels and values, that give a measure a level; none if unknown."""
    curve = (Span(_intervals(condition), level),)
    scene = Scene(interval=_INTERVAL, tripping=part.limit, with_decoys=False)
    found = condition.measure.series(part.query, curve, scene)
    if isinstance(found, Unprovable):
        return {}
    told: dict[str, tuple[Labels, Fraction]] = {}
    for each in found:
        start = next((run.start for run in each.runs if run.start is not None), None)
        if start is not None:
            told.setdefault(each.name, (each.labels, Fraction(start)))
    return told


def shows_itself(condition: Condition) -> bool:
    """Say whether a measure is the level of its one gauge, where that has one label set."""
    return _of_one(condition) == 1


def adds_up(condition: Condition) -> bool:
    """Say whether a measure is the sum of its one gauge over label sets."""
    return _of_one(condition, times=_TWO) == _TWO


def _of_one(condition: Condition, times: int = 1) -> Fraction | None:
    """Return how many times its level a measure shows of a gauge that has some label sets."""
    part = condition.parts(Query())[0]
    level = Fraction(part.limit) or Fraction(1)
    found = levels(condition, part, level)
    if len(found) != 1:
        return None
    ((name, (labels, _)),) = found.items()
    series = [
        stands(name, {**labels, "instance": f"other-{n}"} if n else labels, level, condition)
        for n in range(times)
    ]
    world = World(Samples(series, _INTERVAL), _at(condition), is_closed=True)
    shown = condition.measure.values(part.query, world)
    return next((value / level for value in shown.values()), None) if len(shown) == 1 else None


def _labels(condition: Condition, metric: Metric) -> Iterable[Labels]:
    part = condition.parts(Query())[0]
    curve = (Span(_intervals(condition), Fraction(part.limit) or Fraction(1, 2)),)
    scene = Scene(interval=_INTERVAL, tripping=part.limit, with_decoys=False)
    found = condition.measure.series(part.query, curve, scene)
    if not isinstance(found, Unprovable):
        for each in found:
            if each.name.startswith(metric.name):
                yield {label: value for label, value in each.labels.items() if label != "le"}


def _of_the_scope(metric: Metric) -> dict[str, str]:
    """Return labels that the scope of a metric takes."""
    found = {}
    for matcher in metric.scope:
        if matcher.op in {"=", "=~"} and (texts := examples(matcher)):
            found[matcher.label] = texts[0]
    return found


def _grows(
    name: str, labels: Labels, condition: Condition, an_interval: int | Fraction
) -> InputSeries:
    run = Run(times=_intervals(condition) + 1, start=_PLENTY, step=an_interval)
    return InputSeries(name=name, labels=labels, runs=(run,))


def _at(condition: Condition) -> Duration:
    return Duration(_intervals(condition) * _INTERVAL.ms)


def _intervals(condition: Condition) -> int:
    """Return how many intervals the measure looks back, and a few."""
    reach = max((look.reach for look in condition.measure.looks(Query())), default=0)
    return -(-reach // _INTERVAL.ms) + 2
