"""A variable of a dashboard that nothing on it uses."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from obsgen.artefacts import Dashboard, strings_in
from obsgen.checks._check import Check, Example
from obsgen.checks._queries import Subject
from obsgen.checks.dashboards._rule import Found, of_dashboards
from obsgen.diagnostics import Code, Severity, finding
from obsgen.promql import variable_names

IDLE_VARIABLE: Final = Code(
    "DSH652",
    "idle-variable",
    why="whoever chooses a value believes that the panels follow, and reads numbers of everything",
    fix="Write the variable into the queries (kinds of measures do so by themselves), or leave it "
    "out.",
    severity=Severity.WARNING,
)
CODES: Final = (IDLE_VARIABLE,)


def _look(subject: Subject, dashboard: Dashboard) -> Found:
    del subject
    used = {*(p.repeat for p in dashboard.panels), *(s.repeat for s in dashboard.sections)}
    used |= _used(replace(dashboard, variables=()))
    for variable in dashboard.variables:
        # A variable that only narrows its own choices narrows nothing.
        others = [each for each in dashboard.variables if each != variable]
        if variable.name not in used and variable.name not in _used(others):
            origin = variable.origin if variable.origin.file else dashboard.origin
            message = f"nothing on dashboard `{dashboard.title}` uses variable `{variable.name}`"
            hint = f'write `{variable.name}=~"${variable.name}"` into a query, or leave it out'
            yield finding(IDLE_VARIABLE, origin, message, hint)


def _used(where: object) -> set[str]:
    return {name for text in strings_in(where) for name in variable_names(text)}


KIND: Final = Check(
    run=of_dashboards(_look),
    examples=(
        Example(
            code=IDLE_VARIABLE,
            wrong='{"templating": {"list": [{"name": "route"}]}, "panels": [{"targets": '
            '[{"expr": "sum(rate(http_requests_total[5m]))"}]}]}',
            right='{"templating": {"list": [{"name": "route"}]}, "panels": [{"targets": '
            '[{"expr": "sum(rate(http_requests_total{route=~`$route`}[5m]))"}]}]}',
        ),
    ),
)
