"""A query that the variable `instance` does not narrow; for those who want it in every query."""

from __future__ import annotations

from typing import Final

from obsgen.checks._check import Check, Example
from obsgen.checks._panels import ShownPanel, ShownTarget
from obsgen.checks._queries import Query
from obsgen.checks.dashboards._rule import Found, of_panel_queries
from obsgen.checks.dashboards._target_variable import matcher_findings
from obsgen.diagnostics import Code

TARGET_INSTANCE: Final = Code(
    "DSH666",
    "target-instance-rule",
    why="a panel whose query knows nothing of the variable `instance` shows the same whatever is "
    "chosen",
    fix='Write `instance=~"$instance"` into the selector; kinds of measures do so by themselves '
    "where the dashboard has the variable.",
)
CODES: Final = (TARGET_INSTANCE,)


def _look(query: Query, panel: ShownPanel, target: ShownTarget) -> Found:
    del panel, target
    return matcher_findings(TARGET_INSTANCE, "instance", query)


KIND: Final = Check(
    run=of_panel_queries(_look),
    is_opt_in=True,
    examples=(
        Example(
            code=TARGET_INSTANCE,
            wrong="variables: [route]\npanels: [{timeseries: {rate: http_requests_total}}]",
            right="variables: [instance]\npanels: [{timeseries: {rate: http_requests_total}}]",
            of_panels=True,
        ),
    ),
)
