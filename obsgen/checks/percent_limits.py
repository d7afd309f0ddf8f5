"""A ratio beside a percentage: 0.05 and 5 are not the same limit."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from obsgen.checks._check import Check, Example, of_nodes
from obsgen.checks._queries import Query
from obsgen.diagnostics import Code, Diagnostic, Severity
from obsgen.promql import Binary, Node, without_parens
from obsgen.promql.functions import COMPARISONS
from obsgen.units import number_text

PERCENT_LIMIT: Final = Code(
    "PQL429",
    "ratio-beside-percentage",
    why="a quotient of two like amounts is a ratio, 0.9 where people say 90 %; a limit of 90 is "
    "passed always or never",
    fix="Write the limit as a ratio (`> 0.9`), or multiply the quotient by 100.",
    severity=Severity.WARNING,
)
CODES: Final = (PERCENT_LIMIT,)

_LEAST, _MOST = Decimal(5), Decimal(100)


def _look(query: Query, node: Binary) -> Iterator[Diagnostic]:
    if node.op not in COMPARISONS:
        return
    for side, limit in ((node.lhs, node.rhs), (node.rhs, node.lhs)):
        number = query.meaning(limit).number
        if number is None or not _LEAST <= number <= _MOST or query.meaning(node).nothing:
            continue
        if _is_part_of_whole(query, side):
            shown = number_text(number)
            message = f"a ratio is compared with {shown}, which reads like a percentage"
            hint = f"write {number_text(number / 100)}, or multiply the ratio by 100"
            yield query.finding(PERCENT_LIMIT, node, message, hint)


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
