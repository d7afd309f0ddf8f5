"""`1 - rate(errors)`: a share is taken from 1, a number of errors a second is not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from obsgen.checks._check import Check, Example, of_nodes
from obsgen.checks._queries import Query
from obsgen.diagnostics import Code, Diagnostic
from obsgen.promql import Aggregate, Binary, Call, Node, without_parens

ONE_MINUS_RATE: Final = Code(
    "PQL435",
    "one-minus-rate",
    why="1 is all events only where a share is taken from it; from a rate it is one event a "
    "second, so ten errors a second give an availability of -9",
    fix="Divide by all events first: `1 - sum(rate(bad[5m])) / sum(rate(all[5m]))`.",
)
CODES: Final = (ONE_MINUS_RATE,)

_WHOLES: Final = frozenset({1, 100})


def _look(query: Query, node: Binary) -> Iterator[Diagnostic]:
    if node.op != "-" or query.meaning(node.lhs).number not in _WHOLES:
        return
    unit = query.meaning(node.rhs).unit
    is_growth = _is_growth(node.rhs)
    if unit is None or unit.dimension == "ratio" or not (unit.per_seconds or is_growth):
        return
    if _is_scaled(query, node.rhs):
        return
    whole = query.shown(node.lhs)
    what = "a count" if is_growth else f"in {unit}"
    message = f"`{whole} -` is taken of `{query.shown(node.rhs)}`, which is {what}, no share"
    hint = f"divide by all events first: `{whole} - bad / all`"
    yield query.finding(ONE_MINUS_RATE, node, message, hint)


def _is_growth(node: Node) -> bool:
    """Say whether a node is an increase, or a sum of increases."""
    inner = without_parens(node)
    while isinstance(inner, Aggregate) and inner.op == "sum":
        inner = without_parens(inner.expr)
    return isinstance(inner, Call) and inner.function == "increase"


def _is_scaled(query: Query, node: Node) -> bool:
    """Whoever multiplies a rate by 100 takes it for a share, and may know it to be one."""
    inner = without_parens(node)
    return (
        isinstance(inner, Binary)
        and inner.op == "*"
        and _WHOLES & {query.meaning(inner.lhs).number, query.meaning(inner.rhs).number}
        != frozenset()
    )


KIND: Final = Check(
    run=of_nodes(Binary, _look),
    lints=("L18",),
    examples=(
        Example(
            code=ONE_MINUS_RATE,
            wrong='1 - sum(rate(http_requests_total{code=~"5.."}[5m]))',
            right='1 - sum(rate(http_requests_total{code=~"5.."}[5m]))'
            " / sum(rate(http_requests_total[5m]))",
        ),
    ),
)
