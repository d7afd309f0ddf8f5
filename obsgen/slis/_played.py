"""
Series that give an SLI the traffic that a test asks for.

What a matcher of the *bad* events refuses is still an event, and so the good ones are its decoys.
What a matcher of *all* events refuses is none: it fails wholesale, and must not be seen.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from obsgen.artefacts import InputSeries, counted
from obsgen.catalogue import Metric
from obsgen.matchers import Matcher
from obsgen.model import Flow, Played, Stage, Unprovable
from obsgen.specimens import specimens

_CROWD: Final = 10**12
"""Events of a decoy within each tile: far more than any traffic that is played."""

Labels = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Cast:
    """
    Who plays.

    Attributes:
        inside: Label sets that count and that the inner matchers take.
        outside: Label sets that count, and that one of the inner matchers refuses.
        strangers: Label sets that one of the outer matchers refuses.
        groups: The values of the group labels.
    """

    inside: Labels
    outside: tuple[Labels, ...]
    strangers: tuple[Labels, ...]
    groups: Labels


def cast(
    metric: Metric, outer: tuple[Matcher, ...], inner: tuple[Matcher, ...], stage: Stage
) -> Cast | Unprovable:
    """
    Choose label sets for a metric's series.

    Args:
        outer: Matchers of all that counts, beside the metric's scope.
        inner: Matchers that divide what counts.
    """
    around = metric.narrowed(outer)
    found = specimens(metric.label_values, (*around, *inner), stage.groups)
    if found is None:
        return Unprovable(f"no series of `{metric.name}` can be told that its matchers take")
    taken = {label: found.taken.get(label, "") for label in stage.by}
    if any(taken.get(label, value) != value for label, value in stage.groups.items()):
        return Unprovable(f"`{metric.name}` has no series in the group that is played")
    divided = [decoy.labels for decoy in found.decoys if decoy.refused_by in inner]
    return Cast(
        inside=found.taken,
        outside=tuple(labels for labels in divided if _is_in(labels, taken)),
        strangers=tuple(d.labels for d in found.decoys if d.refused_by not in inner),
        groups={label: value for label, value in taken.items() if value},
    )


def _is_in(labels: Labels, groups: Labels) -> bool:
    return all(labels.get(label, "") == value for label, value in groups.items())


def growing(
    name: str, labels: Labels, growth: Iterable[tuple[int, Fraction | None]]
) -> InputSeries:
    """Return a counter that grows so."""
    return InputSeries(name=name, labels=labels, runs=counted(growth))


def shared(
    name: str, label_sets: Sequence[Labels], flows: tuple[Flow, ...], *, bad: bool
) -> tuple[InputSeries, ...]:
    """Share the bad, or the good, events equally among counters."""
    last = len(label_sets) - 1
    return tuple(
        growing(name, labels, [(f.intervals, _part(f, place, last, bad=bad)) for f in flows])
        for place, labels in enumerate(label_sets)
    )


def _part(flow: Flow, place: int, last: int, *, bad: bool) -> Fraction | None:
    """Return one counter's part of the events: whole ones, the rest at the last."""
    if flow.total is None:
        return None
    events = flow.bad if bad else flow.total - flow.bad
    each = Fraction(events // (last + 1))
    return events - last * each if place == last else each


def strangers(
    name: str, label_sets: Iterable[Labels], flows: tuple[Flow, ...], *, crowd: int = _CROWD
) -> tuple[InputSeries, ...]:
    """Return counters that must not be seen: they grow all the time, and by far the most."""
    growth = [(sum(f.intervals for f in flows), Fraction(crowd))]
    return tuple(growing(name, labels, growth) for labels in label_sets)


def played(series: Iterable[InputSeries], groups: Labels) -> Played:
    """Return what is played; of series with equal labels the first counts."""
    unique = {(s.name, tuple(sorted(s.labels.items()))): s for s in reversed(tuple(series))}
    return Played(series=tuple(reversed(unique.values())), groups=groups)
