"""
What an expression means: the type, unit, labels and bounds of what each part of it yields.

One pass from the leaves to the root over the types of the functions, so that a check asks any node
of the tree. What is not known stays unknown; nothing here is a finding.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Final

from obsgen.promql.functions import COMPARISONS, SET_OPERATORS
from obsgen.promql.labels import Labelled, Labels, labels_after
from obsgen.promql.meaning.bounds import ANYTHING, ONE, Bounds
from obsgen.promql.meaning.constants import constant_of, folded
from obsgen.promql.meaning.label_values import (
    NO_VALUES,
    Values,
    narrowed_values,
    values_after,
    values_of_absence,
)
from obsgen.promql.meaning.nothing import COMPARISON, PAIRING, contradicting_matchers, unpaired
from obsgen.promql.meaning.operations import compared, computed
from obsgen.promql.meaning.quantities import Quantity, aggregated, called, of_series
from obsgen.promql.meaning.series import KnownSeries, Sample, Series
from obsgen.promql.tree import (
    Aggregate,
    Binary,
    Call,
    MatrixSelector,
    Node,
    NumberLiteral,
    Paren,
    StringLiteral,
    Subquery,
    Unary,
    VectorSelector,
    fold,
)
from obsgen.units import Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """
    What a part of an expression yields.

    Attributes:
        labels: The labels of its series, none for a number.
        values: The values that labels can have, where they are known.
        quantity: Type, unit and bounds of the samples.
        number: The constant that it is, or None.
        is_number: It is a number and no vector.
        is_conditional: Whether it has a series depends on what the samples are.
        nothing: Why it never yields a series, where the reason lies in this node; else empty.
        is_nothing: It never yields a series, for a reason here or further down.
        series: The series of a selector, where they are known.
    """

    labels: Labels
    values: Values = field(default_factory=dict)
    quantity: Quantity = field(default_factory=Quantity)
    number: Decimal | None = None
    is_number: bool = False
    is_conditional: bool = False
    nothing: str = ""
    is_nothing: bool = False
    series: Series | None = None

    @property
    def sample(self) -> Sample:
        """The type of the samples."""
        return self.quantity.sample

    @property
    def unit(self) -> Unit | None:
        """The unit of the samples; None where it is not known, and for plain numbers."""
        return self.quantity.unit

    @property
    def bounds(self) -> Bounds:
        """Between which numbers the samples lie."""
        return self.quantity.bounds


class Meanings:
    """The meaning of every node of one expression."""

    def __init__(self, root: Node, known: KnownSeries) -> None:
        """Infer all of them."""
        self.root = root
        self._known = known
        self._found: dict[int, Meaning] = {}
        self._series: dict[str, Series | None] = {}
        fold(root, self._combined)

    def __getitem__(self, node: Node) -> Meaning:
        """Return the meaning of a node of this expression."""
        return self._found[id(node)]

    @property
    def whole(self) -> Meaning:
        """The meaning of the expression."""
        return self._found[id(self.root)]

    def series_of(self, name: str | None) -> Series | None:
        """Return what is known of the series of a name."""
        if name is None:
            return None
        if name not in self._series:
            self._series[name] = self._known.series_of(name)
        return self._series[name]

    def _labels_of(self, name: str) -> Labels | None:
        series = self.series_of(name)
        return None if series is None else series.labels

    def _combined(self, node: Node, children: tuple[Meaning, ...]) -> Meaning:
        labelled = tuple(Labelled(c.labels, is_number=c.is_number) for c in children)
        labels = labels_after(node, labelled, self._labels_of)
        found = self._of(node, children, labels)
        self._found[id(node)] = found
        return found

    def _of(self, node: Node, children: tuple[Meaning, ...], labels: Labelled) -> Meaning:
        match node:
            case VectorSelector():
                return self._selected(node, labels.labels)
            case NumberLiteral():
                return _constant(constant_of(node))
            case StringLiteral():
                return _constant(None)
            case MatrixSelector() | Paren() | Subquery():
                return _wrapped(children[0])
            case Unary():
                return _signed(node, children[0])
            case Call():
                return _of_call(node, children, labels)
            case Aggregate():
                return _of_aggregate(node, children, labels)
            case Binary():
                return _of_binary(node, children[0], children[1], labels)
        raise AssertionError(node)

    def _selected(self, node: VectorSelector, labels: Labels) -> Meaning:
        series = self.series_of(node.metric_name)
        declared = NO_VALUES if series is None else series.values
        known = None if series is None else series.labels
        nothing = contradicting_matchers(node, known, declared)
        return Meaning(
            labels=labels,
            values=narrowed_values(node, declared),
            quantity=Quantity() if series is None else of_series(series),
            nothing=nothing,
            is_nothing=bool(nothing),
            series=series,
        )


_ABSENCE: Final = frozenset({"absent", "absent_over_time"})


def _constant(value: Decimal | None) -> Meaning:
    bounds = ANYTHING if value is None else Bounds(value, value)
    quantity = Quantity(sample=Sample.GAUGE, bounds=bounds)
    return Meaning(labels=Labels(), quantity=quantity, number=value, is_number=True)


def _wrapped(of: Meaning) -> Meaning:
    """Return the meaning of what only stands around a node, and is neither reason nor selector."""
    return replace(of, nothing="", series=None) if of.nothing or of.series else of


def _signed(node: Unary, of: Meaning) -> Meaning:
    if node.op == "+":
        return _wrapped(of)
    quantity = replace(of.quantity, bounds=of.bounds.negated())
    number = None if of.number is None else of.number.copy_negate()
    return replace(of, quantity=quantity, number=number, nothing="", series=None)


def _of_call(node: Call, children: tuple[Meaning, ...], labels: Labelled) -> Meaning:
    # The second vector of `info` only says which labels it takes.
    source = next((child for child in children if not child.is_number), None)
    quantity = called(node.function, tuple(c.quantity for c in children), tuple(_numbers(children)))
    is_absence = node.function in _ABSENCE
    number = children[0].number if node.function == "vector" and children else None
    return Meaning(
        labels=labels.labels,
        values=_values_of_call(node, source, labels.labels),
        quantity=replace(quantity, bounds=ONE) if is_absence else quantity,
        number=number,
        is_number=labels.is_number,
        is_conditional=is_absence or (source is not None and source.is_conditional),
        is_nothing=node.function not in _ABSENCE
        and not labels.is_number
        and source is not None
        and source.is_nothing,
    )


def _values_of_call(node: Call, source: Meaning | None, labels: Labels) -> Values:
    if source is None:
        return NO_VALUES
    told = values_of_absence(node) if node.function in _ABSENCE else source.values
    return values_after(node, told, labels)


def _numbers(children: tuple[Meaning, ...]) -> list[Decimal | None]:
    return [child.number if child.is_number else None for child in children]


def _of_aggregate(node: Aggregate, children: tuple[Meaning, ...], labels: Labelled) -> Meaning:
    source = children[-1]
    return Meaning(
        labels=labels.labels,
        values=values_after(node, source.values, labels.labels),
        quantity=aggregated(node.op, source.quantity, children[0].number),
        is_conditional=source.is_conditional,
        is_nothing=source.is_nothing,
    )


def _of_binary(node: Binary, lhs: Meaning, rhs: Meaning, labels: Labelled) -> Meaning:
    is_nothing = _has_nothing(node, lhs, rhs)
    nothing = "" if is_nothing else _reason(node, lhs, rhs)
    is_test = node.op in COMPARISONS and not node.is_bool
    is_conditional = lhs.is_conditional or rhs.is_conditional or node.op == "unless" or is_test
    if node.op == "or":
        is_conditional = lhs.is_conditional and rhs.is_conditional
    number = folded(node.op, lhs.number, rhs.number) if lhs.is_number and rhs.is_number else None
    return Meaning(
        labels=labels.labels,
        values=values_after(node, _side(node, lhs, rhs), labels.labels),
        quantity=_quantity(node, lhs, rhs),
        number=number,
        is_number=lhs.is_number and rhs.is_number,
        is_conditional=is_conditional,
        nothing=nothing,
        is_nothing=is_nothing or bool(nothing),
    )


def _side(node: Binary, lhs: Meaning, rhs: Meaning) -> Values:
    """Return what is known of label values on the side whose series remain."""
    if lhs.is_number:
        return rhs.values
    if rhs.is_number or node.op in {"and", "unless"}:
        return lhs.values
    if node.op == "or":
        both = lhs.values.keys() & rhs.values.keys()
        return {name: lhs.values[name] | rhs.values[name] for name in sorted(both)}
    if node.matching is None or not node.matching.group:
        return lhs.values
    many, one = (rhs, lhs) if node.matching.group == "right" else (lhs, rhs)
    taken = node.matching.include_names
    kept = {name: told for name, told in many.values.items() if name not in taken}
    return kept | {name: one.values[name] for name in taken if name in one.values}


def _quantity(node: Binary, lhs: Meaning, rhs: Meaning) -> Quantity:
    if node.op in SET_OPERATORS or node.op in COMPARISONS:
        return compared(node, lhs.quantity, rhs.quantity, left_is_number=lhs.is_number)
    return computed(node, lhs.quantity, rhs.quantity, (lhs.number, rhs.number))


def _has_nothing(node: Binary, lhs: Meaning, rhs: Meaning) -> bool:
    if node.op == "or":
        return lhs.is_nothing and rhs.is_nothing
    return lhs.is_nothing or (rhs.is_nothing and node.op != "unless")


def _reason(node: Binary, lhs: Meaning, rhs: Meaning) -> str:
    """Return why an operation on two sides that may have series never yields one."""
    if lhs.is_number and rhs.is_number:
        return ""
    if node.op in COMPARISONS and not node.is_bool and lhs.bounds.never(node.op, rhs.bounds):
        return COMPARISON
    if lhs.is_number or rhs.is_number or node.op in {"or", "unless"}:
        return ""
    sides: tuple[tuple[Labels, Mapping[str, frozenset[str]]], ...]
    sides = ((lhs.labels, lhs.values), (rhs.labels, rhs.values))
    return PAIRING if unpaired(node, *sides) else ""
