"""A query to Loki that counts over a fixed range, whatever the step of the graph."""

from __future__ import annotations

from typing import Final

from obsgen.checks._check import Check, Example
from obsgen.checks._panels import ShownPanel, ShownTarget
from obsgen.checks._queries import Subject
from obsgen.checks.dashboards._rule import Found, of_targets
from obsgen.diagnostics import Code, Severity, finding
from obsgen.logql import LOKI, ranges_of

LOGQL_AUTO: Final = Code(
    "DSH639",
    "target-logql-auto-rule",
    why="a fixed range leaves out what lies between two points of a long graph, and counts lines "
    "several times in a short one; `$__auto` is as long as the step, or as the whole time range",
    fix="Write `[$__auto]`.",
    severity=Severity.WARNING,
)
CODES: Final = (LOGQL_AUTO,)

_AUTO: Final = "__auto"


def _look(subject: Subject, panel: ShownPanel, target: ShownTarget) -> Found:
    del subject
    if target.datasource != LOKI or target.is_hidden or _AUTO in target.expr:
        return
    for found in ranges_of(target.expr):
        # A variable is no fixed range: `$__range` asks for all that is shown.
        if "$" not in found:
            message = f"query {target.ref} of panel `{panel.shown_title}` counts over `[{found}]`"
            yield finding(LOGQL_AUTO, target.origin, message, "write `[$__auto]`")


KIND: Final = Check(
    run=of_targets(_look),
    examples=(
        Example(
            code=LOGQL_AUTO,
            wrong='{"expr": "sum(count_over_time({job=`mysql`}[5m]))"}',
            right='{"expr": "sum(count_over_time({job=`mysql`}[$__auto]))"}',
        ),
    ),
)
