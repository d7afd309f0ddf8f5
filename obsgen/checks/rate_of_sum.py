"""`rate(sum(…))`: where one of several counters restarts, the sum falls, and a spike is seen."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from obsgen.checks._check import Check, Example, of_nodes
from obsgen.checks._queries import Query
from obsgen.diagnostics import Code, Diagnostic
from obsgen.promql import (
    Aggregate,
    Call,
    MatrixSelector,
    Node,
    Subquery,
    VectorSelector,
    without_parens,
)
from obsgen.promql.functions import GROWTH

RATE_OF_SUM: Final = Code(
    "PQL422",
    "rate-of-sum",
    why="when one process restarts its counter falls to 0 and the sum falls by as much; `rate` "
    "takes that for a restart of everything and counts the whole sum anew",
    fix="Rate first, then sum: `sum(rate(x_total[5m]))`; of a recorded sum, rate what it sums.",
)

CODES: Final = (RATE_OF_SUM,)

_COMBINE: Final = frozenset({"sum", "avg", "max", "min"})


def _look(query: Query, node: Call) -> Iterator[Diagnostic]:
    if node.function not in GROWTH or not node.args:
        return
    argument = without_parens(node.args[0])
    inner = without_parens(argument.expr) if isinstance(argument, Subquery) else None
    if inner is not None and _sums_counters(query, inner):
        message = f"`{node.function}` is taken of a sum of counters: `{query.shown(inner)}`"
        hint = f"rate first, then sum: `sum({node.function}(…[5m]))`"
        yield query.finding(RATE_OF_SUM, node, message, hint, "name_span")
    selected = argument.selector if isinstance(argument, MatrixSelector) else inner
    if isinstance(selected, VectorSelector):
        series = query.meaning(selected).series
        source = None if series is None or series.source is None else without_parens(series.source)
        if series is not None and isinstance(source, Aggregate) and series.sample.is_cumulative:
            message = (
                f"`{node.function}` is taken of `{series.name}`, which records a sum of counters"
            )
            hint = f"rate what it sums: `{series.name}` should record `sum(rate(…))`"
            yield query.finding(RATE_OF_SUM, node, message, hint, "name_span")


def _sums_counters(query: Query, node: Node) -> bool:
    return (
        isinstance(node, Aggregate)
        and node.op in _COMBINE
        and query.meaning(node.expr).sample.is_cumulative
    )


KIND: Final = Check(
    run=of_nodes(Call, _look),
    examples=(
        Example(
            code=RATE_OF_SUM,
            wrong="rate(sum(http_requests_total)[5m:])",
            right="sum(rate(http_requests_total[5m]))",
        ),
    ),
)
