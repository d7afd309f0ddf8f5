"""Dashboards of authors: what stands beside a panel's kind, and what stands around panels."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any, Final

import pytest
from grafana_sdk import faults
from grafana_specs import SERVICE, dashboards, panels
from problems import problems

from obsgen import panels as panel_kinds
from obsgen.panels._thresholds import COLORS
from obsgen.pipeline import build
from obsgen.reader.name_patterns import name_pattern_problem
from obsgen.schema.dashboard import COMMON_PANEL_KEYS
from obsgen.schema.kinds import load

ALERTS: Final = """
alerts:
  - name: Slow
    threshold: {quantile: 0.9, of: tonebridge_request_duration_seconds, above: 2s}
    severity: critical
  - name: Slowish
    threshold: {quantile: 0.9, of: tonebridge_request_duration_seconds, above: 500ms}
    severity: medium
  - {name: Idle, threshold: {rate: tonebridge_requests_total, below: 6/min}, severity: low}
"""
HEAD: Final = """---
apiVersion: obsgen/v1
kind: Dashboard
name: one
service: gateway
"""
RATE: Final = "rate: tonebridge_requests_total"
LATENCY: Final = "of: tonebridge_request_duration_seconds"


def a_dashboard(text: str, service: str = SERVICE + ALERTS) -> dict[str, Any]:
    """Build a dashboard of an author."""
    return dashboards(f"{service}{HEAD}{text}\n")["obs-one"]


def a_panel(text: str, more: str = "", service: str = SERVICE + ALERTS) -> dict[str, Any]:
    """Build a dashboard of one panel, and return the panel."""
    (found,) = panels(a_dashboard(f"{more}\npanels:\n  - {text}", service))
    return found


def defaults(text: str, more: str = "") -> dict[str, Any]:
    """Return what a panel says of all its values."""
    found: dict[str, Any] = a_panel(text, more)["fieldConfig"]["defaults"]
    return found


def override(text: str) -> dict[str, Any]:
    """Return the one override of a panel: its matcher, and its properties by their id."""
    (found,) = a_panel(text)["fieldConfig"]["overrides"]
    return {"matcher": found["matcher"], **{p["id"]: p["value"] for p in found["properties"]}}


def messages(text: str, service: str = SERVICE + ALERTS) -> list[tuple[str, str]]:
    """Return what is found in a dashboard that is not right."""
    found = build({"specs/gateway.yaml": f"{service}{HEAD}{text}\n"})
    return [(d.code.id, d.message) for d in problems(found)]


def steps(text: str, service: str = SERVICE + ALERTS) -> list[tuple[str, Any]]:
    """Return the thresholds of a panel."""
    defaults = a_panel(text, service=service)["fieldConfig"]["defaults"]
    found = defaults.get("thresholds", {"steps": []})["steps"]
    return [(step["color"], step["value"]) for step in found]


# --- style -----------------------------------------------------------------------------------


def test_every_kind_says_what_may_stand_beside_it():
    known = {*COMMON_PANEL_KEYS, "dashed", "hidden", "column"}

    for key in panel_kinds.KINDS:
        assert load("panels", key).takes <= known


def test_decimals_and_the_ends_of_the_scale_are_those_of_the_author():
    found = defaults(f"{{timeseries: {{{RATE}}}, decimals: 0, min: 0, max: 120/min}}")

    assert (0, 0, 2) == (found["decimals"], found["min"], found["max"])


def test_an_end_of_the_scale_is_an_amount_in_the_unit_that_is_shown():
    found = defaults(f"{{timeseries: {{quantile: 0.5, {LATENCY}}}, unit: ms, max: 2s}}")

    assert 2000 == found["max"]


def test_a_dial_with_an_end_of_its_own_needs_no_threshold():
    assert 5_000_000 == defaults("{gauge: {sum: tonebridge_queue_bytes}, max: 5MB}")["max"]


def test_stacked_lines_are_filled():
    custom = defaults(f"{{timeseries: {{{RATE}}}, stacked: true}}")["custom"]

    assert ({"mode": "normal", "group": "A"}, 25) == (custom["stacking"], custom["fillOpacity"])


def test_a_fill_of_the_author_stays():
    custom = defaults(f"{{timeseries: {{{RATE}}}, stacked: true, fill: 80%}}")["custom"]

    assert 80 == custom["fillOpacity"]


@pytest.mark.parametrize(("scale", "base"), [("log2", 2), ("log10", 10)])
def test_a_logarithmic_scale_does_not_begin_at_0(scale: str, base: int):
    custom = defaults(f"{{timeseries: {{{RATE}}}, scale: {scale}}}")["custom"]

    assert {"type": "log", "log": base} == custom["scaleDistribution"]
    assert "axisSoftMin" not in custom


def test_an_axis_has_a_place_and_a_label():
    right = defaults(f"{{timeseries: {{{RATE}}}, axis: right}}")["custom"]
    both = defaults(f"{{timeseries: {{{RATE}}}, axis: {{label: n, at: hidden}}}}")["custom"]

    assert "right" == right["axisPlacement"]
    assert "axisLabel" not in right
    assert ("hidden", "n") == (both["axisPlacement"], both["axisLabel"])


def test_words_stand_where_a_query_gives_nothing():
    assert "quiet" == defaults(f"{{stat: {{{RATE}}}, no_value: quiet}}")["noValue"]


def test_exemplars_and_the_finest_step_belong_to_the_queries():
    found = a_panel(f"{{timeseries: {{{RATE}}}, exemplars: true, interval: 60s}}")

    assert [True] == [target["exemplar"] for target in found["targets"]]
    assert "1m" == found["interval"]


def test_a_legend_with_numbers_is_a_table():
    found = a_panel(f"{{timeseries: {{{RATE}}}, legend: {{values: [last, max], at: right}}}}")

    assert found["options"]["legend"] == {
        "displayMode": "table",
        "placement": "right",
        "showLegend": True,
        "calcs": ["lastNotNull", "max"],
    }


def test_a_legend_can_be_hidden_and_still_name_the_series():
    found = a_panel(f"{{timeseries: {{{RATE}}}, legend: {{text: all, as: hidden}}}}")

    assert found["options"]["legend"]["showLegend"] is False
    assert "all" == found["targets"][0]["legendFormat"]


def test_texts_stand_for_amounts_ranges_and_words():
    found = defaults(
        "{stat: {sum: tonebridge_queue_bytes}, texts: {0: empty, 1B..1kB: {text: few}, "
        "1MB..: {text: many, color: red}, ..-1B: odd, null: gone, ready: yes}}"
    )["mappings"]

    odd, few, many = (
        {"from": low, "to": high, "result": result}
        for low, high, result in (
            (None, -1, {"index": 1, "text": "odd"}),
            (1, 1000, {"index": 2, "text": "few"}),
            (1_000_000, None, {"index": 3, "text": "many", "color": "red"}),
        )
    )
    assert found == [
        {"type": "value", "options": {"0": {"index": 0, "text": "empty"}}},
        {"type": "range", "options": odd},
        {"type": "range", "options": few},
        {"type": "range", "options": many},
        {"type": "special", "options": {"match": "null", "result": {"index": 4, "text": "gone"}}},
        {"type": "value", "options": {"ready": {"index": 5, "text": "yes"}}},
    ]


@pytest.mark.parametrize(
    ("texts", "is_right"),
    [
        ("{0B..1B: a, 1B..2B: b, 2B..: c}", True),
        ("{..0B: a, 0B..5B: b, 3B: c}", True),
        ("{0B..2B: a, 1B..3B: b}", False),
        ("{..2B: a, ..1B: b}", False),
        ("{0B..: a, 1B..: b}", False),
    ],
)
def test_ranges_do_not_lie_over_each_other(texts: str, is_right: bool):
    found = messages(f"panels: [{{stat: {{sum: tonebridge_queue_bytes}}, texts: {texts}}}]")

    assert ([] if is_right else [("DSH685", "the range begins within another")]) == found


def test_a_quoted_word_is_a_text_and_no_special_value():
    found = defaults("{stat: {sum: tonebridge_queue_bytes}, texts: {'null': nothing}}")["mappings"]

    assert [{"type": "value", "options": {"null": {"index": 0, "text": "nothing"}}}] == found


def test_what_a_kind_cannot_show_is_told_with_a_kind_that_can():
    found = build(
        {"specs/gateway.yaml": f"{SERVICE}{HEAD}panels: [{{stat: {{{RATE}}}, stacked: true}}]"}
    )

    (told,) = (d for d in found.diagnostics if d.code.id == "DSH671")
    assert "`stacked` has no effect on `stat`" == told.message
    assert "`timeseries`" in told.hint


# --- overrides -------------------------------------------------------------------------------


def test_an_override_of_a_measure_is_one_of_its_query():
    found = override(
        f"{{timeseries: [{{{RATE}}}, {{{RATE}, offset: 1d}}], overrides: [{{measure: 2, "
        "axis: right, dashed: true, width: 3, fill: 5, color: dark-red, decimals: 1, title: Old}]}"
    )

    assert found == {
        "matcher": {"id": "byFrameRefID", "options": "B"},
        "displayName": "Old",
        "color": {"mode": "fixed", "fixedColor": "dark-red"},
        "decimals": 1,
        "custom.axisPlacement": "right",
        "custom.lineStyle": {"fill": "dash", "dash": [10, 10]},
        "custom.lineWidth": 3,
        "custom.fillOpacity": 5,
    }


def test_an_override_of_a_measure_of_a_table_is_one_of_its_column():
    found = override(
        f"{{table: [{{{RATE}, by: [endpoint], legend: Rate}}, {{{RATE}, by: [endpoint], "
        "legend: Old, offset: 1d}], overrides: [{measure: 2, width: 90, hidden: true}]}"
    )

    assert {"id": "byName", "options": "Old"} == found["matcher"]
    assert (90, True) == (found["custom.width"], found["custom.hidden"])


def test_a_hidden_series_is_hidden_everywhere():
    found = override(
        f"{{timeseries: {{{RATE}, by: [status]}}, overrides: [{{series: '200', hidden: true}}]}}"
    )

    assert {"legend": True, "tooltip": True, "viz": True} == found["custom.hideFrom"]


def test_a_pattern_of_names_is_anchored_as_a_whole():
    found = override(
        f"{{timeseries: {{{RATE}, by: [status]}}, "
        "overrides: [{matching: '5..|429', color: red}]}"
    )

    assert {"id": "byRegexp", "options": "/^(?:5..|429)$/"} == found["matcher"]


def test_thresholds_and_texts_of_an_override_are_in_the_unit_of_its_measure():
    found = override(
        f"{{timeseries: [{{quantile: 0.5, {LATENCY}}}, {{quantile: 0.9, {LATENCY}}}], unit: ms, "
        "overrides: [{measure: 2, thresholds: {alert: Slow}, texts: {1s: long}}]}"
    )

    assert {"color": "red", "value": 2000} == found["thresholds"]["steps"][1]
    assert [{"type": "value", "options": {"1000": {"index": 0, "text": "long"}}}] == (
        found["mappings"]
    )


def test_a_unit_of_the_same_scale_replaces_that_of_the_measure():
    found = override(
        f"{{timeseries: [{{{RATE}}}, {{rate: tonebridge_cache_requests_total}}], "
        "overrides: [{measure: 2, unit: events/s}]}"
    )

    assert "eps" == found["unit"]


def test_a_series_that_labels_name_may_be_any():
    text = f"panels: [{{timeseries: {{{RATE}, by: [status], legend: 'HTTP {{{{status}}}}'}}"

    assert [] == messages(f"{text}, overrides: [{{series: HTTP 404, color: red}}]}}]")
    assert ["DSH676"] == [
        code for code, _ in messages(f"{text}, overrides: [{{series: '404', color: red}}]}}]")
    ]


def test_labels_of_a_table_have_heads_unless_their_author_goes_on_transforming():
    table = f"{{table: {{{RATE}, by: [endpoint]}}"
    plain = a_panel(f"{table}}}")["transformations"][-1]["options"]["renameByName"]
    found = a_panel(f"{table}, transformations: [{{sortBy: {{sort: [{{field: endpoint}}]}}}}]}}")
    (own, _) = found["transformations"]

    assert "Endpoint" == plain["endpoint"]
    assert "endpoint" not in own["options"]["renameByName"]


def test_what_transformations_rename_is_not_looked_for():
    assert [] == messages(
        f"panels: [{{table: {{{RATE}, by: [endpoint]}}, transformations: [{{organize: "
        "{renameByName: {endpoint: Where}}}], overrides: [{column: Where, width: 90}]}]"
    )


@pytest.mark.parametrize(
    ("pattern", "is_right"),
    [
        ("p9[59]", True),
        ("(?=p).*", True),
        ("(?<!x)p.*", True),
        (r"(p)\1", True),
        ("p9[", False),
        ("(?i)p", False),
        ("(?P<n>p)", False),
        (r"\Ap", False),
        ("[[:alpha:]]", False),
        ("p**", False),
    ],
)
def test_patterns_of_names_are_those_of_javascript(pattern: str, is_right: bool):
    assert is_right == (not name_pattern_problem(pattern))


# --- around panels ---------------------------------------------------------------------------


def test_transformations_stand_behind_those_of_the_kind_as_they_were_written():
    found = a_panel(
        f"{{table: {{{RATE}, by: [endpoint]}}, transformations: "
        "[{limit: {limitField: 5}}, {reduce: {labelsToFields: false, x: [1.5, null, a]}}]}"
    )

    assert found["transformations"][-2:] == [
        {"id": "limit", "options": {"limitField": 5}},
        {
            "id": "reduce",
            "options": {"labelsToFields": False, "x": [Decimal("1.5"), None, "a"]},
        },
    ]


@pytest.mark.parametrize(
    ("kind", "filled"),
    [
        ("timeseries", "${__field.labels.endpoint}"),
        ("stat", "${__field.labels.endpoint}"),
        ("table", "${__data.fields.endpoint}"),
    ],
)
def test_a_link_on_a_value_fills_a_variable_with_the_label_of_the_value(kind: str, filled: str):
    found = defaults(
        f"{{{kind}: {{{RATE}, by: [endpoint]}}, data_links: "
        "[{title: There, dashboard: one, set: {endpoint: endpoint}}]}",
        "variables: [endpoint]",
    )

    (link,) = found["links"]
    assert "There" == link["title"]
    assert link["url"] == (
        f"/d/obs-one?${{datasource:queryparam}}&var-endpoint={filled}&${{__url_time_range}}"
    )


def test_a_link_on_a_value_may_lead_to_a_ready_dashboard_and_fill_its_variables():
    found = defaults(
        f"{{timeseries: {{{RATE}, by: [endpoint]}}, data_links: "
        "[{title: Requests, dashboard: red, set: {endpoint: endpoint}}]}"
    )

    assert "/d/obs-red-gateway?" in found["links"][0]["url"]


def test_a_panel_is_repeated_for_each_value_of_a_variable():
    found = a_panel(
        f"{{timeseries: {{{RATE}}}, repeat: endpoint, per_row: 3}}", "variables: [endpoint]"
    )

    assert ("endpoint", "h", 3) == tuple(
        found[key] for key in ("repeat", "repeatDirection", "maxPerRow")
    )
    assert found["title"].endswith(": $endpoint")


def test_the_width_of_a_repeated_panel_says_how_many_stand_side_by_side():
    found = a_dashboard(
        "variables: [endpoint]\n"
        f"panels: [{{timeseries: {{{RATE}}}, repeat: endpoint, width: 1/2}}, "
        f"{{stat: {{{RATE}}}}}]\n"
    )

    each, below = panels(found)
    assert (24, 2) == (each["gridPos"]["w"], each["maxPerRow"])
    assert (0, each["gridPos"]["h"]) == (below["gridPos"]["x"], below["gridPos"]["y"])


def test_the_title_of_a_repeated_panel_is_its_authors():
    found = a_panel(
        f"{{timeseries: {{{RATE}}}, repeat: endpoint, title: Of $endpoint}}",
        "variables: [endpoint]",
    )

    assert "Of $endpoint" == found["title"]


def test_a_section_is_repeated_and_named_for_its_variable():
    found = a_dashboard(
        f"variables: [endpoint]\nsections: [{{repeat: endpoint, panels: [{{stat: {{{RATE}}}}}]}}]"
    )

    row = found["panels"][0]
    assert ("row", "$endpoint", "endpoint") == (row["type"], row["title"], row["repeat"])


def test_words_that_hold_the_variable_may_be_repeated():
    more = f"variables: [endpoint]\nsections: [{{title: a, panels: [{{stat: {{{RATE}}}}}, "

    assert [] == messages(f"{more}{{text: About $endpoint, repeat: endpoint}}]}}]")
    assert ["DSH678"] == [
        code for code, _ in messages(f"{more}{{text: About it, repeat: endpoint}}]}}]")
    ]


# --- variables -------------------------------------------------------------------------------


def a_variable(name: str, text: str) -> dict[str, Any]:
    """Return one variable of a dashboard that shows the rate of requests."""
    found = a_dashboard(f"variables: {text}\npanels: [{{timeseries: {{{RATE}}}}}]")
    return next(v for v in found["templating"]["list"] if v["name"] == name)


def test_a_variable_has_a_title_and_a_value_that_is_chosen_at_first():
    found = a_variable("endpoint", "[{label: endpoint, title: Endpoint, default: /api}]")

    assert "Endpoint" == found["label"]
    assert {"text": ["/api"], "value": ["/api"]} == found["current"]


def test_of_a_variable_of_single_values_one_is_chosen():
    found = a_variable("endpoint", "[{label: endpoint, multi: false, default: /api}]")

    assert not {"multi", "includeAll", "allValue"} & set(found)
    assert {"text": "/api", "value": "/api"} == found["current"]


def test_without_a_default_grafana_takes_the_first_of_single_values():
    assert "current" not in a_variable("endpoint", "[{label: endpoint, multi: false}]")


def test_a_later_variable_offers_what_the_earlier_ones_leave():
    found = a_variable("endpoint", "[method, endpoint]")

    assert found["query"] == (
        'label_values(tonebridge_requests_total{job="gateway",method=~"$method"}, endpoint)'
    )


def test_a_variable_is_filled_from_the_metric_that_has_the_earlier_labels():
    found = a_dashboard(
        "variables: [endpoint, instance]\npanels: "
        f"[{{timeseries: {{value: tonebridge_queue_bytes}}}}, {{timeseries: {{{RATE}}}}}]"
    )

    assert found["templating"]["list"][-1]["query"] == (
        'label_values(tonebridge_requests_total{job="gateway",endpoint=~"$endpoint"}, instance)'
    )


def test_graphs_take_the_window_that_the_reader_chooses():
    found = a_dashboard(
        f"intervals: [1m, 5m, 1h]\npanels: [{{timeseries: {{{RATE}}}}}, "
        f"{{timeseries: {{{RATE}, window: 2h}}, title: Fixed}}, {{stat: {{{RATE}}}, title: Now}}]"
    )

    windows = [p["targets"][0]["expr"].partition("[")[2].partition("]")[0] for p in panels(found)]
    assert ["$interval", "2h", "5m"] == windows
    variable = found["templating"]["list"][-1]
    assert ("interval", "1m,5m,1h") == (variable["name"], variable["query"])


def test_windows_that_no_graph_takes_are_told():
    assert [("DSH615", "variable `$interval` changes no panel of `one`")] == messages(
        f"intervals: [5m]\npanels: [{{stat: {{{RATE}}}}}]"
    )


def test_the_chosen_window_can_stand_in_promql():
    assert [] == messages(
        "intervals: [5m]\npanels: [{timeseries: {expr: "
        "'sum(rate(tonebridge_requests_total{job=\"gateway\"}[$interval]))', unit: requests/s}}]"
    )


# --- lines and limits ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "measure", [f"quantile: [0.5, 0.95], {LATENCY}", "mean: tonebridge_request_duration_seconds"]
)
def test_a_graph_of_latencies_shows_the_limit_of_the_slo(measure: str):
    found = a_panel(f"{{timeseries: {{{measure}}}}}")

    config = found["fieldConfig"]["defaults"]
    assert [("text", None), ("red", Decimal("0.5"))] == [
        (step["color"], step["value"]) for step in config["thresholds"]["steps"]
    ]
    assert {"mode": "dashed"} == config["custom"]["thresholdsStyle"]
    assert found["description"].endswith(
        "The dashed line at 500ms is the limit of SLO latency, objective 95%."
    )


def test_the_limit_of_the_slo_is_scaled_to_the_unit_that_is_shown():
    found = steps(f"{{timeseries: {{quantile: 0.95, {LATENCY}}}, unit: ms}}")

    assert ("red", 500) == found[-1]


def test_each_slo_on_the_metric_has_its_line():
    service = SERVICE.replace(
        "dashboards: [slo, red]",
        """  - name: fast
    objective: 90
    sli: {latency: {histogram: tonebridge_request_duration_seconds, below: 100ms}}
  - name: slices
    objective: 99
    sli: {time_slice: {quantile: 0.95, of: tonebridge_request_duration_seconds, below: 1s}}
