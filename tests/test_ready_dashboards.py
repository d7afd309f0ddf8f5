"""Ready dashboards: what stands on them for whom, how they hang together, what is around them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

import pytest
from problems import problems
from ready_specs import (
    MONITORING,
    PROJECT,
    SHOP,
    WORDS,
    built,
    dashboards,
    panel,
    panels,
    titles,
)

from obsgen import packs
from obsgen.pipeline import build

PLAIN: Final = """
apiVersion: obsgen/v1
kind: Project
name: systems
outputs: [prometheus, grafana]
---
apiVersion: obsgen/v1
kind: Service
name: cart
"""
SLO: Final = """
slos:
  - name: availability
    objective: 99.9
    period: 7d
    sli: {events: {total: http_requests_total, bad: {code: "5.."}}}
"""
REQUESTS: Final = "  http_requests_total: {type: counter, labels: [code], role: requests}\n"


def messages(text: str) -> list[tuple[str, str]]:
    found = build({"specs/cart.yaml": text.encode()})
    return [(d.code.id, d.message) for d in problems(found)]


def a_service(metrics: str, word: str, more: str = "") -> str:
    """Return the specs of a service that lists one word."""
    return f"{PLAIN}metrics:\n{metrics}{more}dashboards: [{word}]\n"


# --- security ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("metrics", "expected"),
    [
        (
            "  sign_ins_failed_total: {type: counter, role: auth}\n",
            ["Failed sign-ins", "Failed sign-ins over time"],
        ),
        (
            "  sign_ins_total:\n"
            "    {type: counter, labels: {result: [ok, failed], reason: any}, role: auth,\n"
            "     bad: {result: failed}}\n",
            ["Failed sign-ins", "Failed sign-ins by reason", "Share of sign-ins that fail"],
        ),
        (
            REQUESTS,
            ["Refused, 401/403", "Throttled, 429", "Refused requests by code"],
        ),
        (
            '  http_requests_total: {type: counter, labels: {code: ["200", "403"]},'
            " role: requests}\n",
            ["Refused, 403", "Refused requests by code"],
        ),
        (
            "  blocked_total: {type: counter, labels: [rule], role: security}\n",
            ["Blocked, 1h", "Blocked by rule"],
        ),
        (
            "  open_findings: {type: gauge, labels: [severity], role: security}\n",
            ["Open findings", "Open findings by severity"],
        ),
    ],
    ids=["failures", "attempts", "requests", "declared codes", "events", "what is open"],
)
def test_security_shows_what_roles_tell_and_nothing_else(metrics: str, expected: list[str]):
    assert expected == titles("obs-security-cart", a_service(metrics, "security"))


def test_of_attempts_to_sign_in_only_the_failed_are_counted():
    (target,) = panel("obs-security-shop", "Failed sign-ins")["targets"]

    assert 'sum(rate(shop_sign_ins_total{job="shop",result="failed"}[5m])) * 60' == target["expr"]


def test_slos_with_tiles_of_different_lengths_are_each_asked_for_their_own_ledger():
    slos = (
        SLO
        + """  - name: speed
    objective: 99
    sli: {events: {total: http_requests_total, bad: {code: "4.."}}}
    by: [route]
    ledger: {tile: 30s}
