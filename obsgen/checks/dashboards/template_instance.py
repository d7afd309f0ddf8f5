"""A dashboard without a variable `instance`; for those who want one on every dashboard."""

from __future__ import annotations

from typing import Final

from obsgen.artefacts import Dashboard
from obsgen.checks._check import Check, Example
from obsgen.checks._queries import Subject
from obsgen.checks.dashboards._rule import Found, of_dashboards
from obsgen.checks.dashboards._target_variable import variable_findings
from obsgen.diagnostics import Code

TEMPLATE_INSTANCE: Final = Code(
    "DSH631",
    "template-instance-rule",
    why="`instance` is on every series that Prometheus scrapes, so one variable of it narrows "
    "every panel of every dashboard in the same way",
    fix="Write `variables: [instance]` into the dashboard.",
)
CODES: Final = (TEMPLATE_INSTANCE,)


def _look(subject: Subject, dashboard: Dashboard) -> Found:
    del subject
    return variable_findings(TEMPLATE_INSTANCE, "instance", dashboard)


KIND: Final = Check(
    run=of_dashboards(_look),
    is_opt_in=True,
    examples=(
        Example(
            code=TEMPLATE_INSTANCE,
            wrong="variables: [route]\npanels: [{timeseries: {rate: http_requests_total}}]",
            right="variables: [instance, route]\n"
            "panels: [{timeseries: {rate: http_requests_total}}]",
            of_panels=True,
        ),
    ),
)
