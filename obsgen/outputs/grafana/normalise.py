"""
Dashboards as Grafana's JSON, through grafanalib and then made lean.

The one module that imports grafanalib. Of its classes only the frame is used: Dashboard, Panel,
RowPanel, Target, Template, GridPos. Its own panel types write options of Grafana 6, its defaults
drop half of the samples (`maxDataPoints: 100` with `intervalFactor: 2`), its schema version is
12. So every part passes through a list of the keys that the current schema knows, in the order in
which people read them; what grafanalib adds beyond is left behind.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from grafanalib import core

from obsgen.artefacts import (
    Annotation,
    Dashboard,
    GrafanaDatasource,
    Link,
    Panel,
    Target,
    Threshold,
    Variable,
)
from obsgen.names import target_letter
from obsgen.outputs.grafana.keys import (
    DASHBOARD_KEYS,
    EMPTY_MEANS_NOTHING,
    LINK_KEYS,
    PANEL_KEYS,
    ROW_KEYS,
    TARGET_KEYS,
    VARIABLE_KEYS,
)
from obsgen.outputs.grafana.layout import Place, Placed, PlacedSection, placed
from obsgen.outputs.grafana.units import unit_id

SCHEMA_VERSION: Final = 42
"""Of the classic dashboard model; Grafana migrates older ones and has no newer."""

TAG: Final = "obsgen"
DATASOURCE: Final = {"type": "prometheus", "uid": "${datasource}"}

_REFRESH_ON_TIME_CHANGE: Final = 2
_SORT_ALPHABETICALLY: Final = 1
_SHARED_CROSSHAIR: Final = 1


class _Panel(core.Panel):  # type: ignore[misc] # grafanalib has no types
    """A panel whose type and options are given whole, not made of grafanalib's defaults."""

    def to_json_data(self) -> Any:
        # What is given replaces grafanalib's own: it would merge the two.
        return {**self.panel_json({}), **self.extraJson}


def dashboard_json(
    dashboard: Dashboard, datasource: GrafanaDatasource | None = None
) -> dict[str, Any]:
    """Return the dashboard; its datasource variable begins with *datasource*."""
    sections = tuple(placed(dashboard.sections))
    made = core.Dashboard(
        title=dashboard.title,
        description=dashboard.description,
        uid=dashboard.uid,
        tags=list(dict.fromkeys((TAG, *dashboard.tags))),
        schemaVersion=SCHEMA_VERSION,
        editable=False,
        graphTooltip=_SHARED_CROSSHAIR,
        timezone="browser",
        refresh=dashboard.refresh,
        time=core.Time(dashboard.time, "now"),
        links=[_dashboard_link(link) for link in dashboard.links],
        templating=core.Templating(
            [_datasource_variable(datasource), *map(_query_variable, dashboard.variables)]
        ),
        annotations=core.Annotations([*map(_annotation, dashboard.annotations)]),
        panels=[panel for section in sections for panel in _section(section)],
    ).auto_panel_ids()
    data: dict[str, Any] = _lean(made, DASHBOARD_KEYS)
    data["time"] = made.time.to_json_data()
    data["templating"] = made.templating.to_json_data()
    data["annotations"] = made.annotations.to_json_data()
    data["panels"] = [_finished(panel) for panel in made.panels]
    return data


def _lean(made: Any, keys: Sequence[str]) -> dict[str, Any]:
    """Return what grafanalib writes, as far as the current schema knows it and it says anything."""
    return _ordered(made.to_json_data(), keys)


def _finished(panel: Any) -> dict[str, Any]:
    if not isinstance(panel, core.RowPanel):
        return _lean(panel, PANEL_KEYS)
    return {**_lean(panel, ROW_KEYS), "panels": [_finished(inner) for inner in panel.panels]}


def _section(section: PlacedSection) -> list[Any]:
    panels = [_panel(item) for item in section.panels]
    if section.header is None:
        return panels
    collapsed = section.section.collapsed
    row = core.RowPanel(
        title=section.section.title,
        collapsed=collapsed,
        gridPos=_grid(section.header),
        panels=panels if collapsed else [],
    )
    return [row] if collapsed else [row, *panels]


def _grid(place: Place) -> Any:
    grid = core.GridPos(h=place.height, w=place.width, x=place.x, y=place.y)
    return grid.to_json_data()


def _panel(item: Placed) -> Any:
    panel = item.panel
    shows_data = bool(panel.targets)
    made = _Panel(
        title=panel.title,
        description=panel.description,
        gridPos=_grid(item.place),
        dataSource=DATASOURCE if shows_data else None,
        targets=[_target(target, index) for index, target in enumerate(panel.targets)],
        links=[_panel_link(link) for link in panel.links],
        timeFrom=panel.time or None,
        interval=panel.min_interval or None,
        transformations=list(panel.transformations),
    )
    made.extraJson = {
        "type": panel.type,
        "options": panel.options,
        "fieldConfig": _field_config(panel) if shows_data else None,
    }
    return made