"""
    )
    text = (
        PLAIN
        + "metrics:\n"
        + REQUESTS.replace("[code]", "[code, route]")
        + slos
        + "dashboards: [slo]\n"
    )
    scope = 'service="cart",slo="$slo",route=~"$route"'
    total, _ = panel("obs-slo-cart", "Events", text)["targets"]
    counted, *_ = panel("obs-slo-cart", "Who spends the budget", text)["targets"]

    assert total["expr"].split("\nor ") == [
        f"sum(avg_over_time(slo:total_events:increase{tile}{{{scope}}}[$__interval]))"
        for tile in ("30s", "1m")
    ]
    # Of the two only one is grouped.
    bad = f"slo:bad_events:increase30s{{{scope}}}"
    assert f"sum by (route) (sum_over_time({bad}[$__range]))" == counted["expr"]


def test_words_of_status_are_no_status_codes():
    metrics = "  calls_total: {type: counter, labels: {status: [success, error]}, role: requests}\n"
    found = messages(a_service(metrics, "security"))

    assert [("DSH616", "`security` has nothing to show of service `cart`")] == found


def test_alerts_of_security_stand_on_its_dashboard():
    (target, *_) = panel("obs-security-shop", "Active alerts")["targets"]

    assert 'category="security"' in target["expr"]


# --- alerts ------------------------------------------------------------------------------------


def test_a_service_that_alerts_nobody_has_no_dashboard_of_alerts():
    found = messages(a_service(REQUESTS, "alerts"))

    assert [("DSH616", "`alerts` has nothing to show of service `cart`")] == found


def test_a_watchdog_alone_is_no_alert_that_anybody_looks_at():
    text = f"{PLAIN}alerts: [{{name: Watchdog, watchdog: {{every: 1m}}}}]\ndashboards: [alerts]\n"

    assert [("DSH616", "`alerts` has nothing to show of service `cart`")] == messages(text)


@pytest.mark.parametrize(
    ("services", "is_told"), [(SHOP, False), (SHOP + MONITORING, True)], ids=["without", "with"]
)
def test_notifications_and_rules_are_told_where_their_metrics_are_declared(
    services: str, is_told: bool
):
    found = set(titles("obs-all-alerts", PROJECT + services))

    told = {"Notifications failing", "Notifications by integration", "Missed evaluations"}
    assert told & found == (told if is_told else set())


def test_an_alert_leads_to_its_runbook_and_to_its_dashboard():
    found = panel("obs-all-alerts", "Active alerts")
    urls = {link["title"]: link["url"] for link in links_of_cells(found, "alertname")}

    assert {
        "Runbook": "https://runbooks.example.org/"
        "${__data.fields.service}/${__data.fields.alertname}.md",
        "Dashboard": "/d/${__data.fields.dashboard}?${datasource:queryparam}&${__url_time_range}",
    } == urls


def test_without_runbooks_nothing_leads_to_one():
    text = (PROJECT + SHOP).replace("runbooks:", "x-runbooks:")
    found = panel("obs-all-alerts", "Active alerts", text)

    assert ["Dashboard"] == [link["title"] for link in links_of_cells(found, "alertname")]


def test_an_alert_goes_to_the_dashboard_that_its_author_names():
    (state, *_) = panel("obs-alerts-shop", "Active alerts", _with_own_dashboard())["targets"]

    assert '"dashboard", "obs-mine", "alertname", "Slow")' in state["expr"]


def _with_own_dashboard() -> str:
    own = (
        "---\napiVersion: obsgen/v1\nkind: Dashboard\nname: mine\nservice: shop\n"
        "panels: [{stat: {rate: shop_blocked_total}}]\n"
    )
    return (PROJECT + SHOP).replace("dashboard: red", "dashboard: mine") + own


# --- overview ----------------------------------------------------------------------------------


def test_an_overview_shows_one_metric_of_each_role_and_it_is_the_services_own():
    metrics = "  http_requests_total: {type: counter, role: requests}\n"
    more = "uses: [prometheus]\n"
    text = a_service(metrics, "overview", more)
    asked = [t["expr"] for p in panels(dashboards(text)["obs-overview-cart"]) for t in p["targets"]]

    assert "sum(rate(http_requests_total[5m]))" in asked
    assert [] == [expr for expr in asked if "prometheus_rule_evaluations" in expr]


def test_a_service_of_which_nothing_is_known_has_no_overview():
    found = messages(a_service("  queue_length: {type: gauge}\n", "overview"))

    assert [("DSH616", "`overview` has nothing to show of service `cart`")] == found


def test_an_overview_of_some_services_counts_no_others():
    other = "\n---\napiVersion: obsgen/v1\nkind: Service\nname: till\nmetrics:\n" + REQUESTS + SLO
    text = a_service(REQUESTS, "overview, slo", SLO) + other
    found = [t["expr"] for p in panels(dashboards(text)["obs-services"]) for t in p["targets"]]

    counted = [expr for expr in found if "slo:" in expr or "ALERTS" in expr]
    assert counted
    assert all('service="cart"' in expr for expr in counted)


@pytest.mark.parametrize(("count", "is_shown"), [(60, True), (61, False)])
def test_the_figures_of_very_many_services_stand_on_their_own_dashboards(
    count: int, is_shown: bool
):
    many = "".join(
        f"---\napiVersion: obsgen/v1\nkind: Service\nname: cart-{number}\nmetrics:\n{REQUESTS}{SLO}"
        for number in range(count)
    )
    text = PLAIN.partition("---")[0] + "dashboards: [overview, slo]\n" + many
    table = panel("obs-services", "Services", text)

    assert is_shown == any("http_requests_total" in t["expr"] for t in table["targets"])
    assert is_shown != ("are on the dashboards of each" in table["description"])


# --- the Project's words -----------------------------------------------------------------------


@pytest.mark.parametrize("word", WORDS)
def test_a_word_of_the_project_is_a_word_of_every_service(word: str):
    everywhere = (PROJECT + SHOP + MONITORING).replace(", dashboard: red", "")
    words = re.compile(r"dashboards: \[.*\]\n")
    of_project = words.sub(f"dashboards: [{word}]\n", everywhere)
    of_services = words.sub("", everywhere).replace(
        "kind: Service\n", f"kind: Service\ndashboards: [{word}]\n"
    )
    services = build({"specs/shop.yaml": of_services.encode()}, _options())

    found = dashboards(of_project)
    assert found
    written = {f.path: f.data for f in services.files if f.path.startswith("grafana/dashboards/")}
    assert {f"{uid}.json" for uid in found} == {path.rpartition("/")[2] for path in written}


def _options() -> Any:
    from obsgen.disk import shipped_presets
    from obsgen.pipeline import Options

    return Options(presets=shipped_presets())


def test_a_word_of_the_project_says_nothing_where_there_is_nothing_to_show():
    text = PLAIN.replace("outputs:", "dashboards: [slo, alerts, security, overview]\noutputs:")

    assert [] == messages(f"{text}metrics:\n  queue_length: {{type: gauge}}\n")


def test_an_unknown_word_of_the_project_is_reported():
    text = PLAIN.replace("outputs:", "dashboards: [alert]\noutputs:")
    ((code, message),) = messages(text)

    assert "SCH1" == code[:4]
    assert "`alert`" in message


# --- the frame ---------------------------------------------------------------------------------


def links(uid: str, text: str = PROJECT + SHOP + MONITORING) -> list[tuple[str, str]]:
    return [(link["title"], link.get("url", "")) for link in dashboards(text)[uid]["links"]]


def test_every_dashboard_of_a_service_leads_to_the_overviews_the_runbooks_and_the_spec():
    expected = [
        ("shop", ""),
        ("Services", "/d/obs-services"),
        ("Alert overview", "/d/obs-all-alerts"),
        ("SLO overview", "/d/obs-slos"),
        ("Runbooks", "https://runbooks.example.org/shop/index.md"),
        ("Spec", "https://git.example.org/blob/main/specs/shop.yaml"),
    ]
    of_shop = [uid for uid in dashboards() if uid.endswith("-shop")]

    assert len(of_shop) == len(WORDS)
    assert [expected] * len(of_shop) == [links(uid) for uid in of_shop]


def test_no_dashboard_leads_to_itself():
    assert [] == [uid for uid in dashboards() if ("", f"/d/{uid}") in links(uid)]
    assert "/d/obs-slos" not in {url for _, url in links("obs-slos")}


def test_runbooks_of_an_environment_are_its_own():
    text = (PROJECT + SHOP).replace("example.org}", "example.org}", 1)
    text = text.replace("runbooks.example.org", "runbooks.example.org/{environment}")
    text += "---\napiVersion: obsgen/v1\nkind: Environment\nname: live\n"
    found = build({"specs/shop.yaml": text.encode()}, _options())
    (file,) = [f for f in found.files if f.path.endswith("/obs-slo-shop.json")]

    urls = [link.get("url", "") for link in json.loads(file.data)["links"]]
    assert "https://runbooks.example.org/live/shop/index.md" in urls


def test_a_repository_that_holds_a_secret_is_refused():
    secret = "https://bot:hunter2hunter2@git.example.org/main/"
    text = PLAIN.replace("outputs:", f"repository: {secret}\noutputs:")
    ((code, message),) = messages(text)

    assert "SCH" in code or "SEC" in code or "OUT" in code
    assert "`repository` holds a secret" in message
    assert "hunter2" not in message


def test_every_dashboard_marks_alerts_deployments_and_restarts():
    expected = {"Pages": True, "Other alerts": False, "Deployments": True, "Restarts": False}

    for uid, dashboard in dashboards().items():
        if uid.endswith("-shop"):
            notes = dashboard["annotations"]["list"]
            assert expected == {note["name"]: note["enable"] for note in notes}, uid


def test_alerts_are_marked_as_pages_by_the_projects_severities():
    scheme = (
        "severities: [{name: wake, respond_within: 5m, page: true},"
        " {name: work, respond_within: 8h}]\n"
    )
    text = PLAIN.replace("outputs:", f"{scheme}outputs:") + (
        "metrics:\n  queue_length: {type: gauge}\nalerts:\n"
        "  - {name: Full, threshold: {max: queue_length, above: 9}, severity: wake}\n"
        "  - {name: Filling, threshold: {max: queue_length, above: 5}, severity: work}\n"
        "dashboards: [alerts]\n"
    )
    notes = dashboards(text)["obs-alerts-cart"]["annotations"]["list"]

    assert {"Pages": 'severity="wake"', "Other alerts": 'severity="work"'} == {
        note["name"]: re.search(r'severity="\w+"', note["expr"])[0] for note in notes
    }


def test_on_the_dashboard_of_slos_only_alerts_of_the_chosen_one_are_marked():
    notes = dashboards()["obs-slo-shop"]["annotations"]["list"]

    assert ["Pages", "Other alerts"] == [n["name"] for n in notes if 'slo="$slo"' in n["expr"]]


def test_a_service_that_neither_alerts_nor_tells_its_version_has_no_marks():
    found = dashboards(a_service(REQUESTS, "red"))

    assert [] == found["obs-red-cart"]["annotations"]["list"]


def test_every_dashboard_has_its_kind_its_service_and_a_description():
    for dashboard in built().compiled[0].dashboards:
        assert dashboard.kind in packs.KINDS
        assert dashboard.description
        assert dashboard.kind in dashboard.tags
        assert not dashboard.service or dashboard.service in dashboard.tags


# --- drill-down, colours, periods --------------------------------------------------------------


def links_of_cells(one: Mapping[str, Any], column: str) -> list[dict[str, str]]:
    """Return the links of a column's cells."""
    overrides = one["fieldConfig"]["overrides"]
    return [
        link
        for override in overrides
        if override["matcher"]["options"] == column
        for wanted in override["properties"]
        if wanted["id"] == "links"
        for link in wanted["value"]
    ]


