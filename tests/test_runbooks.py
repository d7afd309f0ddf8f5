"""Runbooks: a page for every alert, at the address that the alert says, and plain whatever text."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from obsgen.artefacts import (
    AlertingRule,
    Compiled,
    Dashboard,
    Page,
    RuleFile,
    RuleGroup,
    alert_title,
)
from obsgen.compile.runbooks import compile_runbooks, spoken
from obsgen.pipeline import Built, Options, build
from obsgen.prose import cell, fenced, link, markdown

BASE = "https://git.example.org/ops/generated/{environment}/docs/runbooks"
SPECS = """
apiVersion: obsgen/v1
kind: Project
name: systems
runbooks: {base_url: "BASE"}
---
apiVersion: obsgen/v1
kind: Service
name: shop
title: The *Shop*
metrics:
  shop_requests_total: {type: counter, labels: [code]}
slos:
  - name: availability
    objective: 99.9
    sli: {events: {total: shop_requests_total, bad: {code: "5.."}}}
    impact: Orders | are lost.
    steps: ["Roll back."]
    refs: [S-1]
alerts:
  - name: Slow
    threshold: {rate: shop_requests_total, above: 5/s}
    severity: high
    description: |
      # {value} <b>requests</b>
      - of `everybody`
    impact: "[click](javascript:alert)"
    steps: ["1. Look | there.", "Wait."]
  - name: Elsewhere
    threshold: {rate: shop_requests_total, above: 6/s}
    severity: low
    runbook: https://wiki.example.org/shop
