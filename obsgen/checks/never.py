"""Comparisons that are decided before there is any data, and pairs that never meet."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from obsgen.checks._check import Check, Example, of_nodes
from obsgen.checks._queries import Query
from obsgen.diagnostics import Code, Diagnostic, Severity
from obsgen.promql import Binary
from obsgen.promql.bounds import Bounds
from obsgen.promql.functions import COMPARISONS
from obsgen.promql.nothing import COMPARISON, PAIRING, unpaired
from obsgen.units import number_text

NEVER_MATCHES: Final = Code(
    "PQL427",
    "never-matches",
    why="series pair where all labels that count are equal; a label that only one side has, or "
    "that has other values on the other side, is never equal, and the result is empty",
    fix="Aggregate both sides to the same labels, or name the common ones: `on (job)`, "
    "`ignoring (le)`, with `group_left` where one side has several series.",
)
NEVER_TRUE: Final = Code(
    "PQL430",
    "never-true",
    why="the values cannot reach the limit, so the alert is silent for ever",
    fix="Correct the limit or its unit; that nothing is there asks `absent(…)`, never `count(…) "
    "== 0`.",
)
ALWAYS_TRUE: Final = Code(
    "PQL431",
    "always-true",
    why="every value passes the limit, so it says nothing: the alert fires for as long as there "
    "are series",
    fix="Correct the limit or its unit.",
    severity=Severity.WARNING,
)
CODES: Final = (NEVER_MATCHES, NEVER_TRUE, ALWAYS_TRUE)


def _look(query: Query, node: Binary) -> Iterator[Diagnostic]:
    meaning = query.meaning(node)
    left, right = query.meaning(node.lhs), query.meaning(node.rhs)
    if meaning.nothing == COMPARISON:
        message = f"`{query.shown(node)}` is never true: {_told(query, node)}"
        hint = "`absent(…)` says that nothing is there" if _asks_for_none(query, node) else ""
        yield query.finding(NEVER_TRUE, node, message, hint)
    elif meaning.nothing == PAIRING:
        labels = unpaired(node, (left.labels, left.values), (right.labels, right.values))
        shown = ", ".join(f"`{label}`" for label in labels)
        message = f"no series of both sides of `{node.op}` ever match: {shown} differs"
        hint = "aggregate both sides to the same labels, or match `on (…)` those that both have"
        yield query.finding(NEVER_MATCHES, node, message, hint, "op_span")
    elif _is_always(query, node):
        message = f"`{query.shown(node)}` is always true: {_told(query, node)}"
        yield query.finding(ALWAYS_TRUE, node, message)


def _is_always(query: Query, node: Binary) -> bool:
    left, right = query.meaning(node.lhs), query.meaning(node.rhs)
    if node.op not in COMPARISONS or left.is_number is right.is_number:
        return False
    # `x >= 0` is written to keep what is known of a series; it hides nothing.
    numbers = {left.number, right.number}
    return 0 not in numbers and left.bounds.always(node.op, right.bounds)


def _asks_for_none(query: Query, node: Binary) -> bool:
    return 0 in {query.meaning(node.lhs).number, query.meaning(node.rhs).number}


def _told(query: Query, node: Binary) -> str:
    """Say where the values lie that are no constant."""
    side = node.rhs if query.meaning(node.lhs).number is not None else node.lhs
    return f"`{query.shown(side)}` {_range(query.meaning(side).bounds)}"


def _range(bounds: Bounds) -> str:
    if bounds.low is not None and bounds.high is not None:
        if bounds.low == bounds.high:
            return f"is {number_text(bounds.low)}"
        return f"lies between {number_text(bounds.low)} and {number_text(bounds.high)}"
    if bounds.low is not None:
        return f"is at least {number_text(bounds.low)}"
    return "has no least value" if bounds.high is None else f"is at most {number_text(bounds.high)}"


KIND: Final = Check(
    run=of_nodes(Binary, _look),
    lints=("L3",),
    examples=(
        Example(
            code=NEVER_MATCHES,
            wrong="sum by (route) (rate(http_requests_total[5m]))"
            " / sum(rate(http_requests_total[5m]))",
            right="sum by (route) (rate(http_requests_total[5m]))"
            " / on () group_left () sum(rate(http_requests_total[5m]))",
        ),
        Example(code=NEVER_TRUE, wrong='count(up{job="api"}) == 0', right='absent(up{job="api"})'),
        Example(code=ALWAYS_TRUE, wrong='up{job="api"} < 2', right='up{job="api"} < 1'),
    ),
)
