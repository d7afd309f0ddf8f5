"""Measures: numbers that can be asked for, and what they are compared with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Protocol

from obsgen.catalogue import Metric
from obsgen.diagnostics import NOWHERE, Origin
from obsgen.matchers import Matcher, any_value, literal_pattern
from obsgen.promql.build import Expr, any_of, binary, number
from obsgen.source import Node
from obsgen.units import Unit, number_text


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
        limit = self.limit
        if not limit.by:
            return self._compared(limit.value or Decimal(0), query)
        parts = [
            self._compared(value, query.filtered(Matcher(limit.by, "=", name)))
            for name, value, _ in limit.values
        ]
        if limit.value is not None:
            parts.append(self._compared(limit.value, query.filtered(limit.unnamed)))
        return any_of(parts)

    def _compared(self, value: Decimal | Fraction, query: Query) -> Expr:
        return binary(self.measure.expr(query), self.comparison, number(number_text(value)))


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
