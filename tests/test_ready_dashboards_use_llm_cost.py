"""
The ready dashboards `use`, `llm` and `cost`: what is declared is shown, and nothing else leaves a
trace: no empty panel, no hole in the grid, no section without panels.
"""

from __future__ import annotations

import re
from typing import Any, Final

import promql_parser
import pytest
from grafana_specs import panels
from problems import problems
from resource_specs import (
    CONVENTIONS,
    EUROS,
    HOSTS,
    MODELS,
    NOTHING,
    PRICES,
    PROJECT,
    RICH,
    asked,
    built,
    dashboards,
    exprs,
    panel,
    titles,
)

from obsgen.disk import shipped_presets
from obsgen.pipeline import Options, build

COLUMNS: Final = 24
POOR: Final = """
---
apiVersion: obsgen/v1
kind: Service
name: poor
where: {job: poor}
metrics:
  poor_queue_length: {type: gauge, role: saturation}
  poor_tokens_total: {type: counter, labels: [kind], role: tokens}
  poor_cost_usd_total: {type: counter, role: cost}
dashboards: [use, llm, cost]
"""

VARIABLES: Final = {"$__rate_interval": "5m", "$__interval": "1m", "$__range": "1d"}

EVERY: Final = [
    (uid, text)
    for text in (RICH, PROJECT + POOR, PROJECT + MODELS + EUROS)
    for uid in sorted(dashboards(text))
]
IDS: Final = [f"{number}-{uid}" for number, (uid, _) in enumerate(EVERY)]


def filled(query: str) -> str:
    for name, value in VARIABLES.items():
        query = query.replace(name, value)
    return query


def names_in(query: str) -> set[str]:
    """Return the names of series that a query selects, by the parser of the Rust library."""
    plain = re.sub(r'"(\\.|[^"\\])*"', '""', filled(query))
    tree = promql_parser.parse(filled(query))
    return set(re.findall(r"VectorSelector \{ name: Some\(\"([^\"]+)\"", repr(tree))) or set(
        re.findall(r"[a-zA-Z_:][a-zA-Z0-9_:]*(?=\{)", plain)
    )


def sections_of(dashboard: dict[str, Any]) -> list[list[dict[str, Any]]]:
    """Return the panels that stand together: between headers, or in a closed row."""
    found: list[list[dict[str, Any]]] = [[]]
    for each in dashboard["panels"]:
        if each["type"] == "row":
            found.append(list(each["panels"]))
        else:
            found[-1].append(each)
    return found


@pytest.mark.parametrize(("uid", "text"), EVERY, ids=IDS)
def test_every_line_of_panels_fills_the_width(uid: str, text: str):
    for together in sections_of(dashboards(text)[uid]):
        lines: dict[int, list[dict[str, int]]] = {}
        for each in together:
            lines.setdefault(each["gridPos"]["y"], []).append(each["gridPos"])

        assert {COLUMNS} >= {sum(place["w"] for place in line) for line in lines.values()}
        assert all(len({place["h"] for place in line}) == 1 for line in lines.values())


@pytest.mark.parametrize(("uid", "text"), EVERY, ids=IDS)
def test_every_panel_asks_and_says_what_it_means(uid: str, text: str):
    for each in panels(dashboards(text)[uid]):
        assert each["targets"], each["title"]
        assert re.search(r"[\w%]\.$", each["description"]), each["title"]


@pytest.mark.parametrize(("uid", "text"), EVERY, ids=IDS)
def test_no_title_stands_twice(uid: str, text: str):
    found = titles(dashboards(text)[uid])

    assert sorted(set(found)) == sorted(found)


@pytest.mark.parametrize(("uid", "text"), EVERY, ids=IDS)
def test_every_header_has_panels(uid: str, text: str):
    rows = [each for each in dashboards(text)[uid]["panels"] if each["type"] == "row"]
    kinds = [each["type"] for each in dashboards(text)[uid]["panels"]]

    empty = [
        row["title"]
        for row in rows
        if row["collapsed"] is False
        and kinds[dashboards(text)[uid]["panels"].index(row) + 1 :][:1] in ([], ["row"])
    ]
    assert [] == empty
    assert all(row["panels"] for row in rows if row["collapsed"])


