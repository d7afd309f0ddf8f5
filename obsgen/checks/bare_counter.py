"""A counter that is compared or averaged as it stands: it only says when the process started."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from obsgen.checks._asked import Use
from obsgen.checks._check import Check, Example, of_queries
from obsgen.checks._queries import Query
from obsgen.diagnostics import Code, Diagnostic, Severity
from obsgen.promql import (
    Aggregate,
    Binary,
    Call,
    MatrixSelector,
    Node,
    NumberLiteral,
    VectorSelector,
    walk,
    without_parens,
)
from obsgen.promql.functions import COMPARISONS
from obsgen.promql.meaning import Sample

BARE_COUNTER: Final = Code(
    "PQL421",
    "bare-counter",
    why="a counter grows for as long as its process runs, so a limit or a mean of it depends on "
    "the last restart more than on what it counts",
    fix="Ask how much it grew: `increase(x_total[5m])`, or how fast: `rate(x_total[5m])`.",
    severity=Severity.WARNING,
)
CODES: Final = (BARE_COUNTER,)

_MEANS: Final = frozenset({"avg", "stddev", "stdvar", "quantile"})
_OVER_TIME: Final = frozenset(
    {"avg_over_time", "quantile_over_time", "stddev_over_time", "stdvar_over_time"}
)


def _look(query: Query) -> Iterator[Diagnostic]:
    for comparison in query.nodes(Binary):
        if comparison.op in COMPARISONS:
            yield from _compared(query, comparison)
    for aggregate in query.nodes(Aggregate):
        if aggregate.op in _MEANS:
            yield from _found(query, aggregate.expr, f"`{aggregate.op}` is taken of")
    for call in query.nodes(Call):
        if call.function in _OVER_TIME:
            yield from _found(query, call.args[-1], f"`{call.function}` is taken of")


def _compared(query: Query, node: Binary) -> Iterator[Diagnostic]:
    """A counter beside its own past or a number; `> 0` and `== 0` ask whether it ever counted."""
    sides = (node.lhs, node.rhs)
    for side in sides:
        yield from _mean_since_start(query, side)
    if all(query.meaning(side).sample.is_cumulative for side in sides):
        return
    for side, other in (sides, sides[::-1]):
        limit = without_parens(other)
        is_zero = isinstance(limit, NumberLiteral) and query.meaning(limit).number == 0
        if not is_zero and not _is_uptime(query, side):
            yield from _found(query, side, "a limit is set to")


def _mean_since_start(query: Query, node: Node) -> Iterator[Diagnostic]:
    """One counter over another: their mean since the start, which hardly moves after a while."""
    quotient = without_parens(node)
    if not isinstance(quotient, Binary) or quotient.op != "/" or _is_of_ledger(query):
        return
    above, below = query.meaning(quotient.lhs), query.meaning(quotient.rhs)
    if above.sample.is_cumulative and below.sample is Sample.COUNTER:
        what = "mean" if above.sample is Sample.COUNTER else "share"
        message = f"`{query.shown(quotient)}` is a {what} since the process started"
        hint = "divide what both grew by: `rate(…[5m]) / rate(…[5m])`"
        yield query.finding(BARE_COUNTER, quotient, message, hint)


def _is_uptime(query: Query, node: Node) -> bool:
    """A time since the start that is compared asks for a restart, on purpose."""
    return "uptime" in query.written(node)


def _found(query: Query, node: Node, what: str) -> Iterator[Diagnostic]:
    if not query.meaning(node).sample.is_cumulative or _is_of_ledger(query):
        return
    place = without_parens(node)
    selected = place.selector if isinstance(place, MatrixSelector) else place
    name = selected.metric_name if isinstance(selected, VectorSelector) else None
    hint = f"write `rate({name}[5m])` or `increase({name}[5m])`" if name else "rate it first"
    recorded = query.meaning(selected).series if isinstance(selected, VectorSelector) else None
    if recorded is not None and recorded.source is not None and _is_sum(recorded.source):
        hint = f"a sum of counters cannot be rated any more: record the sum of rates in `{name}`"
    message = f"{what} a bare counter: `{query.shown(place)}`"
    yield query.finding(BARE_COUNTER, place, message, hint)


def _is_sum(source: Node) -> bool:
    return any(isinstance(node, Aggregate) for node in walk(source))


def _is_of_ledger(query: Query) -> bool:
    """An SLO's ledger compares the readings of counters themselves, and knows restarts."""
    return query.use is Use.RECORD and query.name.startswith("slo:")


KIND: Final = Check(
    run=of_queries(_look),
    examples=(
        Example(
            code=BARE_COUNTER,
            wrong="http_requests_total > 1000",
            right="increase(http_requests_total[1h]) > 1000",
        ),
    ),
)
