"""`topk` in an alert: who is among the first changes, and each change is a new alert."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from obsgen.checks._check import Check, Example, of_alerts
from obsgen.checks._queries import Query
from obsgen.diagnostics import Code, Diagnostic, Severity
from obsgen.promql import Aggregate

TOPK: Final = Code(
    "ALR543",
    "topk-in-alert",
    why="which series are the largest changes from one evaluation to the next: alerts come and go "
    "without anything getting better, and `for` starts anew each time",
    fix="Leave it out: a limit chooses the series that matter.",
    severity=Severity.WARNING,
)
CODES: Final = (TOPK,)

_CHOOSING: Final = frozenset({"topk", "bottomk", "limitk", "limit_ratio"})
_STEADY: Final = frozenset({"sum", "count", "avg", "min", "max", "group"})


def _look(query: Query) -> Iterator[Diagnostic]:
    for node in query.nodes(Aggregate):
        is_summed = any(isinstance(p, Aggregate) and p.op in _STEADY for p in query.above(node))
        if node.op in _CHOOSING and not is_summed:
            message = f"alert `{query.name}` chooses its series with `{node.op}`"
            hint = "leave it out: a limit chooses the series that matter"
            yield query.finding(TOPK, node, message, hint, "name_span")


KIND: Final = Check(
    run=of_alerts(_look),
    examples=(
        Example(
            code=TOPK,
            wrong="topk(5, sum by (route) (rate(http_requests_total[5m]))) > 1000",
            right="sum by (route) (rate(http_requests_total[5m])) > 1000",
        ),
    ),
)
