"""Panels' queries with Grafana's variables taken for what they are: anything."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import Final

from obsgen.promql import (
    METRIC_NAME_LABEL,
    Aggregate,
    Binary,
    Call,
    Grouping,
    Label,
    Matcher,
    Node,
    NumberLiteral,
    Span,
    Variable,
    VectorSelector,
    fold,
    parse,
    substitute_variables,
    variables,
    with_children,
)


def parse_with_variables(text: str) -> tuple[Node, Node] | None:
    """
    Return a panel's query with anything in the place of variables, and with stand-ins there.

    A matcher on a variable narrows nothing that is known, a variable as a name means any metric,
    one to group by any label. None for a query that calls a variable, or matches by one: what it
    yields, nobody knows.

    Raises:
        PromqlError: as `parse`.
    """
    found = variables(text)
    if not found:
        return (root := parse(text)), root
    root = parse(substitute_variables(text))
    open_, is_told = _opened(root, found)
    return (open_, root) if is_told else None


# Which one is not known, and no arithmetic or comparison tells anything of it.
_ANY_NUMBER: Final = "NaN"


def _opened(root: Node, found: tuple[Variable, ...]) -> tuple[Node, bool]:
    is_told = True
    spans = tuple(variable.span for variable in found)

    def rebuilt(node: Node, children: tuple[Node, ...]) -> Node:
        nonlocal is_told
        if isinstance(node, VectorSelector):
            return _open_selector(node, spans)
        if isinstance(node, NumberLiteral) and _overlaps(node.span, spans):
            whole = next(span for span in spans if _overlaps(node.span, (span,)))
            return NumberLiteral(text=_ANY_NUMBER, span=whole.to(node.span))
        if isinstance(node, Call) and _overlaps(node.name_span, spans):
            is_told = False
        if any(_overlaps(label.span, spans) for label in _matched_labels(node)):
            is_told = False
        if isinstance(node, Aggregate) and node.grouping is not None:
            node = dataclasses.replace(node, grouping=_open_grouping(node.grouping, found))
        return with_children(node, children)

    return fold(root, rebuilt), is_told


def _open_selector(node: VectorSelector, spans: tuple[Span, ...]) -> Node:
    start = node.span.start
    name = Span(start, start + len(node.name or ""))
    matchers = tuple(m for m in node.matchers if not _overlaps(m.span, spans))
    if node.name is not None and not _overlaps(name, spans):
        return dataclasses.replace(node, matchers=matchers)
    if node.name is None and matchers:
        return dataclasses.replace(node, matchers=matchers)
    any_metric = Matcher(label=METRIC_NAME_LABEL, op="=~", value=".+", span=name)
    return dataclasses.replace(node, name=None, matchers=(any_metric, *matchers))


def _open_grouping(grouping: Grouping, found: tuple[Variable, ...]) -> Grouping:
    """Return the labels that are known, and the variables that stand for the others."""
    inside = tuple(v for v in found if any(_overlaps(b.span, (v.span,)) for b in grouping.labels))
    spans = tuple(variable.span for variable in inside)
    known = tuple(label for label in grouping.labels if not _overlaps(label.span, spans))
    names = tuple(variable.name for variable in inside)
    return dataclasses.replace(grouping, labels=known, variables=names)


def _matched_labels(node: Node) -> Iterable[Label]:
    if isinstance(node, Binary) and node.matching is not None:
        return (*node.matching.labels, *node.matching.include)
    return ()


def _overlaps(span: Span, others: tuple[Span, ...]) -> bool:
    return any(span.start < other.end and other.start < span.end for other in others)
