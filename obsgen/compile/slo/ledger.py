"""
The ledger of one SLO: events and bad events of every tile, and the coarse ledger over them.

SLOs of one stream read its raw series once: what an earlier one of the group counts in the same
words is copied.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Final

from obsgen import names
from obsgen.artefacts import RecordingRule
from obsgen.compile.slo.scope import SloScope
from obsgen.counting.calendar import coarse_gate
from obsgen.model import Ledger, LedgerScope
from obsgen.units import Duration

# A birth beyond this is a relabelling or a hidden series that returned, not events.
CAP_BASE: Final = 10
CAP_FACTOR: Final = 2
CAP_WINDOW: Final = Duration.parse("1h")


@dataclass(slots=True)
class Streams:
    """What the SLOs of one service count so far: who counts it, by what is counted."""

    counted: dict[tuple[str, ...], SloScope] = field(default_factory=dict)

    def first(self, key: tuple[str, ...], scope: SloScope) -> SloScope:
        """Return the SLO that counts this first."""
        return self.counted.setdefault(key, scope)


def ledger_rules(scope: SloScope, streams: Streams) -> Iterator[RecordingRule]:
    """Yield the ledger, its parts first, and the coarse ledger."""
    slo, tile = scope.slo, scope.tile
    asked = LedgerScope(by=slo.by, identity=scope.identity, tile=slo.tile)
    ledger = slo.sli.ledger(asked)
    # Without its own identity, SLOs of one stream say the same.
    bare = slo.sli.ledger(replace(asked, identity=()))
    parts = _Parts(scope, streams, (bare.total_seen, *slo.by, str(slo.tile)))
    if ledger.bad_born is None:
        if ledger.measured is not None:
            yield parts.record(names.total_seen(tile), ledger.measured, bare.measured or "")
        yield parts.record(names.total_events(tile), ledger.total_seen, bare.total_seen)
        yield parts.record(names.bad_events(tile), ledger.bad_seen, bare.bad_seen)
    else:
        yield parts.record(names.total_seen(tile), ledger.total_seen, bare.total_seen)
        yield parts.record(names.bad_seen(tile), ledger.bad_seen, bare.bad_seen)
        if ledger.total_born is not None:
            yield parts.record(names.total_born(tile), ledger.total_born, bare.total_born or "")
        yield parts.record(names.bad_born(tile), ledger.bad_born, bare.bad_born or "")
        yield scope.record(names.bad_events(tile), _bad_events(scope, ledger))
        yield scope.record(names.total_events(tile), _total_events(scope, ledger))
    yield from _coarse(scope)


@dataclass(frozen=True, slots=True)
class _Parts:
    """Records parts of a ledger, or copies what an earlier SLO has of the same stream."""

    scope: SloScope
    streams: Streams
    stream: tuple[str, ...]

    def record(self, name: str, expr: str, bare: str) -> RecordingRule:
        first = self.streams.first((name, bare, *self.stream), self.scope)
        return self.scope.record(name, expr if first is self.scope else first.of(name))


def _bad_events(scope: SloScope, ledger: Ledger) -> str:
    tile = scope.tile
    seen, born = scope.of(names.bad_seen(tile)), scope.of(names.bad_born(tile))
    if ledger.total_born is None:
        accepted = f"{born}\n  <= {_cap(scope)}"
    else:
        accepted = f"{born}\nand {scope.of(names.total_born(tile))}\n  <= {_cap(scope)}"
    hung = accepted.replace("\n", "\n    ")
    return f"{seen}\n  + (\n    {hung}\n    or 0 * {born}\n  )"


def _total_events(scope: SloScope, ledger: Ledger) -> str:
    tile = scope.tile
    total = scope.of(names.total_seen(tile))
    if ledger.total_born is None:
        # Exactly the births that bad added: 0 <= bad <= total.
        bad, seen = scope.of(names.bad_events(tile)), scope.of(names.bad_seen(tile))
        if ledger.has_bad:
            return f"{total} >= {bad}\nor {bad}"
        return f"{total}\n  + {bad}\n  - {seen}"
    born = scope.of(names.total_born(tile))
    return f"{total}\n  + (\n    {born}\n      <= {_cap(scope)}\n    or 0 * {born}\n  )"


def _cap(scope: SloScope) -> str:
    busiest = scope.over("max_over_time", names.total_seen(scope.tile), CAP_WINDOW)
    return f"{CAP_BASE} + {CAP_FACTOR} * {busiest}"


def _coarse(scope: SloScope) -> Iterator[RecordingRule]:
    """
    Yield the coarse ledger.

    In the same group and gated, not in a group of its own: that one could run before the last
    tile is stored, and promtool evaluates every group at one interval.
    """
    for name in (names.bad_events, names.total_events):
        tiles = scope.events(name(scope.tile), names.COARSE_TILE)
        gate = coarse_gate(scope.tile)
        yield scope.record(name(names.COARSE_TILE), f"{tiles}\nand on () ({gate})")
