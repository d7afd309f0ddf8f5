"""Which alerts of a build silence which, read from the specs and asked of the configuration."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from problems import problems

from obsgen.artefacts import (
    AlertingRule,
    AlertmanagerConfig,
    AlertmanagerMatcher,
    Compiled,
    InhibitRule,
)
from obsgen.pipeline import Built, Options, build
from obsgen.routing import PossibleLabels, inhibitors, inhibits, possible_labels
from obsgen.workspace import compile_specs

SHOP = """\
apiVersion: obsgen/v1
kind: Project
name: shop
prometheus: {external_labels: {cluster: eu}}
---
apiVersion: obsgen/v1
kind: Service
name: cart
metrics:
  requests_total: {type: counter, labels: [route, code]}
  queue_length: {type: gauge, labels: [queue]}
  backup_up: {type: gauge}
slos:
  - name: availability
    objective: 99.9
    sli: {events: {total: requests_total, bad: {code: "5.."}}}
  - name: by-route
    objective: 99.9
    sli: {events: {total: requests_total, bad: {code: "5.."}}}
    by: [route]
  - name: checkout
    objective: 99
    sli: {events: {total: requests_total, bad: {code: "5.."}, where: {route: /checkout}}}
alerts:
  - {name: TargetDown, down: up, severity: high}
  - {name: BackupDown, down: backup_up, severity: medium}
  - {name: QueueLong, threshold: {value: queue_length, above: 5}, severity: medium}
  - {name: QueueStuck, threshold: {value: queue_length, above: 500}, severity: critical}
  - {name: AllQueues, threshold: {sum: queue_length, above: 50}, severity: medium}
  - name: PartnerErrors
    threshold: {share: {code: "5.."}, of: requests_total, where: {route: /partner}, above: 5%}
    severity: medium
  - name: Errors
    threshold: {share: {code: "5.."}, of: requests_total, above: 5%}
    severity: medium
  - name: ErrorsByRoute
    threshold: {share: {code: "5.."}, of: requests_total, by: [route], above: 5%}
    severity: medium
  - name: Attack
    threshold: {rate: requests_total, where: {code: 403}, above: 5/s}
    severity: high
    category: security
  - name: AttackSymptom
    threshold: {rate: requests_total, where: {code: 403}, above: 7/s}
    severity: high
    category: security
    symptom_of: availability
  - {name: Waiting, threshold: {max: queue_length, above: 9}, severity: low,
     symptom_of: availability}
  - {name: Spread, threshold: {max: queue_length, by: [queue], above: 9}, severity: low,
     symptom_of: by-route}
  - {name: Busy, forecast: {rate: requests_total, above: 50/s, within: 4h}, severity: low}
  - {name: Unusual, anomaly: {rate: requests_total, baseline: 1d}, severity: low}
  - {name: Odd, anomaly: {rate: requests_total, baseline: 1d}, severity: low,
     symptom_of: availability}
---
apiVersion: obsgen/v1
kind: Service
name: pay
metrics: {pay_queue_length: {type: gauge}}
alerts:
  - {name: Waiting, threshold: {max: pay_queue_length, above: 9}, severity: low,
     symptom_of: cart/availability}
  - {name: Alone, threshold: {max: pay_queue_length, above: 90}, severity: low}
