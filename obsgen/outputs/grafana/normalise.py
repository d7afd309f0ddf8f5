"""
Dashboards as Grafana's JSON, through grafanalib and then made lean.

The one module that imports grafanalib. Of its classes only the frame is used: Dashboard, Panel,
RowPanel, Target, Template, GridPos. Its own panel types write options of Grafana 6, its defaults
drop half of the samples (`maxDataPoints: 100` with `intervalFactor: 2`), its schema version is
12. So every part passes through a list of the keys that the current schema knows, in the order in
which people read them; what grafanalib adds beyond is left behind.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from grafanalib import core

from obsgen.artefacts import (
    INTERVAL,
    PROMETHEUS,
    Annotation,
    Dashboard,
    GrafanaDatasource,
    Link,
    Panel,
    Target,
    Variable,
    datasource_variable,
)
from obsgen.grid import Place, Placed, PlacedSection, placed
from obsgen.names import target_letter
from obsgen.outputs.grafana.field_config import field_config, link_url
from obsgen.outputs.grafana.keys import (
    DASHBOARD_KEYS,
    EMPTY_MEANS_NOTHING,
    LINK_KEYS,
    PANEL_KEYS,
    ROW_KEYS,
    TARGET_KEYS,
    VARIABLE_KEYS,
)

SCHEMA_VERSION: Final = 42
"""Of the classic dashboard model; Grafana migrates older ones and has no newer."""

TAG: Final = "obsgen"

_EXTRA: Final = "extra"
"""Where a panel carries what its author gave it in Grafana's own words."""
_REFRESH_ON_TIME_CHANGE: Final = 2
_SORT_ALPHABETICALLY: Final = 1
_SHARED_CROSSHAIR: Final = 1

_SINGLE: Final = {"multi": None, "includeAll": None}
"""Grafana's own: one value is chosen."""


class _Panel(core.Panel):  # type: ignore[misc] # grafanalib has no types
    """A panel whose type and options are given whole, not made of grafanalib's defaults."""

    def to_json_data(self) -> Any:
        # What is given replaces grafanalib's own: it would merge the two.
        return {**self.panel_json({}), **self.extraJson}


def dashboard_json(
    dashboard: Dashboard, datasources: Sequence[GrafanaDatasource] = ()
) -> dict[str, Any]:
    """Return the dashboard; its datasource variables begin with the first of each type."""
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
        templating=core.Templating(list(_variables(dashboard, datasources))),
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
        return {**_lean(panel, PANEL_KEYS), **panel.extraJson[_EXTRA]}
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
        repeat=_repeat(section.section.repeat),
    )
    return [row] if collapsed else [row, *panels]


def _grid(place: Place) -> Any:
    grid = core.GridPos(h=place.height, w=place.width, x=place.x, y=place.y)
    return grid.to_json_data()


def _repeat(variable: str, most_in_a_row: int = 0) -> Any:
    direction = "h" if variable and most_in_a_row else None
    return core.Repeat(direction, variable or None, most_in_a_row or None)


def _panel(item: Placed) -> Any:
    panel = item.panel
    source = panel.datasource
    targets = [*map(_target, panel.targets), *(dict(target.query) for target in panel.foreign)]
    made = _Panel(
        title=panel.title,
        description=panel.description,
        gridPos=_grid(item.place),
        dataSource=_datasource(source) if source else None,
        targets=[{"refId": target_letter(n), **target} for n, target in enumerate(targets)],
        links=[_panel_link(link) for link in panel.links],
        timeFrom=panel.time or None,
        interval=panel.min_interval or None,
        transformations=list(panel.transformations),
        repeat=_repeat(panel.repeat, panel.most_in_a_row),
    )
    made.extraJson = {
        "type": panel.type,
        "options": panel.options,
        "fieldConfig": field_config(panel) if source or _is_configured(panel) else None,
        _EXTRA: panel.extra,
    }
    return made


def _is_configured(panel: Panel) -> bool:
    """Say whether a panel that asks nothing has a word on how values look."""
    return bool(panel.custom or panel.defaults or panel.overrides)


