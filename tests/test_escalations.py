"""Escalation: the rules, what real servers make of them, and what is found beforehand."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pytest
import requests
import yaml
from casefolders import CASES
from oracles import (
    amtool_check_config,
    promtool_check_rules,
    promtool_test,
    running_alertmanager,
    running_prometheus,
)
from routing_specs import THREE_RECEIVERS, a_project, a_rule, documents, read

from obsgen.artefacts import AlertingRule, RuleFile, RuleGroup
from obsgen.compile.escalations import EscalationParts, compile_escalations
from obsgen.diagnostics import Diagnostic
from obsgen.model import Environment, Project
from obsgen.pipeline import build
from obsgen.reader.project import read_project
from obsgen.units import Duration

RULES = "prometheus/rules/shop.rules.yml"
ESCALATIONS = "prometheus/rules/shop.escalations.rules.yml"
TESTS = "prometheus/tests/shop.escalations.test.yml"
CONFIG = "alertmanager/alertmanager.yml"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of what the case `routing/escalate` generates."""
    text = (CASES / "routing" / "escalate" / "specs" / "shop.yaml").read_text()
    return generated(text, tmp_path_factory.mktemp("shop"))


def generated(text: str, folder: Path) -> Path:
    """Write what a spec gives, of which there is nothing to say, below a folder."""
    built = build({"specs/shop.yaml": text.encode()})
    assert built.diagnostics == ()
    for file in built.files:
        (folder / file.path).parent.mkdir(parents=True, exist_ok=True)
        (folder / file.path).write_bytes(file.data)
    return folder


A_SHOP = """
apiVersion: obsgen/v1
kind: Project
name: systems
outputs: [prometheus, alertmanager]
prometheus: {external_labels: {env: prod}}
---
apiVersion: obsgen/v1
kind: Service
name: shop
team: backend
metrics:
  shop_requests_total: {type: counter, labels: [route, code]}
slos:
  - name: availability
    objective: 99.9
    sli: {events: {total: shop_requests_total, bad: {code: "5.."}}}
    alerts: {profile: standard}
---
apiVersion: obsgen/v1
kind: Routing
receivers:
  chat: {webhook: {url: "http://chat:8080/"}}
  oncall: {webhook: {url: "http://oncall:8080/"}}
  head: {webhook: {url: "http://head:8080/"}}
default_receiver: head
routes: [{to: head}]
"""


def escalated(
    text: str,
    *rules: AlertingRule,
    project: Project | None = None,
    environment: Environment | None = None,
) -> tuple[tuple[EscalationParts, ...], list[Diagnostic]]:
    found: list[Diagnostic] = []
    project = project or a_project()
    routing = read(THREE_RECEIVERS + text, project).routing
    assert routing is not None
    group = RuleGroup(name="shop-alerts", rules=rules)
    file = RuleFile(service="shop", groups=(group,), sources=("specs/shop.yaml",))
    parts = compile_escalations(
        routing, (file,), project, environment or Environment(), found.append
    )
    return parts, found


def codes(text: str, *rules: AlertingRule) -> list[str]:
    return [found.code.id for found in escalated(text, *rules)[1]]


def rules_of(text: str, *rules: AlertingRule, **more) -> tuple[AlertingRule, ...]:  # type: ignore[no-untyped-def]
    parts, _ = escalated(text, *rules, **more)
    return tuple(rule for each in parts for rule in each.rules.alerts)


def down(severity: str = "critical", **labels: str) -> AlertingRule:
    return a_rule("Down", service="shop", severity=severity, **labels)


def with_lead(team: str, lead: str) -> Project:
    """Return a project with a team that has a lead."""
    text = f"teams: {{{team}: {{lead: {lead}}}}}"
    found: list[Diagnostic] = []
    project = read_project(documents(text)[0], (), found.append).project
    assert found == []
    return project


def shown(rule: AlertingRule) -> str:
    return " ".join(rule.expr.split())


# --- the rules ---------------------------------------------------------------------------------


def test_promtool_accepts_the_rules_and_their_unit_tests_pass(shop: Path):
    promtool_check_rules([shop / RULES, shop / ESCALATIONS])
    promtool_test(shop / TESTS)


