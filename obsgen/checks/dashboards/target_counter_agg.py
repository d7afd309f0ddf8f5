"""A panel of a counter as it stands: a line that climbs until a process starts again."""

from __future__ import annotations

from typing import Final

from obsgen.checks._check import Check, Example
from obsgen.checks._panels import ShownPanel, ShownTarget
from obsgen.checks._queries import Query
from obsgen.checks.dashboards._rule import Found, of_panel_queries
from obsgen.diagnostics import Code, Severity
from obsgen.promql import Aggregate, Call, VectorSelector
from obsgen.promql.meaning import Sample

COUNTER_AGG: Final = Code(
    "DSH667",
    "target-counter-agg-rule",
    why="a counter says how much there was since its process started: the line climbs, and falls "
    "with each restart, whatever happens",
    fix="Ask how fast it grows: `rate(x_total[$__rate_interval])`, or how much it grew.",
    severity=Severity.WARNING,
)
CODES: Final = (COUNTER_AGG,)

_SUFFIX: Final = "_total"
_GROWN: Final = frozenset({"rate", "irate", "increase"})
# They ask whether, when or how often there is a sample, and not for the count in it.
_OF_PRESENCE: Final = frozenset(
    {"timestamp", "resets", "changes", "absent", "absent_over_time", "present_over_time"}
    | {"count_over_time"}
)
_COUNTS: Final = frozenset({"count", "group"})


def _look(query: Query, panel: ShownPanel, target: ShownTarget) -> Found:
    del panel, target
    for node in query.nodes(VectorSelector):
        name = node.metric_name or ""
        series = query.meaning(node).series
        is_named_so = name.endswith(_SUFFIX) and (series is None or series.is_guessed)
        is_counter = is_named_so or (series is not None and series.sample is Sample.COUNTER)
        if is_counter and not _is_grown(query, node):
            message = f"{query.subject} shows the bare counter `{query.shown(node)}`"
            hint = f"write `rate({name}[$__rate_interval])`"
            yield query.finding(COUNTER_AGG, node, message, hint)


def _is_grown(query: Query, node: VectorSelector) -> bool:
    for above in query.above(node):
        if isinstance(above, Call) and above.function in _GROWN | _OF_PRESENCE:
            return True
        if isinstance(above, Aggregate) and above.op in _COUNTS:
            return True
    return False


KIND: Final = Check(
    run=of_panel_queries(_look),
    examples=(
        Example(
            code=COUNTER_AGG,
            wrong="- timeseries: {expr: sum(http_requests_total), unit: requests}",
            right="- timeseries: {rate: http_requests_total}",
            of_panels=True,
        ),
    ),
)
