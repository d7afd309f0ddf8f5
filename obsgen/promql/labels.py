"""
Which labels the result of an expression can have, and which it surely has.

The answer errs to one side only: a label that could be present is never called absent. Rules:
Prometheus `promql/engine.go` (`resultMetric`, `aggregation`) and `promql/functions.go`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Final, Protocol

from obsgen.promql.functions import FUNCTIONS, SET_OPERATORS, Type
from obsgen.promql.tree import (
    METRIC_NAME_LABEL,
    Aggregate,
    Binary,
    Call,
    Grouping,
    MatrixSelector,
    Node,
    NumberLiteral,
    StringLiteral,
    VectorSelector,
    fold,
    walk,
    without_parens,
)
from obsgen.promql.typing_rules import matches_empty

BUCKET_LABEL: Final = "le"
"""The upper bound of a bucket of a classic histogram."""


class Metrics(Protocol):
    """What is known of the metrics that expressions select."""

    def labels_of(self, name: str) -> frozenset[str] | None:
        """Return all labels that series of the metric can have; None for an unknown metric."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    """
    The labels of every series of a result.

    Attributes:
        is_open: Any label is possible but those in *names*; else only those in *names* are.
        names: The absent labels of an open set, the possible ones of a closed set; never the
            metric's name.
        sure: Labels that every series has, provided that series have all labels declared.
        may_be_named: The name of a metric may still be there, as `__name__`.
    """

    is_open: bool = False
    names: frozenset[str] = frozenset()
    sure: frozenset[str] = frozenset()
    may_be_named: bool = False

    def may_have(self, name: str) -> bool:
        """Say whether some series may have the label; False is a promise, True is none."""
        if name == METRIC_NAME_LABEL:
            return self.may_be_named
        return (name in self.names) is not self.is_open

    def must_have(self, name: str) -> bool:
        """Say whether every series has the label."""
        return name in self.sure

    def kept(self, names: Iterable[str]) -> Labels:
        """Return what is left when only these labels stay."""
        wanted = frozenset(names)
        return Labels(
            names=frozenset(n for n in wanted if self.may_have(n)) - {METRIC_NAME_LABEL},
            sure=self.sure & wanted,
            may_be_named=self.may_be_named and METRIC_NAME_LABEL in wanted,
        )

    def dropped(self, names: Iterable[str]) -> Labels:
        """Return what is left when these labels go."""
        gone = frozenset(names)
        if not gone:
            return self
        left = self.names | gone if self.is_open else self.names - gone
        return replace(self, names=left, sure=self.sure - gone)

    def added(self, names: Iterable[str], *, surely: bool) -> Labels:
        """Return the labels together with new ones, which every series gets or only some."""
        new = frozenset(names) - {METRIC_NAME_LABEL}
        if not new:
            return self
        left = self.names - new if self.is_open else self.names | new
        return replace(self, names=left, sure=self.sure | new if surely else self.sure)

    def united(self, other: Labels) -> Labels:
        """Return the labels of a result that holds series of both."""
        if self.is_open and other.is_open:
            names = self.names & other.names
        elif self.is_open:
            names = self.names - other.names
        elif other.is_open:
            names = other.names - self.names
        else:
            names = self.names | other.names
        return Labels(
            is_open=self.is_open or other.is_open,
            names=names,
            sure=self.sure & other.sure,
            may_be_named=self.may_be_named or other.may_be_named,
        )

    def shared(self, other: Labels) -> Labels:
        """Return the labels of series that are equal on both sides."""
        if self.is_open and other.is_open:
            names = self.names | other.names
        elif self.is_open:
            names = other.names - self.names
        elif other.is_open:
            names = self.names - other.names
        else:
            names = self.names & other.names
        both = Labels(is_open=self.is_open and other.is_open, names=names)
        # A label that one side surely has and the other never: no series match at all.
        sure = frozenset(n for n in self.sure | other.sure if both.may_have(n))
        return replace(both, sure=sure, may_be_named=self.may_be_named)


NO_LABELS: Final = Labels()
"""What a number has, and a sum of everything."""


def result_labels(node: Node, metrics: Metrics) -> Labels:
    """Return the labels of what an expression yields; a number has none."""

    def declared(name: str) -> Labels | None:
        found = metrics.labels_of(name)
        return None if found is None else declared_labels(found)

    def inferred(part: Node, children: tuple[Labelled, ...]) -> Labelled:
        return labels_after(part, children, declared)

    return fold(node, inferred).labels


def declared_labels(names: Iterable[str]) -> Labels:
    """Return the labels of the series of a metric whose labels are all declared."""
    known = frozenset(names) - {METRIC_NAME_LABEL}
    return Labels(names=known, sure=known, may_be_named=True)


def selectors(node: Node) -> tuple[VectorSelector, ...]:
    """Return all selectors of an expression, in the order of the text."""
    return tuple(part for part in walk(node) if isinstance(part, VectorSelector))


@dataclass(frozen=True, slots=True)
class Labelled:
    """The labels of what a part of an expression yields; a number is no vector without labels."""

    labels: Labels
    is_number: bool = False


_NUMBER: Final = Labelled(NO_LABELS, is_number=True)


def labels_after(
    node: Node, children: tuple[Labelled, ...], declared: Callable[[str], Labels | None]
) -> Labelled:
    """
    Return the labels of a node, told from those of its children.

    Args:
        declared: The labels of a metric's series; None for an unknown one.
    """
    match node:
        case NumberLiteral() | StringLiteral():
            return _NUMBER
        case VectorSelector():
            return Labelled(_selected(node, declared))
        case Call():
            return _called(node, children)
        case Aggregate():
            return Labelled(_aggregated(node, children[-1].labels))
        case Binary():
            return _combined(node, *children)
    return children[0]


def _selected(node: VectorSelector, declared: Callable[[str], Labels | None]) -> Labels:
    name = node.metric_name
    known = None if name is None else declared(name)
    labels = Labels(is_open=True, may_be_named=True) if known is None else known
    empty = {m.label for m in node.matchers if m.op in ("=", "=~") and not m.value}
    present = {m.label for m in node.matchers if matches_empty(m) is False} - {METRIC_NAME_LABEL}
    return labels.added(present, surely=True).dropped(empty)


def _called(node: Call, children: tuple[Labelled, ...]) -> Labelled:
    signature = FUNCTIONS.get(node.function)
    if signature is not None and signature.returns is Type.SCALAR:
        return _NUMBER
    source = _source(node, children)
    match node.function:
        case "absent" | "absent_over_time":
            return Labelled(_absence(node))
        case "label_replace" | "label_join":
            return Labelled(_relabelled(node, source))
        case "histogram_quantile" | "histogram_fraction":
            return Labelled(source.dropped({BUCKET_LABEL}))
        case "histogram_quantiles":
            return Labelled(_relabelled(node, source.dropped({BUCKET_LABEL})))
        case "info":
            return Labelled(Labels(is_open=True, sure=source.sure, may_be_named=True))
    return Labelled(source)


def _source(node: Call, children: tuple[Labelled, ...]) -> Labels:
    """Return the labels of the one argument that has series."""
    return next((child.labels for child in children if not child.is_number), NO_LABELS)


def _absence(node: Call) -> Labels:
    argument = without_parens(node.args[0]) if node.args else node
    selector = argument.selector if isinstance(argument, MatrixSelector) else argument
    if not isinstance(selector, VectorSelector):
        return NO_LABELS
    once = [m.label for m in selector.matchers]
    equal = {m.label for m in selector.matchers if m.op == "=" and m.value}
    sure = {label for label in equal if once.count(label) == 1}
    return NO_LABELS.added(equal, surely=False).added(sure, surely=True)


def _relabelled(node: Call, source: Labels) -> Labels:
    target = without_parens(node.args[1]) if len(node.args) > 1 else node
    if not isinstance(target, StringLiteral):
        return Labels(is_open=True, may_be_named=True)
    if target.value == METRIC_NAME_LABEL:
        return replace(source, may_be_named=True)
    labels = source.added({target.value}, surely=False)
    return replace(labels, sure=labels.sure - {target.value})


_KEEPS_ALL: Final = frozenset({"topk", "bottomk", "limitk", "limit_ratio"})


def _aggregated(node: Aggregate, labels: Labels) -> Labels:
    if node.op in _KEEPS_ALL:
        return labels
    if node.grouping is None:
        grouped = NO_LABELS
    elif node.grouping.without:
        grouped = replace(labels.dropped(node.grouping.names), may_be_named=False)
    else:
        grouped = labels.kept(node.grouping.names)
    if node.grouping is not None and node.grouping.variables:
        grouped = _perhaps_grouped(node.grouping, labels)
    if node.op != "count_values" or node.param is None:
        return grouped
    counted = without_parens(node.param)
    if not isinstance(counted, StringLiteral):
        return Labels(is_open=True, sure=grouped.sure, may_be_named=True)
    if node.grouping is not None and node.grouping.without:
        if counted.value in {METRIC_NAME_LABEL, *node.grouping.names}:
            return grouped
    elif counted.value == METRIC_NAME_LABEL:
        return replace(grouped, may_be_named=True)
    return grouped.added({counted.value}, surely=True)


def _perhaps_grouped(grouping: Grouping, labels: Labels) -> Labels:
    """Return what may be left where nobody knows some of the labels to group by."""
    if grouping.without:
        return replace(labels.dropped(grouping.names), sure=frozenset(), may_be_named=False)
    return replace(labels, sure=labels.sure & frozenset(grouping.names), may_be_named=False)


def _combined(node: Binary, lhs: Labelled, rhs: Labelled) -> Labelled:
    if lhs.is_number:
        return rhs
    if rhs.is_number:
        return lhs
    left, right = lhs.labels, rhs.labels
    if node.op in SET_OPERATORS:
        return Labelled(left.united(right) if node.op == "or" else left)
    return Labelled(_matched(node, left, right))


def _matched(node: Binary, left: Labels, right: Labels) -> Labels:
    matching = node.matching
    if matching is None:
        return left.shared(right)
    many, one = (right, left) if matching.group == "right" else (left, right)
    if matching.on:
        paired = many.kept(matching.names).shared(one.kept(matching.names))
        rest = many.dropped(matching.names)
    else:
        paired = many.dropped(matching.names).shared(one.dropped(matching.names))
        rest = many.kept(matching.names)
    if not matching.group:
        return paired
    taken = one.kept(matching.include_names)
    labels = _joined(paired, rest).dropped(matching.include_names)
    return _joined(labels, taken)


def _joined(one: Labels, other: Labels) -> Labels:
    """Return the labels of series that have those of both."""
    return replace(one.united(other), sure=one.sure | other.sure)