def ways() -> Iterator[str]:
    """Yield every URL of a cell that leads to a dashboard."""
    for dashboard in dashboards().values():
        yield from re.findall(r'"(/d/\$\{__data[^"]*)"', json.dumps(dashboard))


def test_links_of_cells_carry_the_datasource_and_the_time():
    found = list(ways())

    assert len(found) > 20
    assert all("?${datasource:queryparam}&" in url for url in found)
    assert all(url.endswith("&${__url_time_range}") for url in found)


def test_a_row_of_slos_leads_to_the_slo_and_to_the_service():
    found = panel("obs-slos", "Error budgets")

    (slo,) = links_of_cells(found, "slo")
    (service,) = links_of_cells(found, "service")
    assert "&var-slo=${__data.fields.slo}&" in slo["url"]
    assert "/d/${__data.fields.home}?" in service["url"]


def test_a_route_narrows_the_dashboard_to_itself():
    (link,) = links_of_cells(panel("obs-red-shop", "By route"), "route")

    assert "/d/obs-red-shop?" in link["url"]
    assert "&var-route=${__data.fields.route}&" in link["url"]


def colors(uid: str, title: str) -> dict[str, str]:
    """Return the colours that a panel fixes, by series."""
    return {
        override["matcher"]["options"]: wanted["value"]["fixedColor"]
        for override in panel(uid, title)["fieldConfig"]["overrides"]
        for wanted in override["properties"]
        if wanted["id"] == "color"
    }


