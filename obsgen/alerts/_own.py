"""Proofs of the kinds that play series of their own, with what `only_when` and `during` ask."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from obsgen.alerts._gate import Gate, Pins, gate_of
from obsgen.alerts._pace import Pace, Play
from obsgen.alerts._proof import Met, hours_play, with_proofs
from obsgen.model import Alert, AlertParts, Context, Labels, Look, Series, Unprovable, World

Plays = Iterable[Play | Unprovable]


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """
    What a kind says of its own condition.

    Attributes:
        labels: Those of what fires; None where that is open.
        met: Says for which label sets its condition holds.
        plays: Returns its plays, given the pace and how far back what stands beside it looks.
        holding: Returns series over which it holds, given the pace, for so many samples; some of
            their labels are set already.
        looks: What parts of the past it sees, as far as the pace depends on them.
        pace: Returns a pace of its own, given all that is looked at; None for the usual one.
    """

    labels: frozenset[str] | None
    met: Met
    plays: Callable[[Pace, int], Plays]
    holding: Callable[[Pace, int, Pins], Series]
    looks: tuple[Look, ...] = ()
    pace: Callable[[tuple[Look, ...]], Pace] | None = None


def proven_by(parts: AlertParts, alert: Alert, context: Context, own: Own) -> AlertParts:
    """Return an alert with the proofs of its kind, of `only_when`, and of its hours."""
    gate, pace = gate_of(alert, own.labels, context, own.looks, own.pace)
    if gate is None:
        hours = hours_play(alert, pace, lambda length: own.holding(pace, length, {}))
        return with_proofs(parts, alert, context, (*own.plays(pace, 0), *hours), own.met)
    return with_proofs(parts, alert, context, _gated(alert, own, gate), _passing(own, gate))


def _gated(alert: Alert, own: Own, gate: Gate) -> Iterator[Play | Unprovable]:
    """Yield the plays of an alert with `only_when`."""
    pace = gate.pace
    for play in own.plays(pace, gate.reach):
        yield gate.opened_for(play) if isinstance(play, Play) else play
    yield from gate.crossings(lambda length, pins: own.holding(pace, length, pins))
    yield from hours_play(
        alert,
        pace,
        lambda length: gate.held_beside(own.holding(pace, length, gate.pins), length),
    )


def _passing(own: Own, gate: Gate) -> Met:
    def met(world: World) -> Iterable[Labels]:
        return gate.passed(own.met(world), world)

    return met
