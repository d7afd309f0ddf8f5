"""`count`: how many series of a metric or measure meet a condition."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from obsgen.artefacts import InputSeries
from obsgen.catalogue import Metric
from obsgen.diagnostics import NOWHERE, Code, Origin, finding
from obsgen.measures._parts import COMMON_MODIFIERS, spoken
from obsgen.model import (
    Condition,
    Curve,
    Domain,
    Look,
    Measure,
    ModifierNodes,
    Modifiers,
    Query,
    Reader,
    Scene,
    Series,
    Unprovable,
    Vector,
    World,
    grouped,
    levels_of,
)
from obsgen.promql.build import Expr, aggregate, binary, call, number
from obsgen.schema.shared import ref
from obsgen.source import Entry, MappingNode, Node, Scalar
from obsgen.units import COUNT, Unit

LOST_GROUP: Final = Code(
    "PQL414",
    "lost-group",
    why="the measure that is counted sums the label away, so there is nothing to count by",
    fix="Add the label to the `by` of the counted measure.",
)
CODES: Final = (LOST_GROUP,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """`count by (…) (measure > limit)`; 0 where there are series and none passes."""

    inner: Measure
    which: Condition | None
    modifiers: Modifiers
    origin: Origin = field(compare=False, repr=False, default=NOWHERE)

    @property
    def unit(self) -> Unit:
        """Series."""
        return COUNT

    @property
    def labels(self) -> frozenset[str] | None:
        """The labels of `by`."""
        return frozenset(self.modifiers.by)

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """What the counted measure reads."""
        return self.inner.metrics

    @property
    def legend(self) -> str:
        """What the author wrote."""
        return self.modifiers.legend

    @property
    def title(self) -> str:
        """The number of what."""
        return spoken(self.modifiers.named) or f"number of {self.inner.title}"

    def window(self, default: str) -> str:
        """Return the counted measure's window."""
        return self.inner.window(default)

    def expr(self, query: Query) -> Expr:
        """Return the PromQL."""
        counted = aggregate("count", self.inner.expr(query), by=self.modifiers.by)
        if self.which is not None:
            met = aggregate("count", self.which.expr(query), by=self.modifiers.by)
            counted = binary(met, "or", binary(number("0"), "*", counted))
        return call("topk", str(self.modifiers.top), counted) if self.modifiers.top else counted

    @property
    def domain(self) -> Domain:
        """Whole numbers; none of some series is 0, and where there are none there is no count."""
        low = Decimal(0) if self.which is not None else Decimal(1)
        return Domain(low=low, step=Decimal(1), exact=None)

    def looks(self, query: Query) -> tuple[Look, ...]:
        """Return what the counted measure sees."""
        return self.inner.looks(query)

    def values(self, query: Query, world: World) -> Vector:
        """Return how many there are, or meet the condition."""
        by = self.modifiers.by
        there = grouped(self.inner.values(query, world), by, _number)
        if self.which is None:
            return there
        met = grouped(self.which.met(query, world), by, _number)
        return {labels: met.get(labels, Fraction(0)) for labels in there}

    def series(self, query: Query, curve: Curve, scene: Scene) -> Series:
        """Return one series for each that may be counted, which meets the condition or does not."""
        played = self._played(query)
        if isinstance(played, Unprovable):
            return played
        query, met, missed = played
        most = int(max((s.level for s in curve if s.level is not None), default=Fraction(0)))
        count = max(most + (missed is not None), scene.population)
        if count > _MOST_SERIES:
            return Unprovable(f"it would take {count} series")
        varied = sorted((self.inner.labels or frozenset()) - {*self.modifiers.by})
        if not varied and count > 1:
            return Unprovable("the measure that is counted keeps no label in which series differ")
        found: list[InputSeries] = []
        for place in range(count):
            own = scene._replace(
                tripping=met,
                sibling=place,
                varied=tuple(varied),
                with_decoys=scene.with_decoys and place == 0,
            )
            series = self.inner.series(query, _turns(curve, place, met, missed), own)
            if isinstance(series, Unprovable):
                return series
            found.extend(series)
        return tuple(found)

    def _played(self, query: Query) -> tuple[Query, Fraction, Fraction | None] | Unprovable:
        """Return the query, a level that counts, and one that does not (None: not being there)."""
        if self.which is None:
            if any(look.window.ms for look in self.inner.looks(query)):
                return Unprovable("when a series with a window begins and ends depends on scrapes")
            inner = self.inner.domain
            level = Fraction(1) if inner.low is None else Fraction(inner.low)
            return query, level, None
        part = self.which.parts(query)[-1]
        levels = levels_of(self.which.comparison, part.limit, self.inner.domain)
        if isinstance(levels, Unprovable):
            return levels
        return part.query, levels.tripping, levels.at_rest


