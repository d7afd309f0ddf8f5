"""Panels: what they ask, and what they say where the author says nothing."""

from __future__ import annotations

from typing import Any

import pytest
from grafana_specs import SERVICE, built, dashboards, panel, panels
from problems import problems

from obsgen.names import dashboard_uid_of, target_letter, uid
from obsgen.pipeline import build

HEAD = """
---
apiVersion: obsgen/v1
kind: Dashboard
name: one
service: gateway
"""


def a_panel(text: str, more: str = "") -> dict[str, Any]:
    """Build a dashboard of one panel."""
    dashboard = dashboards(f"{SERVICE}{HEAD}{more}\npanels:\n  - {text}\n")["obs-one"]
    (found,) = panels(dashboard)
    return found


def exprs(found: dict[str, Any]) -> list[str]:
    return [target["expr"] for target in found["targets"]]


def legends(found: dict[str, Any]) -> list[str]:
    return [target["legendFormat"] for target in found["targets"]]


def messages(text: str) -> list[tuple[str, str]]:
    found = build({"specs/gateway.yaml": f"{SERVICE}{HEAD}{text}\n"})
    return [(d.code.id, d.message) for d in problems(found)]


RATE = "rate: tonebridge_requests_total"
QUANTILE = "quantile: [0.5, 0.95], of: tonebridge_request_duration_seconds"


def test_a_graph_asks_over_the_interval_that_grafana_chooses():
    found = a_panel(f"{{timeseries: {{{RATE}}}}}")

    assert exprs(found) == ['sum(rate(tonebridge_requests_total{job="gateway"}[$__rate_interval]))']


@pytest.mark.parametrize("kind", ["stat", "table"])
def test_current_values_are_asked_over_the_projects_window(kind: str):
    found = a_panel(f"{{{kind}: {{{RATE}}}}}")

    assert exprs(found) == ['sum(rate(tonebridge_requests_total{job="gateway"}[5m]))']


def test_a_window_of_the_author_stays():
    assert "[1h]" in exprs(a_panel(f"{{timeseries: {{{RATE}, window: 1h}}}}"))[0]


def test_the_range_of_the_dashboard_can_be_the_window():
    assert "[$__range]" in exprs(a_panel(f"{{stat: {{{RATE}, window: range}}}}"))[0]


def test_variables_filter_the_queries_whose_metric_has_the_label():
    found = a_panel(
        f"{{timeseries: [{{{RATE}}}, {{rate: tonebridge_cost_usd_total}}]}}",
        "variables: [endpoint]",
    )

    filtered, other = exprs(found)
    assert 'endpoint=~"$endpoint"' in filtered
    assert "endpoint" not in other


def test_another_scale_multiplies_the_query_and_the_thresholds():
    found = a_panel(
        f"{{timeseries: {{{QUANTILE}}}, unit: ms, thresholds: {{base: green, red: 0.1s}}}}"
    )

    assert all(expr.endswith(" * 1000") for expr in exprs(found))
    defaults = found["fieldConfig"]["defaults"]
    assert "ms" == defaults["unit"]
    assert 100 == defaults["thresholds"]["steps"][1]["value"]


def test_a_word_for_what_is_counted_changes_no_number():
    found = a_panel("{stat: {rate: tonebridge_cache_requests_total}, unit: events/s}")

    assert exprs(found)[0].endswith("[5m]))")
    assert "eps" == found["fieldConfig"]["defaults"]["unit"]


def test_requests_are_counted_in_requests():
    defaults = a_panel(f"{{stat: {{{RATE}}}}}")["fieldConfig"]["defaults"]

    assert "reqps" == defaults["unit"]