---
apiVersion: obsgen/v1
kind: Environment
name: live
"""


@pytest.fixture(scope="module")
def live() -> Built:
    built = build({"specs/shop.yaml": SPECS.replace("BASE", BASE)}, Options(with_tests=False))
    assert built.diagnostics == ()
    return built


def compiled(built: Built) -> Compiled:
    (found,) = built.compiled
    return found


def page(built: Built, alert: str) -> str:
    (found,) = [p.text for p in compiled(built).pages if p.path == f"runbooks/shop/{alert}.md"]
    return found


def alerts(built: Built) -> tuple[AlertingRule, ...]:
    return tuple(rule for file in compiled(built).rule_files for rule in file.alerts)


def test_every_alert_links_the_page_that_is_written_for_it(live: Built):
    written = {file.path for file in live.files}
    urls = {rule.alert: rule.annotations["runbook_url"] for rule in alerts(live)}

    assert "https://wiki.example.org/shop" == urls.pop("Elsewhere")
    assert {"ErrorBudgetBurn", "SliSeriesLost", "SliTrafficVanished", "Slow"} == set(urls)
    for url in urls.values():
        assert url.removeprefix("https://git.example.org/ops/generated/") in written


LISTS = {"runbooks/README.md", "runbooks/shop/index.md"}


@pytest.mark.parametrize("path", sorted(LISTS))
def test_a_list_has_a_row_for_each_page_and_its_links_lead_there(live: Built, path: str):
    pages = {p.path for p in compiled(live).pages if p.path.startswith("runbooks/")}
    (text,) = [p.text for p in compiled(live).pages if p.path == path]

    folder = path.rpartition("/")[0]
    linked = {f"{folder}/{page}" for page in re.findall(r"\]\(([\w/]+\.md)\)", text)}
    assert pages - LISTS == linked


def test_what_specs_say_is_shown_as_it_stands(live: Built):
    text = page(live, "Slow")

    assert "# The \\*Shop\\*: Slow\n" in text
    assert "\\# *(value)*/s \\<b\\>requests\\</b\\>\n\\- of \\`everybody\\`\n" in text
    assert "\\[click\\](javascript:alert)" in text
    assert "1. 1\\. Look \\| there.\n2. Wait.\n" in text


def test_a_page_says_when_it_fires_and_how_soon_somebody_reacts(live: Built):
    text = page(live, "Slow")

    assert "- Limit: above 5/s\n- Fires at once\n- Severity: high\n" in text
    assert "```promql\nsum(rate(shop_requests_total[5m])) > 5\n```\n" in text
    assert "Severity high: somebody reacts within 15m, at any hour.\n" in text


def test_a_page_of_an_slo_tells_its_tiers_apart(live: Built):
    text = page(live, "ErrorBudgetBurn")

    assert ["tier fast", "tier medium", "tier slow", "tier creep"] == re.findall(
        "^### (.*)", text, re.M
    )
    assert "- Limit: above 1.44% bad events over 1h and over 5m\n" in text
    assert "Orders \\| are lost.\n" in text
    assert "1. Roll back.\n" in text
    assert text.endswith("## Requirements\n\n- S-1\n")


def test_an_alert_with_a_runbook_of_its_own_has_a_page_that_leads_there(live: Built):
    url = "https://wiki.example.org/shop"

    assert f"More: [{url}](<{url}>)\n" in page(live, "Elsewhere")


def test_each_service_has_pages_of_its_own_rules_whatever_the_order_of_the_files(live: Built):
    (spec,) = live.specs
    (service,) = spec.services
    slow, elsewhere = (next(r for r in alerts(live) if r.alert == n) for n in ("Slow", "Elsewhere"))
    files = [
        RuleFile(service=name, groups=(RuleGroup(name=name, rules=(rule,)),), sources=())
        for name, rule in (("till", slow), ("shop", slow), ("till", elsewhere))
    ]
    services = (service, replace(service, name="till"))
    pages = compile_runbooks(services, files, spec.project)

    assert [
        "runbooks/shop/Slow.md",
        "runbooks/shop/index.md",
        "runbooks/till/Slow.md",
        "runbooks/till/Elsewhere.md",
        "runbooks/till/index.md",
        "runbooks/README.md",
    ] == [each.path for each in pages]


def test_a_page_names_the_dashboards_of_its_own_service_alone(live: Built):
    (spec,) = live.specs
    boards = tuple(
        Dashboard(
            uid=f"{name}-board",
            title=name.capitalize(),
            description="",
            folder="",
            tags=(),
            sections=(),
            service=name,
        )
        for name in ("shop", "till")
    )
    files = compiled(live).rule_files
    pages = compile_runbooks(spec.services, files, spec.project, dashboards=boards)
    (text,) = [p.text for p in pages if p.path.endswith("/Slow.md")]

    assert "- Shop (`/d/shop-board` in Grafana)\n" in text
    assert "Till" not in text


def test_who_is_told_is_said_where_it_is_known(live: Built):
    (slow,) = (rule for rule in alerts(live) if rule.alert == "Slow")
    (spec,) = live.specs

    def pages(told: dict[str, tuple[str, ...]]) -> tuple[Page, ...]:
        files = compiled(live).rule_files
        return compile_runbooks(spec.services, files, spec.project, told=told)

    title = alert_title("shop", "Slow", slow.labels)
    (text,) = [p.text for p in pages({title: ("oncall", "chat")}) if p.path.endswith("/Slow.md")]

    assert "- Told: oncall, chat\n" in text
    assert not any("Told" in p.text for p in pages({}))


# --- Markdown ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("snake_case and _stress_", "snake_case and \\_stress\\_"),
        ("a\\b", "a\\\\b"),
        ("1. one", "1\\. one"),
        ("2) two", "2\\) two"),
        ("- item", "\\- item"),
        ("> said", "\\> said"),
        ("    code", "code"),
        ("~~gone~~ ~5", "\\~\\~gone\\~\\~ ~5"),
        ("&lt;", "\\&lt;"),
        ("100 $ and 3.5", "100 \\$ and 3.5"),
        ("~~~", "\\~\\~\\~"),
        ("===", "\\==="),
    ],
)
def test_a_text_means_nothing_in_markdown(text: str, shown: str):
    assert shown == markdown(text)


def test_a_cell_is_one_line():
    assert "a b \\| c" == cell("a\n\n b | c")


def test_a_query_stays_in_its_fence():
    assert "````promql\nup{job=```a```}\n````" == fenced("up{job=```a```}", "promql")


def test_only_addresses_of_the_web_become_links():
    assert "[a\\]](<https://x/%3Ca%20b%3E>)" == link("a]", "https://x/<a b>")
    assert "click: javascript:alert(1)" == link("click", "javascript:alert(1)")


def test_a_template_is_said_in_words():
    text = "{{ $value | humanize }} of {{ $labels.pod }} at {{ $externalURL }}"

    assert "*(value)* of *(pod)* at *(…)*" == spoken(text)