@pytest.mark.parametrize(("uid", "text"), EVERY, ids=IDS)
def test_every_query_is_promql(uid: str, text: str):
    for _, query in asked(dashboards(text)[uid]):
        promql_parser.parse(filled(query))


@pytest.mark.parametrize(("uid", "text"), EVERY, ids=IDS)
def test_a_query_reads_only_what_is_declared_or_recorded(uid: str, text: str):
    found = built(text)
    declared = {
        name
        for service in found.specs[0].services
        for metric in service.catalogue.metrics.values()
        for name in metric.series()
    }
    rules = (r for f in found.compiled[0].rule_files for g in f.groups for r in g.rules)
    recorded = {rule.record for rule in rules if hasattr(rule, "record")}
    read = {name for _, query in asked(dashboards(text)[uid]) for name in names_in(query)}

    assert read
    assert set() == read - declared - recorded


@pytest.mark.parametrize(("uid", "text"), EVERY, ids=IDS)
def test_a_current_value_is_the_last_one(uid: str, text: str):
    for each in panels(dashboards(text)[uid]):
        if each["type"] in {"stat", "gauge", "bargauge"}:
            assert each["options"]["reduceOptions"]["calcs"] == ["lastNotNull"], each["title"]


def test_what_has_nothing_to_show_is_told_and_builds_nothing():
    found = build({"specs/shop.yaml": (PROJECT + NOTHING).encode()})

    told = [(d.code.id, d.message) for d in problems(found)]
    assert [
        ("DSH616", "`use` has nothing to show of service `empty`"),
        ("DSH616", "`llm` has nothing to show of service `empty`"),
        ("DSH616", "`cost` has nothing to show of service `empty`"),
    ] == told
    assert [] == [f.path for f in found.files if f.path.startswith("grafana/dashboards/")]


def test_a_poor_service_has_just_the_panels_of_its_metrics():
    found = dashboards(PROJECT + POOR)

    assert titles(found["obs-use-poor"]) == ["Queue length"]
    assert titles(found["obs-llm-poor"]) == [
        *("Tokens a minute", "Cost an hour"),
        *("Tokens over time", "Cost an hour by model", "Cost of 1,000 tokens"),
        *("Tokens today", "Cost today", "Tokens this month", "Cost this month"),
    ]
    assert titles(found["obs-cost-poor"]) == [
        *("Spent today", "Spent this month", "Projected this month"),
        *("Pace against the week before", "Spent a day", "Cost of 1,000 tokens"),
    ]


# --- use ---------------------------------------------------------------------------------------


def test_a_utilization_with_a_limit_is_shown_as_the_used_part_of_it():
    found = panel("obs-use-cart", "Pool used of the limit")

    assert exprs(found) == [
        '(sum by (instance, pool) (cart_pool_used{job="cart",instance=~"$instance"}) or 0 * '
        'sum by (instance, pool) (cart_pool_size{job="cart",instance=~"$instance"})) / '
        '(sum by (instance, pool) (cart_pool_size{job="cart",instance=~"$instance"}) > 0)'
    ]
    assert found["fieldConfig"]["defaults"]["unit"] == "percentunit"


def test_seconds_of_work_are_a_part_of_the_workers():
    (query,) = exprs(panel("obs-use-cart", "Worker busy of the limit"))

    assert "rate(cart_worker_busy_seconds_total" in query
    assert "sum by (instance) (cart_workers" in query


def test_a_percentage_turns_red_at_ninety_and_not_at_nought_point_nine():
    steps = panel("obs-use-cart", "Disk, fullest")["fieldConfig"]["defaults"]["thresholds"]

    assert [(None, "green"), (80, "orange"), (90, "red")] == [
        (step["value"], step["color"]) for step in steps["steps"]
    ]


