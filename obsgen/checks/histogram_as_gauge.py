"""The bare name of a histogram: only its parts `_bucket`, `_sum` and `_count` are series."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from obsgen.checks._check import Check, Example, of_nodes
from obsgen.checks._queries import Query
from obsgen.diagnostics import Code, Diagnostic
from obsgen.promql import VectorSelector

HISTOGRAM_AS_GAUGE: Final = Code(
    "PQL425",
    "histogram-as-gauge",
    why="a classic histogram is exposed as `_bucket`, `_sum` and `_count`; under its bare name "
    "there is no series, and the query gives nothing",
    fix="Write the mean as `rate(x_sum[5m]) / rate(x_count[5m])`, a quantile with "
    "`histogram_quantile` over `x_bucket`.",
)
CODES: Final = (HISTOGRAM_AS_GAUGE,)


def _look(query: Query, node: VectorSelector) -> Iterator[Diagnostic]:
    series = query.meaning(node).series
    if series is not None and series.is_whole:
        name = series.name
        message = f"`{name}` is a histogram: there is no series of that name"
        hint = f"the mean is `rate({name}_sum[5m]) / rate({name}_count[5m])`"
        yield query.finding(HISTOGRAM_AS_GAUGE, node, message, hint)


KIND: Final = Check(
    run=of_nodes(VectorSelector, _look),
    lints=("L5",),
    examples=(
        Example(
            code=HISTOGRAM_AS_GAUGE,
            wrong="avg(latency_seconds)",
            right="sum(rate(latency_seconds_sum[5m])) / sum(rate(latency_seconds_count[5m]))",
        ),
    ),
)