_MOST_SERIES: Final = 40


def _number(values: list[Fraction]) -> Fraction:
    return Fraction(len(values))


def _turns(curve: Curve, place: int, met: Fraction, missed: Fraction | None) -> Curve:
    """Return when one of the series is at the level that counts: the first come first."""
    return tuple(
        span._replace(level=None if span.level is None else met if place < span.level else missed)
        for span in curve
    )


class CountKind:
    """Reads `{count: GAUGE or MEASURE, which: {below: 60s}}`."""

    key: Final = "count"
    modifiers: Final = COMMON_MODIFIERS
    schema: Final[Mapping[str, Any]] = {
        "count": {
            **ref("measure"),
            "description": "How many series of a gauge or measure there are, or meet `which`.",
            "examples": ["up", {"age": "container_last_seen"}],
        },
        "which": ref("comparison", "The comparison that a series must meet to be counted."),
    }

    def read(
        self, node: MappingNode, modifiers: ModifierNodes, reader: Reader
    ) -> tuple[Count, ...]:
        """Read what is counted and the comparison."""
        inner = _counted(node.get("count"), modifiers, reader)
        which = node.get("which")
        if inner is None:
            return ()
        condition = None
        if isinstance(which, MappingNode):
            read = reader.comparison(which, inner)
            if read is None:
                return ()
            condition = Condition(
                measure=inner, comparison=read[0], limit=read[1], origin=which.origin
            )
        own = {k: v for k, v in modifiers.nodes.items() if k in {"by", "top", "legend"}}
        read_own = reader.modifiers(ModifierNodes(nodes=own, named=modifiers.named), inner.metrics)
        _check_kept(read_own.by, inner, modifiers.nodes.get("by"), reader)
        found = Count(inner=inner, which=condition, modifiers=read_own, origin=node.origin)
        return (found,)


def _counted(node: Node | None, modifiers: ModifierNodes, reader: Reader) -> Measure | None:
    """Read what is counted: a measure, or a gauge by its name, every series of it."""
    nodes = {k: v for k, v in modifiers.nodes.items() if k in {"by", "window", "offset"}}
    inherited = ModifierNodes(where=modifiers.where, nodes=nodes)
    is_gauge = isinstance(node, Scalar) and node.text in reader.catalogue.metrics
    if is_gauge and isinstance(node, Scalar) and not reader.names_measure(node.text):
        key = replace(node, text="value", style="")
        node = MappingNode(
            entries={"value": Entry(key, node)}, origin=node.origin, start=node.start, end=node.end
        )
    return reader.measure(node, inherited)


def _check_kept(by: tuple[str, ...], inner: Measure, node: Node | None, reader: Reader) -> None:
    """Report groups that the counted measure has summed away."""
    lost = [label for label in by if inner.labels is not None and label not in inner.labels]
    if lost and node is not None:
        message = f"`by` counts by `{lost[0]}`, which {inner.title} does not keep"
        hint = f"add `by: [{lost[0]}]` to the measure that is counted"
        reader.report(finding(LOST_GROUP, node.origin, message, hint))


KIND: Final = CountKind()
