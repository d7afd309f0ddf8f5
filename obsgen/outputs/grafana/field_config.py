"""What a panel says of its values: units, colours, mappings, overrides, links on each value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from obsgen.artefacts import Link, Panel, Threshold
from obsgen.artefacts.grafana_units import unit_id
from obsgen.names import target_letter
from obsgen.units import Unit


def field_config(panel: Panel) -> dict[str, Any]:
    """Return the `fieldConfig` of a panel that asks something."""
    defaults: dict[str, Any] = {
        "unit": None if panel.unit is None else unit_id(panel.unit),
        "decimals": panel.decimals,
        "min": panel.minimum,
        "max": panel.maximum,
        "noValue": panel.no_value or None,
        "color": _colors(panel),
        "thresholds": _thresholds(panel),
        "mappings": list(panel.mappings) or None,
        "custom": panel.custom or None,
    }
    if panel.data_links:
        defaults["links"] = [_data_link(link) for link in panel.data_links]
    known = {key: value for key, value in defaults.items() if value is not None}
    units = [_unit_override(matcher, unit) for matcher, unit in panel.unit_overrides]
    return {
        "defaults": {**known, **panel.defaults},
        "overrides": _merged([*_unit_overrides(panel), *units, *panel.overrides]),
    }


def _merged(overrides: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return one override for each matcher, with the last property of each id that has it."""
    found: dict[str, tuple[Any, dict[str, Any]]] = {}
    for override in overrides:
        _, properties = found.setdefault(str(override["matcher"]), (override["matcher"], {}))
        properties.update({each["id"]: each for each in override["properties"]})
    return [
        {"matcher": matcher, "properties": list(properties.values())}
        for matcher, properties in found.values()
        if properties
    ]


# Without steps of its own a panel gets Grafana's: red from 80 on, whatever is shown.
_NO_JUDGEMENT: Final = (Threshold(value=None, color="green"),)

_BY_THRESHOLD: Final = {"mode": "thresholds"}
_BY_SERIES: Final = {"mode": "palette-classic"}
_COLORS_OF: Final = {
    **dict.fromkeys(("stat", "gauge", "bargauge", "table"), _BY_THRESHOLD),
    **dict.fromkeys(("timeseries", "histogram", "piechart"), _BY_SERIES),
}
"""What Grafana takes for a panel of a type that says nothing of colours."""

_PAINTED_BY_SERIES: Final = frozenset({"timeseries", "histogram", "piechart", "heatmap", "logs"})


def _colors(panel: Panel) -> Mapping[str, Any] | None:
    """Return how values are coloured; None where it is as Grafana does it anyway."""
    is_said = panel.color and panel.color != _COLORS_OF.get(panel.type)
    return panel.color if is_said else None


def _thresholds(panel: Panel) -> dict[str, Any] | None:
    """Return the thresholds; None where a base alone would colour nothing."""
    is_judged = (
        len(panel.thresholds) > 1
        or panel.color == _BY_THRESHOLD
        or "thresholdsStyle" in panel.custom
        or any(map(_judges, panel.overrides))
    )
    if panel.type in _PAINTED_BY_SERIES and not is_judged:
        return None
    return {
        "mode": "percentage" if panel.thresholds_percentage else "absolute",
        "steps": [_step(threshold) for threshold in panel.thresholds or _NO_JUDGEMENT],
    }


def _judges(override: Mapping[str, Any]) -> bool:
    """Say whether what an override takes is painted by thresholds."""
    return any(
        each["id"] == "custom.thresholdsStyle" or each["value"] == _BY_THRESHOLD
        for each in override["properties"]
    )


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
        overrides.append(_unit_override(matcher, target.unit))
    return overrides


def _unit_override(matcher: Mapping[str, Any], unit: Unit) -> dict[str, Any]:
    return {"matcher": matcher, "properties": [{"id": "unit", "value": unit_id(unit)}]}


def _data_link(link: Link) -> dict[str, Any]:
    """Return a link on values; Grafana's schema wants whatever a dashboard's link has."""
    return {
        "title": link.title,
        "type": "link",
        "url": link_url(link),
        "icon": "dashboard" if link.dashboard else "external link",
        "tooltip": "",
        "tags": [],
        "asDropdown": False,
        "targetBlank": link.new_tab,
        "includeVars": False,
        "keepTime": False,
    }


def link_url(link: Link) -> str:
    """Return where a link leads; to a dashboard with the datasource, the time and variables."""
    if not link.dashboard:
        return link.url
    chosen = "".join(f"&var-{name}={text}" for name, text in link.variables)
    return f"/d/{link.dashboard}?${{datasource:queryparam}}{chosen}&${{__url_time_range}}"
