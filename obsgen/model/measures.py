"""Measures: numbers that can be asked for, and what they are compared with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Protocol

from obsgen.artefacts import InputSeries
from obsgen.catalogue import Metric
from obsgen.diagnostics import NOWHERE, Origin
from obsgen.matchers import Matcher, any_value, literal_pattern
from obsgen.model.proofs import Curve, Domain, Look, Scene, Unprovable
from obsgen.model.vectors import Labels, Vector
from obsgen.model.worlds import World
from obsgen.promql.build import Expr, any_of, binary, number
from obsgen.source import Node
from obsgen.units import COUNT, Unit, number_text

Series = tuple[InputSeries, ...] | Unprovable


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """
    How a measure is asked.

    Attributes:
        window: The range for measures that do not set their own: `5m`, `$__rate_interval`.
        filters: Matchers for every selector whose metric has the label: a dashboard's variables,
            or the label value that a limit is for.
    """

    window: str = "5m"
    filters: tuple[Matcher, ...] = ()

    def filtered(self, matcher: Matcher) -> Query:
        """Return the query with one more filter."""
        return Query(window=self.window, filters=(*self.filters, matcher))


class Measure(Protocol):
    """A number that can be asked for: a query with a unit and labels."""

    @property
    def origin(self) -> Origin:
        """Where it was written."""
        ...

    @property
    def unit(self) -> Unit:
        """What the number counts."""
        ...

    @property
    def labels(self) -> frozenset[str] | None:
        """The labels that the result may carry; None where that is open."""
        ...

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """The declared metrics that the query reads."""
        ...

    @property
    def legend(self) -> str:
        """What the author wants each series to be called in a panel, or an empty text."""
        ...

    @property
    def title(self) -> str:
        """A few words that say what is measured, for summaries and descriptions."""
        ...

    def window(self, default: str) -> str:
        """Return the range that the query looks at, or an empty text where it has none."""
        ...

    def expr(self, query: Query) -> Expr:
        """Return the PromQL."""
        ...

    @property
    def domain(self) -> Domain:
        """The values that it can take."""
        ...

    def looks(self, query: Query) -> tuple[Look, ...]:
        """Return what parts of the past the query sees, at least one."""
        ...

    def series(self, query: Query, curve: Curve, scene: Scene) -> Series:
        """
        Return series over which the query stands at the levels of a curve: the inverse of `expr`.

        It has settled at a level as soon as it looks at nothing before.
        """
        ...

    def values(self, query: Query, world: World) -> Vector:
        """Return what the query gives over played series, by the definition of the measure."""
        ...


def observed(measure: Measure) -> Metric | None:
    """
    Return the distribution whose own values a measure shows: a quantile or a mean of it.

    Told by the unit: what counts observations is in none, a part of them is a ratio.
    """
    metrics = {metric.name: metric for metric in measure.metrics}
    if len(metrics) != 1:
        return None
    (metric,) = metrics.values()
    is_telling = metric.unit.dimension != "ratio" and metric.unit != COUNT
    is_distribution = metric.type in {"histogram", "native_histogram", "summary"}
    return metric if is_distribution and is_telling and measure.unit == metric.unit else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """
    What a measure is compared with, in the measure's own unit.

    Attributes:
        text: As the author wrote it: `5%`.
        by: The label whose value decides, or empty.
        values: Limits of single label values, with their text.
    """

    value: Decimal | Fraction | None
    text: str
    by: str = ""
    values: tuple[tuple[str, Decimal | Fraction, str], ...] = ()
    origin: Origin = field(compare=False, repr=False, default=NOWHERE)

    def words(self, unit: Unit) -> str:
        """Return the limits in words: `0.1s for us, 0.2s for others`."""
        bounds = [f"{number_text(value)}{unit} for {name}" for name, value, _ in self.values]
        if self.value is not None:
            bounds.append(f"{number_text(self.value)}{unit}{' for others' if bounds else ''}")
        return ", ".join(bounds)

    @property
    def unnamed(self) -> Matcher:
        """What takes the values of the label `by` for which no limit of their own is given."""
        named = [literal_pattern(name) for name, _, _ in self.values]
        return any_value(self.by, named, negated=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """A measure, a comparison (`>`) and a limit."""

    measure: Measure
    comparison: str
    limit: Limit
    origin: Origin = field(compare=False, repr=False, default=NOWHERE)

    def expr(self, query: Query) -> Expr:
        """Return `measure > limit`; limits that differ by a label's value give a union."""
        return any_of(self._compared(part.limit, part.query) for part in self.parts(query))

    def _compared(self, value: Decimal | Fraction, query: Query) -> Expr:
        return binary(self.measure.expr(query), self.comparison, number(number_text(value)))

    def parts(self, query: Query) -> tuple[LimitPart, ...]:
        """Return each of the limits with the query that it is for."""
        return limit_parts(self.limit, query)

    def looks(self, query: Query) -> tuple[Look, ...]:
        """Return what parts of the past it sees."""
        return tuple(look for p in self.parts(query) for look in self.measure.looks(p.query))

    def met(self, query: Query, world: World) -> Vector:
        """Return the values over played series that are beyond their limit."""
        found: dict[Labels, Fraction] = {}
        for part in self.parts(query):
            is_exact = self.measure.domain.is_exact(part.limit)
            for labels, value in self.measure.values(part.query, world).items():
                if world.holds(value, self.comparison, part.limit, is_exact=is_exact):
                    found.setdefault(labels, value)
        return found


@dataclass(frozen=True, slots=True)
class LimitPart:
    """One limit of a condition, its text, and the query that it is for."""

    query: Query
    limit: Fraction
    text: str


def limit_parts(limit: Limit, query: Query) -> tuple[LimitPart, ...]:
    """Return each amount of a limit with the query that it is for."""
    if not limit.by:
        return (LimitPart(query, Fraction(limit.value or 0), limit.text),)
    found = [
        LimitPart(query.filtered(Matcher(limit.by, "=", name)), Fraction(value), text)
        for name, value, text in limit.values
    ]
    rest = query.filtered(limit.unnamed)
    if limit.value is not None:
        found.append(LimitPart(rest, Fraction(limit.value), limit.text))
    return tuple(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class ModifierNodes:
    """
    What stands beside a measure's kind, unread: labels can be checked once the metric is known.

    Attributes:
        where: All of them hold.
        nodes: The other modifiers by name.
        named: The name under which the measure was declared, or empty.
    """

    where: tuple[Node, ...] = ()
    nodes: Mapping[str, Node] = field(default_factory=dict)
    named: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Modifiers:
    """
    What may stand beside a measure's kind, read.

    Attributes:
        window: A duration, `$__range`, or empty for the default of whoever asks.
        per: Seconds that a rate is given for; 1 a second.
        top: Only the largest so many series (panels); 0 for all.
        slower_than: Only observations above this bucket's bound.
        named: The name under which the measure was declared, or empty.
    """

    where: tuple[Matcher, ...] = ()
    by: tuple[str, ...] = ()
    window: str = ""
    offset: str = ""
    per: int = 1
    top: int = 0
    slower_than: Decimal | None = None
    legend: str = ""
    named: str = ""