def test_the_instances_to_choose_from_are_all_that_the_service_scrapes():
    (_, instance) = dashboards()["obs-use-cart"]["templating"]["list"]

    assert instance["query"] == 'label_values(up{job=~"cart|node"}, instance)'
    assert all("$instance" in query for _, query in asked(dashboards()["obs-use-cart"]))


def test_the_resources_stand_from_the_nearest_to_the_farthest():
    rows = [each for each in dashboards()["obs-use-cart"]["panels"] if each["type"] == "row"]

    assert [row["title"] for row in rows] == [
        *("Cart", "Process", "Runtime", "Containers"),
        *("Processors", "Memory", "Disks", "Network", "PostgreSQL", "nginx", "Hosts", "Redis"),
    ]


@pytest.mark.parametrize(("uid", "text"), EVERY, ids=IDS)
def test_no_more_panels_are_open_than_are_read(uid: str, text: str):
    open_ = [each for each in dashboards(text)[uid]["panels"] if each["type"] != "row"]

    assert len(open_) <= 25


def test_what_rules_record_is_not_asked_over_the_step_of_a_graph():
    for _, query in asked(dashboards()["obs-llm-search"]):
        assert not re.search(r":increase1m\{[^}]*\}\[\$__rate_interval\]", query)


def test_a_limit_that_is_not_declared_is_an_error():
    text = PROJECT + HOSTS.replace("limit: cart_workers", "limit: cart_worker")
    found = build({"specs/shop.yaml": text.encode()}, Options(presets=shipped_presets()))

    (told,) = [d for d in problems(found) if d.code.id == "REF201"]
    assert told.message == "metric `cart_worker` is not declared"
    assert told.hint == "did you mean `cart_workers`?"


# --- llm ---------------------------------------------------------------------------------------


def test_tokens_of_a_distribution_are_what_it_adds_up():
    (query,) = exprs(panel("obs-llm-agent", "Tokens by type"))

    assert re.match(r"sum by \(gen_ai_token_type\) \(rate\(gen_ai_client_token_usage_sum\{", query)
    assert query.endswith("[$__rate_interval])) * 60")


def test_requests_without_a_counter_are_counted_by_their_durations():
    (query,) = exprs(panel("obs-llm-agent", "Requests"))

    assert query.startswith('sum(rate(gen_ai_client_operation_duration_seconds_count{job="agent"')


def test_what_a_model_costs_is_not_divided_by_other_models_requests():
    (query,) = exprs(panel("obs-llm-chat", "Cost of 1,000 requests"))

    assert "$agent" not in query
    assert query.count('model=~"$model"') == 3


def test_the_models_stand_beside_each_other():
    found = panel("obs-llm-chat", "Models")
    renamed = found["transformations"][-1]["options"]["renameByName"]

    assert list(renamed.values()) == [
        *("Model", "Requests", "Tokens a minute", "Cost an hour", "Duration, p95", "Errors"),
        "Quality",
    ]


def test_models_stand_with_their_provider_where_all_columns_tell_it():
    text = PROJECT + MODELS.replace(
        "  chat_quality_score:\n    {type: histogram, labels: {model: [large, small]}",
        "  chat_quality_score:\n    {type: histogram, labels: {provider: [x], model: [large]}",
    )

    alone = exprs(panel("obs-llm-chat", "Models"))
    together = exprs(panel("obs-llm-chat", "Models", text))
    assert all("by (model)" in query or "by (le, model)" in query for query in alone)
    assert all("provider, model)" in query for query in together)


def test_requests_of_people_are_no_requests_to_models():
    text = PROJECT + MODELS.replace(
        "  chat_errors_total:",
        "  http_requests_total: {type: counter, labels: [route], role: requests}\n"
        "  chat_errors_total:",
    )

    every = " ".join(query for _, query in asked(dashboards(text)["obs-llm-chat"]))
    assert "http_requests_total" not in every


