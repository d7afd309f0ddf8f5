"""Kinds of panels: what each asks, how it shows the answer, and Grafana's own words."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from grafana_specs import SERVICE, dashboards, panels
from problems import problems

from obsgen.panels._brackets import LOGQL, LUCENE, TRACEQL, fault_in
from obsgen.pipeline import build

HEAD = """
---
apiVersion: obsgen/v1
kind: Dashboard
name: one
service: gateway
"""


def a_dashboard(text: str, more: str = "") -> dict[str, Any]:
    return dashboards(f"{SERVICE}{HEAD}{more}\npanels:\n  - {text}\n")["obs-one"]


def a_panel(text: str, more: str = "") -> dict[str, Any]:
    """Build a dashboard of one panel."""
    (found,) = panels(a_dashboard(text, more))
    return found


def a_query(text: str, more: str = "") -> dict[str, Any]:
    """Return the one query of a panel, without what Grafana needs to tell queries apart."""
    (target,) = a_panel(text, more)["targets"]
    return {key: value for key, value in target.items() if key not in {"refId", "datasource"}}


def defaults(text: str) -> dict[str, Any]:
    return a_panel(text)["fieldConfig"]["defaults"]


def codes(text: str) -> list[str]:
    found = build({"specs/gateway.yaml": f"{SERVICE}{HEAD}panels:\n  - {text}\n"})
    return [d.code.id for d in problems(found)]


RATE = "rate: tonebridge_requests_total, by: [endpoint]"
BUCKETS = (
    'sum by (le) (increase(tonebridge_request_duration_seconds_bucket{job="gateway"}'
    "[$__rate_interval]))"
)


# --- bars, pies, histograms ----------------------------------------------------------------------


def test_bars_come_with_the_largest_first():
    query = a_query(f"bargauge: {{{RATE}}}")

    assert query["expr"].startswith("sort_desc(sum by (endpoint) (rate(")
    assert query["instant"] is True


def test_a_single_bar_is_not_sorted():
    assert a_query("bargauge: {rate: tonebridge_requests_total}")["expr"].startswith("sum(rate(")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('share: {status: "5.."}, of: tonebridge_requests_total', (0, 1)),
        (RATE, (0, None)),
    ],
    ids=["ratio", "rate"],
)
def test_bars_begin_at_nothing_and_those_of_ratios_end_at_all(text: str, expected: tuple[Any, Any]):
    found = defaults(f"bargauge: {{{text}}}")

    assert expected == (found["min"], found.get("max"))


def test_own_keys_stand_beside_the_measure_or_beside_measures():
    beside = a_panel(f"bargauge: {{{RATE}, display: lcd}}")
    above = a_panel(f"bargauge: {{measures: [{{{RATE}}}], display: lcd}}")

    assert beside == above
    assert ("lcd", "horizontal") == (
        beside["options"]["displayMode"],
        beside["options"]["orientation"],
    )


def test_a_key_of_another_kind_is_unknown():
    assert ["SCH101"] == codes(f"bargauge: {{{RATE}, shape: pie}}")


@pytest.mark.parametrize(("more", "expected"), [("", "donut"), (", shape: pie", "pie")])
def test_a_pie_says_values_and_shares(more: str, expected: str):
    found = a_panel(f"piechart: {{{RATE}{more}}}")

    assert expected == found["options"]["pieType"]
    assert ["value", "percent"] == found["options"]["legend"]["values"]
    assert "{{endpoint}}" == found["targets"][0]["legendFormat"]


def test_a_histogram_is_made_of_all_samples_of_the_range():
    found = a_panel("histogram: {value: tonebridge_queue_bytes, combine: true}")

    assert "instant" not in found["targets"][0]
    assert found["options"]["combine"] is True
    assert found["description"].startswith("How often which value came: tonebridge_queue_bytes.")


# --- heatmaps ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "of: tonebridge_request_duration_seconds",
        "distribution: tonebridge_request_duration_seconds",
    ],
)
def test_a_heatmap_shows_the_buckets_that_a_histogram_has(text: str):
    found = a_panel(f"heatmap: {{{text}}}")
    (target,) = found["targets"]

    assert (BUCKETS, "heatmap", "{{le}}") == (
        target["expr"],
        target["format"],
        target["legendFormat"],
    )
    assert "calculate" not in found["options"]


def test_a_native_histogram_is_one_series():
    (target,) = a_panel("heatmap: {of: tonebridge_upload_bytes}")["targets"]

    assert target["expr"] == (
        'sum(increase(tonebridge_upload_bytes{job="gateway"}[$__rate_interval]))'
    )
    assert "heatmap" == target["format"]


@pytest.mark.parametrize(
    ("text", "axis", "cells"),
    [
        ("of: tonebridge_request_duration_seconds", "s", "short"),
        ("of: tonebridge_upload_bytes", "bytes", "short"),
        ("value: tonebridge_queue_bytes", "bytes", "bytes"),
    ],
)
def test_the_axis_of_a_heatmap_has_the_unit_of_what_was_observed(text: str, axis: str, cells: str):
    found = a_panel(f"heatmap: {{{text}}}")

    assert axis == found["options"]["yAxis"]["unit"]
    assert cells == found["fieldConfig"]["defaults"]["unit"]


def test_samples_without_buckets_are_sorted_into_cells():
    assert a_panel("heatmap: {value: tonebridge_queue_bytes}")["options"]["calculate"] is True


def test_a_heatmap_has_the_colours_that_are_asked_for():
    found = a_panel("heatmap: {of: tonebridge_upload_bytes, scheme: Blues}")

    assert "Blues" == found["options"]["color"]["scheme"]


# --- states --------------------------------------------------------------------------------------


def test_states_have_texts_and_colours():
    found = defaults(
        "state_timeline: {value: tonebridge_active_requests, "
        "states: {0: {text: idle, color: red}, 1.50: busy}}"
    )

    assert found["mappings"] == [
        {
            "type": "value",
            "options": {
                "0": {"text": "idle", "color": "red", "index": 0},
                "1.5": {"text": "busy", "index": 1},
            },
        }
    ]
    # By threshold Grafana would write the threshold over the text.
    assert "thresholds" != found["color"]["mode"]


def test_without_states_thresholds_say_what_holds():
    text = "{state_timeline: {value: tonebridge_queue_bytes}, thresholds: {red: 10MB}}"

    assert {"mode": "thresholds"} == defaults(text)["color"]


# --- logs ----------------------------------------------------------------------------------------


def test_loki_is_asked_for_lines_in_its_own_language():
    query = a_query("logs: {loki: '{app=\"a\"} |= `x`', limit: 50}")

    assert query == {
        "expr": '{app="a"} |= `x`',
        "queryType": "range",
        "maxLines": 50,
        "editorMode": "code",
    }


def test_labels_that_are_chosen_are_the_only_ones_left_and_the_level_colours_stay():
    found = a_panel("logs: {loki: '{app=\"a\"}', labels: [path]}")

    assert '{app="a"}\n| keep detected_level, path' == found["targets"][0]["expr"]
    assert found["options"]["showLabels"] is True


def test_elasticsearch_is_asked_for_lines():
    query = a_query('logs: {elasticsearch: "level:ERROR"}')

    assert query == {
        "query": "level:ERROR",
        "metrics": [{"id": "1", "type": "logs", "settings": {"limit": "500"}}],
        "bucketAggs": [],
    }


@pytest.mark.parametrize(("sort", "expected"), [("newest", "Descending"), ("oldest", "Ascending")])
def test_lines_are_sorted_as_said(sort: str, expected: str):
    found = a_panel(f'logs: {{elasticsearch: "", sort: {sort}, dedup: exact, wrap: false}}')

    assert (expected, "exact", False) == tuple(
        found["options"][key] for key in ("sortOrder", "dedupStrategy", "wrapLogMessage")
    )


def test_lines_are_counted_over_time_by_label():
    query = a_query("log_counts: {loki: '{app=\"a\"}', by: [level]}")

    assert 'sum by (level) (count_over_time({app="a"} [$__auto]))' == query["expr"]
    assert "{{level}}" == query["legendFormat"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("loki: '{app=\"a\"}', by: [level]", {"ERROR": "red", "warn": "yellow"}),
        ("loki: '{app=\"a\"}', by: [detected_level]", {"TRACE": "light-blue"}),
        ('elasticsearch: "a:b", by: [log.level.keyword]', {"Fatal": "purple", "info": "green"}),
        ("loki: '{app=\"a\"}', by: [path]", {"ERROR": None}),
        ("loki: '{app=\"a\"}', by: [level, path]", {"ERROR": None}),
    ],
)
def test_levels_have_the_same_colours_everywhere(text: str, expected: dict[str, str | None]):
    overrides = a_panel(f"log_counts: {{{text}}}")["fieldConfig"]["overrides"]

    for level, color in expected.items():
        found = [
            override["properties"][0]["value"]["fixedColor"]
            for override in overrides
            if re.match(f"(?i:{override['matcher']['options'][1:-2]})", level)
        ]
        assert [color] * (color is not None) == found


def test_a_comment_at_the_end_of_logql_swallows_nothing():
    query = a_query("log_counts: {loki: '{app=\"a\"} # all of it'}")

    assert 'sum(count_over_time({app="a"} # all of it\n[$__auto]))' == query["expr"]


def test_lines_of_elasticsearch_are_counted_by_value_and_time():
    query = a_query("log_counts: {elasticsearch: 'a:b', by: [level.keyword], top: 3}")

    assert [{"id": "1", "type": "count"}] == query["metrics"]
    assert [("terms", "level.keyword"), ("date_histogram", None)] == [
        (each["type"], each.get("field")) for each in query["bucketAggs"]
    ]
    assert "3" == query["bucketAggs"][0]["settings"]["size"]


def test_slow_requests_by_path_with_their_average():
    found = a_panel(
        '{log_table: {elasticsearch: "duration_ms:>=1000", by: [path.keyword], '
        "show: [{avg: duration_ms, unit: ms}, count]}}"
    )
    (target,) = found["targets"]
    (organize,) = found["transformations"]

    assert "table" == found["type"]
    assert target["metrics"] == [
        {"id": "1", "type": "avg", "field": "duration_ms"},
        {"id": "2", "type": "count"},
    ]
    assert ("path.keyword", "1") == (
        target["bucketAggs"][0]["field"],
        target["bucketAggs"][0]["settings"]["orderBy"],
    )
    assert organize["options"]["renameByName"] == {
        "path.keyword": "Path",
        "Average": "Average duration_ms",
        "Count": "Log lines",
    }
    (override,) = found["fieldConfig"]["overrides"]
    assert "Average duration_ms" == override["matcher"]["options"]
    assert [{"id": "unit", "value": "ms"}] == override["properties"]


def test_errors_by_type_are_counted():
    (target,) = a_panel('log_table: {elasticsearch: "level:ERROR", by: [error_type.keyword]}')[
        "targets"
    ]

    assert [{"id": "1", "type": "count"}] == target["metrics"]
    assert "_count" == target["bucketAggs"][0]["settings"]["orderBy"]


def test_loki_gives_each_column_by_a_query_of_its_own():
    found = a_panel(
        "log_table: {loki: '{app=\"a\"} | json', by: [path], show: [{avg: ms}, {sum: ms}, count]}"
    )

    assert [target["expr"] for target in found["targets"]] == [
        'avg_over_time({app="a"} | json | unwrap ms [$__auto]) by (path)',
        'sum by (path) (sum_over_time({app="a"} | json | unwrap ms [$__auto]))',
        'sum by (path) (count_over_time({app="a"} | json [$__auto]))',
    ]
    assert all("instant" == target["queryType"] for target in found["targets"])
    assert {"limitField": 10} == found["transformations"][-1]["options"]


# --- traces --------------------------------------------------------------------------------------


def test_a_search_for_traces_gives_a_table():
    found = a_panel("traces: {tempo: '{duration>1s}', limit: 5}")
    (target,) = found["targets"]

    assert "table" == found["type"]
    assert ("{duration>1s}", "traceql", "traces", 5) == tuple(
        target[key] for key in ("query", "queryType", "tableType", "limit")
    )


@pytest.mark.parametrize("source", ["tempo", "jaeger"])
@pytest.mark.parametrize("trace", ["3f2a9b", "${endpoint}"])
def test_the_id_of_a_trace_shows_that_trace(source: str, trace: str):
    more = "variables: [endpoint]" if "endpoint" in trace else ""
    found = a_panel(f'traces: {{{source}: "{trace}"}}', more)

    assert ("traces", trace) == (found["type"], found["targets"][0]["query"])


def test_jaeger_is_searched_by_fields():
    query = a_query(
        'traces: {jaeger: {service: a, operation: get, tags: {error: true, note: "it \\"is\\""}, '
        "min_duration: 100ms, max_duration: 2s}}"
    )

    assert query == {
        "queryType": "search",
        "service": "a",
        "operation": "get",
        "tags": 'error=true note="it \\"is\\""',
        "minDuration": "100ms",
        "maxDuration": "2s",
        "limit": 20,
    }


# --- alerts --------------------------------------------------------------------------------------


def test_alerts_are_those_of_the_service():
    found = a_panel("alertlist: {}")["options"]

    assert '{service="gateway"}' == found["alertInstanceLabelFilter"]
    assert "default" == found["groupMode"]
    assert "datasource" not in found


def test_alerts_are_chosen_and_grouped_by_labels():
    found = a_panel(
        "alertlist: {states: [firing, no_data], where: {team: [a, b]}, by: [severity], "
        "source: prometheus, sort: oldest}"
    )["options"]

    assert '{team=~"a|b"}' == found["alertInstanceLabelFilter"]
    assert ("custom", ["severity"], "Prometheus", 4) == tuple(
        found[key] for key in ("groupMode", "groupBy", "datasource", "sortOrder")
    )
    assert {"firing", "noData"} == {state for state, shown in found["stateFilter"].items() if shown}


def test_no_matchers_at_all_show_the_alerts_of_everybody():
    assert "" == a_panel("alertlist: {where: {}}")["options"]["alertInstanceLabelFilter"]


# --- other datasources ---------------------------------------------------------------------------


def test_a_datasource_that_is_asked_is_a_variable():
    dashboard = a_dashboard("logs: {loki: '{app=\"a\"}'}")
    (found,) = panels(dashboard)

    assert {"type": "loki", "uid": "${loki_datasource}"} == found["datasource"]
    assert ["datasource", "loki_datasource"] == [
        variable["name"] for variable in dashboard["templating"]["list"]
    ]


@pytest.mark.parametrize(
    "text",
    [
        'logs: {loki: \'{app="a", endpoint=~"${endpoint}"}\'}',
        'logs: {elasticsearch: "endpoint:/${endpoint:regex}/"}',
        "traces: {tempo: '{span.endpoint=~\"$endpoint\"}'}",
        "alertlist: {where: {endpoint: {is: $endpoint}}}",
    ],
    ids=["logql", "lucene", "traceql", "alerts"],
)
def test_a_variable_in_another_language_is_filled_from_a_metric_of_the_service(text: str):
    *_, variable = a_dashboard(text, "variables: [endpoint]")["templating"]["list"]

    assert "endpoint" == variable["name"]
    assert variable["query"].startswith("label_values(tonebridge_requests_total{")


def test_a_variable_that_no_panel_names_is_unused():
    found = build(
        {
            "specs/gateway.yaml": f"{SERVICE}{HEAD}variables: [endpoint]\npanels:\n"
            "  - logs: {loki: '{app=\"a\"}'}\n"
        }
    )

    assert ["DSH615"] == [d.code.id for d in problems(found)]


@pytest.mark.parametrize(
    ("text", "language", "place"),
    [
        ('{app="a"', LOGQL, 0),
        ('{app="a}', LOGQL, 5),
        ('{app="a"} |= `it"s`', LOGQL, None),
        ('{app="a"} # open {', LOGQL, None),
        ('{app="a"} |~ "\\"{"', LOGQL, None),
        ("{a=`b\\`}", LOGQL, None),
        ("sum by (a) (rate({b=~`${b}`} [$__auto]))", LOGQL, None),
        ("a:b)", LUCENE, 3),
        ("(a:b", LUCENE, 0),
        (r"a\(b", LUCENE, None),
        ("a:[1 TO 5}", LUCENE, None),
        ("a:(1 TO 5]", LUCENE, 9),
        ("path:/api", LUCENE, 5),
        (r"path:\/api", LUCENE, None),
        ("path:/(a|b]/", LUCENE, None),
        ("it's", LUCENE, None),
        ('"a', LUCENE, 0),
        ("user:${user:lucene} AND [[other]]", LUCENE, None),
        ('{name="a" && (duration>1s}', TRACEQL, 25),
        ('{name="a"} // {', TRACEQL, None),
        ("\\", LUCENE, None),
        ("", LOGQL, None),
    ],
)
def test_an_unbalanced_bracket_or_quote_is_found(text: str, language: Any, place: int | None):
    fault = fault_in(text, language)

    assert place == (None if fault is None else fault.start)


# Must-have 11: a way out without a fork.
# --- Grafana's own words -------------------------------------------------------------------------


def test_a_panel_of_grafana_is_written_as_it_stands():
    found = a_panel(
        "{panel: {type: barchart, options: {barWidth: 0.97, stacking: none}, transparent: true}}"
    )

    assert {"barWidth": "0.97", "stacking": "none"} == {
        key: value if isinstance(value, str) else str(value)
        for key, value in found["options"].items()
    }
    assert found["transparent"] is True
    assert "Barchart" == found["title"]


def test_a_type_that_is_known_begins_with_its_whole_options():
    found = a_panel(
        "panel: {type: stat, options: {graphMode: area}, targets: "
        "[{expr: \"sum(up{job='gateway'})\"}], fieldConfig: {defaults: {unit: short}}}"
    )

    assert ("area", "value") == (found["options"]["graphMode"], found["options"]["colorMode"])
    assert ["lastNotNull"] == found["options"]["reduceOptions"]["calcs"]


def test_what_is_written_is_laid_over_what_the_kind_has_made():
    plain = a_panel(f"timeseries: {{{RATE}}}")
    found = a_panel(
        f"{{timeseries: {{{RATE}}}, raw: {{options: {{legend: {{calcs: [max]}}}}, "
        "fieldConfig: {defaults: {custom: {lineWidth: 3, axisSoftMin: null}}}}}"
    )

    legend = {**plain["options"]["legend"], "calcs": ["max"]}
    assert {**plain["options"], "legend": legend} == found["options"]
    custom = {**plain["fieldConfig"]["defaults"]["custom"], "lineWidth": 3}
    del custom["axisSoftMin"]
    assert custom == found["fieldConfig"]["defaults"]["custom"]
    assert plain["targets"] == found["targets"]


def test_texts_stay_texts():
    found = a_panel(
        f"{{stat: {{{RATE}}}, raw: {{title: 2030, "
        "fieldConfig: {defaults: {noValue: 0, unit: short}}}}"
    )

    assert ("2030", "0") == (found["title"], found["fieldConfig"]["defaults"]["noValue"])


def test_lists_are_replaced():
    found = a_panel(
        f"{{table: [{{{RATE}}}, {{value: tonebridge_queue_bytes}}], "
        "raw: {transformations: [], fieldConfig: {overrides: []}}}"
    )

    assert "transformations" not in found
    assert [] == found["fieldConfig"]["overrides"]


def test_the_units_and_thresholds_of_grafana_replace_those_of_the_measure():
    found = defaults(
        f"{{stat: {{{RATE}}}, raw: {{fieldConfig: {{defaults: {{unit: short, decimals: 1, "
        "thresholds: {mode: percentage, steps: [{color: green, value: null}, "
        "{color: red, value: 80}]}}}}}"
    )

    assert ("short", 1) == (found["unit"], found["decimals"])
    assert found["thresholds"] == {
        "mode": "percentage",
        "steps": [{"color": "green", "value": None}, {"color": "red", "value": 80}],
    }


@pytest.mark.parametrize(
    ("expr", "expected"),
    [
        ("sum(", "PQL400"),
        ("unknown_total", "REF201"),
        ("rate(tonebridge_queue_bytes{job='gateway'}[5m])", "PQL420"),
        ('sum(rate(tonebridge_requests_total{job="gateway",state="a"}[5m]))', "REF202"),
    ],
    ids=["syntax", "metric", "type", "label"],
)
@pytest.mark.parametrize("words", ["panel: {{type: stat, {}}}", "{{text: a, raw: {{{}}}}}"])
def test_promql_in_grafanas_words_is_checked_like_any_other(expr: str, expected: str, words: str):
    quoted = expr.replace('"', '\\"')

    found = codes(words.format(f'targets: [{{expr: "{quoted}"}}]'))

    assert expected in found


def test_links_in_grafanas_words_lead_somewhere():
    link = 'links: [{title: Gone, url: "/d/obs-nowhere"}]'

    assert ["REF262"] == codes(f"{{timeseries: {{{RATE}}}, raw: {{{link}}}}}")


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("gridPos: {w: 12}", "DSH650"),
        ("id: 3", "DSH650"),
        ("datasource: loki", "DSH650"),
        ("options: 3", "DSH648"),
        ("fieldConfig: {defaults: {decimals: two}}", "DSH648"),
        ("fieldConfig: {overrides: [{matcher: A}]}", "DSH648"),
        ("fieldConfig: {overrides: [{matcher: {id: byName}, properties: [5]}]}", "DSH648"),
        ("fieldConfig: {defaults: {thresholds: {steps: [5]}}}", "DSH648"),
        ("fieldConfig: {defaults: {thresholds: {steps: [{color: red, value: []}]}}}", "DSH648"),
        ("transformations: [merge]", "DSH648"),
        ("links: [a]", "DSH648"),
        ("targets: [[]]", "DSH648"),
        ("targets: [{datasource: []}]", "DSH649"),
    ],
)
@pytest.mark.parametrize("kind", ["panel: {{type: x, {}}}", "{{text: words, raw: {{{}}}}}"])
def test_the_same_is_refused_in_a_panel_and_over_one(kind: str, words: str, expected: str):
    assert expected in codes(kind.format(words))


@pytest.mark.parametrize(
    "text",
    [
        "bargauge: 5",
        "heatmap: {of: {}, scheme: []}",
        "heatmap: []",
        "state_timeline: {value: tonebridge_queue_bytes, states: []}",
        "state_timeline: {value: tonebridge_queue_bytes, states: {0: [], 1: {}, 2: }}",
        "piechart: {measures: , shape: }",
        "logs: []",
        "logs: {loki: {}, limit: [], labels: 5, sort: []}",
        "log_counts: {elasticsearch: [], by: {}}",
        "log_table: {loki: a, by: [[]], show: [[], {}, {avg: }]}",
        "traces: {tempo: []}",
        "traces: {jaeger: {service: [], tags: [], min_duration: []}}",
        "alertlist: []",
        "alertlist: {states: {}, where: [], by: 5, name: []}",
        "panel: []",
        "{text: a, raw: 5}",
        "panel: {type: [], fieldConfig: [], links: {}}",
    ],
)
def test_shapes_that_are_wrong_are_reported_and_never_raise(text: str):
    assert codes(text)


def test_a_word_of_the_author_stays():
    found = a_panel("{alertlist: {}, title: Pages, description: Look here first.}")

    assert ("Pages", "Look here first.") == (found["title"], found["description"])


def test_the_order_of_keys_in_grafanas_words_says_nothing():
    found = [
        json.dumps(a_panel(f"{{panel: {{{words}}}, title: A}}"))
        for words in (
            "type: x-y-panel, options: {b: {d: 1, c: 2}, a: 3}, transparent: true",
            "transparent: true, options: {a: 3, b: {c: 2, d: 1}}, type: x-y-panel",
        )
    ]

    assert found[0] == found[1]
