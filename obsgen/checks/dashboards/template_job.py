"""A dashboard without a variable `job`; for those who want one on every dashboard."""

from __future__ import annotations

from typing import Final

from obsgen.artefacts import Dashboard
from obsgen.checks._check import Check, Example
from obsgen.checks._queries import Subject
from obsgen.checks.dashboards._rule import Found, of_dashboards
from obsgen.checks.dashboards._target_variable import variable_findings
from obsgen.diagnostics import Code

TEMPLATE_JOB: Final = Code(
    "DSH630",
    "template-job-rule",
    why="`job` is on every series that Prometheus scrapes, so one variable of it narrows every "
    "panel of every dashboard in the same way",
    fix="Write `variables: [job]` into the dashboard.",
)
CODES: Final = (TEMPLATE_JOB,)


def _look(subject: Subject, dashboard: Dashboard) -> Found:
    del subject
    return variable_findings(TEMPLATE_JOB, "job", dashboard)


KIND: Final = Check(
    run=of_dashboards(_look),
    is_opt_in=True,
    examples=(
        Example(
            code=TEMPLATE_JOB,
            wrong="variables: [route]\npanels: [{timeseries: {rate: http_requests_total}}]",
            right="variables: [job, route]\npanels: [{timeseries: {rate: http_requests_total}}]",
            of_panels=True,
        ),
    ),
)