# --- cost --------------------------------------------------------------------------------------


def test_a_budget_is_shown_as_its_alert_counts_it():
    found = {
        title: exprs(panel("obs-cost-chat", title))
        for title in ("Spent this month", "Projected this month", "Left this month")
    }

    assert found == {
        "Spent this month": ['max(spend:spent:period{service="chat",spend="Budget"})'],
        "Projected this month": ['max(spend:projected:period{service="chat",spend="Budget"})'],
        "Left this month": ['max(spend:remaining:period{service="chat",spend="Budget"})'],
    }


def test_an_amount_is_red_from_the_whole_budget_on():
    steps = panel("obs-cost-chat", "Spent this month")["fieldConfig"]["defaults"]["thresholds"]

    assert [(None, "green"), (400, "orange"), (500, "red")] == [
        (step["value"], step["color"]) for step in steps["steps"]
    ]


def test_the_line_of_a_budget_begins_with_the_month():
    found = panel("obs-cost-chat", "Spent against the budget this month")

    assert found["timeFrom"] == "now/M"
    legends = [target["legendFormat"] for target in found["targets"]]
    assert legends == ["spent", "budget", "even pace", "projected"]


def test_without_a_budget_the_month_is_projected_as_one_would_be():
    (query,) = exprs(panel("obs-cost-poor", "Projected this month", PROJECT + POOR))
    found = built(RICH).compiled[0].rule_files
    rules = {r.record: r for f in found for g in f.groups for r in g.rules if hasattr(r, "record")}
    of_a_budget = re.sub(r"\s+", "", rules["spend:elapsed:ratio"].expr)

    assert 'sum(increase(poor_cost_usd_total{job="poor"}[$__range])) / on ()' in query
    assert of_a_budget.split("/(")[0].strip("()") in re.sub(r"\s+", "", query)
    assert ">= 0.1" in query


def test_a_budget_of_each_model_shows_each_of_them():
    (query,) = exprs(panel("obs-cost-search", "Left today"))

    assert query.startswith("max by (model) (spend:remaining:period{")


def test_a_model_without_a_price_is_counted():
    (query,) = exprs(panel("obs-cost-search", "Without a price in search_priced_usd"))

    assert "unless on (model) max by (model) (cost:search_priced_usd_unit:price{" in query
    assert query.endswith("or vector(0)")


def test_prices_beside_a_counter_of_the_same_money_are_compared_and_not_added():
    text = PROJECT + PRICES.replace(
        "prices:", "  search_cost_usd_total: {type: counter, labels: [model], role: cost}\nprices:"
    )
    found = dashboards(text)

    assert "Booked, and by the prices of search_priced_usd" in titles(found["obs-cost-search"])
    (total,) = exprs(panel("obs-costs", "Spent today", text))
    assert "search_cost_usd_total" in total
    assert "search_priced_usd" not in total


def test_money_is_counted_for_its_own_service_alone():
    user = MODELS.split("metrics:", 1)[0].replace("chat", "web") + "uses: [chat]\n"
    text = PROJECT + user + "dashboards: [cost]\n" + MODELS
    (query,) = exprs(panel("obs-costs", "Spent today", text))

    assert query.count("chat_cost_usd_total") == 1
    assert '"service", "chat"' in query


def test_each_currency_of_a_project_stands_by_itself():
    found = dashboards(PROJECT + MODELS + EUROS)["obs-costs"]
    units = {each["title"]: each["fieldConfig"]["defaults"].get("unit") for each in panels(found)}

    assert units["Spent today, USD"] == "currencyUSD"
    assert units["Spent today, EUR"] == "currencyEUR"
    assert [each["title"] for each in found["panels"] if each["type"] == "row"] == ["USD", "EUR"]


def test_conventions_alone_bring_a_dashboard_of_models():
    assert "obs-llm-agent" in dashboards(PROJECT + CONVENTIONS)
