"""A ratio beside a percentage: 0.05 and 5 are not the same limit."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from obsgen.checks._asked import Use
from obsgen.checks._check import Check, Example, of_nodes
from obsgen.checks._queries import Query
from obsgen.diagnostics import Code, Diagnostic, Severity
from obsgen.promql import Aggregate, Binary, Call, Node, walk, without_parens
from obsgen.promql.functions import COMPARISONS
from obsgen.units import number_text

PERCENT_LIMIT: Final = Code(
    "PQL429",
    "ratio-beside-percentage",
    why="a quotient of two like amounts is a ratio, 0.9 where people say 90 %; a limit of 90 is "
    "passed always or never, and `100 -` a ratio is hardly less than 100",
    fix="Write the limit as a ratio (`> 0.9`), or multiply the quotient by 100.",
    severity=Severity.WARNING,
)
CODES: Final = (PERCENT_LIMIT,)

_LEAST: Final = Decimal(5)


_HUNDRED: Final = Decimal(100)
_HUNDREDTH: Final = Decimal("0.01")


def _look(query: Query, node: Binary) -> Iterator[Diagnostic]:
    if node.op == "-" and query.meaning(node.lhs).number == _HUNDRED:
        yield from _taken_of_hundred(query, node)
    if node.op not in COMPARISONS:
        return
    for side, limit in ((node.lhs, node.rhs), (node.rhs, node.lhs)):
        number = query.meaning(limit).number
        if number is None or not 1 <= number <= _HUNDRED or query.meaning(node).nothing:
            continue
        is_like = number >= _LEAST and _is_part_of_whole(query, side)
        if is_like or _says_percent(query, side, number):
            shown = number_text(number)
            message = f"a ratio is compared with {shown}, which reads like a percentage"
            hint = f"write {number_text(number / 100)}, or multiply the ratio by 100"
            yield query.finding(PERCENT_LIMIT, node, message, hint)


def _taken_of_hundred(query: Query, node: Binary) -> Iterator[Diagnostic]:
    """`100 - x`, where x is a ratio: hardly less than 100, whatever it is."""
    unit = query.meaning(node.rhs).unit
    if unit is None or not unit.is_ratio or not _is_worked_out(node.rhs):
        return
    message = f"`{query.shown(node)}` takes a ratio, 1 at most, from 100"
    hint = "multiply the ratio by 100 first: `100 - 100 * …`"
    yield query.finding(PERCENT_LIMIT, node, message, hint)


def _is_worked_out(node: Node) -> bool:
    """Say whether a ratio is a quotient or a rate; what is only called so may be a percentage."""
    inner = without_parens(node)
    while isinstance(inner, Aggregate):
        if inner.op == "sum":
            # Of several CPUs, a sum is no share of one.
            return False
        inner = without_parens(inner.expr)
    if isinstance(inner, Call):
        return inner.function in {"rate", "irate"}
    return isinstance(inner, Binary) and inner.op == "/"


def _says_percent(query: Query, side: Node, number: Decimal) -> bool:
    """Say whether the alert names its limit as a percentage, of a value that is a ratio."""
    unit = query.meaning(side).unit
    if unit is None or not unit.is_ratio or query.use is not Use.ALERT:
        return False
    if not query.places.is_written(side):
        return False
    parts = tuple(walk(side))
    # What is only called a ratio may be a percentage, and so may what somebody multiplied.
    is_worked_out = any(
        (isinstance(part, Binary) and part.op == "/")
        or (isinstance(part, Call) and part.function in {"rate", "irate"})
        for part in parts
    )
    if not is_worked_out or {query.meaning(p).number for p in parts} & {_HUNDRED, _HUNDREDTH}:
        return False
    said = rf"(?<![\w.]){re.escape(number_text(number))}\s?(?:%|percent\b)"
    return re.search(said, query.texts) is not None


def _is_part_of_whole(query: Query, node: Node) -> bool:
    """Say whether a node is a quotient of two amounts in one unit that are no counts."""
    quotient = without_parens(node)
    if isinstance(quotient, Binary) and quotient.op == "-":
        if query.meaning(quotient.lhs).number != 1:
            return False
        quotient = without_parens(quotient.rhs)
    if not isinstance(quotient, Binary) or quotient.op != "/":
        return False
    unit = query.meaning(quotient).unit
    if unit is None or unit.dimension != "ratio" or unit.scale != 1:
        return False
    above, below = query.meaning(quotient.lhs), query.meaning(quotient.rhs)
    units = {u.dimension for u in (above.unit, below.unit) if u is not None}
    return units == {"bytes"} or query.meaning(quotient).bounds.high == 1


KIND: Final = Check(
    run=of_nodes(Binary, _look),
    examples=(
        Example(
            code=PERCENT_LIMIT,
            wrong="node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes < 10",
            right="node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes < 0.1",
        ),
    ),
)
