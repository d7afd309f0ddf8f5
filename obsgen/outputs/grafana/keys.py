"""
The keys of Grafana's JSON that are written, in the order in which people read them.

Whatever else grafanalib adds is dead since Grafana 5 to 8, or the default.
"""

from __future__ import annotations

from typing import Final

DASHBOARD_KEYS: Final = (
    "uid",
    "title",
    "description",
    "tags",
    "schemaVersion",
    "editable",
    "graphTooltip",
    "timezone",
    "refresh",
    "time",
    "links",
    "templating",
    "annotations",
    "panels",
)
PANEL_KEYS: Final = (
    "id",
    "type",
    "title",
    "description",
    "gridPos",
    "repeat",
    "repeatDirection",
    "maxPerRow",
    "datasource",
    "timeFrom",
    "interval",
    "targets",
    "transformations",
    "fieldConfig",
    "options",
    "links",
)
ROW_KEYS: Final = ("id", "type", "title", "gridPos", "repeat", "collapsed", "panels")
TARGET_KEYS: Final = (
    "refId",
    "expr",
    "legendFormat",
    "format",
    "instant",
    "exemplar",
)
VARIABLE_KEYS: Final = (
    "name",
    "type",
    "label",
    "datasource",
    "query",
    "regex",
    "refresh",
    "sort",
    "multi",
    "includeAll",
    "allValue",
    "current",
)
LINK_KEYS: Final = (
    "title",
    "type",
    "url",
    "icon",
    "tooltip",
    "tags",
    "asDropdown",
    "targetBlank",
    "includeVars",
    "keepTime",
)
EMPTY_MEANS_NOTHING: Final = frozenset(
    {"description", "links", "transformations", "targets", "regex", "legendFormat", "url"}
)
