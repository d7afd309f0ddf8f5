"""
Dashboards to share: imported by hand, as those of grafana.com are.

Whoever imports one is asked for a datasource for each of `__inputs`, so its queries hold
`${DS_PROMETHEUS}` where provisioned dashboards have a variable. Grafana fills that in on import
alone: such a file is never provisioned. Grafana documentation, "Export and import dashboards".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from obsgen import names
from obsgen.artefacts import Compiled, Dashboard, GrafanaDatasource, OutputFile, datasource_variable
from obsgen.outputs import json

_OLDEST_GRAFANA: Final = "10.4.0"
"""The oldest that reads what is written."""
_ANY_VERSION: Final = "1.0.0"


def files(compiled: Compiled) -> Iterator[OutputFile]:
    """Yield the files below `grafana/import/`."""
    for dashboard in compiled.dashboards:
        path = names.import_file(dashboard.folder, dashboard.uid)
        yield OutputFile(
            path=f"grafana/{path}",
            data=json.dump(_importable(dashboard, compiled.datasources)),
            sources=dashboard.sources,
        )


def _importable(dashboard: Dashboard, datasources: Sequence[GrafanaDatasource]) -> dict[str, Any]:
    from obsgen.outputs.grafana.normalise import dashboard_json  # imports grafanalib

    variables = {datasource_variable(type_): type_ for type_ in dashboard.datasources}
    data = dashboard_json(dashboard, datasources)
    asked = [v for v in data["templating"]["list"] if v["name"] not in variables]
    inputs = {name: f"${{{_input(type_)}}}" for name, type_ in variables.items()}
    rest = {**data, "templating": {**data["templating"], "list": asked}}
    return {
        "__inputs": [_asked(type_, datasources) for type_ in dashboard.datasources],
        "__elements": {},
        "__requires": [*_required(dashboard)],
        **_replaced(rest, inputs),
    }


def _input(type_: str) -> str:
    return f"DS_{type_.upper()}"


def _asked(type_: str, datasources: Sequence[GrafanaDatasource]) -> dict[str, Any]:
    first = next((source.name for source in datasources if source.type == type_), "")
    return {
        "name": _input(type_),
        "label": first or type_.capitalize(),
        "description": "",
        "type": "datasource",
        "pluginId": type_,
        "pluginName": type_.capitalize(),
    }


def _required(dashboard: Dashboard) -> Iterator[dict[str, str]]:
    yield {"type": "grafana", "id": "grafana", "name": "Grafana", "version": _OLDEST_GRAFANA}
    for type_ in dashboard.datasources:
        name = type_.capitalize()
        yield {"type": "datasource", "id": type_, "name": name, "version": _ANY_VERSION}
    for type_ in sorted({panel.type for panel in dashboard.panels}):
        yield {"type": "panel", "id": type_, "name": type_, "version": ""}


def _replaced(value: Any, inputs: Mapping[str, str]) -> Any:
    """Return the dashboard with what is asked for on import in the place of variables."""
    if isinstance(value, str):
        return _without_variables(value, inputs) if "$" in value else value
    if isinstance(value, Mapping):
        return {key: _replaced(inner, inputs) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_replaced(inner, inputs) for inner in value]
    return value


def _without_variables(text: str, inputs: Mapping[str, str]) -> str:
    for name, given in inputs.items():
        if text in (f"${{{name}}}", f"${name}"):
            return given
        # A link that hands the variable on: there is none any more.
        text = text.replace(f"${{{name}:queryparam}}&", "").replace(f"?${{{name}:queryparam}}", "")
    return text
