"""The shape of `Dashboard` documents, their sections and panels."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from obsgen.schema.panel_style import LEGEND, LINKS, PANEL_STYLE_KEYS, THRESHOLDS
from obsgen.schema.shared import (
    LABEL_PATTERN,
    OWN_KEYS,
    Schema,
    flag,
    listed,
    mapping,
    name,
    one_or_several,
    ref,
    text,
)

COMMON_PANEL_KEYS: Final[Mapping[str, Schema]] = {
    "title": text("What stands above the panel; made of the measure where left out."),
    "description": text("What it means and what to do when it is bad; made where left out."),
    "width": text(
        "Share of the dashboard's width; a third where left out, a sixth for a stat.",
        examples=["1/2", "1/4"],
    ),
    "height": {
        "type": ["number", "string"],
        "description": "Grid rows of about 38 pixels; 8 for graphs, 4 for a stat.",
        "examples": [8],
    },
    "unit": text("Shown instead of the measure's own unit, of the same kind.", examples=["ms"]),
    "thresholds": THRESHOLDS,
    "time": text(
        "This panel's own time range, as Grafana reads it.", examples=["now-30d", "now/d"]
    ),
    "links": LINKS,
    "legend": LEGEND,
    **PANEL_STYLE_KEYS,
    "raw": {
        "type": "object",
        "additionalProperties": {},
        "description": (
            "Grafana's own JSON, laid over what the kind has made: mappings key by key, lists "
            "replaced, `null` removes."
        ),
        "examples": [{"options": {"legend": {"placement": "right"}}}],
    },
    "refs": ref("refs"),
}
"""What every panel takes beside its kind."""


def panel_schema(kinds: Mapping[str, Schema]) -> Schema:
    """Return the shape of a panel, given the fragment of each kind by its key."""
    words = ", ".join(kinds)
    return mapping(
        {**kinds, **COMMON_PANEL_KEYS},
        description=f"A panel: exactly one of {words}, and what every panel takes.",
        examples=[
            {"timeseries": {"rate": "http_requests_total"}, "title": "Traffic", "width": "1/2"}
        ],
    )


_VARIABLE: Final[Schema] = {
    **mapping(
        {
            "label": {
                "type": "string",
                "pattern": LABEL_PATTERN,
                "description": "The label; the variable has its name.",
            },
            "title": text("What stands before it.", examples=["Endpoint"]),
            "multi": flag("Several values may be chosen, and all of them; true where left out."),
            "default": {
                **one_or_several("Chosen at first; all where left out.", "/api", ["/a", "/b"]),
            },
        },
        required=["label"],
        examples=[{"label": "endpoint", "title": "Endpoint", "multi": False, "default": "/api"}],
    ),
    "type": ["string", "object"],
    "pattern": LABEL_PATTERN,
}

_ANNOTATION: Final[Schema] = {
    **mapping(
        {
            "name": text("What it is called above the dashboard.", examples=["Migrations"]),
            "expr": text("PromQL: moments are marked while it has values other than 0."),
            "measure": {
                "type": ["string", "object"],
                "description": "Or a measure, or one with a comparison, as of an alert.",
                "examples": [{"increase": "migrations_total", "above": 0}],
            },
            "title": text("What the mark says.", examples=["{{version}}"]),
            "text": text("More of it."),
            "color": text("Of the marks; blue where left out.", examples=["purple"]),
            "on": flag("Drawn at first; true where left out."),
        },
        required=["name"],
        description="Moments to mark: `deploys`, `alerts`, `restarts`, or your own.",
        examples=["deploys", {"name": "Migrations", "expr": "changes(schema_version[5m]) > 0"}],
    ),
    "type": ["string", "object"],
}


def section_schema() -> Schema:
    """Return the shape of a section."""
    return mapping(
        {
            "title": text("The header of the row."),
            "panels": listed(ref("panel"), description="They flow from left to right."),
            "collapsed": flag("The row is closed at first, and its queries are not asked."),
            "repeat": text(
                "A variable: each of its values gets such a row.", examples=["endpoint"]
            ),
        },
        required=["panels"],
        description="A row of panels under a header.",
    )


def dashboard_schema() -> Schema:
    """Return the shape of a `Dashboard` document; `panel` and `section` are its definitions."""
    return mapping(
        {
            "apiVersion": {"const": "obsgen/v1"},
            "kind": {"const": "Dashboard"},
            "name": name("Unique among the dashboards; its address is made of it."),
            "title": text("What people read; made of the name where left out."),
            "service": name("Whose metrics and measures the panels name."),
            "description": text("What the dashboard is for."),
            "folder": text("The Grafana folder; the service's where left out."),
            "variables": listed(
                _VARIABLE,
                description="Labels to choose values of: each filters every query that has it, and "
                "the choices of those after it.",
                examples=[["endpoint"], [{"label": "endpoint", "multi": False}]],
            ),
            "intervals": listed(
                ref("duration"),
                description="Windows to choose from: graphs take `$interval` where their measures "
                "set none.",
                examples=[["1m", "5m", "1h"]],
            ),
            "annotations": listed(
                _ANNOTATION,
                description="Moments to mark in all graphs.",
                examples=[["deploys", "alerts"]],
            ),
            "links": {**LINKS, "description": "Links above the dashboard."},
            "sections": listed(ref("section"), description="Rows of panels."),
            "panels": listed(ref("panel"), description="Panels without a row of their own."),
            "time": text("Start of the time range.", examples=["now-6h", "now-7d"]),
            "refresh": ref("duration", "How often it reloads; 1m where left out."),
            "tags": listed(text(), description="More tags, to find it by."),
            "refs": ref("refs"),
        },
        required=["apiVersion", "kind", "name", "service"],
        description="A dashboard of your own; ready ones are words in a Service's `dashboards`.",
    )


def dashboard_definitions(kinds: Mapping[str, Schema], measures: Schema) -> Mapping[str, Schema]:
    """
    Return what `$defs` needs for dashboards.

    Args:
        kinds: The fragment of each panel kind by its key.
        measures: The definition of a measure, its name, or a list of them.
    """
    return {
        "panel": panel_schema({key: _whole(kind, measures) for key, kind in kinds.items()}),
        "section": section_schema(),
        "Dashboard": dashboard_schema(),
    }


def _whole(kind: Schema, measures: Schema) -> Schema:
    """Return a kind's fragment; one that has keys beside its measures with all keys of those."""
    if OWN_KEYS not in kind:
        return kind
    beside = ref("measures", "The measures, where they do not stand in its place.")
    properties = {**measures["properties"], "measures": beside, **kind[OWN_KEYS]}
    shown = {key: kind[key] for key in ("description", "examples")}
    return {**measures, "properties": properties, **shown}
