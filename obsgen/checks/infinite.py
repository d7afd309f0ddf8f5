"""A quotient that is infinite while what it divides by stands still, and so passes every limit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from obsgen.checks._check import Check, Example, of_alerts
from obsgen.checks._queries import Query
from obsgen.diagnostics import Code, Diagnostic, Severity
from obsgen.promql import Binary, Call, Node, VectorSelector, walk, without_parens
from obsgen.promql.functions import COMPARISONS, GROWTH

INFINITE: Final = Code(
    "PQL456",
    "infinite-quotient",
    why="where two different metrics are divided, the one above may count while the one below "
    "does not: 1 / 0 is infinite, which is above every limit, and the alert fires for one event",
    fix="Divide by what counts at all: `a / (b > 0)`, or ask for a least amount beside it.",
    severity=Severity.INFO,
)
CODES: Final = (INFINITE,)

_UPWARDS: Final = frozenset({">", ">="})


def _look(query: Query) -> Iterator[Diagnostic]:
    for comparison in query.nodes(Binary):
        if comparison.op not in _UPWARDS or query.meaning(comparison.rhs).number is None:
            continue
        quotient = without_parens(comparison.lhs)
        if not isinstance(quotient, Binary) or quotient.op != "/":
            continue
        if _grows(quotient.lhs) and _grows(quotient.rhs) and _differ(quotient):
            message = (
                f"`{query.shown(quotient)}` is infinite while `{query.shown(quotient.rhs)}` is 0"
            )
            yield query.finding(INFINITE, quotient, message, "divide by `(… > 0)`", "op_span")


def _grows(node: Node) -> bool:
    """Say whether a side counts what happens; a limit within it keeps it above 0."""
    parts = list(walk(node))
    is_growth = any(isinstance(part, Call) and part.function in GROWTH for part in parts)
    is_guarded = any(isinstance(part, Binary) and part.op in COMPARISONS for part in parts)
    return is_growth and not is_guarded


def _differ(quotient: Binary) -> bool:
    """Say whether the sides come from different programs: of one, the whole is never below."""
    return not _namespaces(quotient.lhs) & _namespaces(quotient.rhs)


def _namespaces(node: Node) -> frozenset[str]:
    """Return the first words of the metrics' names, which stand for who exposes them."""
    selected = (part for part in walk(node) if isinstance(part, VectorSelector))
    return frozenset((part.metric_name or "").partition("_")[0] for part in selected)


KIND: Final = Check(
    run=of_alerts(_look),
    examples=(
        Example(
            code=INFINITE,
            wrong="sum(rate(payments_refused_total[5m])) / sum(rate(orders_total[5m])) > 0.1",
            right="sum(rate(payments_refused_total[5m])) / (sum(rate(orders_total[5m])) > 0) > 0.1",
        ),
    ),
)
