"""`rate` of what goes down, too: each fall is taken for a restart, and counted as growth."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from obsgen.checks._check import Check, Example, of_nodes
from obsgen.checks._queries import Query
from obsgen.diagnostics import Code, Diagnostic, Severity
from obsgen.promql import Call
from obsgen.promql.series import Sample

RATE_OF_GAUGE: Final = Code(
    "PQL420",
    "rate-of-gauge",
    why="`rate`, `irate`, `increase` and `resets` take every fall for a restart of the process: "
    "of a gauge that goes up and down they give a number without a meaning",
    fix="Write `delta` or `deriv` for the change of a gauge, or query the counter behind it.",
)
DELTA_OF_COUNTER: Final = Code(
    "PQL444",
    "delta-of-counter",
    why="`delta`, `idelta` and `deriv` know no restarts: when the process starts anew the counter "
    "falls to 0, and the result is far below 0",
    fix="Write `increase` for `delta`, `irate` for `idelta`, `rate` for `deriv`.",
    severity=Severity.WARNING,
)
CODES: Final = (RATE_OF_GAUGE, DELTA_OF_COUNTER)

_OF_COUNTERS: Final = frozenset({"rate", "irate", "increase", "resets"})
_OF_GAUGES: Final = {"delta": "increase", "idelta": "irate", "deriv": "rate"}


def _look(query: Query, node: Call) -> Iterator[Diagnostic]:
    if not node.args:
        return
    source = query.meaning(node.args[0])
    if node.function in _OF_COUNTERS and source.sample in {Sample.GAUGE, Sample.BUCKET_RATES}:
        message = f"`{node.function}` is taken of a gauge: `{query.shown(node.args[0])}`"
        hint = "write `delta` or `deriv`, or query a counter"
        yield query.finding(RATE_OF_GAUGE, node, message, hint, "name_span")
    elif node.function in _OF_GAUGES and source.sample.is_cumulative:
        message = f"`{node.function}` is taken of a counter: `{query.shown(node.args[0])}`"
        hint = f"write `{_OF_GAUGES[node.function]}`, which knows restarts"
        yield query.finding(DELTA_OF_COUNTER, node, message, hint, "name_span")


KIND: Final = Check(
    run=of_nodes(Call, _look),
    examples=(
        Example(
            code=RATE_OF_GAUGE,
            wrong="rate(node_memory_MemAvailable_bytes[5m])",
            right="deriv(node_memory_MemAvailable_bytes[5m])",
        ),
        Example(
            code=DELTA_OF_COUNTER,
            wrong="delta(http_requests_total[5m])",
            right="increase(http_requests_total[5m])",
        ),
    ),
)
