"""A panel of numbers that asks nothing."""

from __future__ import annotations

from typing import Final

from obsgen.checks._check import Check, Example
from obsgen.checks._panels import ShownPanel
from obsgen.checks._queries import Subject
from obsgen.checks.dashboards._kinds import OF_NUMBERS
from obsgen.checks.dashboards._rule import Found, of_panels
from obsgen.diagnostics import Code, finding

NO_TARGETS: Final = Code(
    "DSH636",
    "panel-no-targets-rule",
    why="a panel without a query says `No data` for ever, and looks like an outage",
    fix="Give the panel a query, or leave it out; words belong into a `text` panel.",
)
CODES: Final = (NO_TARGETS,)


def _look(subject: Subject, panel: ShownPanel) -> Found:
    del subject
    if panel.type in OF_NUMBERS and not panel.targets:
        message = f"panel `{panel.shown_title}` asks nothing"
        yield finding(NO_TARGETS, panel.origin, message, "give it a query, or leave it out")


KIND: Final = Check(
    run=of_panels(_look),
    examples=(
        Example(
            code=NO_TARGETS,
            wrong='{"type": "timeseries", "title": "Requests", "targets": []}',
            right='{"type": "timeseries", "title": "Requests", "targets": [{"refId": "A", '
            '"expr": "sum(rate(http_requests_total[$__rate_interval]))"}]}',
        ),
    ),
)
