"""A mean or a sum of quantiles: a number that no request has ever taken."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from obsgen.checks._check import Check, Example, of_queries
from obsgen.checks._queries import Query
from obsgen.diagnostics import Code, Diagnostic, Severity
from obsgen.promql import (
    Aggregate,
    Call,
    MatrixSelector,
    Node,
    Subquery,
    VectorSelector,
    without_parens,
)

AVERAGE_OF_QUANTILES: Final = Code(
    "PQL467",
    "average-of-quantiles",
    why="the 95th percentile of all is not the mean of each one's: an instance with ten requests "
    "weighs as much as one with a million, and the result may lie far from both",
    fix="Add up the buckets and take the quantile last: "
    "`histogram_quantile(0.95, sum by (le) (rate(x_bucket[5m])))`; or ask for the worst: `max(…)`.",
    severity=Severity.WARNING,
)
CODES: Final = (AVERAGE_OF_QUANTILES,)

_MEANS: Final = frozenset({"avg", "sum"})
_OVER_TIME: Final = frozenset({"avg_over_time", "sum_over_time"})
_QUANTILE_LABEL: Final = "quantile"


def _look(query: Query) -> Iterator[Diagnostic]:
    for node in query.nodes(Aggregate):
        if node.op in _MEANS and _is_quantile(query, node.expr):
            yield _found(query, node, node.op)
    for call in query.nodes(Call):
        if call.function in _OVER_TIME and call.args and _is_quantile(query, call.args[0]):
            yield _found(query, call, call.function)


def _found(query: Query, node: Aggregate | Call, op: str) -> Diagnostic:
    message = f"`{op}` of quantiles is no quantile: `{query.shown(node)}`"
    hint = "take the quantile of the summed buckets, or the worst of them: `max(…)`"
    return query.finding(AVERAGE_OF_QUANTILES, node, message, hint, "name_span")


def _is_quantile(query: Query, node: Node) -> bool:
    """Say whether every value is a quantile: taken here, recorded, or of a summary."""
    found = without_parens(node)
    while isinstance(found, MatrixSelector | Subquery):
        inner = found.selector if isinstance(found, MatrixSelector) else found.expr
        found = without_parens(inner)
    if isinstance(found, Call):
        return found.function == "histogram_quantile"
    if not isinstance(found, VectorSelector):
        return False
    if any(m.label == _QUANTILE_LABEL and m.op in {"=", "=~"} and m.value for m in found.matchers):
        return True
    series = query.meaning(found).series
    source = None if series is None or series.source is None else without_parens(series.source)
    return isinstance(source, Call) and source.function == "histogram_quantile"


KIND: Final = Check(
    run=of_queries(_look),
    examples=(
        Example(
            code=AVERAGE_OF_QUANTILES,
            wrong="avg(histogram_quantile(0.95, sum by (le, route) (rate(latency_seconds_bucket"
            "[5m]))))",
            right="histogram_quantile(0.95, sum by (le) (rate(latency_seconds_bucket[5m])))",
        ),
    ),
)
