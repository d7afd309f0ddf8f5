"""A division within a sum or a mean: one series without traffic makes NaN of all of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from obsgen.checks._check import Check, Example, of_nodes
from obsgen.checks._queries import Query
from obsgen.diagnostics import Code, Diagnostic, Severity
from obsgen.promql import Aggregate, Binary, Call, Node, walk, without_parens
from obsgen.promql.functions import COMPARISONS, SET_OPERATORS

NAN: Final = Code(
    "PQL436",
    "nan-in-aggregation",
    why="0 / 0 is NaN, and a sum or mean that holds one NaN is NaN itself, which passes no limit: "
    "the alert is silent; 1 / 0 is infinite and passes every one",
    fix="Sum before dividing, or keep what has traffic only: `a / (b > 0)`.",
    severity=Severity.WARNING,
)
CODES: Final = (NAN,)

_SPOILED: Final = frozenset({"sum", "avg", "stddev", "stdvar"})


def _look(query: Query, node: Aggregate) -> Iterator[Diagnostic]:
    if node.op not in _SPOILED:
        return
    for quotient in _quotients(node.expr):
        if _may_be_zero(query, quotient.rhs):
            below = query.shown(quotient.rhs)
            message = f"`{node.op}` is taken of a quotient, and `{below}` may be 0"
            hint = "sum before dividing, or divide by `(… > 0)`"
            yield query.finding(NAN, quotient, message, hint, "op_span")


def _quotients(node: Node) -> Iterator[Binary]:
    """Yield the divisions whose result reaches the aggregation as it is."""
    pending = [node]
    while pending:
        inner = without_parens(pending.pop())
        if isinstance(inner, Binary):
            if inner.op == "/":
                yield inner
            # `a / b and b > 0` keeps what has traffic.
            if inner.op not in COMPARISONS | SET_OPERATORS:
                pending.extend((inner.lhs, inner.rhs))
        elif isinstance(inner, Call):
            pending.extend(inner.children)


def _may_be_zero(query: Query, node: Node) -> bool:
    """Say whether a divisor counts traffic: there are times without any."""
    inner = without_parens(node)
    if isinstance(inner, Binary) and inner.op in COMPARISONS:
        return False
    meaning = query.meaning(inner)
    is_growth = meaning.unit is not None and bool(meaning.unit.per_seconds)
    calls = (part for part in walk(inner) if isinstance(part, Call))
    is_growth = is_growth or any(call.function == "increase" for call in calls)
    is_above = meaning.bounds.low is not None and meaning.bounds.low > 0
    return meaning.number is None and is_growth and not is_above


KIND: Final = Check(
    run=of_nodes(Aggregate, _look),
    examples=(
        Example(
            code=NAN,
            wrong="avg(rate(latency_seconds_sum[5m]) / rate(latency_seconds_count[5m]))",
            right="sum(rate(latency_seconds_sum[5m])) / sum(rate(latency_seconds_count[5m]))",
        ),
    ),
)