def test_a_class_of_status_has_one_colour_everywhere():
    assert colors("obs-red-shop", "Requests by code") == colors(
        "obs-overview-shop", "Requests by code"
    )


def test_an_alerts_state_has_one_colour_everywhere():
    timelines = [
        one["fieldConfig"]["defaults"]["mappings"]
        for dashboard in dashboards().values()
        for one in panels(dashboard)
        if one["type"] == "state-timeline" and "lerts" in one["title"]
    ]

    assert len(timelines) > 3
    assert all(mappings == timelines[0] for mappings in timelines)


@pytest.mark.parametrize("uid", dashboards())
def test_no_two_panels_of_a_dashboard_have_one_title(uid: str):
    found = [title for title in titles(uid) if title]

    assert sorted(set(found)) == sorted(found)


def test_periods_are_those_of_the_spec():
    metrics = '  http_requests_total: {type: counter, labels: [code], bad: {code: "5.."}}\n'
    found = dashboards(a_service(metrics, "slo, overview", SLO))

    for dashboard in found.values():
        assert "30d" not in json.dumps(dashboard)
    (text,) = [p for p in panels(found["obs-slo-cart"]) if p["type"] == "text"]
    assert "| 7d |" in text["options"]["content"]


def test_durations_are_shown_as_they_spread_and_with_exemplars_of_the_slowest():
    spread = panel("obs-red-shop", "Duration, spread")
    quantiles = panel("obs-red-shop", "Duration")

    assert ("heatmap", "heatmap") == (spread["type"], spread["targets"][0]["format"])
    assert "s" == spread["options"]["yAxis"]["unit"]
    assert [None, None, True] == [t.get("exemplar") for t in quantiles["targets"]]


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        ("{outcome: [ok, late, error]}", {"late": "red", "error": "red"}),
        ("[outcome]", {"/^(?:late|error)$/": "red"}),
    ],
    ids=["declared", "not declared"],
)
def test_an_outcome_that_is_bad_is_red(labels: str, expected: dict[str, str]):
    bad = "{outcome: [late, error]}"
    metric = f"{{type: counter, role: requests, labels: {labels}, bad: {bad}}}"
    found = dashboards(a_service(f"  orders_total: {metric}\n", "red"))

    (graph,) = [p for p in panels(found["obs-red-cart"]) if p["title"] == "Requests by outcome"]
    assert expected == {
        override["matcher"]["options"]: wanted["value"]["fixedColor"]
        for override in graph["fieldConfig"]["overrides"]
        for wanted in override["properties"]
        if wanted["id"] == "color"
    }
