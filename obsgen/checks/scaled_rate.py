"""`rate(…) * 30`: a rate is per second, so only seconds turn it into an amount."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from obsgen.checks._check import Check, Example, of_nodes
from obsgen.checks._queries import Query
from obsgen.diagnostics import Code, Diagnostic, Severity
from obsgen.promql import Binary, Node

SCALED_RATE: Final = Code(
    "PQL434",
    "rate-times-no-time",
    why="`rate` is per second: times 30 it is what comes in 30 seconds, not in a month",
    fix="Multiply by the seconds, `* 86400 * 30`, or write `increase(x_total[30d])`.",
    severity=Severity.WARNING,
)
CODES: Final = (SCALED_RATE,)

# A month of days, days of a year, hours of a day: what people multiply a rate by for a day's sake.
_TIMES: Final = frozenset({7, 12, 24, 28, 30, 31, 52, 365})
_OTHERS: Final = {12: (3_600, "h"), 24: (3_600, "h"), 52: (604_800, "w")}
_DAYS: Final = (86_400, "d")


def _look(query: Query, node: Binary) -> Iterator[Diagnostic]:
    if node.op != "*":
        return
    for rate, factor in ((node.lhs, node.rhs), (node.rhs, node.lhs)):
        number = query.meaning(factor).number
        if number is not None and number in _TIMES and _is_per_second(query, rate):
            message = f"a rate, which is per second, is multiplied by {number}"
            seconds, unit = _OTHERS.get(int(number), _DAYS)
            hint = f"multiply by the seconds: `* {seconds} * {number}`"
            hint += f", or write `increase(…[{number}{unit}])`"
            yield query.finding(SCALED_RATE, node, message, hint)


def _is_per_second(query: Query, node: Node) -> bool:
    unit = query.meaning(node).unit
    return unit is not None and unit.per_seconds == 1


KIND: Final = Check(
    run=of_nodes(Binary, _look),
    lints=("L4",),
    examples=(
        Example(
            code=SCALED_RATE,
            wrong="sum(rate(llm_cost_usd_total[1d])) * 30",
            right="sum(increase(llm_cost_usd_total[1d])) * 30",
        ),
    ),
)
