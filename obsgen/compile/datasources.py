"""What dashboards ask, held against the datasources that the Project declares."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from obsgen.artefacts import Dashboard, GrafanaDatasource
from obsgen.catalogue import near
from obsgen.diagnostics import Code, finding
from obsgen.model import Reports

UNDECLARED_DATASOURCE: Final = Code(
    "DSH691",
    "undeclared-datasource",
    why="Grafana has nothing to ask, so the panel stays empty",
    fix="Declare it in the Project: `datasources: {loki: {url: http://loki:3100}}`; with "
    "`provisioned: false`, if Grafana has it already.",
)
CODES: Final = (UNDECLARED_DATASOURCE,)


def check_datasources(
    dashboards: Iterable[Dashboard], datasources: Iterable[GrafanaDatasource], report: Reports
) -> None:
    """Report each panel that asks what is not declared."""
    declared = {source.type for source in datasources}
    for dashboard in dashboards:
        for panel in dashboard.panels:
            for target in panel.foreign:
                if target.datasource in declared:
                    continue
                places = (target.origin, panel.origin, dashboard.origin)
                place = next((p for p in places if p.file), dashboard.origin)
                message = f"panel `{panel.title}` asks `{target.datasource}`, which is not declared"
                guess = near(target.datasource, declared)
                known = f"did you mean `{guess}`? or " if guess else ""
                hint = f"{known}add `datasources: {{{target.datasource}: {{}}}}` to the Project"
                report(finding(UNDECLARED_DATASOURCE, place, message, hint))
                break
