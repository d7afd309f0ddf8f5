"""Proofs of the alerts that are made of conditions: one of them, any of them, all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from obsgen.alerts._proof import Pace, Play, steps_of, together, tripped, with_proofs
from obsgen.model import (
    Alert,
    AlertParts,
    Condition,
    Context,
    Labels,
    LimitPart,
    Unprovable,
    World,
    kept,
)


def proven(
    parts: AlertParts,
    alert: Alert,
    context: Context,
    conditions: tuple[Condition, ...],
    *,
    all_of: bool,
) -> AlertParts:
    """
    Return an alert on conditions with its tests.

    Each limit of each condition is crossed in turn, while the others hold (or, where one is
    enough, are not played at all); what `only_when` asks holds all the time, and is crossed once.
    """
    gate = () if alert.only_when is None else (alert.only_when,)
    prover = _Prover(alert, context, conditions, gate, all_of=all_of)
    return with_proofs(parts, alert, context, prover.plays(), prover.met)


class _Prover:
    """Plays the conditions of one alert."""

    def __init__(
        self,
        alert: Alert,
        context: Context,
        conditions: tuple[Condition, ...],
        gate: tuple[Condition, ...],
        *,
        all_of: bool,
    ) -> None:
        self.alert = alert
        self.context = context
        self.conditions = conditions
        self.gate = gate
        self.all_of = all_of
        self.query = context.query()
        looks = (
            look
            for condition in (*conditions, *gate)
            for part in condition.parts(self.query)
            for look in condition.measure.looks(part.query)
        )
        self.pace = Pace.of(alert, context, looks)

    def plays(self) -> Iterator[Play | Unprovable]:
        """Yield the play of each crossing."""
        for condition in (*self.conditions, *self.gate):
            for part in condition.parts(self.query):
                yield self._crossing(condition, part)

    def _crossing(self, condition: Condition, part: LimitPart) -> Play | Unprovable:
        steps = steps_of(condition, part, self.pace, {})
        if isinstance(steps, Unprovable):
            return steps
        name, curve, scene, ends = steps
        own = condition.measure.series(part.query, curve, scene)
        if isinstance(own, Unprovable):
            return own
        played = [own]
        for other in self._beside(condition):
            held = tripped(other, other.parts(self.query)[0], self.pace, ends[-1], {})
            if isinstance(held, Unprovable):
                return held
            played.append(held)
        series = together(played)
        if isinstance(series, Unprovable):
            return series
        several = len((*self.conditions, *self.gate)) > 1 or bool(condition.limit.by)
        shown = f"{condition.measure.title} {name}" if several else name
        fades = curve[-1].level is None
        return Play(name=shown, pace=self.pace, series=series, ends=ends, fades=fades)

    def _beside(self, condition: Condition) -> Iterator[Condition]:
        """Yield the conditions that must hold for this one to matter."""
        if condition in self.gate:
            yield from self.conditions if self.all_of else self.conditions[:1]
            return
        if self.all_of:
            yield from (other for other in self.conditions if other is not condition)
        yield from self.gate

    def met(self, world: World) -> Iterable[Labels]:
        """Return for what the alert's condition holds."""
        found = [c.met(self.query, world) for c in self.conditions]
        fires = _all(self.conditions, found) if self.all_of else _any(found)
        for condition in self.gate:
            held = condition.met(self.query, world)
            on = _shared(self.conditions[0], condition)
            fires = [labels for labels in fires if _is_among(labels, held, on)]
        return fires


def _any(found: Iterable[Mapping[Labels, object]]) -> list[Labels]:
    return list(dict.fromkeys(labels for vector in found for labels in vector))


def _all(
    conditions: tuple[Condition, ...], found: Iterable[Mapping[Labels, object]]
) -> list[Labels]:
    first, *rest = found
    kept_labels = list(first)
    for condition, held in zip(conditions[1:], rest, strict=True):
        on = _shared(conditions[0], condition)
        kept_labels = [labels for labels in kept_labels if _is_among(labels, held, on)]
    return kept_labels


def _shared(one: Condition, other: Condition) -> frozenset[str] | None:
    """Return the labels on which two results meet; None for all of them."""
    mine, theirs = one.measure.labels, other.measure.labels
    if mine is None or theirs is None or mine == theirs:
        return None
    return mine & theirs


def _is_among(labels: Labels, held: Iterable[Labels], on: frozenset[str] | None) -> bool:
    cut: Callable[[Labels], Labels] = (lambda x: x) if on is None else (lambda x: kept(x, on))
    return cut(labels) in {cut(other) for other in held}
