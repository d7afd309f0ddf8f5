"""What `only_when` asks, in the proofs of any kind of alert."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from obsgen.alerts._pace import Pace, Play
from obsgen.alerts._proof import crossing, together, tripped
from obsgen.model import (
    Alert,
    Condition,
    Context,
    Labels,
    Look,
    Query,
    Series,
    Unprovable,
    World,
    kept,
)

Pins = Mapping[str, str]
Holding = Callable[[int, Pins], Series]
"""Gives series with some labels over which an alert's own condition holds for so many samples."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """
    A second condition, without which an alert does not fire.

    Attributes:
        labels: Those of what fires; None where that is open.
    """

    condition: Condition
    labels: frozenset[str] | None
    query: Query
    pace: Pace

    def opened_for(self, play: Play) -> Play | Unprovable:
        """Let it hold all through a play."""
        series = self.held_beside(play.series, play.ends[-1])
        return series if isinstance(series, Unprovable) else replace(play, series=series)

    def held_beside(self, own: Series, length: int) -> Series:
        """Return series together with some over which it holds for so many samples."""
        part = self.condition.parts(self.query)[0]
        pins = pinned_by(own, self._shared)
        return together((own, tripped(self.condition, part, self.pace, length, pins)))

    def crossings(self, holding: Holding) -> Iterator[Play | Unprovable]:
        """Yield a play for each of its limits, while the alert's own condition holds."""

        def beside(length: int, own: Series) -> Series:
            return holding(length, pinned_by(own, self._shared))

        for part in self.condition.parts(self.query):
            yield crossing(self.condition, part, self.pace, {}, beside, is_named=True)

    @property
    def reach(self) -> int:
        """How far back it looks, in milliseconds: until then nothing of it can be told."""
        return max(look.reach for look in self.condition.looks(self.query))

    @property
    def pins(self) -> Pins:
        """The shared labels as its own series have them: declared values are the scarcer ones."""
        part = self.condition.parts(self.query)[0]
        return pinned_by(tripped(self.condition, part, self.pace, 1, {}), self._shared)

    @property
    def _shared(self) -> frozenset[str]:
        """The labels that its series and those of the alert's own condition have alike."""
        theirs = self.condition.measure.labels or frozenset()
        return theirs if self.labels is None else self.labels & theirs

    def passed(self, fires: Iterable[Labels], world: World) -> list[Labels]:
        """Return what of that which fires it lets pass."""
        held = self.condition.met(self.query, world)
        on = shared_labels(self.labels, self.condition.measure.labels)
        return [labels for labels in fires if is_among(labels, held, on)]


def gate_of(
    alert: Alert,
    labels: frozenset[str] | None,
    context: Context,
    looks: Iterable[Look] = (),
    paced: Callable[[tuple[Look, ...]], Pace] | None = None,
) -> tuple[Gate | None, Pace]:
    """
    Return the gate of an alert, and the pace at which it is tested.

    Args:
        looks: What the alert's own condition sees.
        paced: Returns the pace, given all that is looked at, where it is not the usual one.
    """
    query, condition = context.query(), alert.only_when
    seen = (*looks, *(() if condition is None else condition.looks(query)))
    pace = Pace.of(alert, context, seen) if paced is None else paced(seen)
    if condition is None:
        return None, pace
    return Gate(condition=condition, labels=labels, query=query, pace=pace), pace


def pinned_by(series: Series, labels: frozenset[str]) -> Pins:
    """Return some of the labels of the first of played series."""
    first = () if isinstance(series, Unprovable) else series[:1]
    return {k: v for each in first for k, v in each.labels.items() if k in labels}


def shared_labels(
    mine: frozenset[str] | None, theirs: frozenset[str] | None
) -> frozenset[str] | None:
    """Return the labels on which two results meet; None for all of them."""
    return None if mine is None or theirs is None or mine == theirs else mine & theirs


def is_among(labels: Labels, held: Iterable[Labels], on: frozenset[str] | None) -> bool:
    """Say whether a label set meets one of others."""
    cut: Callable[[Labels], Labels] = (lambda x: x) if on is None else (lambda x: kept(x, on))
    return cut(labels) in {cut(other) for other in held}
