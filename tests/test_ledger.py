"""
The ledger counts right to the event: generated rules, run by promtool over series made by hand.

Every expected number is worked out from the series themselves, in the comment beside it. Scrapes
are 15s apart; the tile is 1m and read 5s late, so at 10m it holds what was scraped from 8m55s to
9m55s: the scrapes at 9m, 9m15s, 9m30s and 9m45s, against the one at 8m45s.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import oracles
import pytest
import yaml
from problems import problems

from obsgen import build

SPEC = """
apiVersion: obsgen/v1
kind: Project
name: shop
---
apiVersion: obsgen/v1
kind: Service
name: cart
metrics:
  requests_total: {type: counter, labels: [code, route]}
  latency_seconds: {type: histogram, labels: [route], buckets: [0.5, 1, 2]}
slos:
  - name: availability
    objective: 99
    sli: {events: {total: requests_total, bad: {code: "5.."}}}
  - name: routes
    objective: 99
    sli: {events: {total: requests_total, bad: {code: "5.."}}}
    by: [route]
  - name: latency
    objective: 95
    sli: {latency: {histogram: latency_seconds, below: 1s}}
"""

UP = {"series": 'up{job="a",instance="i"}', "values": "1x2000"}


def run(
    directory: Path,
    series: list[dict[str, str]],
    expected: dict[str, dict[str, Any]],
    spec: str = SPEC,
) -> None:
    """Let promtool compare recorded values: expected[time][expression] is a number or None."""
    built = build({"specs/cart.yaml": spec})
    assert not problems(built)
    rules = next(f for f in built.files if f.path.endswith("cart.rules.yml"))
    (directory / "cart.rules.yml").write_bytes(rules.data)
    checks = [
        {
            "expr": expression,
            "eval_time": time,
            "exp_samples": [] if value is None else [{"labels": "{}", "value": value}],
        }
        for time, expressions in expected.items()
        for expression, value in expressions.items()
    ]
    test = {
        "rule_files": ["cart.rules.yml"],
        "evaluation_interval": "1m",
        "tests": [{"interval": "15s", "input_series": series, "promql_expr_test": checks}],
    }
    (directory / "cart.test.yml").write_text(yaml.safe_dump(test, sort_keys=False))
    oracles.promtool_test(directory / "cart.test.yml")


def of(slo: str, name: str, route: str = "") -> str:
    group = f',route="{route}"' if route else ""
    return f'sum({name}{{slo="{slo}"{group}}})'


def counter(labels: str, values: str) -> dict[str, str]:
    full = f'requests_total{{job="a",instance="i",{labels}}}'
    return {"series": full, "values": values}


def test_steady_counters_are_counted_to_the_event(tmp_path):
    # 3 and 1 a scrape, four scrapes a tile: 12 good and 4 bad a minute; 4/16 over every window.
    good = counter('code="200",route="/"', "0+3x400")
    bad = counter('code="500",route="/"', "0+1x400")
    expected = {
        of("availability", "slo:bad_events:increase1m"): 4,
        of("availability", "slo:total_events:increase1m"): 16,
        of("availability", "slo:error_ratio:rate5m"): 0.25,
        of("availability", "slo:error_ratio:rate1h"): 0.25,
        # An objective of 99 % leaves 0.01: a quarter of all events bad burns 25 times too fast.
        of("availability", "slo:burn_rate:ratio"): 25,
        of("availability", "slo:error_budget_remaining:ratio"): -24,
    }

    run(tmp_path, [UP, good, bad], {"90m": expected})


def test_a_reset_counts_what_was_before_it_and_what_came_after(tmp_path):
    # The bad counter climbs by 5 a scrape to 175 at 8m45s; 180 at 9m, then restarts at 0 and goes
    # on by 5: 180, 0, 5, 10 in the tile. Last 10, peak 180: 10 + (180 - 175) = 15.
    good = counter('code="200",route="/"', "0+1x400")
    bad = counter('code="500",route="/"', "0+5x36 0+5x300")

    run(tmp_path, [UP, good, bad], {"10m": {of("availability", "slo:bad_events:increase1m"): 15}})


def test_missed_scrapes_are_counted_when_the_next_one_comes(tmp_path):
    # 4 bad a minute; the scrapes of 9m to 9m45s are missing, so the tile of 10m counts nothing
    # and that of 11m, which sees 44 against 35, both minutes: the last scrape before was 8m45s.
    good = counter('code="200",route="/"', "0+1x400")
    bad = counter('code="500",route="/"', "0+1x35 _x4 40+1x300")
    expected = {
        "10m": {of("availability", "slo:bad_events:increase1m"): 0},
        "11m": {of("availability", "slo:bad_events:increase1m"): 8},
    }

    run(tmp_path, [UP, good, bad], expected)


def test_errors_whose_series_is_born_with_them_are_counted(tmp_path):
    # The first 500 comes with its series at 9m15s, at 7, and 2 more by 9m45s: 7 born, 2 seen.
    good = counter('code="200",route="/"', "0+5x400")
    bad = counter('code="500",route="/"', "_x37 7+1x300")
    expected = {
        of("availability", "slo:bad_born:increase1m"): 7,
        of("availability", "slo:bad_seen:increase1m"): 2,
        of("availability", "slo:bad_events:increase1m"): 9,
        # 20 good were seen, and what was born as bad counts in the total, too: 20 + 2 + 7.
        of("availability", "slo:total_events:increase1m"): 29,
    }

    run(tmp_path, [UP, good, bad], {"10m": expected})


def test_a_whole_counter_that_appears_is_refused(tmp_path):
    # 50,000 at once is a relabelling: more than 10 + 2 x 20, the busiest tile of the last hour.
    good = counter('code="200",route="/"', "0+5x400")
    bad = counter('code="500",route="/"', "_x37 50000+0x300")
    expected = {
        of("availability", "slo:bad_born:increase1m"): 50000,
        of("availability", "slo:bad_events:increase1m"): 0,
        of("availability", "slo:total_events:increase1m"): 20,
    }

    run(tmp_path, [UP, good, bad], {"10m": expected})


def test_a_new_target_does_not_bring_its_past(tmp_path):
    # `up` begins at 9m15s with the series: what they had counted came from before.
    up = {"series": 'up{job="a",instance="i"}', "values": "_x37 1x300"}
    good = counter('code="200",route="/"', "_x37 100+5x300")
    bad = counter('code="500",route="/"', "_x37 7+1x300")

    run(tmp_path, [up, good, bad], {"10m": {of("availability", "slo:bad_events:increase1m"): 2}})


def test_no_error_is_zero_and_no_traffic_is_no_ratio(tmp_path):
    # Traffic of 1 a scrape without any 5xx until 30m, then the counter stands still.
    good = counter('code="200",route="/"', "0+1x120 120x400")
    expected = {
        "20m": {
            of("availability", "slo:bad_events:increase1m"): 0,
            of("availability", "slo:error_ratio:rate5m"): 0,
        },
        "50m": {
            of("availability", "slo:total_events:increase1m"): 0,
            of("availability", "slo:error_ratio:rate5m"): None,
        },
    }

    run(tmp_path, [UP, good], expected)


def test_groups_have_budgets_of_their_own(tmp_path):
    # /a fails always, /b never: 4 of 4, and 0 of 8.
    bad = counter('code="500",route="/a"', "0+1x400")
    good = counter('code="200",route="/b"', "0+2x400")
    expected = {
        of("routes", "slo:bad_events:increase1m", "/a"): 4,
        of("routes", "slo:error_ratio:rate5m", "/a"): 1,
        of("routes", "slo:bad_events:increase1m", "/b"): 0,
        of("routes", "slo:error_ratio:rate5m", "/b"): 0,
    }

    run(tmp_path, [UP, bad, good], {"20m": expected})


GOOD_COUNTER = """
apiVersion: obsgen/v1
kind: Service
name: cart
metrics:
  requests_total: {type: counter}
  served_total: {type: counter, labels: [route]}
