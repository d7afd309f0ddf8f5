"""A query to Loki whose form is no LogQL: the panel shows an error."""

from __future__ import annotations

from typing import Final

from obsgen.checks._check import Check, Example
from obsgen.checks._panels import ShownPanel, ShownTarget
from obsgen.checks._queries import Subject
from obsgen.checks.dashboards._rule import Found, of_targets
from obsgen.diagnostics import Code, finding
from obsgen.logql import LOKI, logql_problem

TARGET_LOGQL: Final = Code(
    "DSH638",
    "target-logql-rule",
    why="Loki refuses the query, and the panel shows an error in place of the logs",
    fix="Correct the query. Brackets, strings and stream selectors are checked, not what the "
    "stages of the pipeline say.",
)
CODES: Final = (TARGET_LOGQL,)


def _look(subject: Subject, panel: ShownPanel, target: ShownTarget) -> Found:
    del subject
    if target.datasource != LOKI or target.is_hidden or not target.expr:
        return
    if problem := logql_problem(target.expr):
        message = f"query {target.ref} of panel `{panel.shown_title}` is no LogQL: {problem}"
        yield finding(TARGET_LOGQL, target.origin, message, 'write `{label="value"} |= "text"`')


KIND: Final = Check(
    run=of_targets(_look),
    examples=(
        Example(
            code=TARGET_LOGQL,
            wrong="""{"expr": "{job='mysql'} |= `error`"}""",
            right="""{"expr": "{job=`mysql`} |= `error`"}""",
        ),
    ),
)
