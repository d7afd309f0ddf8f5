"""
Reports tell what the rules tell: rules recorded over a past, in a real Prometheus, beside reports.

A counter that grows evenly gives both the same, although a rule's minute ends five seconds earlier.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

import pytest
from oracles import running_prometheus
from recorded import record
from remote_write import RECEIVER, Series, write
from report_world import Shop, at, rising, specs, steady
from test_reports import rows

from obsgen import workspace

SPECS: Final = """\
apiVersion: obsgen/v1
kind: Project
name: shop
prometheus: {retention: 100d}
---
apiVersion: obsgen/v1
kind: Service
name: desk
where: {job: desk}
metrics:
  cost_usd_total: {type: counter, labels: [model], role: cost}
alerts:
  - name: Spend
    spend:
      of: cost_usd_total
      budget: 500 USD
      per: month
      levels: [{spent: 90%, severity: medium}]
---
apiVersion: obsgen/v1
kind: Service
name: tokens
where: {job: tokens}
metrics:
  tokens_total: {type: counter, labels: [agent, model, kind], unit: tokens, role: tokens}
prices:
  tokens_usd:
    of: tokens_total
    by: [model, kind]
    currency: USD
    per: 1000
    table: {gpt-4o: {input: 0.005, output: 0.015}}
---
apiVersion: obsgen/v1
kind: Service
name: gate
where: {job: gate}
metrics:
  requests_total: {type: counter, labels: [route, status], role: requests, bad: {status: error}}
slos:
  - name: availability
    objective: 99.9
    period: 1d
    by: [route]
    sli: {events: {total: requests_total, bad: {status: error}}}
