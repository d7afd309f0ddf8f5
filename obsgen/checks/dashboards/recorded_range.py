"""A range of `$__rate_interval` over a series whose rhythm it does not know."""

from __future__ import annotations

from typing import Final

from obsgen import names
from obsgen.checks._check import Check, Example
from obsgen.checks._panels import ShownPanel, ShownTarget
from obsgen.checks._queries import Query
from obsgen.checks.dashboards._rule import Found, of_panel_queries
from obsgen.checks.dashboards._texts import range_text
from obsgen.diagnostics import Code, Severity
from obsgen.promql import MatrixSelector, variable_names

RECORDED_RANGE: Final = Code(
    "DSH658",
    "rate-interval-of-recorded",
    why="`$__rate_interval` is made of the scrape interval, and a recorded series has a sample for "
    "each evaluation of its rule: the range may hold one or none; what was recorded is a rate "
    "already",
    fix="Read the series without a range, or over the step: `max_over_time(x[$__interval])`.",
    severity=Severity.WARNING,
)
CODES: Final = (RECORDED_RANGE,)

_RATE_INTERVALS: Final = frozenset({"__rate_interval", "__rate_interval_ms"})


def _look(query: Query, panel: ShownPanel, target: ShownTarget) -> Found:
    del panel, target
    for node in query.nodes(MatrixSelector):
        series = query.meaning(node.selector).series
        name = node.selector.metric_name or ""
        is_recorded = names.is_recorded(name) or (series is not None and series.source is not None)
        if is_recorded and _RATE_INTERVALS & variable_names(range_text(query, node)):
            message = f"{query.subject} reads the recorded `{name}` over `$__rate_interval`"
            hint = "leave the range out, or write `[$__interval]`"
            yield query.finding(RECORDED_RANGE, node, message, hint)


KIND: Final = Check(
    run=of_panel_queries(_look),
    examples=(
        Example(
            code=RECORDED_RANGE,
            wrong="- timeseries: {expr: 'max(max_over_time(shop:load:ratio[$__rate_interval]))', "
            "unit: ratio}",
            right="- timeseries: {expr: 'max(max_over_time(shop:load:ratio[$__interval]))', "
            "unit: ratio}",
        ),
    ),
)
