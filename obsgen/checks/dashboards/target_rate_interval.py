"""A graph of rates over a range that does not go with its step."""

from __future__ import annotations

from typing import Final

from obsgen import names
from obsgen.checks._check import Check, Example
from obsgen.checks._panels import ShownPanel, ShownTarget
from obsgen.checks._queries import Query
from obsgen.checks.dashboards._rule import Found, of_panel_queries
from obsgen.checks.dashboards._texts import range_text
from obsgen.diagnostics import Code, Severity
from obsgen.promql import Call, MatrixSelector, variable_names

RATE_INTERVAL: Final = Code(
    "DSH664",
    "target-rate-interval-rule",
    why="a range shorter than the step leaves out what lies between two points, so spikes vanish "
    "in a long graph; one longer than it blurs a short graph. `$__rate_interval` goes with the "
    "step and always holds four scrapes",
    fix="Write `rate(x_total[$__rate_interval])`; kinds of measures do so where they have no "
    "`window`. Recorded series, values at one moment, ranges of an hour or more and those that the "
    "reader chooses (`$__range`, `$interval`) are left alone.",
    severity=Severity.INFO,
)
CODES: Final = (RATE_INTERVAL,)

_HOUR_MS: Final = 3_600_000
"""Whoever looks back as far wants to know about that time, and not about a moment."""

_RATES: Final = frozenset({"rate", "irate"})
# As long as the step, so it may hold no two scrapes.
_TOO_SHORT: Final = frozenset({"__interval", "__interval_ms"})


def _look(query: Query, panel: ShownPanel, target: ShownTarget) -> Found:
    del panel
    # A value at one moment has no step: its range says what is meant by now.
    if target.is_instant:
        return
    for call in query.nodes(Call):
        selected = call.args[0] if call.args else None
        if call.function not in _RATES or not isinstance(selected, MatrixSelector):
            continue
        # The windows of SLOs, and whatever else was recorded in a rhythm of its own; measures of
        # shipped presets, which alerts read too.
        is_recorded = names.is_recorded(selected.selector.metric_name or "")
        if is_recorded or query.places.of(call).is_shipped:
            continue
        written = range_text(query, selected)
        chosen = variable_names(written)
        is_fixed = not chosen and selected.range_ms < _HOUR_MS
        if is_fixed or chosen & _TOO_SHORT:
            message = f"`{call.function}` of {query.subject} looks at `{written}`"
            hint = f"write `{call.function}(…[$__rate_interval])`"
            yield query.finding(RATE_INTERVAL, call, message, hint)


KIND: Final = Check(
    run=of_panel_queries(_look),
    examples=(
        Example(
            code=RATE_INTERVAL,
            wrong="- timeseries: {expr: 'sum(rate(http_requests_total[5m]))', unit: requests/s}",
            right="- timeseries:\n"
            "    {expr: 'sum(rate(http_requests_total[$__rate_interval]))', unit: requests/s}",
            of_panels=True,
        ),
    ),
)
