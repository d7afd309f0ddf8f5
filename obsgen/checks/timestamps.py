"""A point in time that is compared with a length of time: its age is what was meant."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from obsgen.checks._check import Check, Example, of_nodes
from obsgen.checks._queries import Query
from obsgen.diagnostics import Code, Diagnostic
from obsgen.promql import (
    Aggregate,
    Binary,
    Call,
    MatrixSelector,
    Node,
    VectorSelector,
    without_parens,
)
from obsgen.units import number_text

NO_AGE: Final = Code(
    "PQL463",
    "timestamp-as-age",
    why="a timestamp counts the seconds since 1970, some 1.8 billion today: an hour or a year is "
    "always less, so the limit says nothing",
    fix="Take the age: `time() - x_timestamp_seconds > 3600`; of a point in the future the time "
    "until then: `x_expiry_timestamp_seconds - time() < 3600`.",
)
CODES: Final = (NO_AGE,)

_POINTS: Final = re.compile(
    r"(?:_timestamp(?:_seconds)?|_(?:boot|start|completion)_time(?:_seconds)?|_cert_expiry"
    r"|_not_(?:after|before))$",
    re.ASCII,
)
_AHEAD: Final = re.compile(r"expir|_not_after|_deadline|_next_|_renewal", re.ASCII)
_PASSED: Final = frozenset({">", ">=", "<", "<="})
# From 1 on, for 0 asks whether it ever happened, to three years.
_LEAST, _MOST = Decimal(1), Decimal(100_000_000)
_SAME: Final = frozenset({"min", "max", "avg"})
_SAME_OVER_TIME: Final = frozenset(
    {"min_over_time", "max_over_time", "avg_over_time", "last_over_time"}
)


def _look(query: Query, node: Binary) -> Iterator[Diagnostic]:
    if node.op not in _PASSED:
        return
    for side, limit in ((node.lhs, node.rhs), (node.rhs, node.lhs)):
        name = _selected(side)
        if not name or not _POINTS.search(name):
            continue
        number = query.meaning(limit).number
        if number is not None and _LEAST < number <= _MOST:
            message = f"`{name}` is a point in time, and {number_text(number)} a length of time"
            shown = query.shown(side)
            hint = f"write `time() - {shown}` for its age"
            if _AHEAD.search(name):
                hint = f"write `{shown} - time()` for the time until then"
            yield query.finding(NO_AGE, node, message, hint)


def _selected(node: Node) -> str:
    """Return the name of the series whose own values a side holds."""
    inner = without_parens(node)
    while isinstance(inner, Aggregate) and inner.op in _SAME:
        inner = without_parens(inner.expr)
    if isinstance(inner, Call) and inner.function in _SAME_OVER_TIME and inner.args:
        ranged = inner.args[-1]
        inner = ranged.selector if isinstance(ranged, MatrixSelector) else inner
    return (inner.metric_name or "") if isinstance(inner, VectorSelector) else ""


KIND: Final = Check(
    run=of_nodes(Binary, _look),
    examples=(
        Example(
            code=NO_AGE,
            wrong="node_boot_time_seconds > 3600",
            right="time() - node_boot_time_seconds > 3600",
        ),
    ),
)
