"""Reports of a real Prometheus, whose past promtool has written: every figure by hand."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import pytest
from oracles import ROOT
from report_world import PROJECT, Past, Shop, at, rising, shop, steady

from obsgen.commands.report import KINDS

KAGURA: Final = """\
apiVersion: obsgen/v1
kind: Service
name: kagura
where: {job: k}
metrics:
  calls_total:
    type: counter
    labels: [agent_name, model, status]
    role: requests
    bad: {status: error}
  latency_seconds:
    type: histogram
    labels: [agent_name, model]
    buckets: [0.5, 1, 2.5]
    role: duration
  cost_usd_total: {type: counter, labels: [agent_name, model], role: cost}
alerts:
  - name: Spend
    spend:
      of: cost_usd_total
      budget: 100 USD
      per: month
      levels: [{spent: 90%, severity: medium}]
slos:
  - name: availability
    objective: 98
    sli: {events: {total: calls_total, bad: {status: error}}}
"""
# Without a duration, a cost and an error.
PLAIN: Final = """\
apiVersion: obsgen/v1
kind: Service
name: plain
where: {job: p}
metrics:
  plain_requests_total: {type: counter, labels: [route], role: requests}
"""
SILENT: Final = """\
apiVersion: obsgen/v1
kind: Service
name: silent
where: {job: nobody}
metrics:
  silent_cost_usd_total: {type: counter, labels: [model], role: cost}
  silent_calls_total: {type: counter, labels: [model], role: requests}
slos:
  - name: works
    objective: 99.9
    sli: {events: {total: silent_calls_total, bad: {model: none}}}