def test_a_measure_of_another_unit_keeps_it():
    found = a_panel(f"{{timeseries: [{{{RATE}}}, {{value: tonebridge_queue_bytes}}]}}")

    (override,) = found["fieldConfig"]["overrides"]
    assert {"id": "byFrameRefID", "options": "B"} == override["matcher"]
    assert [{"id": "unit", "value": "bytes"}] == override["properties"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"{{timeseries: {{{RATE}}}}}", "Rate of tonebridge_requests_total"),
        (
            f"{{timeseries: {{{QUANTILE}}}}}",
            "P50, p95 of tonebridge_request_duration_seconds",
        ),
        ("{stat: {value: tonebridge_queue_bytes}}", "tonebridge_queue_bytes"),
        (f"{{stat: {{{RATE}}}, title: Traffic}}", "Traffic"),
        (
            f"{{timeseries: [{{{RATE}}}, {{rate: tonebridge_cost_usd_total}}]}}",
            "Rate of tonebridge_requests_total and 1 more",
        ),
    ],
    ids=["one", "quantiles", "name", "author", "many"],
)
def test_titles_are_made_of_the_measures(text: str, expected: str):
    assert expected == a_panel(text)["title"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"{{timeseries: {{{RATE}, by: [endpoint]}}}}", ["{{endpoint}}"]),
        (f"{{timeseries: {{{RATE}}}}}", ["rate of tonebridge_requests_total"]),
        (f"{{timeseries: {{{QUANTILE}}}}}", ["p50", "p95"]),
        (f"{{timeseries: {{{RATE}, legend: all}}}}", ["all"]),
        (f"{{timeseries: {{{RATE}, legend: all}}, legend: every}}", ["every"]),
        ("{timeseries: {value: tonebridge_queue_bytes}}", ["{{instance}} {{queue}}"]),
        (
            "{timeseries: [{rate: tonebridge_cost_usd_total}, "
            "{rate: tonebridge_cost_usd_total, offset: 7d}]}",
            ["rate of tonebridge_cost_usd_total", "rate of tonebridge_cost_usd_total, 7d earlier"],
        ),
    ],
    ids=["labels", "none", "quantiles", "measure", "panel", "gauge", "offset"],
)
def test_series_are_called_by_what_tells_them_apart(text: str, expected: list[str]):
    assert expected == legends(a_panel(text))


def test_a_description_says_what_it_is_and_what_to_do():
    assert a_panel(f"{{stat: {{{RATE}}}}}")["description"] == (
        "Rate of tonebridge_requests_total. Requests handled. Over the last 5m. A sudden drop is "
        "as bad as errors: look at what stands in front of the service."
    )


def test_money_an_hour_is_said_in_words():
    found = a_panel("{timeseries: {rate: tonebridge_cost_usd_total, per: 1h}}")

    assert "In USD/h." in found["description"]
    assert "USD/h" == found["fieldConfig"]["defaults"]["custom"]["axisLabel"]
    assert "currencyUSD" == found["fieldConfig"]["defaults"]["unit"]


def test_without_thresholds_nothing_is_judged():
    steps = a_panel(f"{{stat: {{{RATE}}}}}")["fieldConfig"]["defaults"]["thresholds"]["steps"]

    assert [{"color": "text", "value": None}] == steps


@pytest.mark.parametrize(
    ("thresholds", "base"), [("{red: 5/s}", "green"), ("{green: 5/s, yellow: 1/s}", "red")]
)
def test_the_base_is_the_opposite_of_what_is_said(thresholds: str, base: str):
    found = a_panel(f"{{stat: {{{RATE}}}, thresholds: {thresholds}}}")

    assert base == found["fieldConfig"]["defaults"]["thresholds"]["steps"][0]["color"]


def test_a_dial_of_a_ratio_ends_at_all_of_it():
    ratio = 'share: {status: "5.."}, of: tonebridge_requests_total'
    plain = a_panel(f"{{gauge: {{{ratio}}}}}")["fieldConfig"]["defaults"]
    percent = a_panel(f"{{gauge: {{{ratio}}}, unit: percent}}")["fieldConfig"]["defaults"]

    assert (0, 1) == (plain["min"], plain["max"])
    assert (0, 100) == (percent["min"], percent["max"])


def test_a_dial_of_amounts_ends_behind_the_last_threshold():
    found = a_panel(
        "{gauge: {value: tonebridge_queue_bytes}, thresholds: {base: green, red: 10MB}}"
    )

    assert 15_000_000 == found["fieldConfig"]["defaults"]["max"]


