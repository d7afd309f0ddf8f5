"""The stack of `docker-compose.yml` without containers: targets, rules, history, notifications."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from stack_oracle import Stack


@pytest.fixture(scope="module")
def stack(tmp_path_factory) -> Iterator[Stack]:
    found = Stack(tmp_path_factory.mktemp("stack"))
    found.make_configuration()
    found.run_script("history", history_2w="history 3h")
    found.run_script("blocks")
    found.hurry()
    with ExitStack() as running:
        for service in ("sink", "alertmanager", "blackbox-exporter"):
            running.enter_context(found.running(service))
        act = ("--scenario", "target disappears on job=gateway from 20s on")
        running.enter_context(found.running("simulator", *act))
        running.enter_context(found.running("prometheus"))
        yield found


def until(condition: Callable[[], Any], seconds: float) -> Any:
    deadline = time.monotonic() + seconds
    while not (found := condition()) and time.monotonic() < deadline:
        time.sleep(0.5)
    return found


def targets(stack: Stack) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = stack.get("prometheus", "/api/v1/targets")["data"][
        "activeTargets"
    ]
    return found


def value(stack: Stack, query: str) -> list[float]:
    found = stack.get("prometheus", "/api/v1/query", query=query)["data"]["result"]
    return [float(one["value"][1]) for one in found]


def test_every_target_is_up_but_the_one_that_the_scenario_takes_away(stack: Stack):
    def down() -> set[str]:
        return {t["labels"]["job"] for t in targets(stack) if t["health"] != "up"}

    until(lambda: down() == {"gateway"}, 90)

    assert {"gateway"} == down()
    assert len(targets(stack)) > 20


def test_probes_succeed_through_the_real_exporter_and_through_the_simulator(stack: Stack):
    until(lambda: len(value(stack, "probe_success == 1")) > 10, 60)

    assert not value(stack, "probe_success == 0")
    assert value(stack, 'probe_success{instance="http://llmproc:8000/health"}') == [1.0]
    assert value(stack, 'probe_success{instance="redis:6379"}') == [1.0]


def test_all_rules_are_loaded_and_healthy(stack: Stack):
    def rules() -> list[dict[str, Any]]:
        groups = stack.get("prometheus", "/api/v1/rules")["data"]["groups"]
        return [rule for group in groups for rule in group["rules"]]

    until(lambda: all(rule["health"] != "unknown" for rule in rules()), 180)

    assert len(rules()) > 200
    assert [] == [(r["name"], r.get("lastError")) for r in rules() if r["health"] == "err"]


def test_the_history_is_there_and_what_rules_record_of_it(stack: Stack):
    start, end = (float(n) for n in (stack.folder / "history/span").read_text().split())
    at = {"time": str((start + end) / 2)}

    def then(query: str) -> list[Any]:
        asked = stack.get("prometheus", "/api/v1/query", query=query, **at)
        found: list[Any] = asked["data"]["result"]
        return found

    assert then('rate(tonebridge_requests_total{job="gateway"}[5m]) > 0')
    (total,) = then('slo:total_events:increase1m{service="tonebridge",slo="availability"}')
    # Two targets count at least the 100/s at half load that an alert asks for, 60 s of it.
    assert float(total["value"][1]) > 1000
    assert then('slo:error_budget_remaining:ratio{service="tonebridge",slo="availability"}')


def test_an_alert_reaches_the_sink(stack: Stack):
    def seen() -> set[tuple[str, str]]:
        messages = stack.get("sink", "/api/notifications")["notifications"]
        return {(m["receiver"], a["labels"]["alertname"]) for m in messages for a in m["alerts"]}

    until(lambda: ("oncall", "GatewayDown") in seen(), 260)

    assert ("dead-mans-switch", "Watchdog") in seen()
    assert ("oncall", "GatewayDown") in seen()
