"""The judge of dashboards sees what is planted: wrong types, wrong words, unknown keys."""

from __future__ import annotations

import copy
from typing import Any, Final

import pytest
from grafana_sdk import faults
from grafana_specs import dashboards, panels

KINDS: Final = dashboards()["obs-kinds"]
MONITORING: Final = dashboards()["obs-monitoring"]


def place(dashboard: dict[str, Any], type_: str, source: str = "") -> tuple[str | int, ...]:
    """Return the path of the first panel of a type, and of a datasource where one is named."""
    for index, one in enumerate(dashboard["panels"]):
        of_source = not source or one.get("datasource", {}).get("type") == source
        if one["type"] == type_ and of_source:
            return ("panels", index)
    raise AssertionError(f"no panel of the type {type_}")


def planted(dashboard: dict[str, Any], path: tuple[str | int, ...], value: Any) -> list[str]:
    """Return the faults of a dashboard that holds a value in a place."""
    changed = copy.deepcopy(dashboard)
    inner: Any = changed
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = value
    return faults(changed)


STEPS: Final = ("fieldConfig", "defaults", "thresholds", "steps")
# The type of the panel and its datasource, the path from there, what is planted, where it is seen.
PLANTED: Final = {
    "number-as-text": ("stat", "", ("gridPos", "w"), "4", ".grid_pos.w"),
    "fraction-as-whole": ("stat", "", ("gridPos", "h"), 4.5, ".grid_pos.h"),
    "flag-as-number": ("stat", "", ("id",), True, ".id"),
    "unknown-key": ("stat", "", ("titel",), "x", ".titel: lost"),
    "decimals-as-text": ("stat", "", ("fieldConfig", "defaults", "decimals"), "two", ".decimals"),
    "unit-as-number": ("stat", "", ("fieldConfig", "defaults", "unit"), 5, ".unit"),
    "colour-mode-unknown": (
        "stat",
        "",
        ("fieldConfig", "defaults", "color"),
        {"mode": "x"},
        ".mode",
    ),
    "step-key": ("stat", "", (*STEPS, 0, "colour"), "red", ".steps[0].colour: lost"),
    "step-value": ("stat", "", (*STEPS, 1, "value"), "80", ".steps[1].value"),
    "option-key": ("stat", "", ("options", "textMod"), "auto", ".options.textMod: lost"),
    "option-word": ("bargauge", "", ("options", "displayMode"), "blink", ".display_mode"),
    "list-as-text": (
        *("bargauge", "", ("options", "reduceOptions", "calcs"), "lastNotNull"),
        ".calcs",
    ),
    "custom-key": (
        *("timeseries", "", ("fieldConfig", "defaults", "custom", "lineWidht"), 1),
        ".lineWidht: lost",
    ),
    "custom-type": (
        *("timeseries", "", ("fieldConfig", "defaults", "custom", "lineWidth"), "thick"),
        ".line_width",
    ),
    "nested-word": (
        *("timeseries", "", ("fieldConfig", "defaults", "custom", "stacking", "mode"), "high"),
        ".stacking.mode",
    ),
    "axis-unit": ("heatmap", "", ("options", "yAxis", "unit"), 5, ".y_axis.unit"),
    "scheme": ("heatmap", "", ("options", "color", "steps"), "64", ".color.steps"),
    "row-height": ("state-timeline", "", ("options", "rowHeight"), "0.9", ".row_height"),
    "mapping-index": (
        *("state-timeline", ""),
        ("fieldConfig", "defaults", "mappings", 0, "options", "0", "index"),
        *("first", ".index"),
    ),
    "bucket-count": ("histogram", "", ("options", "bucketCount"), 1.5, ".bucket_count"),
    "slice": ("piechart", "", ("options", "legend", "values"), ["cake"], ".legend.values[0]"),
    "log-order": ("logs", "", ("options", "sortOrder"), "Up", ".sort_order"),
    "promql-key": ("bargauge", "", ("targets", 0, "exprr"), "up", ".exprr: lost"),
    "promql-flag": ("bargauge", "", ("targets", 0, "instant"), "true", ".instant"),
    "promql-format": ("bargauge", "", ("targets", 0, "format"), "series", ".format"),
    "loki-lines": ("logs", "loki", ("targets", 0, "maxLines"), "50", ".max_lines"),
    "elastic-metric": (
        *("logs", "elasticsearch", ("targets", 0, "metrics", 0, "settings", "limit"), 500),
        ".settings.limit",
    ),
    "elastic-bucket": (
        *("table", "elasticsearch", ("targets", 0, "bucketAggs", 0, "settings", "size"), 10),
        ".settings.size",
    ),
    "elastic-bucket-key": (
        *("table", "elasticsearch", ("targets", 0, "bucketAggs", 0, "fild"), "path"),
        ".fild: lost",
    ),
    "tempo-limit": ("table", "tempo", ("targets", 0, "limit"), "20", ".limit"),
    "transformation": ("table", "", ("transformations", 0, "idd"), "x", "[0].idd: lost"),
    "transformations": ("table", "", ("transformations",), {"id": "x"}, ".transformations"),
    "row": ("row", "", ("collapsed",), "no", ".collapsed"),
}


# Must-have 4: Grafana knows every path of what is written.
@pytest.mark.parametrize("dashboard", [KINDS, MONITORING], ids=["kinds", "monitoring"])
def test_dashboards_as_they_are_have_no_fault(dashboard: dict[str, Any]):
    assert [] == faults(dashboard)
    assert list(panels(dashboard))


@pytest.mark.parametrize(
    ("type_", "source", "path", "value", "seen"), PLANTED.values(), ids=PLANTED.keys()
)
def test_what_is_planted_is_seen(
    type_: str, source: str, path: tuple[str | int, ...], value: Any, seen: str
):
    holder = KINDS if any(one["type"] == type_ for one in KINDS["panels"]) else MONITORING
    where = place(holder, type_, source)

    found = planted(holder, (*where, *path), value)

    assert any(seen in fault for fault in found), found
    assert all(fault.startswith(f".panels[{where[1]}]") for fault in found)


@pytest.mark.parametrize(
    ("path", "value", "seen"),
    [
        (("title",), 5, ".title"),
        (("schemaVersion",), "42", ".schema_version"),
        (("editble",), False, ".editble: lost"),
        (("tags",), "obsgen", ".tags"),
        (("time", "from"), 6, ".time.from"),
        (("templating", "list", 0, "type"), "source", ".templating.list[0].type"),
        (("templating", "list", 0, "refresh"), "2", ".templating.list[0].refresh"),
        (("templating", "list", 0, "multy"), True, ".templating.list[0].multy: lost"),
        (("links", 0, "targetBlank"), "yes", ".links[0].target_blank"),
        (("links", 0, "asDropDown"), True, ".links[0].asDropDown: lost"),
    ],
    ids=lambda value: ".".join(map(str, value)) if isinstance(value, tuple) else "",
)
def test_what_is_planted_outside_of_panels_is_seen(
    path: tuple[str | int, ...], value: Any, seen: str
):
    found = planted(KINDS, path, value)

    assert any(seen in fault for fault in found), found


@pytest.mark.parametrize(
    ("path", "value"), [(("datasource",), "prometheus"), (STEPS, {"color": "red"})]
)
def test_what_cannot_be_read_at_all_is_a_fault(path: tuple[str, ...], value: Any):
    found = planted(KINDS, (*place(KINDS, "bargauge"), *path), value)

    assert any("not read as Dashboard" in fault for fault in found)