---
apiVersion: obsgen/v1
kind: Routing
receivers: {chat: {webhook: {url: "http://chat:8080/"}}}
default_receiver: chat
"""


@cache
def shop() -> Built:
    built = build({"shop.yaml": SHOP}, Options(with_files=False, with_tests=False))
    assert not [d for d in problems(built) if d.severity.name == "ERROR"]
    return built


def rules_of(compiled: Compiled) -> Iterator[AlertingRule]:
    return (rule for file in compiled.rule_files for rule in file.alerts)


def config() -> AlertmanagerConfig:
    (compiled,) = shop().compiled
    assert compiled.alertmanager is not None
    return compiled.alertmanager


def alert(name: str, service: str = "cart", **labels: str) -> PossibleLabels:
    """Return an alert of the shop as it arrives at Alertmanager."""
    (compiled,) = shop().compiled
    own = {k: v for k, v in labels.items() if v}
    for rule in rules_of(compiled):
        possible = possible_labels(rule, compiled.prometheus.external_labels)
        if rule.alert == name and rule.labels["service"] == service:
            narrowed = possible.narrowed(own)
            if narrowed is not None:
                return PossibleLabels(fixed=narrowed.fixed)
    raise AssertionError(name)


def page(slo: str, **labels: str) -> PossibleLabels:
    return alert("ErrorBudgetBurn", slo=slo, severity="critical", tier="fast", **labels)


TARGET = {"job": "cart", "instance": "a:80"}
ELSEWHERE = {"job": "cart", "instance": "b:80"}


@pytest.mark.parametrize(
    ("target", "source", "is_silenced"),
    [
        # a target that is down
        (alert("QueueLong", queue="q", **TARGET), alert("TargetDown", **TARGET), True),
        (alert("QueueLong", queue="q", **ELSEWHERE), alert("TargetDown", **TARGET), False),
        (alert("QueueStuck", queue="q", **TARGET), alert("TargetDown", **TARGET), False),
        (alert("AllQueues"), alert("TargetDown", **TARGET), False),
        (alert("BackupDown", **TARGET), alert("TargetDown", **TARGET), False),
        (alert("TargetDown", **TARGET), alert("QueueLong", queue="q", **TARGET), False),
        (alert("QueueLong", queue="q", **TARGET), alert("BackupDown", **TARGET), False),
        # the page of an SLO
        (alert("Errors"), page("availability"), True),
        (alert("ErrorsByRoute", route="/a"), page("availability"), True),
        (alert("ErrorsByRoute", route="/a"), page("by-route", route="/a"), True),
        (alert("ErrorsByRoute", route="/a"), page("by-route", route="/b"), False),
        (alert("Errors"), page("by-route", route="/b"), False),
        (alert("PartnerErrors"), page("availability"), True),
        (alert("PartnerErrors"), page("checkout"), False),
        (alert("Errors"), page("checkout"), True),
        (alert("QueueLong", queue="q", **TARGET), page("availability"), False),
        (alert("Attack"), page("availability"), False),
        (alert("BackupDown", **TARGET), page("availability"), False),
        # more traffic than usual is not what an SLO tells
        (alert("Busy"), page("availability"), False),
        (alert("Unusual"), page("availability"), False),
        # as the author says
        (alert("Odd"), page("availability"), True),
        (alert("Spread", queue="q"), page("by-route", route="/b"), True),
        (alert("AttackSymptom"), page("availability"), True),
        (alert("Waiting"), page("availability"), True),
        (alert("Waiting", "pay"), page("availability"), True),
        (alert("Alone", "pay"), page("availability"), False),
        # only what is as urgent silences
        (alert("Errors"), alert("ErrorBudgetBurn", slo="availability", tier="slow"), False),
    ],
    ids=lambda value: value.fixed["alertname"] if isinstance(value, PossibleLabels) else str(value),
)
def test_a_symptom_is_silenced_by_what_tells_the_same_better(
    target: PossibleLabels, source: PossibleLabels, is_silenced: bool
):
    assert is_silenced is bool(inhibitors(config().inhibit_rules, target, [source]))


def test_what_tells_a_cause_is_silenced_by_nothing_but_itself():
    (compiled,) = compile_specs([Path("specs")], None, cwd=Path.cwd(), with_files=False).compiled
    assert compiled.alertmanager is not None
    every = [possible_labels(rule) for rule in rules_of(compiled)]
    down = next(a for a in every if a.fixed["alertname"] == "DatabaseConnectionFailure")
    silencing = {
        source.fixed["alertname"]
        for source in every
        for rule in compiled.alertmanager.inhibit_rules
        if inhibits(rule, source, down) is not False
    }

    assert silencing <= {"DatabaseConnectionFailure"}


def test_both_sides_have_every_label_that_is_compared():
    (compiled,) = shop().compiled
    every = [
        possible_labels(rule, compiled.prometheus.external_labels) for rule in rules_of(compiled)
    ]
    asked = [
        (source.may_have(label), target.may_have(label))
        for rule in config().inhibit_rules
        for source in every
        for target in every
        if inhibits(rule, source, target) is not False
        for label in rule.equal
    ]

    assert asked
    assert {(True, True)} == set(asked)


PROBED = """\
apiVersion: obsgen/v1
kind: Project
name: shop
---
apiVersion: obsgen/v1
kind: Environment
name: prod
labels: {environment: prod}
---
apiVersion: obsgen/v1
kind: Environment
name: test
labels: {environment: test}
---
apiVersion: obsgen/v1
kind: Service
name: cart
where: {job: cart}
metrics:
  requests_total: {type: counter, labels: [code]}
  queue_length: {type: gauge, labels: [queue]}