dashboards: [slo, red]""",
    )
    text = f"{{timeseries: {{quantile: 0.95, {LATENCY}}}}}"

    assert [None, Decimal("0.1"), Decimal("0.5"), 1] == [value for _, value in steps(text, service)]
    said = a_panel(text, service=service)["description"]
    assert [1, 1, 1] == [said.count(f"SLO {name},") for name in ("latency", "fast", "slices")]


def test_limits_that_differ_by_a_label_have_a_line_each():
    service = SERVICE.replace("below: 500ms", "below: {by: endpoint, /slow: 1s, default: 100ms}")
    found = a_panel(f"{{timeseries: {{quantile: 0.95, {LATENCY}}}}}", service=service)

    assert [None, Decimal("0.1"), 1] == [
        step["value"] for step in found["fieldConfig"]["defaults"]["thresholds"]["steps"]
    ]
    assert "1s is the limit of SLO latency for endpoint /slow" in found["description"]


@pytest.mark.parametrize(
    "text",
    [
        "{timeseries: {rate: tonebridge_request_duration_seconds}}",
        f"{{timeseries: {{share: {{below: 500ms}}, {LATENCY}}}}}",
        f"{{timeseries: [{{quantile: 0.5, {LATENCY}}}, {{{RATE}}}]}}",
        "{timeseries: {value: tonebridge_queue_bytes}}",
    ],
    ids=["counts", "share", "mixed", "other"],
)
def test_what_is_no_latency_has_no_line(text: str):
    assert [] == steps(text)


def test_an_slo_of_other_series_draws_no_line():
    service = SERVICE.replace("below: 500ms", "below: 500ms, where: {method: GET}")
    of = "{timeseries: {quantile: 0.95, of: tonebridge_request_duration_seconds, where: {method: "

    assert [] == steps(f"{of}POST}}}}}}", service)
    assert ("red", Decimal("0.5")) == steps(f"{of}GET}}}}}}", service)[-1]


def test_thresholds_of_the_author_leave_no_room_for_those_of_slos():
    found = steps(f"{{timeseries: {{quantile: 0.95, {LATENCY}}}, thresholds: {{red: 3s}}}}")

    assert [("green", None), ("red", 3)] == found


@pytest.mark.parametrize(
    ("thresholds", "expected"),
    [
        ("{alert: Slow}", [("green", None), ("red", 2)]),
        ("{alert: Slowish}", [("green", None), ("orange", Decimal("0.5"))]),
        (
            "{alert: [Slow, Slowish]}",
            [("green", None), ("orange", Decimal("0.5")), ("red", 2)],
        ),
        (
            "{base: blue, alert: Slow, yellow: 1s}",
            [("blue", None), ("yellow", 1), ("red", 2)],
        ),
    ],
    ids=["page", "ticket", "both", "beside"],
)
def test_an_alert_gives_its_limit_and_the_colour_of_its_severity(
    thresholds: str, expected: list[tuple[str, Any]]
):
    assert expected == steps(f"{{stat: {{quantile: 0.9, {LATENCY}}}, thresholds: {thresholds}}}")


def test_words_among_thresholds_are_no_colours():
    assert not {"alert", "base"} & set(COLORS)


def test_the_limit_of_an_alert_is_in_the_unit_of_the_panel():
    found = steps(f"{{stat: {{quantile: 0.9, {LATENCY}}}, unit: ms, thresholds: {{alert: Slow}}}}")

    assert ("red", 2000) == found[-1]


def test_below_the_limit_of_an_alert_on_too_little_is_bad():
    found = steps(f"{{stat: {{{RATE}}}, thresholds: {{alert: Idle}}}}")

    assert [("yellow", None), ("green", Decimal("0.1"))] == found


def test_thresholds_of_a_table_paint_its_values_and_not_its_labels():
    found = override(
        f"{{table: {{{RATE}, by: [endpoint], legend: Rate}}, thresholds: {{red: 5/s}}}}"
    )

    assert {"id": "byName", "options": "Rate"} == found["matcher"]
    assert {"type": "color-text"} == found["custom.cellOptions"]


# --- annotations, links, time ----------------------------------------------------------------


def annotations(text: str, service: str = SERVICE + ALERTS) -> dict[str, dict[str, Any]]:
    """Return what a dashboard marks in its graphs, by name."""
    found = a_dashboard(
        f"variables: [endpoint]\nannotations: {text}\npanels: [{{timeseries: {{{RATE}}}}}]", service
    )
    return {each["name"]: each for each in found["annotations"]["list"]}


def test_a_query_of_the_author_is_marked():
    found = annotations(
        "[{name: Restarts, expr: 'changes(up{job=\"gateway\"}[5m]) > 0', title: '{{instance}}', "
        "text: again, color: purple, on: false}]"
    )["Restarts"]

    assert 'changes(up{job="gateway"}[5m]) > 0' == found["expr"]
    assert ("{{instance}}", "again", "purple", False) == tuple(
        found[key] for key in ("titleFormat", "textFormat", "iconColor", "enable")
    )


def test_a_condition_is_marked_while_it_holds_within_what_is_chosen():
    found = annotations(f"[{{name: Busy, measure: {{{RATE}, above: 5/s}}}}]")["Busy"]

    assert found["expr"] == (
        'sum(rate(tonebridge_requests_total{job="gateway",endpoint=~"$endpoint"}[5m])) > 5'
    )
    assert ("Busy", True) == (found["titleFormat"], found["enable"])


def test_a_variable_that_filters_no_panel_filters_no_annotation():
    marks = f"annotations: [{{name: a, measure: {{{RATE}, above: 5/s}}}}]"
    found = messages(f"variables: [endpoint]\n{marks}\npanels: [{{text: Words}}]")

    assert [("DSH615", "variable `endpoint` filters no panel of `one`")] == found


def test_words_stand_for_alerts_deployments_and_restarts():
    service = SERVICE.replace(
        "slos:\n",
        "  build_info: {type: gauge, labels: [version], role: build}\n"
        "  process_start_time_seconds: {type: gauge}\nslos:\n",
        1,
    )
    found = annotations("[alerts, deploys, restarts]", service)

    text = " ".join(each["expr"] for each in found.values())
    assert all(each["enable"] for each in found.values())
    for metric in ('ALERTS{alertstate="firing"', "build_info{", "process_start_time_seconds{"):
        assert metric in text


def test_mistakes_in_a_query_that_is_marked_are_found():
    found = messages(
        "annotations: [{name: a, expr: 'rate(tonebridge_queue_bytes{job=\"gateway\"}[5m]) > 0'}]\n"
        f"panels: [{{timeseries: {{{RATE}}}}}]"
    )

    assert ["PQL420"] == [code for code, _ in found]


def test_a_mistake_in_a_query_that_is_marked_is_told_once():
    found = messages(
        "annotations: [{name: a, expr: 'sum(rate(tonebridge_requsts_total[5m])) > 1'}]\n"
        f"panels: [{{timeseries: {{{RATE}}}}}]"
    )

    assert ["REF201"] == [code for code, _ in found]


def test_a_dashboard_has_links_of_its_own():
    found = a_dashboard(
        "links: [{title: Promises, dashboard: slo}, {title: Wiki, url: 'https://wiki.example.org'}]"
        f"\npanels: [{{timeseries: {{{RATE}}}}}]"
    )["links"]

    shown = {link["title"]: link["url"] for link in found if link["type"] == "link"}
    own = {"Promises": "/d/obs-slo-gateway", "Wiki": "https://wiki.example.org"}
    assert own.items() <= shown.items()


def test_a_link_of_a_dashboard_that_leads_nowhere_is_told():
    found = messages(
        f"links: [{{title: x, dashboard: nope}}]\npanels: [{{timeseries: {{{RATE}}}}}]"
    )

    assert ["REF262"] == [code for code, _ in found]


@pytest.mark.parametrize(
    ("time", "shown"),
    [("now/M", "now/M"), ("now/d", "now/d"), ("now-7d", "7d"), ("30d", "30d")],
)
def test_a_stat_over_its_own_time_range_counts_in_all_of_it(time: str, shown: str):
    found = a_panel(
        f"{{stat: {{increase: tonebridge_requests_total, window: range}}, time: {time}}}"
    )

    assert shown == found["timeFrom"]
    assert "[$__range]" in found["targets"][0]["expr"]
    assert "Over the panel's time range." in found["description"]


# --- whole -----------------------------------------------------------------------------------

EVERYTHING: Final = f"""variables: [method, {{label: endpoint, title: Endpoint, default: /api}}]
intervals: [1m, 5m]
annotations: [alerts, {{name: Busy, measure: {{{RATE}, above: 5/s}}, on: false}}]
links: [{{title: Promises, dashboard: slo}}]
sections:
  - title: Of $endpoint
    repeat: endpoint
    panels:
      - timeseries: [{{{RATE}, by: [status]}}, {{value: tonebridge_queue_bytes}}]
        title: All
        stacked: true
        scale: log10
        axis: {{label: a second, at: left}}
        legend: {{as: table, values: [mean, max]}}
        interval: 1m
        exemplars: true
        no_value: quiet
        decimals: 1
        min: 1/s
        texts: {{0: none, 1/s..5/s: few, null: gone}}
        overrides:
          - {{measure: 2, axis: right, dashed: true, unit: KiB, color: red}}
          - {{matching: 5.., thresholds: {{alert: Idle}}, hidden: true}}
        transformations: [{{limit: {{limitField: 5}}}}]
        data_links: [{{title: Requests, dashboard: red, set: {{endpoint: status}}}}]
        repeat: method
        per_row: 2
