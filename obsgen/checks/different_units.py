"""Two amounts of different units, added or compared as if they were one."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from obsgen.checks._check import Check, Example, of_nodes
from obsgen.checks._queries import Query
from obsgen.diagnostics import Code, Diagnostic
from obsgen.promql import Binary
from obsgen.promql.functions import COMPARISONS
from obsgen.units import Unit

DIFFERENT_UNITS: Final = Code(
    "PQL428",
    "different-units",
    why="seconds and milliseconds, bytes and seconds, a rate and a count: their sum is no amount, "
    "and one is never greater than the other in any useful sense",
    fix="Convert one side (`/ 1000`, `* 60`, `rate(…)`), or correct the unit of the declaration.",
)
CODES: Final = (DIFFERENT_UNITS,)

_PERCENT: Final = frozenset({Decimal(100), Decimal("0.01")})
_VERBS: Final = {"+": "added up", "-": "subtracted"}


def _look(query: Query, node: Binary) -> Iterator[Diagnostic]:
    # Limits and operands of measures were converted, or refused, where they were read.
    if not query.places.is_written(node):
        return
    if node.op not in COMPARISONS and node.op not in _VERBS:
        return
    left, right = query.meaning(node.lhs), query.meaning(node.rhs)
    if left.number is not None or right.number is not None:
        return
    if left.unit is None or right.unit is None or not _differ(left.unit, right.unit):
        return
    verb = _VERBS.get(node.op, "compared")
    message = f"{left.unit} and {right.unit} are {verb}: `{query.shown(node)}`"
    yield query.finding(DIFFERENT_UNITS, node, message, _hint(left.unit, right.unit))


def _differ(left: Unit, right: Unit) -> bool:
    """Say whether two units surely do not belong together; words for counts may."""
    if left.dimension != right.dimension:
        # Cores, replicas and shares of them are numbers without a unit of their own.
        return not {left.dimension, right.dimension} <= {"count", "ratio"} or (
            bool(left.per_seconds) != bool(right.per_seconds)
        )
    if left.dimension == "money" and left.name != right.name:
        return True
    if left.dimension != "ratio" and left.scale / right.scale in _PERCENT:
        # `100 * errors > 5 * requests`: a limit in percent, moved to the other side.
        return left.per_seconds != right.per_seconds
    return left.scale != right.scale or left.per_seconds != right.per_seconds


def _hint(left: Unit, right: Unit) -> str:
    if left.dimension == right.dimension and left.scale != right.scale:
        return f"convert one side: {left.name} and {right.name} differ by a factor"
    if bool(left.per_seconds) != bool(right.per_seconds):
        return "compare a rate with a rate, or an increase with a count"
    return ""


KIND: Final = Check(
    run=of_nodes(Binary, _look),
    examples=(
        Example(
            code=DIFFERENT_UNITS,
            wrong="histogram_quantile(0.95, sum by (le) (rate(latency_seconds_bucket[5m])))"
            " > on () slo_limit_milliseconds",
            right="histogram_quantile(0.95, sum by (le) (rate(latency_seconds_bucket[5m])))"
            " > on () slo_limit_milliseconds / 1000",
        ),
    ),
)
