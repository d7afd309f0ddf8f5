"""`ratio`: one measure over another, on the labels that both keep."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from obsgen.catalogue import Metric
from obsgen.diagnostics import NOWHERE, Origin, finding
from obsgen.measures._parts import COMMON_MODIFIERS, UNMATCHED_OPERANDS, quotient, spoken
from obsgen.measures._played import settled
from obsgen.model import (
    Curve,
    Domain,
    Look,
    Measure,
    ModifierNodes,
    Query,
    Reader,
    Scene,
    Series,
    Unprovable,
    Vector,
    World,
    divided,
    kept,
)
from obsgen.promql.build import Expr, aggregate, binary, call, number
from obsgen.schema.shared import ref
from obsgen.source import MappingNode
from obsgen.units import Unit


@dataclass(frozen=True, slots=True)
class Pairing:
    """
    How series pair whose labels differ.

    Attributes:
        on: The labels of the side that has fewer.
        many_parts: The part is the side that has more.
    """

    on: tuple[str, ...]
    many_parts: bool

    @property
    def clause(self) -> str:
        """The matching clause of the quotient."""
        return f"{self._on} group_{'left' if self.many_parts else 'right'} ()"

    @property
    def _on(self) -> str:
        return f"on ({', '.join(self.on)})"

    def divided(self, part: Vector, whole: Vector) -> Vector:
        """Return the quotients of played values, as the clause has them."""
        many, few = (part, whole) if self.many_parts else (whole, part)
        found = {}
        paired = {kept(labels, self.on): value for labels, value in few.items()}
        for labels, value in many.items():
            other = paired.get(kept(labels, self.on))
            above, below = (value, other) if self.many_parts else (other or Fraction(0), value)
            if below is not None and below > 0:
                found[labels] = above / below
        if self.many_parts:
            there = {kept(labels, self.on) for labels in part}
            missing = {k for k, value in whole.items() if value > 0 and k not in there}
            found |= dict.fromkeys(sorted(missing), Fraction(0))
        return found

    def filled(self, part: Expr, whole: Expr) -> Expr:
        """Return the part, and 0 where it has no series and the whole has."""
        zero = binary(number("0"), "*", whole)
        if self.many_parts:
            return binary(part, "or", zero, matching=self._on)
        return binary(part, "or", aggregate("sum", zero, by=self.on))


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratio:
    """`part / whole`; *pairing* joins a side that has fewer labels, and is None where none has."""

    part: Measure
    whole: Measure
    pairing: Pairing | None
    legend: str
    top: int
    named: str
    origin: Origin = field(compare=False, repr=False, default=NOWHERE)

    @property
    def unit(self) -> Unit:
        """A ratio if the units agree, else one over the other."""
        return self.part.unit.over(self.whole.unit)

    @property
    def labels(self) -> frozenset[str] | None:
        """The labels of the side that has more."""
        if self.part.labels is None or self.whole.labels is None:
            return None
        return self.part.labels | self.whole.labels

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """What both sides read."""
        return (*self.part.metrics, *self.whole.metrics)

    @property
    def title(self) -> str:
        """One over the other."""
        return spoken(self.named) or f"{self.part.title} over {self.whole.title}"

    def window(self, default: str) -> str:
        """Return the window of the part."""
        return self.part.window(default)

    def expr(self, query: Query) -> Expr:
        """Return the PromQL; 0 where only the part is missing."""
        part, whole = self.part.expr(query), self.whole.expr(query)
        if self.pairing is not None:
            part = self.pairing.filled(part, whole)
        matching = self.pairing.clause if self.pairing is not None else ""
        divided = quotient(part, whole, fill=self.pairing is None, matching=matching)
        return call("topk", str(self.top), divided) if self.top else divided

    @property
    def domain(self) -> Domain:
        """
        Not below 0 where neither side is.

        Of counts it takes steps; how small they are depends on how many series there are.
        """
        sides = (self.part.domain, self.whole.domain)
        low = Decimal(0) if all(s.low is not None and s.low >= 0 for s in sides) else None
        if all(side.step is not None for side in sides):
            return Domain(low=low, grid=Fraction(1, _POPULATION), exact=None)
        return Domain(low=low, exact=() if low is None else (low,))

    def looks(self, query: Query) -> tuple[Look, ...]:
        """Return what both sides see."""
        return (*self.part.looks(query), *self.whole.looks(query))

    def values(self, query: Query, world: World) -> Vector:
        """Return the quotients; a part that is not there counts 0."""
        part, whole = self.part.values(query, world), self.whole.values(query, world)
        if self.pairing is None:
            return divided(part, whole, fill=True)
        return self.pairing.divided(part, whole)

    def series(self, query: Query, curve: Curve, scene: Scene) -> Series:
        """Return a whole that stands still and a part that moves."""
        shared = {m.name for m in self.part.metrics} & {m.name for m in self.whole.metrics}
        if shared:
            return self._of_one(query, curve, scene)
        found: Series = Unprovable("no level of the one side gives the other a level of its own")
        for whole in self._wholes(curve):
            found = self._beside(query, curve, scene, whole)
            if not isinstance(found, Unprovable):
                break
        return found

    def _wholes(self, curve: Curve) -> Iterator[Fraction]:
        """Yield levels of the whole at which both sides stay within what they can take."""
        part, whole = self.part.domain, self.whole.domain
        has_steps = part.step is not None or whole.step is not None
        for level in (_POPULATION,) if has_steps else (100, 1, Fraction(1, 2), Fraction(1, 100)):
            parts = [span.level * level for span in curve if span.level is not None]
            if whole.holds(Fraction(level)) and all(map(part.holds, parts)):
                yield Fraction(level)

    def _beside(self, query: Query, curve: Curve, scene: Scene, whole: Fraction) -> Series:
        """Play both sides; labels that both keep have the same values."""
        moved = tuple(s._replace(level=None if s.level is None else s.level * whole) for s in curve)
        still = tuple(s._replace(level=None if s.level is None else whole) for s in curve)
        plays = (
            (self.part, moved, scene._replace(tripping=scene.tripping * whole)),
            (self.whole, still, scene._replace(tripping=whole)),
        )
        found: Series = Unprovable("the two sides never have the same labels")
        for first, second in (plays, plays[::-1]):
            one = first[0].series(query, first[1], first[2])
            if isinstance(one, Unprovable):
                return one
            shared = (self.part.labels or frozenset()) & (self.whole.labels or frozenset())
            values = settled(first[0], query, one, scene)
            level = next((s.level for s in first[1] if s.level is not None), None)
            labels = next((k for k, value in values.items() if value == level), ())
            pinned = {**scene.pinned, **dict(kept(labels, shared))}
            found = second[0].series(query, second[1], second[2]._replace(pinned=pinned))
            if not isinstance(found, Unprovable):
                return (*one, *found)
        return found

    def _of_one(self, query: Query, curve: Curve, scene: Scene) -> Series:
        """Play only the part, where the same series are the whole and stay as many."""
        reason = Unprovable("both sides read the same series, and cannot be played apart")
        if self.part.domain.step is None or self.whole.domain.step is None:
            return reason
        moved = tuple(
            s._replace(level=None if s.level is None else s.level * _POPULATION) for s in curve
        )
        tripping = scene.tripping * _POPULATION
        own = scene._replace(tripping=tripping, population=_POPULATION)
        found = self.part.series(query, moved, own)
        if isinstance(found, Unprovable):
            return found
        level = next((span.level for span in curve if span.level is not None), None)
        return found if level in settled(self, query, found, scene).values() else reason


_POPULATION: Final = 20
"""So many series are played where one count is divided by another."""


class RatioKind:
    """Reads `{ratio: MEASURE, over: MEASURE}`."""

    key: Final = "ratio"
    modifiers: Final = COMMON_MODIFIERS
    schema: Final[Mapping[str, Any]] = {
        "ratio": ref("measure", "The measure that is divided."),
        "over": ref("measure", "The measure that it is divided by."),
    }

    def read(
        self, node: MappingNode, modifiers: ModifierNodes, reader: Reader
    ) -> tuple[Ratio, ...]:
        """Read both operands; they inherit what they do not set themselves."""
        operands = ModifierNodes(
            where=modifiers.where,
            nodes={k: v for k, v in modifiers.nodes.items() if k in {"by", "window", "offset"}},
        )
        part = reader.measure(node.get("ratio"), operands)
        whole = reader.measure(node.get("over"), operands)
        if part is None or whole is None:
            return ()
        if not _can_pair(part, whole):
            hint = "give both operands the same `by`"
            message = f"{_labels(part)} of `ratio` and {_labels(whole)} of `over` never match"
            reader.report(finding(UNMATCHED_OPERANDS, node.origin, message, hint))
            return ()
        own = reader.modifiers(
            ModifierNodes(
                nodes={k: v for k, v in modifiers.nodes.items() if k in {"top", "legend"}}
            ),
            (),
        )
        found = Ratio(
            part=part,
            whole=whole,
            pairing=_pairing(part, whole),
            legend=own.legend,
            top=own.top,
            named=modifiers.named,
            origin=node.origin,
        )
        return (found,)


def _can_pair(part: Measure, whole: Measure) -> bool:
    few, many = whole.labels, part.labels
    return few is None or many is None or few <= many or many <= few


def _pairing(part: Measure, whole: Measure) -> Pairing | None:
    if part.labels is None or whole.labels is None or part.labels == whole.labels:
        return None
    few = min(part.labels, whole.labels, key=len)
    return Pairing(tuple(sorted(few)), many_parts=whole.labels == few)


def _labels(measure: Measure) -> str:
    names = sorted(measure.labels or ())
    return f"the labels ({', '.join(names)})" if names else "the single series"


KIND: Final = RatioKind()