def test_an_alert_is_escalated_in_steps_while_it_fires_and_no_longer(shop: Path):
    # Half of all requests fail from the start on. Two samples make a rate: the alert is active at
    # 30s, fires 5m later, and is escalated 15m and 1h after that. Errors end at 80m; 5m later
    # the window holds none of them.
    own = 'service="shop",severity="critical",team="backend",route="/pay"'

    def firing(*steps: str) -> list[dict[str, object]]:
        told = [f',escalated="{step}"' if step else "" for step in steps]
        alert = 'ALERTS{alertname="HighErrorRate",alertstate="firing",'
        return [{"labels": f"{alert}{own}{step}}}", "value": 1} for step in told]

    times = {
        "5m": firing(),
        "5m30s": firing(""),
        "20m": firing(""),
        "20m30s": firing("", "15m"),
        "65m": firing("", "15m"),
        "65m30s": firing("", "15m", "1h"),
        "80m": firing("", "15m", "1h"),
        "86m": firing(),
    }
    series = {"500": "0+60x160 9600x40", "200": "0+60x200"}
    test = {
        "rule_files": ["rules/shop.rules.yml", "rules/shop.escalations.rules.yml"],
        "evaluation_interval": "30s",
        "group_eval_order": ["shop-alerts", "shop-escalations"],
        "tests": [
            {
                "interval": "30s",
                "input_series": [
                    {"series": f'shop_requests_total{{route="/pay",code="{c}"}}', "values": values}
                    for c, values in series.items()
                ],
                "promql_expr_test": [
                    {
                        "expr": 'ALERTS{alertname="HighErrorRate",alertstate="firing"}',
                        "eval_time": at,
                        "exp_samples": samples,
                    }
                    for at, samples in times.items()
                ],
            }
        ],
    }
    file = shop / "prometheus" / "whole.test.yml"
    file.write_text(yaml.safe_dump(test))

    promtool_test(file)


def test_an_escalation_counts_from_when_the_alert_fires_not_from_when_it_is_pending():
    waiting = AlertingRule(
        alert="Down",
        expr="up == 0",
        labels={"service": "shop", "severity": "critical"},
        annotations={},
        for_=Duration.parse("5m"),
        carries=frozenset({"service", "severity"}),
    )
    (rule,) = rules_of("escalate: [{to: oncall, after: 15m}]", waiting)

    assert (
        'time() - ALERTS_FOR_STATE{alertname="Down",service="shop",escalated=""} - 300 >= 900 '
        'and ignoring (alertstate) ALERTS{alertname="Down",service="shop",escalated="",'
        'alertstate="firing"}'
    ) == shown(rule)


def test_without_after_an_alert_waits_as_long_as_its_severity_allows():
    rules = rules_of("escalate: [{to: oncall}]", down(), down("medium"))

    assert [("critical", "5m"), ("medium", "1h")] == [
        (rule.labels["severity"], rule.labels["escalated"]) for rule in rules
    ]


def test_alerts_of_one_name_that_wait_alike_share_a_rule():
    (rule,) = rules_of("escalate: [{to: oncall, after: 15m}]", down(), down("high"))

    assert {"service": "shop", "escalated": "15m"} == rule.labels


def test_alerts_of_one_name_with_another_for_have_rules_of_their_own():
    slow = AlertingRule(
        alert="Down",
        expr="up == 0",
        labels={"service": "shop", "severity": "high"},
        annotations={},
        for_=Duration.parse("10m"),
        carries=frozenset({"service", "severity"}),
    )
    fast, late = rules_of("escalate: [{to: oncall, after: 15m}]", down(), slow)

    assert 'severity="critical"' in fast.expr
    assert "- 600" not in fast.expr
    assert 'severity="high"' in late.expr
    assert "- 600" in late.expr
    assert fast.labels != late.labels


def test_two_entries_with_one_time_never_give_one_label_set_twice():
    text = """
escalate:
  - {where: {severity: critical}, to: oncall, after: 15m}
  - {where: {instance: "db.*"}, to: security, after: 15m}
"""
    (rule,) = rules_of(text, a_rule("Down", by=("instance",), service="shop", severity="critical"))

    assert 2 == rule.expr.count("ALERTS_FOR_STATE")
    assert " or " in shown(rule)


ASKED_TWICE = """
escalate:
  - {where: {severity: critical}, to: chat, after: 15m}
  - {where: {category: slo}, to: oncall, after: 15m}
"""


