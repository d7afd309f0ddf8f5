"""A file of unit tests gets the rules that it needs, and no others."""

from __future__ import annotations

from obsgen import build
from obsgen.artefacts import AlertingRule, RecordingRule
from obsgen.unit_tests.needed import needed

SPEC = """
apiVersion: obsgen/v1
kind: Project
name: shop
---
apiVersion: obsgen/v1
kind: Service
name: cart
metrics:
  requests_total: {type: counter, labels: [code]}
  orders_total: {type: counter, labels: [code]}
  queue_length: {type: gauge, labels: [queue]}
slos:
  - {name: one, objective: 99, sli: {events: {total: requests_total, bad: {code: "5.."}}}}
  - {name: two, objective: 99, sli: {events: {total: requests_total, bad: {code: "4.."}}}}
  - {name: orders, objective: 99, sli: {events: {total: orders_total, bad: {code: "5.."}}}}
  - {name: both, objective: 99, sli: {composite: {all_of: [one, orders]}}, alerts: {absent: none}}
alerts:
  - {name: Queue, severity: high, threshold: {max: queue_length, above: 100}}
  - {name: Burns, severity: high, threshold: {slo: one, show: burn_rate, above: 2}}
"""


def kept(part: str) -> tuple[set[str], set[str]]:
    """Return the alerts and the SLOs of which rules are left for the tests of a part."""
    compiled = build({"a.yaml": SPEC}).compiled[0]
    (tests,) = (file for file in compiled.rule_tests if file.part == part)
    rules = [r for file in needed(tests, compiled.rule_files) for g in file.groups for r in g.rules]
    alerts = {rule.alert for rule in rules if isinstance(rule, AlertingRule)}
    return alerts, {rule.labels["slo"] for rule in rules if isinstance(rule, RecordingRule)}


def test_an_slo_is_tested_with_what_counts_it_and_the_streams_that_it_copies():
    assert {"one"} == kept("one.1m")[1]
    assert {"one", "two"} == kept("two.1m")[1]


def test_a_composite_is_tested_with_its_parts():
    alerts, slos = kept("both.1m")

    assert {"one", "orders", "both"} == slos
    assert {"ErrorBudgetBurn"} == alerts


def test_an_alert_on_metrics_needs_no_recording_rules():
    alerts, slos = kept("")

    # The burn rate of an SLO is read by the other alert.
    assert {"Queue", "Burns"} == alerts
    assert {"one"} == slos
