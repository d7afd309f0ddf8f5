"""A panel that asks a datasource by its name, and not by the dashboard's variable."""

from __future__ import annotations

from typing import Final

from obsgen.artefacts import datasource_variable
from obsgen.checks._check import Check, Example
from obsgen.checks._panels import ShownPanel, ShownTarget
from obsgen.checks._queries import Subject
from obsgen.checks.dashboards._rule import Found, of_targets
from obsgen.diagnostics import Code, finding
from obsgen.promql import variable_names

PANEL_DATASOURCE: Final = Code(
    "DSH633",
    "panel-datasource-rule",
    why="a datasource that is named by its uid exists in one Grafana only, and does not change "
    "with the variable on top of the dashboard",
    fix="Leave `datasource` out; the panel then asks the datasource that is chosen on top.",
)
CODES: Final = (PANEL_DATASOURCE,)

# What Grafana itself provides: data of another panel, its own annotations, expressions.
_OF_GRAFANA: Final = frozenset({"-- Dashboard --", "-- Grafana --", "grafana", "__expr__"})


def _look(subject: Subject, panel: ShownPanel, target: ShownTarget) -> Found:
    del subject
    if target.uid in _OF_GRAFANA:
        return
    chosen = set(map(datasource_variable, panel.dashboard.datasources))
    if not chosen & variable_names(target.uid):
        message = f"panel `{panel.shown_title}` asks datasource `{target.uid}`"
        hint = f"leave it out, or write `${{{datasource_variable(target.datasource)}}}`"
        yield finding(PANEL_DATASOURCE, target.origin, message, hint)


KIND: Final = Check(
    run=of_targets(_look),
    examples=(
        Example(
            code=PANEL_DATASOURCE,
            wrong='{"type": "stat", "datasource": {"type": "prometheus", "uid": "P1809F7"}}',
            right='{"type": "stat", "datasource": {"type": "prometheus", "uid": "${datasource}"}}',
        ),
    ),
)