def test_an_alert_that_two_entries_ask_for_is_not_taken_by_the_rule_of_its_namesake(tmp_path: Path):
    # Tiers `fast` and `medium` are critical and asked for by both entries, the others by one.
    folder = generated(A_SHOP + ASKED_TWICE, tmp_path)
    promtool_check_rules([folder / RULES, folder / ESCALATIONS])
    promtool_test(folder / TESTS)
    critical = ',service="shop",severity="critical",category="slo",tier="fast"'
    test = {
        "rule_files": ["rules/shop.escalations.rules.yml"],
        "evaluation_interval": "30s",
        "tests": [
            {
                "interval": "30s",
                "input_series": [
                    {
                        "series": f'ALERTS_FOR_STATE{{alertname="ErrorBudgetBurn"{critical}}}',
                        "values": "0x60",
                    },
                    {
                        "series": f'ALERTS{{alertname="ErrorBudgetBurn"{critical},'
                        'alertstate="firing"}',
                        "values": "1x60",
                    },
                ],
                "promql_expr_test": [
                    {
                        "expr": 'count by (severity) (ALERTS{escalated="15m"})',
                        "eval_time": "20m",
                        "exp_samples": [{"labels": '{severity="critical"}', "value": 1}],
                    }
                ],
            }
        ],
    }
    file = folder / "prometheus" / "one.test.yml"
    file.write_text(yaml.safe_dump(test))

    promtool_test(file)


def test_of_rules_that_no_common_label_tells_apart_each_is_told_by_its_own():
    def pay(severity: str, tier: str, for_: str) -> AlertingRule:
        rule = down(severity, tier=tier)
        return replace(rule, for_=Duration.parse(for_))

    rules = rules_of(
        "escalate: [{to: oncall, after: 15m}]",
        pay("critical", "fast", "1m"),
        pay("high", "slow", "1m"),
        pay("critical", "slow", "2m"),
    )

    assert [
        {"severity": "critical", "tier": "fast"},
        {"severity": "high", "tier": "slow"},
        {"severity": "critical", "tier": "slow"},
    ] == [{k: r.labels[k] for k in ("severity", "tier")} for r in rules]
    assert [True, False, True] == ['severity="critical"' in rule.expr for rule in rules]
    assert ["fast", "", "slow"] == [
        next((t for t in ("fast", "slow") if f'tier="{t}"' in rule.expr), "") for rule in rules
    ]


def test_a_watchdog_is_never_escalated_for_it_fires_for_ever():
    text = "escalate: [{to: oncall, after: 15m}]"
    watchdog = down(watchdog="1m")
    (rule,) = rules_of(text, down(), watchdog)
    parts, found = escalated(text, watchdog)

    assert 2 == rule.expr.count('watchdog=""')
    assert () == parts
    assert ["the escalation is for alerts that there are not"] == [d.message for d in found]


def test_an_environment_escalates_its_own_alerts():
    staging = Environment(name="staging", labels={"environment": "staging"})
    rule = down(environment="staging")
    (found,) = rules_of("escalate: [{to: oncall, after: 1h}]", rule, environment=staging)

    assert 2 == found.expr.count('environment="staging"')


def test_a_label_that_only_the_server_adds_is_not_looked_for_in_its_own_series():
    project = a_project(external_labels={"cluster": "eu"})
    text = "escalate: [{where: {cluster: CLUSTER}, to: oncall, after: 1h}]"
    (rule,) = rules_of(text.replace("CLUSTER", "eu"), down(), project=project)

    assert "cluster" not in rule.expr
    assert () == rules_of(text.replace("CLUSTER", "us"), down(), project=project)


@pytest.mark.parametrize("is_open", [False, True])
def test_a_label_of_the_server_is_decided_beforehand_where_series_may_have_it_too(is_open: bool):
    project = a_project(external_labels={"env": "prod"})
    text = "escalate: [{where: {severity: critical, env: ENV}, to: oncall, after: 1h}]"
    alert = a_rule("Down", by=("env",), is_open=is_open, service="shop", severity="critical")
    (rule,) = rules_of(text.replace("ENV", "prod"), alert, project=project)

    assert "env" not in rule.expr
    assert 'severity="critical"' in rule.expr
    assert () == rules_of(text.replace("ENV", "dev"), alert, project=project)