def test_columns_of_a_table_are_named_for_their_measures():
    found = panel("Endpoints")
    organize = found["transformations"][-1]["options"]

    assert organize["renameByName"] == {
        "endpoint": "Endpoint",
        "Value #A": "Rate of tonebridge_requests_total",
        "Value #B": "p95",
    }
    assert {"endpoint": 0, "Value #A": 1, "Value #B": 2} == organize["indexByName"]


def test_one_measure_twice_gives_two_columns():
    found = a_panel(f"{{table: [{{{RATE}}}, {{{RATE}, window: 1h}}]}}")

    first, second = found["transformations"][-1]["options"]["renameByName"].values()
    assert second == f"{first} (2)"


def test_a_text_panel_asks_nothing():
    found = a_panel("{text: {content: '# Hello'}, title: Notes}")

    assert {"mode": "markdown", "content": "# Hello"} == found["options"]
    assert not {"targets", "datasource", "fieldConfig"} & set(found)


def test_a_panel_may_have_its_own_time():
    assert "30d" == panel("Cost")["timeFrom"]


def test_a_mistyped_kind_is_said_once():
    found = messages("panels: [{timeserie: {rate: tonebridge_requests_total}}]")

    assert [("SCH101", "unknown key `timeserie`")] == found


@pytest.mark.parametrize(
    "text",
    [
        "panels: 5",
        "panels: [5, [], {}, {stat: }, {text: []}, {table: {}}]",
        "sections: [{title: [], panels: {}}, 7]",
        "panels: [{stat: {rate: tonebridge_requests_total}, width: {}, height: [], unit: [],"
        " thresholds: 5, time: {}, links: [5, {}], legend: []}]",
        "variables: {a: b}\nfolder: [a]\ntime: []\nrefresh: {}\ntags: 5",
        "panels: [{stat: {rate: tonebridge_requests_total}, thresholds: {base: {}, red: []}}]",
        'panels: [{stat: {rate: tonebridge_requests_total}, width: "१/२", height: "४"}]',
    ],
)
def test_shapes_that_are_wrong_are_reported_and_never_raise(text: str):
    assert messages(text)


def test_a_service_without_roles_has_no_dashboard_of_requests():
    text = SERVICE.replace("role: requests", "role: logins").replace("role: duration", "role: nap")
    text = text.replace(", role: in_flight", "")

    found = build({"specs/gateway.yaml": text})

    assert ["DSH616"] == [d.code.id for d in problems(found)]
    assert not any("obs-red-gateway" in file.path for file in found.files)


def test_a_metric_that_is_not_declared_leaves_no_panel_behind():
    found = dashboards(SERVICE.replace(", role: duration", ""))["obs-red-gateway"]

    titles = [row["title"] for row in found["panels"] if row["type"] == "row"]
    assert ["Rate and errors", "Routes"] == titles
    assert not any("histogram_quantile" in e for p in panels(found) for e in exprs(p))


def test_dashboards_of_one_service_lead_to_each_other():
    compiled = built().compiled[0].dashboards
    menus = {d.uid: [link.tag for link in d.links if link.tag] for d in compiled}

    assert menus == {
        "obs-slos": [],
        "obs-slo-gateway": ["gateway"],
        "obs-red-gateway": ["gateway"],
        "obs-monitoring": ["gateway"],
        "obs-kinds": ["gateway"],
    }


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        ("", ""),
        ("monitoring", "obs-monitoring"),
        ("slo", "obs-slo-gateway"),
        ("cart/red", "obs-red-cart"),
    ],
)
def test_references_to_dashboards_become_their_uid(reference: str, expected: str):
    assert expected == dashboard_uid_of(reference, "gateway")


def test_names_that_are_cut_stay_apart():
    names = [uid("slo", f"a-service-with-a-really-long-name-{n}") for n in ("one", "two")]

    assert len(set(names)) == len(names)
    assert all(len(name) == 40 for name in names)


def test_queries_are_lettered_as_in_grafana():
    assert ["A", "Z", "AA", "AB", "BA"] == [target_letter(n) for n in (0, 25, 26, 27, 52)]
