"""
A dollar an hour from the 30th of January 1970 on, told on the 15th of February.

The month to date of AutoForgeNexus's document sums an hourly record over the month, both ends
included; a report begins after the first moment of the month: no hour is in two months.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from report_world import PROJECT, Shop, at, rising, shop, steady
from test_reports import rows

SERVICE: Final = """\
apiVersion: obsgen/v1
kind: Service
name: autoforge
metrics:
  llm_cost_usd_total: {type: counter, labels: [model], role: cost}
scrape:
  - {job: a, targets: ["a:1"], interval: 5m}
alerts:
  - name: Spend
    spend:
      of: llm_cost_usd_total
      budget: 1000 USD
      per: month
      project: 1d
      levels: [{projected: 100%, severity: high}]
"""
START, END = at("1970-01-30T00:00"), at("1970-02-15T02:00")
RECORDED: Final = "autoforge:llm_cost_usd:increase1h"
MONTH_TO_DATE: Final = (
    f"sum_over_time(({RECORDED} and on() (month(timestamp({RECORDED})) == on()"
    f" month(timestamp({RECORDED} @ end()))))[31d:1h])"
)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    hours = (END - START) / 3600
    target = 'job="a",instance="i"'
    past = {
        f"up{{{target}}}": steady(START, END, 1, 300),
        f'llm_cost_usd_total{{model="m",{target}}}': rising(START, END, hours, step=300),
        RECORDED: steady(START, END, 1, 300),
    }
    with shop(tmp_path_factory.mktemp("month"), past, (PROJECT, SERVICE)) as found:
        yield found


def spent(running: Shop, *arguments: str) -> float:
    ((cost,),) = rows(running.told("cost", *arguments)["total"], "cost")
    return cost


def test_a_month_to_date_is_what_its_hours_cost(running: Shop):
    # 14 days; day_of_month() is 15.
    assert spent(running, "--at", "1970-02-15T00:00") == 14 * 24
    assert spent(running, "--at", "1970-02-15T01:00") == 337


def test_the_recorded_formula_counts_the_hour_before_the_month_too(running: Shop):
    time = str(at("1970-02-15T00:00"))
    answer: Any = running.server.get("/api/v1/query", query=MONTH_TO_DATE, time=time)
    (one,) = answer["data"]["result"]
    last_hour = ("--at", "1970-02-01T00:00", "--period", "1h")

    assert 337 == float(one["value"][1])
    assert 337 == spent(running, "--at", "1970-02-15T00:00") + spent(running, *last_hour)


def test_months_add_up(running: Shop):
    # From the 30th of January on: 2 days, then 14.
    assert spent(running, "--at", "1970-02-15T00:00", "--period", "1970-01") == 48
    assert spent(running, "--at", "1970-02-15T00:00", "--period", "this_year") == 48 + 336


def projected(running: Shop, moment: str) -> float | None:
    ((found,),) = rows(running.told("cost", "--at", moment)["budgets"], "projected")
    return found


def test_a_pace_of_a_day_goes_on_to_the_end_of_the_month(running: Shop):
    # 36 dollars in 36 hours, and a dollar an hour for the 12 hours that are left of January.
    assert 48 == projected(running, "1970-01-31T12:00")


def test_an_hour_is_not_taken_for_the_pace_of_a_day(running: Shop):
    assert projected(running, "1970-01-30T01:00") is None


def test_a_month_of_which_the_server_has_only_the_end_is_said(running: Shop):
    said = "the server has no data from before 1970-01-30 00:00: figures begin there"

    assert said in running.report("cost", "--at", "1970-01-31T12:00").stderr
    assert not running.report("cost", "--at", "1970-02-15T00:00").stderr


LEDGER_SERVICE = """\
apiVersion: obsgen/v1
kind: Service
name: gate
where: {job: a}
metrics:
  requests_total: {type: counter, labels: [status], role: requests, bad: {status: error}}
slos:
  - name: ok
    objective: 90
    sli: {events: {total: requests_total, bad: {status: error}}}
"""


def test_the_last_tile_of_a_month_is_of_that_month(tmp_path: Path):
    # Rules record a tile of five minutes in the minute after its end: here at 18s.
    first, second = at("1970-02-01T00:00") + 18, at("1970-03-01T00:00") + 18
    tiles = {
        "total": [(first, 10), (first + 300, 100), (second, 50), (second + 300, 1)],
        "bad": [(first, 10), (first + 300, 0), (second, 15), (second + 300, 0)],
    }
    labels = 'service="gate",slo="ok"'
    past = {f"slo:{word}_events:increase5m{{{labels}}}": found for word, found in tiles.items()}
    arguments = ("--at", "1970-03-02T00:00", "--period", "1970-02")
    with shop(tmp_path, past, (PROJECT, LEDGER_SERVICE)) as found:
        ((told,),) = rows(found.told("slo", *arguments)["slos"], "sli_in_report")

    # Of 150 events 15 were bad; the ten before are January's, the one after is March's.
    assert 0.9 == told