def test_a_label_that_the_rule_sets_is_looked_for_though_the_server_has_one_of_that_name():
    project = a_project(external_labels={"env": "prod"})
    text = "escalate: [{where: {env: dev}, to: oncall, after: 1h}]"
    (rule,) = rules_of(text, down(env="dev"), down(), project=project)

    assert 2 == rule.expr.count('env="dev"')


BY_SERVER = """
alerts:
  - name: Errors
    threshold: {rate: shop_requests_total, by: [env], above: 1/s}
    for: 5m
    severity: critical
---"""


def test_an_alert_with_no_label_of_the_server_on_its_series_is_escalated_by_that_label(
    tmp_path: Path,
):
    spec = A_SHOP.replace("[route, code]", "[route, code, env]")
    spec = spec.replace(
        "\n---\napiVersion: obsgen/v1\nkind: Routing",
        f"{BY_SERVER}\napiVersion: obsgen/v1\nkind: Routing",
    )
    asks = "escalate: [{where: {severity: critical, env: prod}, to: [chat, oncall], after: 15m}]\n"
    folder = generated(spec + asks, tmp_path)

    promtool_test(folder / TESTS)
    played = [
        series["series"]
        for test in yaml.safe_load((folder / TESTS).read_text())["tests"]
        for series in test["input_series"]
    ]
    assert any('alertname="Errors"' in series for series in played)
    assert not any("env=" in series for series in played)


def test_what_shows_the_value_of_the_alert_is_not_said_by_its_escalation():
    alert = AlertingRule(
        alert="Down",
        expr="up == 0",
        labels={"service": "shop", "severity": "critical"},
        annotations={
            "summary": "up is {{ $value }}",
            "description": "{{ $value }} is bad",
            "runbook_url": "https://example.org/down",
        },
        carries=frozenset({"service", "severity"}),
    )
    (rule,) = rules_of("escalate: [{to: oncall, after: 15m}]", alert)

    assert {
        "summary": "shop/Down fires unresolved for {{ $value | humanizeDuration }}",
        "description": "Nobody has resolved it within 15m.",
        "runbook_url": "https://example.org/down",
    } == rule.annotations


def test_the_lead_of_a_team_is_told_of_its_own_alerts_alone():
    text = "escalate: [{to: [team_lead, security], after: 15m}]"
    found = read(THREE_RECEIVERS + text, with_lead("backend", "oncall")).routing
    assert found is not None

    assert [
        (['team="backend"'], ("oncall", "security")),
        (['team!="backend"'], ("security",)),
    ] == [([str(m) for m in each.matchers], each.receivers) for each in found.escalations]


def test_a_lead_of_whom_no_escalation_speaks_is_no_reason_to_keep_a_receiver():
    text = f"{THREE_RECEIVERS}routes: [{{where: {{severity: low}}, to: security}}]"

    assert ("receiver `oncall` is named by no route",) == read(
        text, with_lead("backend", "oncall")
    ).messages


def test_who_surely_hears_of_an_alert_is_known_beside_a_route_that_may_take_it_too():
    text = """
routes:
  - {where: {instance: "db.*"}, to: security, continue: true}
  - {where: {severity: critical}, to: oncall}
escalate: [{to: ESCALATED_TO, after: 15m}]
"""
    alert = a_rule("Down", by=("instance",), service="shop", severity="critical")

    assert ["ALR633"] == codes(text.replace("ESCALATED_TO", "oncall"), alert)
    assert [] == codes(text.replace("ESCALATED_TO", "security"), alert)


def test_a_receiver_that_hears_at_some_times_alone_has_not_heard_of_every_alert():
    text = """
intervals: {nights: {times: ["22:00-02:00"], location: UTC}}
routes: [{where: {severity: critical}, to: oncall, mute: nights}, {to: security}]
escalate: [{to: oncall, after: 15m}]
"""

    assert [] == codes(text, down())
    assert ["ALR633"] == codes(text.replace(", mute: nights", ""), down())


# --- the real servers --------------------------------------------------------------------------


def _post(server, path: str, body: object) -> None:  # type: ignore[no-untyped-def]
    with requests.Session() as session:
        session.trust_env = False
        session.post(f"{server.url}/api/v2/{path}", json=body, timeout=5).raise_for_status()