"""
START, MONTH, END = at("2025-10-31T23:00"), at("2025-11-01T00:00"), at("2025-11-01T02:00")
AT: Final = ("--at", "2025-11-01T02:00")
ROUTES: Final = {"/one": 0.0, "/half": 0.05, "/none": 0.1, "/over": 0.2}
"""Errors a minute, of 100 requests: availability 1, 0.9995, 0.999 and 0.998."""


def series(name: str, samples: Sequence[tuple[int, float]], **labels: str) -> Series:
    """Return a scraped series of a target of the job that is told."""
    return Series(
        labels={"__name__": name, "instance": "i", **labels},
        times=[time * 1000 for time, _ in samples],
        values=[value for _, value in samples],
    )


def scraped() -> Iterator[Series]:
    """
    Yield what targets say.

    The desk spends a cent a minute, and is reset 90 minutes after its first sample, in the middle
    of an hour; a model is born with 4 dollars, and one is hidden that had cost 4,000.
    """
    for job in ("desk", "tokens", "gate"):
        yield series("up", steady(START, END, 1), job=job)
    reset = START + 90 * 60
    cents = rising(START, reset - 60, 0.89) + rising(reset, END, 0.9, 0.01)
    yield series("cost_usd_total", cents, job="desk", model="m")
    yield series("cost_usd_total", steady(MONTH + 1200, END, 4), job="desk", model="born")
    yield series("cost_usd_total", steady(MONTH + 2400, END, 4000), job="desk", model="hidden")
    for kind, number in (("input", 100), ("output", 50)):
        samples = steady(START, MONTH, 0) + rising(MONTH + 60, END - 60, number)
        labels = {"agent": "a", "model": "gpt-4o", "kind": kind}
        yield series("tokens_total", samples, job="tokens", **labels)
    minutes = (END - START) // 60
    for route, errors in ROUTES.items():
        good = rising(START, END, (100 - errors) * minutes)
        bad = rising(START, END, errors * minutes)
        yield series("requests_total", good, job="gate", route=route, status="ok")
        yield series("requests_total", bad, job="gate", route=route, status="error")


def fired(start: int, minutes: int, **labels: str) -> Series:
    """Return an alert as rules write it: a stale marker ends it."""
    own = {"__name__": "ALERTS", "alertstate": "firing", "service": "gate", "severity": "high"}
    times = [(start + 60 * minute) * 1000 for minute in range(minutes + 1)]
    return Series(labels={**own, **labels}, times=times, values=[*[1.0] * minutes, None])


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    folder = tmp_path_factory.mktemp("agree")
    specs(folder, SPECS)
    built = workspace.compile_specs([folder / "specs"], None, cwd=folder)
    config = folder / "prometheus.yml"
    config.write_text("{}")
    keep = "--storage.tsdb.retention.time=100y"
    with running_prometheus(config, *RECEIVER, keep) as server:
        alerts = [
            fired(MONTH + 600, 10, alertname="Broken", route="/a"),
            fired(MONTH + 600, 20, alertname="Broken", route="/b"),
            fired(END - 300, 9, alertname="Slow"),
            fired(MONTH, 100, alertname="Watchdog", watchdog="5m"),
        ]
        write(server.url, [*scraped(), *alerts])
        moments = range((START + 60) * 1000, (END + 60) * 1000, 60_000)
        for file in built.compiled[0].rule_files:
            for group in file.groups:
                record(server, group.rules, [moments])
        yield Shop(folder, server)


def asked(running: Shop, query: str) -> float:
    """Return what the server says at the end."""
    answer: Any = running.server.get("/api/v1/query", query=query, time=str(END))
    (one,) = answer["data"]["result"]
    return float(one["value"][1])


def test_a_report_counts_what_the_budget_s_rules_count(running: Shop):
    told = running.told("cost", *AT, "--service", "desk")

    # 120 minutes of a cent and a birth of 4 dollars; the 4,000 are more than a hundredth of the
    # budget and what was spent in the busiest minutes.
    assert [(5.2,)] == rows(told["budgets"], "spent")
    assert asked(running, "spend:spent:period") == pytest.approx(5.2)
    assert [] == told["budgets"]["notes"]


def test_a_report_projects_what_the_budget_s_rules_project(running: Shop):
    # 2 hours are no tenth of November.
    assert [(None,)] == rows(running.told("cost", *AT, "--service", "desk")["budgets"], "projected")
    answer: Any = running.server.get("/api/v1/query", query="spend:projected:period", time=str(END))
    assert [] == answer["data"]["result"]


def test_tokens_cost_what_the_table_of_prices_says(running: Shop):
    # 100 tokens in and 50 out: 0.0005 + 0.00075.
    told = running.told("cost", *AT, "--service", "tokens")

    assert [("gpt-4o", 0.00125)] == rows(told["by_model"], "model", "cost")
    assert "0.0012 USD" in running.report("cost", *AT, "--service", "tokens").stdout


def test_what_is_left_of_an_error_budget_is_what_is_recorded(running: Shop):
    told = running.told("slo", *AT, "--service", "gate")["slos"]
    left = dict(rows(told, "group", "left"))

    # 1 - (1 - availability) / (1 - target), target 0.999.
    expected = {"route=/one": 1, "route=/half": 0.5, "route=/none": 0, "route=/over": -1}
    assert {group: pytest.approx(value, abs=1e-8) for group, value in expected.items()} == left


def test_indicators_are_those_of_the_period_and_of_the_report(running: Shop):
    told = running.told("slo", *AT, "--service", "gate")["slos"]
    found = {group: (sli, here) for group, sli, here in rows(told, "group", "sli", "sli_in_report")}

    assert (pytest.approx(0.998), pytest.approx(0.998)) == found["route=/over"]
    assert (1, 1) == found["route=/one"]


def test_a_budget_lasts_as_long_as_its_burn_rate_says(running: Shop):
    told = running.told("slo", *AT, "--service", "gate")["slos"]
    found = {g: (b, e) for g, b, e in rows(told, "group", "burn_rate", "exhausted_in")}

    # Half of a day's budget is left, and burns at 0.5: one more day.
    assert (pytest.approx(0.5), pytest.approx(86_400)) == found["route=/half"]
    # Nothing burns.
    assert (0, None) == found["route=/one"]


def test_a_budget_of_a_day_has_86_seconds(running: Shop):
    told = running.told("slo", *AT, "--service", "gate")["slos"]

    assert {86.4} == {seconds for (seconds,) in rows(told, "budget_seconds")}


def test_alerts_are_counted_with_their_mean_time(running: Shop):
    told = running.told("alerts", *AT, "--service", "gate")["alerts"]
    found = {row["alert"]: row for row in told["rows"]}

    # 10 and 20 minutes; the one that still fires has no time to resolution, and watchdogs none.
    assert (2, 900, 1200, 1800) == tuple(
        found["Broken"][key] for key in ("fired", "mean", "longest", "total")
    )
    assert (1, 1, None) == tuple(found["Slow"][key] for key in ("fired", "firing", "mean"))
    assert (3, 900) == tuple(found["all"][key] for key in ("fired", "mean"))
    assert "Watchdog" not in found


def test_a_quiet_month_says_that_no_alert_fired(running: Shop):
    told = running.told("alerts", "--at", "2025-10-31T23:30", "--service", "gate")["alerts"]

    assert ["No alert fired."] == told["notes"]


def test_a_time_before_all_data_says_so(running: Shop):
    told = running.told("alerts", "--at", "2024-10-31T23:30", "--service", "gate")["alerts"]

    assert ["no data: neither alerts nor targets are known of this time."] == told["notes"]