"""
THIRD, FOURTH = at("2025-10-03T10:00"), at("2025-10-04T10:00")
LONG: Final = 3 * 3600
AT: Final = ("--service", "kagura", "--at", "2025-10-04T13:00")
TARGET: Final = 'job="k",instance="i"'
DEAR: Final = f'agent_name="expensive_agent",model="gpt-4o",{TARGET}'
MINE: Final = f'agent_name="my_agent",model="gpt-4o-mini",{TARGET}'


def kagura() -> Past:
    """
    Return two agents: one that spends on the third of October, one that does on the fourth.

    1,234 calls take 302.33s, 245 ms each; 56 take 67.2s, 1,200 ms each.
    """
    found = {f"up{{{TARGET}}}": [*steady(THIRD, FOURTH + LONG, 1)]}
    for labels, start, spent, calls, failed, seconds, buckets in (
        (DEAR, THIRD, 85.42, 56, 0, 67.2, (0, 0, 56, 56)),
        (MINE, FOURTH, 12.45, 1215, 19, 302.33, (1170, 1234, 1234, 1234)),
    ):
        end = start + LONG
        found[f"cost_usd_total{{{labels}}}"] = rising(start, end, spent)
        found[f'calls_total{{status="success",{labels}}}'] = rising(start, end, calls)
        if failed:
            found[f'calls_total{{status="error",{labels}}}'] = rising(start, end, failed)
        for bound, number in zip(("0.5", "1.0", "2.5", "+Inf"), buckets, strict=True):
            found[f'latency_seconds_bucket{{le="{bound}",{labels}}}'] = rising(start, end, number)
        found[f"latency_seconds_sum{{{labels}}}"] = rising(start, end, seconds)
        found[f"latency_seconds_count{{{labels}}}"] = rising(start, end, buckets[-1])
    return {**found, **recorded()}


def recorded() -> Past:
    """Return what rules would have recorded: 19 of 1290 bad, 19 of 1234 in the last hours."""
    end = FOURTH + LONG
    labels = 'service="kagura",slo="availability"'
    error, budget = 19 / 1290, 0.02
    left, burns = 1 - error / budget, 19 / 1234 / budget
    now = {
        "slo:error_ratio:period": error,
        "slo:error_budget_remaining:ratio": left,
        "slo:burn_rate:ratio": burns,
        "slo:error_budget_exhaustion:seconds": left * 30 * 86_400 / burns,
        "slo:total_events:increase5m": 1290,
        "slo:bad_events:increase5m": 19,
    }
    firing = 'alertstate="firing",service="kagura"'
    burn = f'ALERTS{{alertname="ErrorBudgetBurn",severity="high",{firing}}}'
    spend = f'ALERTS{{alertname="Spend",severity="medium",{firing}}}'
    over = FOURTH + 3600
    return {
        **{f"{name}{{{labels}}}": [(end, value)] for name, value in now.items()},
        # Blocks hold no stale markers; what is no number ends an alert as well.
        burn: [*steady(FOURTH, over - 60, 1), (over, float("nan"))],
        # 90 of 100 USD are spent when 4.58 of 12.45 are.
        spend: steady(FOURTH + 67 * 60, end, 1),
    }


def plain() -> Past:
    """
    Return what a counter may do: reset, be born, be born implausibly, end and go on.

    The first route has 10, is reset, and has 7 more; the second is born with 5 beside a target
    that is up; the third appears with 100,000, of which nobody knows when.
    """
    start = FOURTH
    target = 'job="p",instance="i"'
    reset = rising(start, start + 1800, 10, 100) + rising(start + 1860, start + 3600, 7)
    born = steady(start + 3000, start + 7200, 5)
    hidden = steady(start + 4000 // 60 * 60, start + 7200, 100_000)
    return {
        f"up{{{target}}}": steady(start - 600, start + 7200, 1),
        f'plain_requests_total{{route="/reset",{target}}}': reset,
        f'plain_requests_total{{route="/born",{target}}}': born,
        f'plain_requests_total{{route="/hidden",{target}}}': hidden,
    }


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    past = {**kagura(), **plain()}
    with shop(tmp_path_factory.mktemp("shop"), past, (PROJECT, KAGURA, PLAIN, SILENT)) as found:
        yield found


def rows(part: dict[str, Any], *keys: str) -> list[tuple[Any, ...]]:
    return [tuple(row[key] for key in keys) for row in part["rows"]]


# --- cost --------------------------------------------------------------------------------------


def test_a_month_costs_what_its_agents_cost(running: Shop):
    told = running.told("cost", *AT)

    assert [(97.87,)] == rows(told["total"], "cost")
    assert [("expensive_agent", 85.42), ("my_agent", 12.45)] == rows(
        told["by_agent"], "agent", "cost"
    )
    assert [("gpt-4o", 85.42), ("gpt-4o-mini", 12.45)] == rows(told["by_model"], "model", "cost")


def test_days_cost_what_was_spent_on_them(running: Shop):
    days = rows(running.told("cost", *AT)["by_day"], "day", "cost")

    # On the first two days nothing was known of any cost: that is not 0.
    none = [("2025-10-01", None), ("2025-10-02", None)]
    assert [*none, ("2025-10-03", 85.42), ("2025-10-04", 12.45)] == days


def test_nine_tenths_of_a_budget_show_a_sign(running: Shop):
    # 100 - 97.87.
    budgets = running.told("cost", *AT)["budgets"]

    assert [("Spend", 100, 97.87, 2.13, True)] == rows(
        budgets, "budget", "amount", "spent", "remaining", "warning"
    )


def test_less_than_nine_tenths_show_none(running: Shop):
    # 100 - 85.42.
    before = ("--service", "kagura", "--at", "2025-10-03T13:00")
    budgets = running.told("cost", *before)["budgets"]

    assert [(85.42, 14.58, False)] == rows(budgets, "spent", "remaining", "warning")


def test_a_budget_holds_for_its_own_period(running: Shop):
    # Of today only 12.45 are spent, of the month 97.87.
    told = running.told("cost", *AT, "--period", "today")

    assert [(12.45,)] == rows(told["total"], "cost")
    assert [(97.87,)] == rows(told["budgets"], "spent")


def test_a_pace_goes_on_to_the_end_of_the_month(running: Shop):
    # 97.87 in 3 days and 13 hours of 31 days.
    budgets = running.told("cost", *AT)["budgets"]
    expected = Decimal("97.87") * 31 * 24 / (3 * 24 + 13)

    assert [(pytest.approx(float(expected), rel=1e-12),)] == rows(budgets, "projected")


def test_nothing_is_projected_from_less_than_a_tenth_of_a_month(running: Shop):
    # 2 days and 13 hours of 31 days are less than a tenth.
    before = ("--service", "kagura", "--at", "2025-10-03T13:00")

    assert [(None,)] == rows(running.told("cost", *before)["budgets"], "projected")


def test_the_table_reads_as_people_write_money(running: Shop):
    text = running.report("cost", *AT).stdout
    lines = [" ".join(line.replace("|", " ").split()) for line in text.splitlines()]

    assert "Cost (2025-10)" in lines
    assert "expensive_agent 85.42 USD 87.3%" in lines
    assert "my_agent 12.45 USD 12.7%" in lines
    assert any("97.87 USD 97.9% 2.13 USD ⚠" in line for line in lines)


def test_a_day_begins_where_the_zone_says(running: Shop):
    # 10:00 to 13:00 in UTC are 23:00 to 02:00 in UTC+13: a third of it on the day before.
    zone = ("--time-zone", "Etc/GMT-13", "--at", "2025-10-04T13:00+00:00")
    days = dict(rows(running.told("cost", *AT[:2], *zone)["by_day"], "day", "cost"))

    assert days["2025-10-03"] == pytest.approx(85.42 / 3, abs=1e-6)
    assert days["2025-10-05"] == pytest.approx(12.45 * 2 / 3, abs=1e-6)


# --- stats -------------------------------------------------------------------------------------


def test_each_agent_has_its_calls(running: Shop):
    told = running.told("stats", *AT)["by_agent_calls"]
    success = 1 - 19 / 1234

    assert [
        ("expensive_agent", 56, 0, 1, pytest.approx(1.2), 85.42),
        ("my_agent", 1234, 19, pytest.approx(success), pytest.approx(0.245), 12.45),
    ] == rows(told, "agent", "calls", "failed", "success", "average", "cost")


def test_percentiles_are_those_of_prometheus(running: Shop):
    told = dict(rows(running.told("stats", *AT)["by_agent_calls"], "agent", "p95"))
    query = "histogram_quantile(0.95, sum by (le, agent_name) (latency_seconds_bucket))"
    answer = running.server.get("/api/v1/query", query=query, time=str(FOURTH + LONG))
    (asked,) = (float(one["value"][1]) for one in answer["data"]["result"])

    # Only the agent of this day has buckets now; all of its calls were counted from 0 on.
    assert told["my_agent"] == pytest.approx(asked)
    # 1170 of 1234 in 0.5s, so 1172.3 are reached 2.3/64 into the bucket up to 1s.
    assert told["my_agent"] == pytest.approx(0.5 + 0.5 * (1172.3 - 1170) / 64)


def test_what_is_not_declared_has_no_column(running: Shop):
    told = running.told("stats", "--service", "plain", "--at", "2025-10-04T12:00")

    assert ["calls"] == [column["name"] for column in told["all_plain_requests"]["columns"]]


# --- counting ----------------------------------------------------------------------------------


def test_resets_and_births_are_counted_and_what_was_hidden_is_not(running: Shop):
    told = running.told("stats", "--service", "plain", "--at", "2025-10-04T12:00")
    calls = dict(rows(told["by_route_plain_requests"], "route", "calls"))

    assert {"/born": 5, "/hidden": 0, "/reset": 17} == calls


def test_an_hour_is_counted_like_any_other_time(running: Shop):
    # Half of 10 grew within the first quarter: 100 to 105.
    period = ("--period", "15m", "--at", "2025-10-04T10:15")
    told = running.told("stats", "--service", "plain", *period)

    assert [(5,)] == rows(told["all_plain_requests"], "calls")


# --- the others --------------------------------------------------------------------------------


def test_slow_calls_are_those_above_the_bound(running: Shop):
    told = running.told("slow", *AT)["slow_latency_by_agent"]

    assert [("expensive_agent", 56, 56, 1), ("my_agent", 0, 1234, 0)] == rows(
        told, "agent", "slow", "calls", "share"
    )


def test_a_limit_between_two_bounds_is_said(running: Shop):
    told = running.told("slow", *AT, "--over", "600ms")["slow_latency_by_agent"]

    assert [
        "The histogram has no bound at 600ms: calls longer than 1,000ms are counted, its next one."
    ] == told["notes"]


def test_a_timeline_has_a_row_for_each_hour(running: Shop):
    told = running.told("timeline", *AT, "--period", "today")["timeline_calls"]
    calls = dict(rows(told, "hour", "calls"))

    # 1234 calls in three hours.
    assert calls["2025-10-04 10:00"] == pytest.approx(1234 / 3, abs=1e-6)
    assert calls["2025-10-04 08:00"] is None
    assert "2025-10-04 13:00" not in calls


def test_a_timeline_of_a_month_has_a_row_for_each_day(running: Shop):
    told = running.told("timeline", *AT)["timeline_calls"]

    assert [
        ("2025-10-01", None, None),
        ("2025-10-02", None, None),
        ("2025-10-03", 56, 85.42),
        ("2025-10-04", 1234, 12.45),
    ] == rows(told, "day", "calls", "cost")


def test_a_summary_holds_the_headlines(running: Shop):
    told = running.told("summary", *AT)

    assert ["slos", "all_calls", "total", "budgets", "alerts"] == list(told)


def test_an_error_budget_of_a_month_is_43_minutes(running: Shop):
    # 0.001 of 30 days.
    told = running.told("slo", "--service", "silent", "--at", "2025-10-04T13:00")["slos"]

    assert [(43.2 * 60, None, None)] == rows(told, "budget_seconds", "sli", "left")


@pytest.mark.parametrize("kind", ["slo", "cost", "stats", "summary"])
def test_where_nothing_is_known_no_data_stands(running: Shop, kind: str):
    text = running.report(kind, "--service", "silent", "--at", "2025-10-04T13:00").stdout

    assert "no data" in text
    assert "0.00 USD" not in text
    assert "nan" not in text.lower()


def test_a_service_without_money_has_no_costs(running: Shop):
    assert {} == running.told("cost", "--service", "plain", "--at", "2025-10-04T13:00")


# --- formats -----------------------------------------------------------------------------------


def test_csv_is_one_table_of_exact_numbers(running: Shop):
    text = running.report("cost", *AT, "--format", "csv").stdout_bytes.decode()
    lines = list(csv.DictReader(io.StringIO(text, newline="")))
    agents = {line["agent"]: line["cost"] for line in lines if line["part"] == "by_agent"}

    assert {"expensive_agent": "85.42", "my_agent": "12.45"} == agents
    assert text.count("\r\n") == text.count("\n") == len(lines) + 1


def test_a_file_is_written_as_its_name_says(running: Shop, tmp_path: Path):
    out = tmp_path / "cost.json"
    result = running.report("cost", *AT, "-o", str(out))

    assert (0, "") == (result.exit_code, result.stdout)
    assert json.loads(out.read_text("utf-8"))["label"] == "2025-10"


def test_a_file_that_is_there_is_not_replaced(running: Shop, tmp_path: Path):
    out = tmp_path / "cost.md"
    out.write_text("mine")
    result = running.report("cost", *AT, "-o", str(out))

    assert result.exit_code == 2
    assert out.read_text() == "mine"


def test_a_page_holds_the_figures_and_asks_nobody(running: Shop):
    page = running.report("cost", *AT, "--format", "html").stdout

    assert "97.87 USD" in page
    assert "connect-src &#39;none&#39;" in page
    assert "http-equiv" in page


# --- what the documentation shows ---------------------------------------------------------------

PAGE: Final = ROOT / "docs" / "reports.md"
EXAMPLES: Final = re.findall(
    r"^\$ obsgen report (.*)\n((?:.*\n)*?)(?=```)", PAGE.read_text("utf-8"), re.M
)


def test_the_page_has_an_example_of_each_kind():
    assert set(KINDS) == {line.split()[0] for line, _ in EXAMPLES}


def test_the_page_shows_the_specs_that_are_reported_on():
    assert KAGURA in PAGE.read_text("utf-8")


@pytest.mark.parametrize(("line", "shown"), EXAMPLES, ids=[line for line, _ in EXAMPLES])
def test_what_the_page_shows_is_what_is_printed(running: Shop, line: str, shown: str):
    kind, *arguments = line.split()
    text = running.report(kind, *AT, *arguments).stdout
    printed = "\n".join(one.rstrip() for one in text.replace(running.server.url, URL).splitlines())

    assert shown.strip() == printed.strip()


URL: Final = "http://prometheus:9090"
