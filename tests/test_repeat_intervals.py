"""How often alerts are repeated: by their severity, and without reaching anybody else."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping

import pytest
from oracles import amtool_check_config
from routing_specs import THREE_RECEIVERS, a_project, read, written

from obsgen.artefacts import AlertmanagerConfig, Route
from obsgen.compile.alertmanager import compile_alertmanager
from obsgen.matchers import Matcher
from obsgen.model import Project, SeverityLevel, SeverityScheme
from obsgen.pipeline import Options, build
from obsgen.units import Duration

SEVERITIES = ("critical", "high", "medium", "low")

TREES = {
    "one severity": "routes: [{where: {severity: low}, to: oncall}]",
    "several severities": "routes: [{where: {severity: {at_least: high}}, to: oncall}]",
    "several receivers": (
        "routes: [{where: {severity: {at_least: high}}, to: [oncall, security]}]"
    ),
    "a nested route": (
        "routes: [{where: {severity: {at_least: medium}}, to: oncall, "
        "routes: [{where: {team: a}, to: security}]}]"
    ),
    "a nested route that goes on": (
        "routes: [{where: {severity: {at_least: medium}}, to: oncall, routes: "
        "[{where: {team: a}, to: security, continue: true}, {where: {team: b}, to: chat}]}]"
    ),
    "a route that goes on": (
        "routes: [{where: {category: security}, to: security, continue: true}, "
        "{where: {severity: {at_least: high}}, to: oncall}]"
    ),
    "no severity": "routes: [{where: {team: a}, to: oncall}]",
    "what is left": (
        "routes: [{where: {severity: {at_least: high}}, to: oncall}, "
        "{where: {team: a}, to: security}]"
    ),
    "two that go on": (
        "routes: [{where: {severity: critical}, to: oncall, continue: true}, "
        "{where: {severity: {not: low}}, to: security}, {where: {team: b}, to: oncall}]"
    ),
    "an interval of its own": (
        "routes: [{where: {severity: {at_least: high}}, to: oncall, repeat_interval: 2h, "
        "routes: [{where: {severity: critical}, to: security}]}]"
    ),
}


def walked(route: Route, labels: Mapping[str, str], above: Duration) -> list[tuple[str, str]]:
    """Return receivers with what repeats: Alertmanager's dispatch/route.go, `Match`, anew."""
    repeat = route.repeat_interval or above
    found: list[tuple[str, str]] = []
    for child in route.routes:
        matchers = (Matcher(m.label, m.op, m.value) for m in child.matchers)
        if all(m.matches(labels.get(m.label, "")) for m in matchers):
            found += walked(child, labels, repeat)
            if not child.continue_:
                break
        # An alert that a child has taken does not end at its parent.
    return found or [(route.receiver, str(repeat))]


def routed(text: str, project: Project | None = None) -> AlertmanagerConfig:
    """Return the configuration; receivers may be idle in so small trees."""
    project = project or a_project()
    config = compile_alertmanager(read(THREE_RECEIVERS + text, project).routing, (), project)
    assert config is not None
    return config


def told(text: str, **labels: str) -> list[tuple[str, str]]:
    return walked(routed(text).route, labels, Duration.parse("4h"))


def alerts() -> Iterator[dict[str, str]]:
    words = {
        "severity": ("", *SEVERITIES, "other"),
        "team": ("", "a", "b"),
        "category": ("", "security"),
    }
    for values in itertools.product(*words.values()):
        yield {k: v for k, v in zip(words, values, strict=True) if v}


@pytest.mark.parametrize("text", TREES.values(), ids=TREES)
def test_no_alert_reaches_anybody_else(text: str):
    routing = read(THREE_RECEIVERS + text).routing
    assert routing is not None
    before, after = routing.route, routed(text).route
    usual = Duration.parse("4h")

    for labels in alerts():
        was, now = walked(before, labels, usual), walked(after, labels, usual)
        assert [name for name, _ in was] == [name for name, _ in now], labels


@pytest.mark.parametrize("text", TREES.values(), ids=TREES)
def test_amtool_accepts_the_tree(text: str, tmp_path):
    file = tmp_path / "alertmanager.yml"
    file.write_text(written(routed(text))["alertmanager/alertmanager.yml"])

    amtool_check_config(file)


def test_a_route_of_one_severity_repeats_when_somebody_should_have_reacted():
    assert [("oncall", "1d")] == told(TREES["one severity"], severity="low")


@pytest.mark.parametrize(("severity", "repeat"), [("critical", "5m"), ("high", "15m")])
@pytest.mark.parametrize("tree", ["several severities", "what is left"])
def test_a_route_of_several_severities_repeats_each_in_its_time(severity, repeat, tree):
    assert [("oncall", repeat)] == told(TREES[tree], severity=severity)


