"""What the inverses of the measure kinds have in common: who plays, and how series are written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Final

from obsgen.artefacts import InputSeries, counted, exact, standing
from obsgen.catalogue import Metric, bucket_spellings
from obsgen.matchers import Matcher, contradiction
from obsgen.model import (
    USUAL_TRAFFIC,
    Curve,
    Domain,
    Measure,
    Query,
    Samples,
    Scene,
    Span,
    Unprovable,
    Vector,
    World,
)
from obsgen.specimens import Declared, Specimens, siblings, specimens
from obsgen.units import Duration

PARTS_OF_ONE: Final = Domain(low=Decimal(0), high=Decimal(1), exact=(Decimal(0), Decimal(1)))
"""Nothing, everything and all between; counters of which one stands give the two exactly."""

LARGE: Final = 10
"""A decoy counts so many times what is played: whoever takes it in sees another number."""

_FINE: Final = 1000
"""A growth is rounded by less than one part of so many."""

Grows = Callable[[Span], Fraction | None]
"""By how much a counter grows within each interval of a span; None where it has ended."""


def declared_labels(metric: Metric) -> Declared:
    """Return the labels of a metric in their order, each with its declared values."""
    return {**metric.labels, **dict.fromkeys(metric.target_labels)}


def cast(
    metric: Metric, matchers: tuple[Matcher, ...], scene: Scene, own: frozenset[Matcher]
) -> Specimens | Unprovable:
    """
    Return the label sets of a metric that matchers take, and their decoys.

    Args:
        own: The matchers that have decoys: not those that only choose among groups.
    """
    declared = declared_labels(metric)
    pinned = {k: v for k, v in scene.pinned.items() if k in declared}
    found = specimens(declared, matchers, pinned)
    if found is None:
        opposed = contradiction(matchers)
        if opposed is not None:
            return Unprovable(f"`{opposed[0]}` and `{opposed[1]}` never match together")
        shown = ", ".join(map(str, matchers))
        return Unprovable(f"no label values are known that `{metric.name}{{{shown}}}` takes")
    decoys = tuple(d for d in found.decoys if d.refused_by in own and scene.with_decoys)
    return Specimens(found.taken, decoys)


def several(
    metric: Metric,
    matchers: tuple[Matcher, ...],
    taken: Mapping[str, str],
    free: Iterable[str],
    count: int,
) -> tuple[Mapping[str, str], ...]:
    """
    Return label sets of a metric that differ in one label only; fewer where there are no more.

    Args:
        free: The labels in which they may differ; the best is the instance.
    """
    declared = declared_labels(metric)
    ordered = sorted((k for k in free if k in declared), key=lambda label: label != "instance")
    return siblings(declared, matchers, taken, free=ordered, count=count)


def counter(name: str, labels: Mapping[str, str], curve: Curve, grows: Grows) -> InputSeries:
    """
    Return a counter; what it had counted before is so much that a rate can look back beyond it.

    Prometheus takes a counter for newly born whose value is below its growth of one interval, and
    extrapolates no further back than to its birth.
    """
    spans = _summable(_joined((span.intervals, grows(span)) for span in curve))
    growths = [growth for _, growth in spans if growth is not None]
    since = exact(max(growths, default=Fraction(0)))
    return InputSeries(name=name, labels=labels, runs=counted(_plain(spans), since=since))


def gauge(name: str, labels: Mapping[str, str], curve: Curve, stands: Grows) -> InputSeries:
    """Return a gauge."""
    spans = _joined((span.intervals, stands(span)) for span in curve)
    return InputSeries(name=name, labels=labels, runs=standing(_plain(spans)))


def buckets(
    metric: Metric,
    labels: Mapping[str, str],
    curve: Curve,
    cumulative: Callable[[Span], Sequence[Fraction]],
) -> tuple[InputSeries, ...]:
    """
    Return the buckets of a histogram.

    Args:
        cumulative: How many observations there are in an interval at most of each bound, the last
            being +Inf.
    """
    counts = {span: cumulative(span) for span in curve}

    def growing(index: int) -> Grows:
        return lambda span: counts[span][index]

    return tuple(
        counter(f"{metric.name}_bucket", own, curve, growing(index))
        for index, own in enumerate(bucket_labels(metric, labels))
    )


def bucket_labels(metric: Metric, labels: Mapping[str, str]) -> tuple[Mapping[str, str], ...]:
    """Return the labels of each bucket of a histogram, +Inf last."""
    spelled = (*(bucket_spellings(bound)[0] for bound in metric.buckets), "+Inf")
    return tuple({**labels, "le": le} for le in spelled)


def events(span: Span, scene: Scene) -> Fraction:
    """Return how many events there are in an interval; none where there is nothing to measure."""
    if span.level is None:
        return Fraction(0)
    return USUAL_TRAFFIC * span.traffic * scene.seconds


def settled(
    measure: Measure, query: Query, series: tuple[InputSeries, ...], scene: Scene
) -> Vector:
    """Return what a measure gives as soon as it has settled at the first level of its series."""
    reach = max(look.reach for look in measure.looks(query))
    intervals = -(-reach // scene.interval.ms)
    at = Duration(intervals * scene.interval.ms)
    return measure.values(query, World(Samples(series, scene.interval), at, is_closed=True))


def most(curve: Curve, value: Callable[[Span], Fraction | None]) -> Fraction:
    """Return the largest amount of a curve, at least something."""
    found = max((abs(value(span) or Fraction(0)) for span in curve), default=Fraction(0))
    return found or Fraction(1)


def highest(curve: Curve, scene: Scene) -> Fraction:
    """Return the level that is farthest from zero, that of decoys included."""
    return max(most(curve, lambda span: span.level), abs(scene.tripping))


def _summable(
    spans: list[tuple[int, Fraction | None]],
) -> list[tuple[int, Fraction | None]]:
    """
    Round growths to fractions of two where a counter comes to stand.

    promtool adds them up in floats: a sum that ends a bit above what it should would look like a
    counter that was reset when it stands.
    """
    growths = [growth for _, growth in spans if growth]
    stands = any(growth == 0 for _, growth in spans)
    if not stands or all(growth.denominator == 1 for growth in growths):
        return spans
    parts = 1
    while parts * min(growths) < _FINE:
        parts *= 2
    return [(n, g if g is None else Fraction(round(g * parts), parts)) for n, g in spans]


def _joined(
    spans: Iterable[tuple[int, Fraction | None]],
) -> list[tuple[int, Fraction | None]]:
    """Make one of neighbours that are alike."""
    found: list[tuple[int, Fraction | None]] = []
    for intervals, value in spans:
        if found and found[-1][1] == value:
            found[-1] = (found[-1][0] + intervals, value)
        else:
            found.append((intervals, value))
    return found


def _plain(
    spans: list[tuple[int, Fraction | None]],
) -> Iterator[tuple[int, int | Fraction | None]]:
    for intervals, value in spans:
        yield intervals, None if value is None else exact(value)