def _target(target: Target) -> dict[str, Any]:
    made = core.Target(
        expr=target.expr,
        legendFormat="" if target.as_table else target.legend or "__auto",
    )
    # Grafana asks over the range of time, for series, unless the query says otherwise.
    data: dict[str, Any] = {
        **made.to_json_data(),
        "format": _format(target),
        "instant": target.instant or None,
        "exemplar": target.exemplar or None,
    }
    del data["refId"]
    return {**_ordered(data, TARGET_KEYS), **target.extra}


def _format(target: Target) -> str | None:
    if target.as_table:
        return "table"
    return "heatmap" if target.as_heatmap else None


def _datasource(type_: str) -> dict[str, str]:
    """Return how a panel names its datasource: by the variable of the datasource's type."""
    return {"type": type_, "uid": f"${{{datasource_variable(type_)}}}"}


def _variables(
    dashboard: Dashboard, datasources: Sequence[GrafanaDatasource]
) -> Iterator[dict[str, Any]]:
    for type_ in dashboard.datasources:
        first = next((source for source in datasources if source.type == type_), None)
        yield _datasource_variable(type_, first)
    yield from map(_query_variable, dashboard.variables)
    if dashboard.intervals:
        yield _interval_variable(dashboard.intervals)


def _datasource_variable(type_: str, first: GrafanaDatasource | None) -> dict[str, Any]:
    label = "Data source" if type_ == PROMETHEUS else f"{type_.capitalize()} data source"
    made = core.Template(
        name=datasource_variable(type_), label=label, type="datasource", query=type_
    )
    data = {**made.to_json_data(), "refresh": None, "sort": None, "current": None, **_SINGLE}
    if first is not None:
        data["current"] = {"text": first.name, "value": first.uid}
    return _ordered(data, VARIABLE_KEYS)


def _interval_variable(intervals: Sequence[str]) -> dict[str, Any]:
    made = core.Template(
        name=INTERVAL, label="Interval", type="interval", query=",".join(intervals)
    )
    current = {"text": intervals[0], "value": intervals[0]}
    data = {**made.to_json_data(), "sort": None, "current": current, **_SINGLE}
    return _ordered({**data, "refresh": _REFRESH_ON_TIME_CHANGE}, VARIABLE_KEYS)


def _query_variable(variable: Variable) -> dict[str, Any]:
    made = core.Template(
        name=variable.name,
        label=variable.label,
        query=variable.query,
        dataSource=_datasource(PROMETHEUS),
        refresh=_REFRESH_ON_TIME_CHANGE,
        sort=_SORT_ALPHABETICALLY,
        multi=variable.multi,
        includeAll=variable.multi,
        allValue=variable.all_value if variable.multi else None,
    )
    single = {} if variable.multi else _SINGLE
    data = {**made.to_json_data(), "current": _chosen(variable), **single}
    return _ordered(data, VARIABLE_KEYS)


def _chosen(variable: Variable) -> dict[str, Any] | None:
    """Return what is chosen at first; None for the first value that there is."""
    if variable.default:
        default: Any = list(variable.default) if variable.multi else variable.default[0]
        return {"text": default, "value": default}
    return {"text": ["All"], "value": ["$__all"]} if variable.multi else None


def _ordered(data: Mapping[str, Any], keys: Sequence[str]) -> dict[str, Any]:
    found = {key: data[key] for key in keys if data.get(key) is not None}
    return {k: v for k, v in found.items() if v not in ("", []) or k not in EMPTY_MEANS_NOTHING}


def _annotation(annotation: Annotation) -> dict[str, Any]:
    found: dict[str, Any] = {
        "name": annotation.name,
        "datasource": _datasource(PROMETHEUS),
        "enable": annotation.enabled,
        "iconColor": annotation.color,
        "expr": annotation.expr,
        "step": annotation.step,
        "titleFormat": annotation.title,
        "textFormat": annotation.text,
    }
    return {key: value for key, value in found.items() if value != ""}


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
    url = {"url": link_url(link), "includeVars": False, "keepTime": False}
    return {**_dashboard_link(link), **url}
