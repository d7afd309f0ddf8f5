"""Comparisons that are decided before there is any data, and pairs that never meet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from obsgen import names
from obsgen.checks._check import Check, Example, of_nodes
from obsgen.checks._queries import Query
from obsgen.diagnostics import Code, Diagnostic, Severity
from obsgen.promql import Aggregate, Binary, without_parens
from obsgen.promql.functions import COMPARISONS
from obsgen.promql.meaning.bounds import ZERO, Bounds
from obsgen.promql.meaning.nothing import COMPARISON, PAIRING, unpaired
from obsgen.reader.shape import words
from obsgen.units import number_text

NEVER_MATCHES: Final = Code(
    "PQL427",
    "never-matches",
    why="series pair where all labels that count are equal; a label that only one side has, or "
    "that has other values on the other side, is never equal: the result is empty, and `unless` "
    "leaves nothing out",
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
    nothing = query.meaning(node).nothing
    if nothing == COMPARISON:
        message = f"`{query.shown(node)}` is never true: {_told(query, node)}"
        yield query.finding(NEVER_TRUE, node, message, _instead(query, node))
    elif nothing == PAIRING:
        yield _unpaired(query, node)
    elif _is_always(query, node):
        message = f"`{query.shown(node)}` is always true: {_told(query, node)}"
        yield query.finding(ALWAYS_TRUE, node, message)
    elif node.op == "unless" and _is_idle(query, node):
        yield _unpaired(query, node)
    elif (label := _grouped_on_one_side(query, node)) and not query.is_complete:
        yield replace(_finding(query, node, f"only one side has `{label}`"), severity=_LIKELY)


def _is_idle(query: Query, node: Binary) -> bool:
    """Say whether no series is ever left out; sides that are nothing are told by themselves."""
    left, right = query.meaning(node.lhs), query.meaning(node.rhs)
    if left.is_nothing or right.is_nothing:
        return False
    return bool(unpaired(node, (left.labels, left.values), (right.labels, right.values)))


_LIKELY: Final = Severity.WARNING


def _unpaired(query: Query, node: Binary) -> Diagnostic:
    left, right = query.meaning(node.lhs), query.meaning(node.rhs)
    labels = unpaired(node, (left.labels, left.values), (right.labels, right.values))
    lonely, told = [], []
    for label in labels:
        if not (left.labels.may_have(label) and right.labels.may_have(label)):
            lonely.append(label)
            continue
        mine, theirs = (_listed(side.values.get(label, frozenset())) for side in (left, right))
        told.append(f"`{label}` is {mine} on one side, {theirs} on the other")
    if lonely:
        told.insert(0, f"only one side has {words(lonely, last='and')}")
    found = _finding(query, node, ", ".join(told))
    # What every target has is sure, unless the series come over another way; what measures are
    # made of may be empty and right nonetheless.
    is_sure = query.is_complete and query.places.is_written(node) and node.op != "unless"
    return found if is_sure else replace(found, severity=_LIKELY)


def _finding(query: Query, node: Binary, why: str) -> Diagnostic:
    message = f"no series of both sides of `{node.op}` ever match: {why}"
    if node.op == "unless":
        message = f"`unless` leaves nothing out, for no series of both sides ever match: {why}"
    hint = "aggregate both sides to the same labels, or match `on (…)` those that both have"
    return query.finding(NEVER_MATCHES, node, message, hint, "op_span")


def _listed(values: frozenset[str]) -> str:
    shown = sorted(values)[:_SHOWN]
    return " or ".join(f"`{value}`" for value in shown) if values else "something else"


_SHOWN: Final = 4


def _grouped_on_one_side(query: Query, node: Binary) -> str:
    """Return a label that the one side groups by, which is why it is there, and the other lacks."""
    if node.op == "or" or query.meaning(node).is_nothing:
        return ""
    sides = (without_parens(node.lhs), without_parens(node.rhs))
    for side, other in (sides, sides[::-1]):
        if query.meaning(other).is_number or not isinstance(side, Aggregate):
            continue
        grouping = side.grouping
        for name in () if grouping is None or grouping.without else grouping.names:
            if _counts(node, name) and not query.meaning(other).labels.may_have(name):
                return name
    return ""


def _counts(node: Binary, label: str) -> bool:
    """Say whether a label must be equal on both sides."""
    if node.matching is None:
        return True
    return (label in node.matching.names) is node.matching.on


def _instead(query: Query, node: Binary) -> str:
    """Say what to write for a condition that is never true."""
    above = next(query.above(node), None)
    if isinstance(above, Binary) and above.op == "or" and above.rhs is node:
        return f"`{node.op}` binds tighter than `or`: write `(… or …) {node.op} …`"
    if not _asks_for_none(query, node):
        limit = next(
            (n for side in (node.rhs, node.lhs) if (n := query.meaning(side).number) is not None),
            None,
        )
        unit = query.meaning(node).unit
        is_ratio = unit is not None and unit.dimension == "ratio" and unit.scale == 1
        if is_ratio and limit is not None and limit > 1:
            return f"write {number_text(limit / 100)}, or multiply the ratio by 100"
        return ""
    if query.meaning(node.lhs).bounds == ZERO:
        return "a sum of zeros is 0: count them, `count by (…) (… == 0) > 0`"
    counted = [n for n in query.nodes(Aggregate) if n.op == "count" and n.grouping is not None]
    if counted:
        return "a group without series is not there: to count what is up, write `sum by (…)`"
    return "`absent(…)` says that nothing is there"


def _is_always(query: Query, node: Binary) -> bool:
    left, right = query.meaning(node.lhs), query.meaning(node.rhs)
    if node.op not in COMPARISONS or left.is_number is right.is_number:
        return False
    # `count(up == 0) >= 1`: that there is a series at all is the condition.
    if left.is_conditional or right.is_conditional or names.is_own_series(query.name):
        return False
    # `x >= 0` is written to keep what is known of a series; it hides nothing.
    numbers = {left.number, right.number}
    return 0 not in numbers and left.bounds.always(node.op, right.bounds)


def _asks_for_none(query: Query, node: Binary) -> bool:
    return 0 in {query.meaning(node.lhs).number, query.meaning(node.rhs).number}


def _told(query: Query, node: Binary) -> str:
    """Say where the values lie that are no constant."""
    left, right = query.meaning(node.lhs), query.meaning(node.rhs)
    # Of two constants the vector: `vector(0) > 5`.
    is_left = not left.is_number if right.number is not None else left.number is None
    side = node.lhs if is_left else node.rhs
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