def test_each_of_several_receivers_is_told_again():
    assert [("oncall", "5m"), ("security", "5m")] == told(
        TREES["several receivers"], severity="critical"
    )


@pytest.mark.parametrize(("severity", "repeat"), [("medium", "1h"), ("low", "1d")])
def test_what_no_route_takes_is_repeated_by_severity_too(severity, repeat):
    assert [("chat", repeat)] == told(TREES["several severities"], severity=severity)


def test_a_route_behind_others_knows_which_severities_are_left():
    assert [("security", "1h")] == told(TREES["what is left"], severity="medium", team="a")


@pytest.mark.parametrize(("severity", "repeat"), [("critical", "5m"), ("low", "1d")])
def test_a_route_of_a_team_repeats_each_severity_in_its_time(severity, repeat):
    assert [("oncall", repeat)] == told(TREES["no severity"], severity=severity, team="a")


def test_the_default_receiver_is_told_again_in_time_where_there_is_no_route():
    assert [("chat", "5m")] == told("", severity="critical")


def test_an_escalation_of_all_severities_is_repeated_by_severity():
    text = "escalate: [{where: {team: a}, to: oncall, after: 15m}]"

    assert [("oncall", "5m")] == told(text, severity="critical", team="a", escalated="15m")


NOTIFIED = """\
apiVersion: obsgen/v1
kind: Project
name: shop
teams: {web: {channel: web}}
---
apiVersion: obsgen/v1
kind: Service
name: shop
team: web
metrics: {cost_usd_total: {type: counter}}
alerts:
  - name: Spend
    notify: boss
    spend:
      of: cost_usd_total
      budget: 100 USD
      per: month
      levels: [{spent: 90%, severity: medium}, {spent: 100%, severity: critical}]
  - {name: Watchdog, watchdog: {every: 2m}}
---
apiVersion: obsgen/v1
kind: Routing
receivers:
  chat: {webhook: {url: "http://chat:8080/"}}
  web: {webhook: {url: "http://web:8080/"}}
  boss: {webhook: {url: "http://boss:8080/"}}
  deadman: {webhook: {url: "http://deadman:8080/"}}
default_receiver: chat
routes: [{where: {severity: low}, to: chat}, {where: {alertname: Watchdog}, to: deadman}]
"""


@pytest.fixture(scope="module")
def notified() -> Route:
    built = build({"shop.yaml": NOTIFIED}, Options(with_files=False, with_tests=False))
    (config,) = (each.alertmanager for each in built.compiled)
    assert config is not None
    return config.route


@pytest.mark.parametrize(("severity", "repeat"), [("medium", "1h"), ("critical", "5m")])
def test_receivers_of_an_alert_and_of_its_team_are_told_again_in_time(notified, severity, repeat):
    labels = {"alertname": "Spend", "service": "shop", "team": "web", "severity": severity}

    found = [hop for hop in walked(notified, labels, Duration.parse("4h")) if hop[0] != "chat"]

    assert [("boss", repeat), ("web", repeat)] == found


def test_a_watchdog_is_sent_as_often_as_it_says_behind_routes_of_severities(notified):
    labels = {"alertname": "Watchdog", "service": "shop", "severity": "none", "watchdog": "2m"}

    assert [("deadman", "1m")] == walked(notified, labels, Duration.parse("4h"))


def test_what_the_specs_say_holds_for_all_below():
    assert [("security", "2h")] == told(TREES["an interval of its own"], severity="critical")
    text = "timing: {repeat_interval: 12h}\n" + TREES["several severities"]
    assert [("oncall", "12h")] == told(text, severity="critical")


def test_an_interval_is_a_multiple_of_that_of_groups():
    text = TREES["several severities"] + "\ntiming: {group_interval: 7m}"

    assert [("oncall", "7m")] == told(text, severity="critical")
    assert [("oncall", "21m")] == told(text, severity="high")


def test_an_interval_is_never_longer_than_alertmanager_remembers():
    scheme = SeverityScheme(
        (
            SeverityLevel(name="critical", respond_within=Duration.parse("5m")),
            SeverityLevel(name="low", respond_within=Duration.parse("30d")),
        )
    )
    (route, _) = routed(TREES["one severity"], a_project(severities=scheme)).route.routes

    assert "5d" == str(route.repeat_interval)


def test_a_muted_route_is_muted_for_each_severity():
    text = """
intervals: {night: {times: ["22:00-06:00"], location: UTC}}
routes: [{where: {severity: {at_least: high}}, to: oncall, mute: night}]
"""
    (route, *_) = routed(text).route.routes

    assert [("night",), ("night",)] == [route.mute, *(each.mute for each in route.routes)]
