"""More panels than anybody reads, more queries than a page should ask at once."""

from __future__ import annotations

from typing import Final

from obsgen.artefacts import Dashboard
from obsgen.checks._check import Check, Example
from obsgen.checks._queries import Subject
from obsgen.checks.dashboards._rule import Found, of_dashboards
from obsgen.diagnostics import Code, Severity, finding
from obsgen.grid import Placed, placed

CROWDED: Final = Code(
    "DSH657",
    "crowded-dashboard",
    why="nobody finds the one panel among thirty, and each one that is open asks Prometheus at "
    "every refresh",
    fix="Collapse sections (`collapsed: true`), or split the dashboard.",
    severity=Severity.WARNING,
)
CODES: Final = (CROWDED,)

_MOST_PANELS: Final = 25
_MOST_QUERIES: Final = 40
# A screen of 1080 pixels at 38 a row: 30 and a gap of 8.
_FOLD: Final = 28


def _look(subject: Subject, dashboard: Dashboard) -> Found:
    del subject
    open_ = [item for item in _open(dashboard) if item.panel.datasource]
    if len(open_) > _MOST_PANELS:
        message = f"dashboard `{dashboard.title}` opens with {len(open_)} panels"
        hint = f"more than {_MOST_PANELS} are too many: collapse sections, or split it"
        yield finding(CROWDED, dashboard.origin, message, hint)
    asked = sum(
        len(item.panel.targets) + len(item.panel.foreign) for item in open_ if item.place.y < _FOLD
    )
    if asked > _MOST_QUERIES:
        message = f"the first screen of dashboard `{dashboard.title}` asks {asked} queries"
        hint = f"more than {_MOST_QUERIES} are too many: move panels down, or into a section"
        yield finding(CROWDED, dashboard.origin, message, hint)


def _open(dashboard: Dashboard) -> list[Placed]:
    return [
        item
        for section in placed(dashboard.sections)
        if section.header is None or not section.section.collapsed
        for item in section.panels
    ]


KIND: Final = Check(
    run=of_dashboards(_look),
    examples=(
        Example(
            code=CROWDED,
            wrong="sections: [{title: Everything, panels: […]}]   # 30 panels",
            right="sections:\n"
            "  - {title: Traffic, panels: […]}\n"
            "  - {title: Details, collapsed: true, panels: […]}",
        ),
    ),
)