slos:
  - name: served
    objective: 99
    sli: {events: {total: requests_total, good: {counter: served_total}}}
"""


def test_good_events_whose_series_is_new_are_not_bad(tmp_path):
    # 4 requests a minute to /a, all served. At 9m15s /b appears, served 5 times at once, and the
    # total counts them: 4 + 5, all of them good.
    total = {"series": 'requests_total{job="a",instance="i"}', "values": "0+1x36 42+1x300"}
    first = {"series": 'served_total{job="a",instance="i",route="/a"}', "values": "0+1x400"}
    second = {"series": 'served_total{job="a",instance="i",route="/b"}', "values": "_x37 5+0x300"}
    expected = {
        of("served", "slo:total_events:increase1m"): 9,
        of("served", "slo:bad_events:increase1m"): 0,
    }

    run(tmp_path, [UP, total, first, second], {"10m": expected}, GOOD_COUNTER)


def test_the_coarse_ledger_adds_up_to_the_fine_one(tmp_path):
    # Bad events come 3 a scrape between 20m and 25m only. Written every 5m, never twice.
    good = counter('code="200",route="/"', "0+2x600")
    bad = counter('code="500",route="/"', "0x80 0+3x20 60x500")
    expected = {
        'sum(sum_over_time(slo:bad_events:increase5m{slo="availability"}[59m59s999ms]))': 60,
        'sum(sum_over_time(slo:bad_events:increase1m{slo="availability"}[59m59s999ms]))': 60,
        'sum(count_over_time(slo:bad_events:increase5m{slo="availability"}[59m59s999ms]))': 12,
    }

    run(tmp_path, [UP, good, bad], {"65m": expected})


def bucket(le: str, values: str) -> dict[str, str]:
    return {
        "series": f'latency_seconds_bucket{{job="a",instance="i",route="/",le="{le}"}}',
        "values": values,
    }


def count(values: str) -> dict[str, str]:
    return {
        "series": 'latency_seconds_count{job="a",instance="i",route="/"}',
        "values": values,
    }


@pytest.mark.parametrize("spelling", ["1", "1.0"])
def test_latency_counts_what_is_above_the_bucket_however_it_is_spelled(tmp_path, spelling):
    # 10 a scrape, 9 of them within 1s: 40 a minute, 4 slow.
    series = [UP, count("0+10x400"), bucket(spelling, "0+9x400")]
    expected = {
        of("latency", "slo:bad_events:increase1m"): 4,
        of("latency", "slo:total_events:increase1m"): 40,
        of("latency", "slo:error_ratio:rate5m"): 0.1,
    }

    run(tmp_path, series, {"20m": expected})


def test_a_bucket_that_is_spelled_anew_goes_on_counting(tmp_path):
    # At 15m the exposition changes from le="1" to le="1.0"; 4 slow a minute all the time.
    series = [
        UP,
        count("0+10x400"),
        bucket("1", "0+9x60 stale"),
        bucket("1.0", "_x61 549+9x300"),
    ]
    four = {of("latency", "slo:bad_events:increase1m"): 4}
    expected = dict.fromkeys(("14m", "16m", "17m", "20m"), four)

    run(tmp_path, series, expected)


def test_a_bucket_ahead_of_its_count_is_never_negative(tmp_path):
    # Rendered unatomically: the bucket has 12 a scrape, the count 10.
    series = [UP, count("0+10x400"), bucket("1", "0+12x400")]

    run(tmp_path, series, {"20m": {of("latency", "slo:bad_events:increase1m"): 0}})


def test_rules_read_plain_ranges_and_never_subqueries():
    built = build({"specs/cart.yaml": SPEC})
    rules = next(f for f in built.files if f.path.endswith("cart.rules.yml")).data.decode()

    assert ":1m]" not in rules
    assert "increase(" not in rules
    assert "[5m]" not in rules
    assert "[1h]" not in rules
