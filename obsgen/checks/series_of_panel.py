"""A panel with a line for each series, of which there are as many as instances times labels."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from obsgen.checks._asked import Use
from obsgen.checks._check import Check, Example, of_queries
from obsgen.checks._queries import Query
from obsgen.diagnostics import Code, Diagnostic, Severity
from obsgen.promql import Call, without_parens
from obsgen.promql.functions import GROWTH

EVERY_SERIES: Final = Code(
    "PQL447",
    "panel-of-every-series",
    why="a rate keeps every label of the metric and every instance: the panel shows hundreds of "
    "lines where one, or one a route, was meant",
    fix="Sum: `sum by (route) (rate(x_total[5m]))`, or show the largest: `topk(10, …)`.",
    severity=Severity.INFO,
)

CODES: Final = (EVERY_SERIES,)

_FEWEST: Final = 2


def _look(query: Query) -> Iterator[Diagnostic]:
    root = without_parens(query.root)
    if query.use is not Use.PANEL or not isinstance(root, Call) or root.function not in GROWTH:
        return
    labels = query.meaning(root).labels
    if labels.is_open or len(labels.names) >= _FEWEST:
        message = f"the panel shows every series of `{query.shown(root)}`"
        hint = f"write `sum by (…) ({query.shown(root)})`"
        yield query.finding(EVERY_SERIES, root, message, hint)


KIND: Final = Check(
    run=of_queries(_look),
    lints=("L14",),
    examples=(
        Example(
            code=EVERY_SERIES,
            wrong="rate(http_requests_total[5m])",
            right="sum by (route) (rate(http_requests_total[5m]))",
        ),
    ),
)
