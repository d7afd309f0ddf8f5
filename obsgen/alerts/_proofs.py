"""Proofs of the alerts that are made of conditions: one of them, any of them, all of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from obsgen.alerts._gate import Gate, Pins, gate_of, is_among, pinned_by, shared_labels
from obsgen.alerts._louder import crossed, louder
from obsgen.alerts._pace import Play
from obsgen.alerts._proof import crossing, hours_play, together, tripped, with_proofs
from obsgen.model import (
    Alert,
    AlertParts,
    Condition,
    Context,
    Labels,
    LimitPart,
    Series,
    Unprovable,
    World,
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
    Return an alert on conditions with its proofs.

    Each limit of each condition is crossed in turn, while the others hold (or, where one is
    enough, are not played at all); what `only_when` asks holds all the time, and is crossed once.
    """
    prover = _Prover(alert, context, conditions, all_of=all_of)
    return with_proofs(parts, alert, context, prover.plays(), prover.met)


class _Prover:
    """Plays the conditions of one alert."""

    def __init__(
        self, alert: Alert, context: Context, conditions: tuple[Condition, ...], *, all_of: bool
    ) -> None:
        self.alert = alert
        self.conditions = conditions
        self.all_of = all_of
        self.query = context.query()
        looks = (look for condition in conditions for look in condition.looks(self.query))
        labels = conditions[0].measure.labels
        self.gate, self.pace = gate_of(alert, labels, context, looks)

    def plays(self) -> Iterator[Play | Unprovable]:
        """Yield the play of each crossing."""
        for condition in self.conditions:
            for part in condition.parts(self.query):
                yield self._played(condition, part)
        if self.gate is not None:
            yield from self._crossed(self.gate)
        yield from hours_play(self.alert, self.pace, self._holding_with_gate)

    def _played(self, condition: Condition, part: LimitPart) -> Play | Unprovable:
        """Cross a limit; where its series cannot have the labels of the others, the other way."""
        found: Play | Unprovable = Unprovable("")
        tried: list[Pins] = []
        for pins in self._pins(condition):
            if pins in tried:
                continue
            tried.append(pins)
            found = self._crossing(condition, part, pins)
            if self.gate is not None and isinstance(found, Play):
                # More series of the counter that a share counts would make it smaller.
                own = louder(found, self.gate) if self._is_share else None
                found = own or self.gate.opened_for(found)
            if isinstance(found, Play):
                break
        return found

    @property
    def _is_share(self) -> bool:
        """Say whether all conditions are of shares, which stay the same as all counters grow."""
        return all(c.measure.unit.dimension == "ratio" for c in self.conditions)

    def _crossed(self, gate: Gate) -> Iterator[Play | Unprovable]:
        """Yield the gate's crossings, on the series of the conditions themselves if it can be."""
        own = None
        if self._is_share:
            own = crossed(gate, lambda length: self._holding(length, gate.pins))
        yield from gate.crossings(self._holding) if own is None else (own,)

    def _pins(self, condition: Condition) -> Iterator[Pins]:
        """Yield what labels may be set to: nothing, what the gate's series have, what others'."""
        yield {}
        if self.gate is not None:
            yield self.gate.pins
        for other in self._others(condition):
            labels = (other.measure.labels or frozenset()) & (
                condition.measure.labels or frozenset()
            )
            yield pinned_by(self._held((other,), 1, {}), labels)

    def _others(self, condition: Condition) -> tuple[Condition, ...]:
        """Return the conditions that must hold for this one to matter."""
        return tuple(c for c in self.conditions if self.all_of and c is not condition)

    def _crossing(self, condition: Condition, part: LimitPart, pins: Pins) -> Play | Unprovable:
        def beside(length: int, own: Series) -> Series:
            return self._held(self._others(condition), length, pinned_by(own, self._labels))

        several = len(self.conditions) > 1 or self.gate is not None or bool(condition.limit.by)
        return crossing(condition, part, self.pace, pins, beside, is_named=several)

    @property
    def _labels(self) -> frozenset[str]:
        """The labels that one of the results keeps."""
        return frozenset[str]().union(*(c.measure.labels or () for c in self.conditions))

    def _holding(self, length: int, pins: Pins) -> Series:
        conditions = self.conditions if self.all_of else self.conditions[:1]
        return self._held(conditions, length, pins)

    def _holding_with_gate(self, length: int) -> Series:
        if self.gate is None:
            return self._holding(length, {})
        return self.gate.held_beside(self._holding(length, self.gate.pins), length)

    def _held(self, conditions: Iterable[Condition], length: int, pins: Pins) -> Series:
        """Return series over which conditions hold; of the pins, each takes its own labels."""
        return together(
            tripped(
                condition,
                condition.parts(self.query)[0],
                self.pace,
                length,
                {k: v for k, v in pins.items() if k in (condition.measure.labels or ())},
            )
            for condition in conditions
        )

    def met(self, world: World) -> Iterable[Labels]:
        """Return for what the alert's condition holds."""
        found = [c.met(self.query, world) for c in self.conditions]
        fires = _all(self.conditions, found) if self.all_of else _any(found)
        return fires if self.gate is None else self.gate.passed(fires, world)


def _any(found: Iterable[Mapping[Labels, object]]) -> list[Labels]:
    return list(dict.fromkeys(labels for vector in found for labels in vector))


def _all(
    conditions: tuple[Condition, ...], found: Iterable[Mapping[Labels, object]]
) -> list[Labels]:
    first, *rest = found
    kept_labels = list(first)
    for condition, held in zip(conditions[1:], rest, strict=True):
        on = shared_labels(conditions[0].measure.labels, condition.measure.labels)
        kept_labels = [labels for labels in kept_labels if is_among(labels, held, on)]
    return kept_labels