def _target(target: Target, index: int) -> dict[str, Any]:
    made = core.Target(
        expr=target.expr,
        refId=target_letter(index),
        legendFormat="" if target.as_table else target.legend or "__auto",
        format="table" if target.as_table else "time_series",
        instant=target.instant,
        datasource=DATASOURCE,
    )
    data = {**made.to_json_data(), "range": not target.instant, "editorMode": "code"}
    return _ordered(data, TARGET_KEYS)


def _field_config(panel: Panel) -> dict[str, Any]:
    defaults: dict[str, Any] = {
        "unit": None if panel.unit is None else unit_id(panel.unit),
        "decimals": panel.decimals,
        "min": panel.minimum,
        "max": panel.maximum,
        "noValue": panel.no_value or None,
        "color": panel.color or None,
        "thresholds": {
            "mode": "percentage" if panel.thresholds_percentage else "absolute",
            "steps": [_step(threshold) for threshold in panel.thresholds or _NO_JUDGEMENT],
        },
        "mappings": list(panel.mappings) or None,
        "custom": panel.custom or None,
    }
    return {
        "defaults": {key: value for key, value in defaults.items() if value is not None},
        "overrides": _merged([*_unit_overrides(panel), *panel.overrides]),
    }


def _merged(overrides: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return one override for each matcher, with the properties of all that have it."""
    found: dict[str, dict[str, Any]] = {}
    for override in overrides:
        matcher = override["matcher"]
        one = found.setdefault(str(matcher), {"matcher": matcher, "properties": []})
        one["properties"].extend(override["properties"])
    return list(found.values())


# Without steps of its own a panel gets Grafana's: red from 80 on, whatever is shown.
_NO_JUDGEMENT: Final = (Threshold(value=None, color="green"),)


def _step(threshold: Threshold) -> dict[str, Any]:
    return {"color": threshold.color, "value": threshold.value}


def _unit_overrides(panel: Panel) -> list[dict[str, Any]]:
    """Return the units of the queries that have another than the panel."""
    overrides = []
    for index, target in enumerate(panel.targets):
        if target.unit is None:
            continue
        # Queries of a table are merged, so its columns are known by their headers alone.
        matcher = (
            {"id": "byName", "options": target.column}
            if target.as_table
            else {"id": "byFrameRefID", "options": target_letter(index)}
        )
        properties = [{"id": "unit", "value": unit_id(target.unit)}]
        overrides.append({"matcher": matcher, "properties": properties})
    return overrides


def _datasource_variable(datasource: GrafanaDatasource | None) -> dict[str, Any]:
    made = core.Template(
        name="datasource", label="Data source", type="datasource", query="prometheus"
    )
    data = {**made.to_json_data(), "refresh": None, "sort": None, "current": None}
    if datasource is not None:
        data["current"] = {"text": datasource.name, "value": datasource.uid}
    return _ordered(data, VARIABLE_KEYS)


def _query_variable(variable: Variable) -> dict[str, Any]:
    made = core.Template(
        name=variable.name,
        label=variable.label,
        query=variable.query,
        dataSource=DATASOURCE,
        refresh=_REFRESH_ON_TIME_CHANGE,
        sort=_SORT_ALPHABETICALLY,
        multi=variable.multi,
        includeAll=variable.multi,
        allValue=variable.all_value if variable.multi else None,
    )
    everything = {"text": ["All"], "value": ["$__all"]} if variable.multi else None
    data = {**made.to_json_data(), "current": everything, "definition": variable.query}
    return _ordered(data, VARIABLE_KEYS)


def _ordered(data: Mapping[str, Any], keys: Sequence[str]) -> dict[str, Any]:
    found = {key: data[key] for key in keys if data.get(key) is not None}
    return {k: v for k, v in found.items() if v not in ("", []) or k not in EMPTY_MEANS_NOTHING}


def _annotation(annotation: Annotation) -> dict[str, Any]:
    return {
        "name": annotation.name,
        "datasource": DATASOURCE,
        "enable": True,
        "iconColor": annotation.color,
        "expr": annotation.expr,
        "titleFormat": annotation.title,
    }


def _dashboard_link(link: Link) -> dict[str, Any]:
    made = core.DashboardLink(
        title=link.title,
        type="dashboards" if link.tag else "link",
        tags=[TAG, link.tag] if link.tag else [],
        asDropdown=bool(link.tag),
        icon="dashboard" if link.dashboard else "external link",
        uri=f"/d/{link.dashboard}" if link.dashboard else link.url,
        includeVars=not link.url,
        keepTime=not link.url,
        targetBlank=link.new_tab,
    )
    return _ordered(made.to_json_data(), LINK_KEYS)


def _panel_link(link: Link) -> dict[str, Any]:
    """Return a link in a panel's corner; it carries what its URL says, and nothing else."""
    to_dashboard = f"/d/{link.dashboard}?${{datasource:queryparam}}&${{__url_time_range}}"
    url = to_dashboard if link.dashboard else link.url
    return {**_dashboard_link(link), "url": url, "includeVars": False, "keepTime": False}
