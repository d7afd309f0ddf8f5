"""A panel's query that is no PromQL: the panel shows an error."""

from __future__ import annotations

from typing import Final

from obsgen.checks._check import Check, Example
from obsgen.checks._panels import ShownPanel, ShownTarget
from obsgen.checks._queries import Subject
from obsgen.checks.dashboards._rule import Found, of_targets
from obsgen.diagnostics import Code, finding
from obsgen.promql import PromqlError, parse, substitute_variables

TARGET_PROMQL: Final = Code(
    "DSH637",
    "target-promql-rule",
    why="Prometheus refuses the query, and the panel shows a red triangle in place of its data",
    fix="Correct the query; variables of Grafana may stand in it.",
)
CODES: Final = (TARGET_PROMQL,)


def _look(subject: Subject, panel: ShownPanel, target: ShownTarget) -> Found:
    del subject
    if not target.is_promql:
        return
    named = f"query {target.ref} of panel `{panel.shown_title}`"
    if not target.expr.strip():
        yield finding(TARGET_PROMQL, target.origin, f"{named} is empty", "write a query")
        return
    try:
        parse(substitute_variables(target.expr))
    except PromqlError as error:
        message = f"{named} is no PromQL: {error.message}"
        yield finding(TARGET_PROMQL, target.origin, message, error.hint)


KIND: Final = Check(
    run=of_targets(_look),
    examples=(
        Example(
            code=TARGET_PROMQL,
            wrong='{"expr": "sum(rate(http_requests_total[$__rate_interval])"}',
            right='{"expr": "sum(rate(http_requests_total[$__rate_interval]))"}',
        ),
    ),
)
