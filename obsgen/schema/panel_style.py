"""The shape of what stands beside a panel's kind: how values look, overrides, links, repeats."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from obsgen.schema.shared import Schema, flag, listed, mapping, one_of_words, text

CALCS: Final[Mapping[str, str]] = {
    "last": "lastNotNull",
    "mean": "mean",
    "min": "min",
    "max": "max",
    "sum": "sum",
    "first": "firstNotNull",
    "range": "range",
    "median": "median",
}
"""What a legend says of each series, and Grafana's word for it (documentation, "Calculations")."""

SCALES: Final[Mapping[str, int]] = {"log2": 2, "log10": 10}
PLACES: Final = ("left", "right", "hidden")

_AXIS: Final[Schema] = {
    **mapping(
        {
            "label": text("What stands beside it.", examples=["requests a second"]),
            "at": one_of_words(PLACES, "Where it stands; left where left out."),
        }
    ),
    "type": ["string", "object"],
    "description": "Where the axis of values stands, or what it says: `right`, `{label: USD/h}`.",
    "examples": ["right", {"label": "USD an hour", "at": "right"}],
}

LEGEND: Final[Schema] = {
    **mapping(
        {
            "text": text("What each series is called.", examples=["{{endpoint}}"]),
            "as": one_of_words(
                ("list", "table", "hidden"), "How series are listed; `hidden` for not at all."
            ),
            "at": one_of_words(("bottom", "right"), "Where it stands; below where left out."),
            "values": listed(
                one_of_words(tuple(CALCS), "What is said of each series."),
                description="What is said of each series beside its name, in a table.",
                examples=[["last", "max"]],
            ),
        }
    ),
    "type": ["string", "number", "boolean", "object"],
    "description": (
        "What each series is called, as Grafana reads it, or what the legend looks like."
    ),
    "examples": ["{{endpoint}}", {"as": "table", "at": "right", "values": ["last", "max"]}],
}

_TEXTS: Final[Schema] = {
    "type": "object",
    "additionalProperties": {
        **mapping({"text": text("What is shown."), "color": text("Its colour.", examples=["red"])}),
        "type": ["string", "number", "boolean", "object"],
    },
    "description": (
        "What is shown instead of values: each key is an amount, a range (`1..5`, `..0`, `90%..`), "
        "`null`, `nan`, `null+nan`, `empty`, `true`, `false`, or a text."
    ),
    "examples": [{"0": {"text": "down", "color": "red"}, "1": "up", "null": "not scraped"}],
}

_DECIMALS: Final[Schema] = {
    "type": ["number", "string"],
    "description": "Digits behind the point; Grafana's own choice where left out.",
    "examples": [2],
}
_FILL: Final[Schema] = {
    "type": ["number", "string"],
    "description": "How dark the area below a line is, 0 to 100.",
    "examples": [20],
}

THRESHOLDS: Final[Schema] = {
    "type": "object",
    "properties": {
        "alert": {
            "type": ["string", "array"],
            "items": text(),
            "description": "`threshold` alerts of the service, whose limits are thresholds too.",
            "examples": ["HighErrorRate"],
        }
    },
    "additionalProperties": text(),
    "description": (
        "`base` names the colour below all amounts; every other key is a colour, its value "
        "the amount from which it counts. `alert` takes limit and colour of an alert."
    ),
    "examples": [
        {"base": "red", "green": "80%"},
        {"base": "green", "red": "500ms"},
        {"alert": "HighErrorRate"},
    ],
}

STYLE_KEYS: Final[Mapping[str, Schema]] = {
    "decimals": _DECIMALS,
    "min": text("The lower end of the scale, with its unit.", examples=["0s"]),
    "max": text("The upper end of the scale, with its unit.", examples=["100%"]),
    "stacked": flag("Series stand on top of each other."),
    "fill": _FILL,
    "scale": one_of_words(tuple(SCALES), "A logarithmic scale."),
    "axis": _AXIS,
    "no_value": text("What stands there when a query gives nothing.", examples=["no traffic"]),
    "texts": _TEXTS,
    "exemplars": flag("Draws exemplars, which lead to traces."),
    "interval": text("The finest step that queries are asked in.", examples=["1m"]),
}
"""How values look; each kind of panel says which of them it takes."""

_OVERRIDE: Final[Schema] = mapping(
    {
        "series": text("The series of this name.", examples=["p99"]),
        "matching": text(
            "Series and columns whose name this pattern matches, from end to end.",
            examples=["5..", "p9.*"],
        ),
        "measure": {
            "type": ["number", "string"],
            "description": "What a measure of the panel gives, counted from 1.",
            "examples": [2],
        },
        "column": text("The column of a table.", examples=["Rate"]),
        "title": text("Another name."),
        "unit": text("Another unit, on the same scale.", examples=["ms"]),
        "color": text("A fixed colour.", examples=["dark-red", "#FF7F0E"]),
        "thresholds": THRESHOLDS,
        "dashed": flag("The line is dashed."),
        "hidden": flag("It is not shown."),
        "width": {
            "type": ["number", "string"],
            "description": "Of a line, 0 to 10, or of a table's column, in pixels.",
            "examples": [2, 120],
        },
        **{key: STYLE_KEYS[key] for key in ("decimals", "fill", "axis", "texts")},
    },
    description="What holds for some series or columns: one of `series`, `matching`, `measure`, "
    "`column`, and what is another for them.",
    examples=[{"series": "5xx", "color": "red"}, {"measure": 2, "axis": "right", "dashed": True}],
)

_LINK: Final[Mapping[str, Schema]] = {
    "title": text("What the link says."),
    "url": text("Where it leads."),
    "dashboard": text(
        "Or the dashboard: its name, or `SERVICE/WORD` for a ready one.",
        examples=["gateway/slo"],
    ),
}

LINKS: Final[Schema] = listed(
    mapping(_LINK, required=["title"]),
    description="Links in the panel's corner.",
    examples=[[{"title": "Runbook", "url": "https://wiki.example.org/gateway"}]],
)

BESIDE_KEYS: Final[Mapping[str, Schema]] = {
    "overrides": listed(_OVERRIDE, description="What holds for some series or columns alone."),
    "transformations": listed(
        {
            "type": "object",
            "description": "Grafana's id of a transformation, with its options.",
        },
        description="Grafana's transformations of what queries give, in their order.",
        examples=[[{"sortBy": {"sort": [{"field": "Rate", "desc": True}]}}, {"limit": {}}]],
    ),
    "data_links": listed(
        mapping(
            {
                **_LINK,
                "set": {
                    "type": "object",
                    "additionalProperties": text(),
                    "description": "Variables of the dashboard, each with the label that fills it.",
                    "examples": [{"endpoint": "endpoint"}],
                },
            },
            required=["title"],
        ),
        description="Links on each value.",
        examples=[[{"title": "SLOs", "dashboard": "slo", "set": {"endpoint": "endpoint"}}]],
    ),
    "repeat": text("A variable: each of its values gets a panel.", examples=["endpoint"]),
    "per_row": {
        "type": ["number", "string"],
        "description": "How many repeated panels stand side by side at most.",
        "examples": [4],
    },
}
"""What stands around a panel's values."""

PANEL_STYLE_KEYS: Final[Mapping[str, Schema]] = {**STYLE_KEYS, **BESIDE_KEYS}
"""All of them."""
