"""A ratio of series that are not summed: each one is divided by itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from obsgen.checks._check import Check, Example, of_nodes
from obsgen.checks._queries import Query
from obsgen.diagnostics import Code, Diagnostic
from obsgen.promql import (
    Binary,
    Call,
    MatrixSelector,
    Node,
    NumberLiteral,
    VectorSelector,
    without_parens,
)

RATIO_OF_SERIES: Final = Code(
    "PQL426",
    "ratio-of-series",
    why="without a sum each series above the line finds the one below with the same labels, which "
    "is itself: the ratio is 1 for every bad series, and there is none for the good ones",
    fix='Sum both sides: `sum(rate(x{code=~"5.."}[5m])) / sum(rate(x[5m]))`, `by` the labels '
    "that should stay.",
)
CODES: Final = (RATIO_OF_SERIES,)


def _look(query: Query, node: Binary) -> Iterator[Diagnostic]:
    if node.op != "/" or node.matching is not None:
        return
    above, below = _selected(node.lhs), _selected(node.rhs)
    if above is None or below is None or above.metric_name != below.metric_name:
        return
    if (above.offset_ms, above.at) != (below.offset_ms, below.at) or above.metric_name is None:
        return
    more = [m for m in above.matchers if m not in below.matchers]
    if more and set(below.matchers) <= set(above.matchers):
        name = above.metric_name
        message = f"each series of `{name}` is divided by itself"
        hint = "sum both sides: `sum(rate(…)) / sum(rate(…))`"
        yield query.finding(RATIO_OF_SERIES, node, message, hint, "op_span")


def _selected(node: Node) -> VectorSelector | None:
    """Return the selector of `x`, `100 * x` or `rate(x[5m])`, nothing else around it."""
    inner = without_parens(node)
    if isinstance(inner, Binary) and inner.op == "*" and inner.matching is None:
        factors = (without_parens(inner.lhs), without_parens(inner.rhs))
        others = [factor for factor in factors if not isinstance(factor, NumberLiteral)]
        inner = others[0] if len(others) == 1 else inner
    if isinstance(inner, Call) and len(inner.args) == 1:
        inner = without_parens(inner.args[0])
    if isinstance(inner, MatrixSelector):
        return inner.selector
    return inner if isinstance(inner, VectorSelector) else None


KIND: Final = Check(
    run=of_nodes(Binary, _look),
    lints=("L3",),
    examples=(
        Example(
            code=RATIO_OF_SERIES,
            wrong='rate(http_requests_total{code=~"5.."}[5m]) / rate(http_requests_total[5m])',
            right='sum(rate(http_requests_total{code=~"5.."}[5m]))'
            " / sum(rate(http_requests_total[5m]))",
        ),
    ),
)