def _seen(server, count: int) -> dict[tuple[str, str, str], tuple[str, tuple[str, ...]]]:  # type: ignore[no-untyped-def]
    """Return of each alert, by name, tier and step, its state and its receivers."""
    deadline = time.monotonic() + 10
    while True:
        alerts = server.get("/api/v2/alerts")
        states = {alert["status"]["state"] for alert in alerts}
        if len(alerts) == count and "unprocessed" not in states:
            return {
                (
                    a["labels"]["alertname"],
                    a["labels"].get("tier", ""),
                    a["labels"].get("escalated", ""),
                ): (a["status"]["state"], tuple(sorted(r["name"] for r in a["receivers"])))
                for a in alerts
            }
        assert time.monotonic() < deadline, alerts
        time.sleep(0.05)


def test_alertmanager_tells_others_silences_and_inhibits_both(shop: Path):
    amtool_check_config(shop / CONFIG)
    base = {"service": "shop", "team": "backend", "severity": "critical"}
    silenced = {"alertname": "HighErrorRate", "route": "/pay", **base}
    burn = {"alertname": "ErrorBudgetBurn", "slo": "availability", **base}
    alerts = [
        {**silenced},
        {**silenced, "escalated": "15m"},
        {**silenced, "escalated": "1h"},
        {**burn, "tier": "fast"},
        {**burn, "tier": "fast", "escalated": "15m"},
        {**burn, "tier": "medium"},
        {**burn, "tier": "medium", "escalated": "15m"},
        {"alertname": "DiskFilling", **base, "severity": "medium", "category": "capacity"},
    ]
    silence = {
        # What `Silence` of the alert itself fills in: all of its labels, as they are.
        "matchers": [
            {"name": k, "value": v, "isRegex": False, "isEqual": True} for k, v in silenced.items()
        ],
        "startsAt": "2020-01-01T00:00:00Z",
        "endsAt": "2099-01-01T00:00:00Z",
        "createdBy": "a test",
        "comment": "known",
    }
    with running_alertmanager(shop / CONFIG) as server:
        _post(server, "silences", silence)
        _post(server, "alerts", [{"labels": labels} for labels in alerts])
        found = _seen(server, len(alerts))

    lead, head = ("backend-lead", "chat"), ("head",)
    assert {
        ("HighErrorRate", "", ""): ("suppressed", ("oncall",)),
        ("HighErrorRate", "", "15m"): ("suppressed", lead),
        ("HighErrorRate", "", "1h"): ("suppressed", head),
        ("ErrorBudgetBurn", "fast", ""): ("active", ("oncall",)),
        ("ErrorBudgetBurn", "fast", "15m"): ("active", lead),
        ("ErrorBudgetBurn", "medium", ""): ("suppressed", ("oncall",)),
        ("ErrorBudgetBurn", "medium", "15m"): ("suppressed", lead),
        ("DiskFilling", "", ""): ("active", ("backend-chat",)),
    } == found


def test_prometheus_escalates_an_alert_of_its_own(tmp_path: Path):
    # Nothing is scraped: the alert fires by itself, and is escalated a second later.
    rules = rules_of("escalate: [{to: oncall, after: 1s}]", down())
    document = {
        "groups": [
            {
                "name": "all",
                "rules": [
                    {"alert": "Down", "expr": "vector(1)", "labels": dict(down().labels)},
                    *({"alert": r.alert, "expr": r.expr, "labels": dict(r.labels)} for r in rules),
                ],
            }
        ]
    }
    (tmp_path / "all.rules.yml").write_text(yaml.safe_dump(document))
    config = {"global": {"evaluation_interval": "1s"}, "rule_files": ["all.rules.yml"]}
    (tmp_path / "prometheus.yml").write_text(yaml.safe_dump(config))
    deadline = time.monotonic() + 20
    with running_prometheus(tmp_path / "prometheus.yml") as server:
        while True:
            alerts = server.get("/api/v1/alerts")["data"]["alerts"]
            if len(alerts) > 1 or time.monotonic() > deadline:
                break
            time.sleep(0.2)
        time.sleep(2)  # were escalations escalated, a third one would be there by now
        alerts = server.get("/api/v1/alerts")["data"]["alerts"]

    labels = sorted((alert["labels"] for alert in alerts), key=len)
    own = {"alertname": "Down", "service": "shop", "severity": "critical"}
    assert [own, {**own, "escalated": "1s"}] == labels