slos: [{name: ok, objective: 99.9, sli: {events: {total: requests_total, bad: {code: "5.."}}}}]
alerts:
  - {name: CartDown, down: up, severity: critical}
  - {name: QueueLong, threshold: {value: queue_length, above: 5}, severity: medium}
  - {name: QueueStuck, threshold: {value: queue_length, above: 50}, severity: high}
  - {name: Errors, threshold: {share: {code: "5.."}, of: requests_total, above: 5%}, severity: low}
probes:
  - name: home
    http: {url: "http://cart/"}
    alerts: {down: {severity: high}, slow: {above: 2s, severity: low}}
---
apiVersion: obsgen/v1
kind: Routing
receivers: {chat: {webhook: {url: "http://chat:8080/"}}}
default_receiver: chat
"""


@pytest.fixture(scope="module")
def environments(tmp_path_factory) -> tuple[Compiled, ...]:
    folder = tmp_path_factory.mktemp("probed")
    (folder / "shop.yaml").write_text(PROBED, "utf-8")
    built = compile_specs([Path("shop.yaml")], None, cwd=folder, with_files=False)
    assert not [d for d in built.diagnostics if d.severity.name == "ERROR"]
    return built.compiled


def test_no_alert_silences_one_of_another_environment(environments):
    alerts = [possible_labels(rule) for each in environments for rule in rules_of(each)]
    pairs = [
        (source.fixed["environment"], target.fixed["environment"])
        for each in environments
        for rule in (each.alertmanager.inhibit_rules if each.alertmanager else ())
        for source in alerts
        for target in alerts
        if inhibits(rule, source, target) is not False
    ]

    assert {("prod", "prod"), ("test", "test")} == set(pairs)


def test_a_target_that_is_down_silences_no_probe_which_has_another_job(environments):
    names = {
        matcher.value
        for rule in environments[0].alertmanager.inhibit_rules
        if "CartDown" in str(rule.source)
        for matcher in rule.target
        if matcher.label == "alertname"
    }

    assert {"QueueLong|QueueStuck"} == names


# --- the rule itself ---------------------------------------------------------------------------


def a_rule(source: Mapping[str, str], target: Mapping[str, str], *equal: str) -> InhibitRule:
    def side(labels: Mapping[str, str]) -> tuple[AlertmanagerMatcher, ...]:
        return tuple(AlertmanagerMatcher(label=k, op="=", value=v) for k, v in labels.items())

    return InhibitRule(source=side(source), target=side(target), equal=equal)


def labels(**fixed: str) -> PossibleLabels:
    return PossibleLabels(fixed=fixed)


def test_a_label_that_neither_has_counts_as_equal():
    rule = a_rule({"severity": "high"}, {"severity": "low"}, "job")

    assert inhibits(rule, labels(severity="high"), labels(severity="low")) is True


def test_alerts_that_match_both_sides_do_not_silence_each_other():
    rule = a_rule({"team": "a"}, {"severity": "low"})
    both = labels(team="a", severity="low")

    assert inhibits(rule, both, labels(team="a", severity="low", job="x")) is False
    assert inhibits(rule, both, labels(team="b", severity="low")) is True
    assert inhibits(rule, labels(team="a", severity="high"), both) is True


VALUES = st.sampled_from(["", "a", "b"])


@given(
    known=st.lists(st.dictionaries(st.sampled_from("abc"), VALUES), min_size=4, max_size=4),
    rest=st.lists(st.fixed_dictionaries(dict.fromkeys("abc", VALUES)), min_size=2, max_size=2),
    equal=st.sets(st.sampled_from("abc")),
)
def test_what_is_sure_of_some_labels_holds_whatever_the_others_are(
    known: list[dict[str, str]], rest: list[dict[str, str]], equal: set[str]
):
    rule = a_rule(known[0], known[1], *sorted(equal))
    partly = [
        PossibleLabels(fixed=each, varying=frozenset("abc") - each.keys()) for each in known[2:]
    ]
    wholly = [
        PossibleLabels(fixed={**other, **each}) for each, other in zip(known[2:], rest, strict=True)
    ]

    verdict = inhibits(rule, *partly)

    assert verdict is None or verdict is inhibits(rule, *wholly)