"""


def test_grafanas_own_library_reads_everything_that_stands_beside_a_kind():
    text = json.dumps(a_dashboard(EVERYTHING.replace("unit: KiB", "unit: bytes")), default=float)

    assert [] == faults(json.loads(text))


def test_an_override_cannot_turn_bytes_into_kibibytes():
    assert [("DSH686", "values in `bytes` would be shown as they are, as `KiB`")] == messages(
        EVERYTHING
    )


def test_right_specs_are_not_looked_at_twice():
    import subprocess
    import sys

    text = f"{SERVICE}{ALERTS}{HEAD}{EVERYTHING}".replace("unit: KiB", "unit: bytes")
    code = (
        "import sys; from obsgen.pipeline import build; "
        "build({'specs/a.yaml': sys.stdin.read()}); print('jsonschema' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], input=text, capture_output=True, text=True, check=True
    )

    assert "False\n" == done.stdout


@pytest.mark.parametrize(
    "text",
    [
        "variables: [{}, [], {label: []}, {label: endpoint, default: {}, multi: x, title: []}, 5]",
        "intervals: {a: b}",
        "intervals: [[], {}, '']",
        "annotations: [5, [], {}, {name: []}, {name: a, expr: []}, {name: b, measure: []}]",
        "links: [5, [], {title: []}]",
        "sections: [{repeat: [], panels: [{stat: up, repeat: {}}]}]",
        "panels: [{timeseries: up, overrides: [5, [], {}, {series: [], color: {}}, {measure: x}]}]",
        "panels: [{timeseries: up, overrides: 5, transformations: {}, data_links: 7, texts: []}]",
        "panels: [{timeseries: up, transformations: [5, [], {}, {limit: []}]}]",
        "panels: [{timeseries: up, data_links: [{title: a, dashboard: b, set: [c]}]}]",
        "panels: [{timeseries: up, texts: {0: [], 1: {text: {}}, 2: {color: []}, 3..: {}}}]",
        "panels: [{timeseries: up, legend: [], axis: [], min: [], max: {}, decimals: [], fill: x}]",
        "panels: [{timeseries: up, thresholds: {alert: {}, red: []}, scale: 3, interval: []}]",
        "panels: [{timeseries: up, min: 1e999999999, texts: {1e999999999..: a}, per_row: 0}]",
        "panels: [{timeseries: up, overrides: [{matching: '(((((', color: red}]}]",
    ],
)
def test_shapes_that_are_wrong_are_reported_and_never_raise(text: str):
    assert messages(text.replace(": up", f": {{{RATE}}}"))
