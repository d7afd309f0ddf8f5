"""Quantiles that are no share: of 95 where 0.95 is meant, Prometheus makes an infinity."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from obsgen.checks._check import Check, Example, of_queries
from obsgen.checks._queries import Query
from obsgen.diagnostics import Code, Diagnostic
from obsgen.promql import Aggregate, Call, Node
from obsgen.units import number_text

NO_SHARE: Final = Code(
    "PQL461",
    "quantile-out-of-range",
    why="a quantile lies between 0 and 1; above 1 the result is +Inf for every series, below 0 "
    "-Inf: a limit of it is passed always or never",
    fix="Write the share: `histogram_quantile(0.95, …)`, `quantile(0.99, …)`.",
)
CODES: Final = (NO_SHARE,)

_QUANTILES: Final = frozenset({"histogram_quantile", "quantile_over_time"})
_MOST: Final = 100


def _look(query: Query) -> Iterator[Diagnostic]:
    for call in query.nodes(Call):
        if call.function in _QUANTILES:
            yield from _judged(query, call.args[0], call.function)
    for aggregate in query.nodes(Aggregate):
        if aggregate.op == "quantile" and aggregate.param is not None:
            yield from _judged(query, aggregate.param, aggregate.op)


def _judged(query: Query, share: Node, function: str) -> Iterator[Diagnostic]:
    number = query.meaning(share).number
    if number is None or 0 <= number <= 1:
        return
    message = f"`{function}` takes a share from 0 to 1, not {number_text(number)}"
    hint = f"write {number_text(number / 100)}" if 1 < number <= _MOST else ""
    yield query.finding(NO_SHARE, share, message, hint)


KIND: Final = Check(
    run=of_queries(_look),
    examples=(
        Example(
            code=NO_SHARE,
            wrong="histogram_quantile(95, sum by (le) (rate(latency_seconds_bucket[5m]))) > 2",
            right="histogram_quantile(0.95, sum by (le) (rate(latency_seconds_bucket[5m]))) > 2",
        ),
    ),
)
