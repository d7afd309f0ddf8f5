"""
Slices, probes, composites, raw queries, and limits by label: run by promtool, counted by hand.

Scrapes are 15s apart, rules run every minute. The ledger of events reads 5s late: at 10m the tile
holds what was scraped from 8m55s to 9m55s. Slices are judged at once, at their end.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import oracles
import pytest
import yaml
from problems import problems

from obsgen import build
from obsgen.artefacts import TimeInterval
from obsgen.model import Hours

HEAD = """
apiVersion: obsgen/v1
kind: Project
name: shop
---
apiVersion: obsgen/v1
kind: Routing
receivers: {chat: {webhook: {url: "http://chat/"}}}
default_receiver: chat
routes: [{where: {severity: low}, to: chat, mute: [early, tokyo, nights]}]
intervals:
  early: {times: ["00:00-00:30"], location: UTC}
  nights: {times: ["23:00-01:00"], location: UTC}
  tokyo: {days: thursday, times: ["09:10-09:20"], location: Asia/Tokyo}
---
apiVersion: obsgen/v1
kind: Service
name: cart
metrics:
  requests_total: {type: counter, labels: [code, region]}
  errors_total: {type: counter, labels: [region]}
  latency_seconds: {type: histogram, labels: [region], buckets: [0.1, 0.25, 0.5, 1]}
  probe_success: {type: gauge, labels: [target]}
  done_timestamp_seconds: {type: gauge, labels: [task]}
slos:
"""


def run(
    directory: Path,
    slos: str,
    series: dict[str, str],
    expected: dict[str, dict[str, float | None]],
) -> None:
    """Let promtool compare recorded values: expected[time][expression] is a number or None."""
    built = build({"specs/cart.yaml": HEAD + slos})
    assert not problems(built), problems(built)
    rules = next(f for f in built.files if f.path.endswith("cart.rules.yml"))
    (directory / "cart.rules.yml").write_bytes(rules.data)
    checks: list[dict[str, Any]] = [
        {
            "expr": expression,
            "eval_time": time,
            "exp_samples": [] if value is None else [{"labels": "{}", "value": value}],
        }
        for time, each in expected.items()
        for expression, value in each.items()
    ]
    test = {
        "rule_files": ["cart.rules.yml"],
        "evaluation_interval": "1m",
        "tests": [
            {
                "interval": "15s",
                "input_series": [{"series": s, "values": v} for s, v in series.items()],
                "promql_expr_test": checks,
            }
        ],
    }
    (directory / "cart.test.yml").write_text(yaml.safe_dump(test, sort_keys=False))
    oracles.promtool_test(directory / "cart.test.yml")


def bad(slo: str, more: str = "") -> str:
    return f'sum(slo:bad_events:increase1m{{slo="{slo}"{more}}})'


def total(slo: str, more: str = "") -> str:
    return f'sum(slo:total_events:increase1m{{slo="{slo}"{more}}})'


def ratio(slo: str, window: str = "1h") -> str:
    return f'sum(slo:error_ratio:rate{window}{{slo="{slo}"}})'


def requests(code: str, values: str, region: str = "eu") -> dict[str, str]:
    return {f'requests_total{{job="a",instance="i",code="{code}",region="{region}"}}': values}


# --- time slices --------------------------------------------------------------------------------

FAST = """
  - name: busy
    objective: 90
    sli: {time_slice: {rate: requests_total, above: 1/s, slice: 5m}}
    alerts: none
"""


def test_a_slice_is_judged_once_over_all_of_it(tmp_path: Path):
    # 30 requests a scrape are 2 a second until 20m, then 6 are 0.4. Slices end at 5m, 10m, …: at
    # 25m the first one fails, at 24m nothing ends. Until 40m eight slices end with a value (at 0m
    # there is none yet), of which those of 25m to 40m fail: 4 of 8.
    series = requests("200", "0+30x80 2406+6x200")
    expected = {
        "20m": {total("busy"): 1, bad("busy"): 0},
        "24m": {total("busy"): None, bad("busy"): None},
        "25m": {total("busy"): 1, bad("busy"): 1},
        "40m": {ratio("busy"): 0.5},
    }

    run(tmp_path, FAST, series, expected)


def test_no_traffic_is_no_slice_unless_that_is_bad(tmp_path: Path):
    # The series end at 10m; a rate over the last minute has two samples until 10m45s.
    slos = """
  - {name: left-out, objective: 90, alerts: none,
     sli: {time_slice: {rate: requests_total, above: 1/s}}}
  - {name: bad, objective: 90, alerts: none,
     sli: {time_slice: {rate: requests_total, above: 1/s, no_data: bad}}}
"""
    series = requests("200", "0+30x40")
    expected = {
        "9m": {total("left-out"): 1, bad("left-out"): 0, total("bad"): 1, bad("bad"): 0},
        "15m": {total("left-out"): None, total("bad"): 1, bad("bad"): 1},
    }

    run(tmp_path, slos, series, expected)


def test_a_group_that_was_there_within_a_day_is_bad_without_data(tmp_path: Path):
    slos = """
  - name: regions
    objective: 90
    alerts: none
    by: [region]
    sli: {time_slice: {rate: requests_total, by: [region], above: 1/s, no_data: bad}}
"""
    series = {**requests("200", "0+30x40"), **requests("200", "0+30x200", "us")}
    expected = {
        "15m": {
            total("regions", ',region="eu"'): 1,
            bad("regions", ',region="eu"'): 1,
            total("regions", ',region="us"'): 1,
            bad("regions", ',region="us"'): 0,
        }
    }

    run(tmp_path, slos, series, expected)


def test_slices_count_during_their_hours_alone(tmp_path: Path):
    # 1970 begins on a Thursday; at 0:10 UTC it is 9:10 in Tokyo. A slice of a minute counts if it
    # begins within the hours: that which ends at 11m begins at 10m, that of 20m at 19m.
    slos = """
  - {name: early, objective: 90, alerts: none,
     sli: {time_slice: {rate: requests_total, above: 3/s, during: early}}}
  - {name: tokyo, objective: 90, alerts: none,
     sli: {time_slice: {rate: requests_total, above: 3/s, during: tokyo}}}
"""
    series = requests("200", "0+30x400")
    expected = {
        "10m": {total("tokyo"): None, total("early"): 1},
        "11m": {total("tokyo"): 1, bad("tokyo"): 1},
        "20m": {total("tokyo"): 1},
        "21m": {total("tokyo"): None},
        "30m": {total("early"): 1},
        "31m": {total("early"): None},
    }

    run(tmp_path, slos, series, expected)


def test_hours_past_midnight_count_each_slice_once(tmp_path: Path):
    # From 23:00 to 01:00 in UTC: slices of 5m that begin at 0:00, 0:05, …, 0:55 count, each in the
    # evaluation that ends it; that of 1:00 does not.
    slos = """
  - {name: nights, objective: 90, alerts: none,
     sli: {time_slice: {rate: requests_total, above: 3/s, slice: 5m, during: nights}}}
"""
    series = requests("200", "0+30x400")
    expected = {
        "4m": {total("nights"): None, bad("nights"): None},
        "5m": {total("nights"): 1, bad("nights"): 1},
        "6m": {total("nights"): None, bad("nights"): None},
        "1h": {total("nights"): 1},
        "1h5m": {total("nights"): None},
    }

    run(tmp_path, slos, series, expected)


@pytest.mark.parametrize(
    ("days", "at", "counts"),
    [
        # January 1970 has 31 days.
        ("5:-1", "3d12h", False),
        ("5:-1", "4d12h", True),
        ("5:-1", "30d12h", True),
        ("-2:-1", "28d12h", False),
        ("-2:-1", "29d12h", True),
        ("2:3", "1d12h", True),
        ("2:3", "3d12h", False),
    ],
)
def test_days_of_the_month_count_from_either_end(tmp_path: Path, days: str, at: str, counts: bool):
    interval = TimeInterval(name="days", spans=({"days_of_month": [days]},))
    gate = Hours(interval=interval, utc_offset_seconds=0).vector()
    (tmp_path / "x.rules.yml").write_text(
        "groups: [{name: x, rules: [{record: x, expr: vector(1)}]}]"
    )
    check = {
        "expr": f"vector(1) and on () ({gate})",
        "eval_time": at,
        "exp_samples": [{"labels": "{}", "value": 1}] if counts else [],
    }
    test = {
        "rule_files": ["x.rules.yml"],
        "evaluation_interval": "12h",
        "tests": [{"interval": "12h", "promql_expr_test": [check]}],
    }
    (tmp_path / "x.test.yml").write_text(yaml.safe_dump(test))
    oracles.promtool_test(tmp_path / "x.test.yml")


def test_a_quantile_without_observations_is_no_slice(tmp_path: Path):
    slos = """
  - {name: p95, objective: 90, alerts: none,
     sli: {time_slice: {quantile: 0.95, of: latency_seconds, below: 250ms, slice: 5m}}}
"""
    labels = 'job="a",instance="i",region="eu"'
    # 10 a scrape until 20m, half of them beyond 0.5s; then none.
    series = {
        f'latency_seconds_bucket{{{labels},le="0.25"}}': "0+5x80 400x200",
        f'latency_seconds_bucket{{{labels},le="0.5"}}': "0+5x80 400x200",
        f'latency_seconds_bucket{{{labels},le="1"}}': "0+10x80 800x200",
        f'latency_seconds_bucket{{{labels},le="+Inf"}}': "0+10x80 800x200",
    }
    expected = {"20m": {total("p95"): 1, bad("p95"): 1}, "30m": {total("p95"): None}}

    run(tmp_path, slos, series, expected)


def test_limits_of_slices_differ_by_region(tmp_path: Path):
    # Two requests a second everywhere: enough for us and for all others, not for eu.
    slos = """
  - name: regions
    objective: 90
    alerts: none
    by: [region]
    sli:
      time_slice:
        rate: requests_total
        by: [region]
        above: {by: region, us: 1/s, eu: 3/s, default: 1.5/s}
"""
    series = {}
    for region in ("us", "eu", "asia"):
        series |= requests("200", "0+30x200", region)
    expected = {
        "10m": {bad("regions", f',region="{r}"'): b for r, b in (("us", 0), ("eu", 1), ("asia", 0))}
    }

    run(tmp_path, slos, series, expected)


# --- latency ------------------------------------------------------------------------------------


def test_limits_of_latency_differ_by_region(tmp_path: Path):
    # 10 a scrape: 4 within 0.25s, 7 within 0.5s, 9 within 1s; 40 a minute. us is held to 0.25s: 24
    # are slower; eu to 0.5s: 12; all others to 1s: 4.
    slos = """
  - name: fast
    objective: 90
    alerts: none
    by: [region]
    sli:
      latency:
        histogram: latency_seconds
        below: {by: region, us: 250ms, eu: 500ms, default: 1s}
"""
    series = {}
    for region in ("us", "eu", "asia"):
        labels = f'job="a",instance="i",region="{region}"'
        series[f"latency_seconds_count{{{labels}}}"] = "0+10x200"
        for le, below in (("0.1", 1), ("0.25", 4), ("0.5", 7), ("1", 9), ("+Inf", 10)):
            series[f'latency_seconds_bucket{{{labels},le="{le}"}}'] = f"0+{below}x200"
    expected = {
        "10m": {bad("fast", f',region="{r}"'): b for r, b in (("us", 24), ("eu", 12), ("asia", 4))}
    }

    run(tmp_path, slos, series, expected)


# --- probes -------------------------------------------------------------------------------------


def test_each_sample_of_a_probe_is_an_event(tmp_path: Path):
    # Target a fails from 9m15s to 9m30s: two of the four samples in the tile of 10m (9m, 9m15s,
    # 9m30s, 9m45s). Target b never fails.
    slos = """
  - {name: reachable, objective: 90, alerts: none, sli: {probe: {metric: probe_success}}}
  - {name: targets, objective: 90, alerts: none, by: [target],
     sli: {probe: {metric: probe_success}}}
"""
    series = {
        'probe_success{job="p",instance="i",target="a"}': "1x36 0 0 1x100",
        'probe_success{job="p",instance="i",target="b"}': "1x200",
    }
    expected = {
        "10m": {
            total("reachable"): 8,
            bad("reachable"): 2,
            total("targets", ',target="a"'): 4,
            bad("targets", ',target="a"'): 2,
            bad("targets", ',target="b"'): 0,
        }
    }

    run(tmp_path, slos, series, expected)


def test_a_probe_that_is_gone_is_no_event(tmp_path: Path):
    probe = "{probe: {metric: probe_success}}"
    slos = f"  - {{name: reachable, objective: 90, alerts: none, sli: {probe}}}\n"
    series = {'probe_success{job="p",instance="i",target="a"}': "1x40"}

    run(tmp_path, slos, series, {"9m": {total("reachable"): 4}, "20m": {total("reachable"): None}})


# --- queries ------------------------------------------------------------------------------------


def test_queries_are_asked_for_one_tile_and_bad_stays_within_the_total(tmp_path: Path):
    # Every 15s 15 requests and 3 errors, and 30 that fail twice: `increase` over 1m sees 45s of 4
    # samples, extrapolated to a minute: 60, 12; the second SLO has more errors than requests.
    slos = """
  - name: some
    objective: 90
    alerts: none
    sli:
      queries:
        total: sum(increase(requests_total{code="200"}[$window]))
        bad: sum(increase(errors_total{region="eu"}[$window]))
  - name: too-many
    objective: 90
    alerts: none
    sli:
      queries:
        total: sum(increase(requests_total{code="200"}[$window]))
        bad: sum(increase(errors_total{region="us"}[$window]))
  - name: none-yet
    objective: 90
    alerts: none
    sli:
      queries:
        total: sum(increase(requests_total{code="200"}[$window]))
        bad: sum(increase(errors_total{region="asia"}[$window]))
  - name: served
    objective: 90
    alerts: none
    sli:
      queries:
        total: sum(increase(requests_total{code="200"}[$window]))
        good: sum(increase(errors_total{region="eu"}[$window]))
"""
    series = {
        **requests("200", "0+15x200"),
        'errors_total{job="a",instance="i",region="eu"}': "0+3x200",
        'errors_total{job="a",instance="i",region="us"}': "0+30x200",
    }
    expected = {
        "10m": {
            total("some"): 60,
            bad("some"): 12,
            bad("too-many"): 60,
            bad("none-yet"): 0,
            bad("served"): 48,
        }
    }

    run(tmp_path, slos, series, expected)


# --- composites ---------------------------------------------------------------------------------

PARTS = """
  - {name: both, objective: 90, alerts: none,
     sli: {composite: {weighted: {first: 0.7, second: 0.3}}}}
  - {name: every, objective: 90, alerts: none, sli: {composite: {all_of: [first, cart/second]}}}
  - {name: first, objective: 90, alerts: none,
     sli: {events: {total: requests_total, where: {region: eu}, bad: {code: "5.."}}}}
  - {name: second, objective: 50, alerts: none,
     sli: {events: {total: requests_total, where: {region: us}, bad: {code: "5.."}}}}
"""


def test_a_comment_behind_a_query_ends_with_its_line(tmp_path: Path):
    slos = """
  - name: raw
    objective: 90
    alerts: none
    sli:
      queries:
        total: "sum(increase(requests_total[$window])) # all of them"
        bad: |
          sum(increase(errors_total[$window]))  # the bad ones
"""
    series = {**requests("200", "0+30x80"), 'errors_total{region="eu"}': "0+3x80"}

    run(tmp_path, slos, series, {"10m": {total("raw"): 120, bad("raw"): 12}})


def test_bad_events_that_are_born_are_not_added_to_a_total_that_has_them(tmp_path: Path):
    # 25 requests a scrape, 100 a minute. The counter of errors appears at 8m59s with 100, when the
    # total has counted them already: all 100 of that minute are bad, and no more than 100.
    slos = """
  - {name: two, objective: 90, alerts: none,
     sli: {events: {total: requests_total, bad: {counter: errors_total}}}}
"""
    series = {
        'up{job="a",instance="i"}': "1x200",
        **requests("200", "0+25x200"),
        'errors_total{job="a",instance="i",region="eu"}': "_x36 100x160",
    }
    expected = {"10m": {total("two"): 100, bad("two"): 100}, "11m": {bad("two"): 0}}

    run(tmp_path, slos, series, expected)


def test_a_composite_is_the_weighted_mean_of_its_parts(tmp_path: Path):
    # Of the first part 1 of 4 fails, of the second 2 of 5: 0.7 x 0.25 + 0.3 x 0.4 = 0.295. The
    # first misses its 10 %, the second keeps within its 50 %.
    series = {
        **requests("500", "0+1x200"),
        **requests("200", "0+3x200"),
        **requests("500", "0+2x200", "us"),
        **requests("200", "0+3x200", "us"),
    }
    expected = {
        "10m": {total("both"): 1, bad("both"): 0.295, total("every"): 1, bad("every"): 1},
    }

    run(tmp_path, PARTS, series, expected)


def test_a_part_without_traffic_gives_its_weight_to_the_others(tmp_path: Path):
    # The first part stands still from 5m on: the second alone is 2 of 5, within its 50 %.
    series = {
        **requests("500", "0+1x20 20x200"),
        **requests("200", "0+3x20 60x200"),
        **requests("500", "0+2x200", "us"),
        **requests("200", "0+3x200", "us"),
    }
    expected = {
        "10m": {total("both"): 1, bad("both"): 0.4, total("every"): 1, bad("every"): 0},
    }

    run(tmp_path, PARTS, series, expected)


def test_a_composite_without_any_traffic_has_no_events(tmp_path: Path):
    series = {**requests("200", "0+3x20 60x200"), **requests("200", "0+3x20 60x200", "us")}

    run(tmp_path, PARTS, series, {"15m": {total("both"): 0, bad("both"): 0, total("every"): 0}})


def test_a_composite_by_group_keeps_the_groups_of_its_parts_apart(tmp_path: Path):
    # eu: 1 of 4 and 1 of 4; us: none of 4, and the second part has no series there: 0.
    slos = """
  - name: both
    objective: 90
    alerts: none
    by: [region]
    sli: {composite: {weighted: {first: 1, second: 1}}}
  - {name: first, objective: 90, alerts: none, by: [region],
     sli: {events: {total: requests_total, bad: {code: "5.."}}}}
  - name: second
    objective: 90
    alerts: none
    by: [region]
    sli: {events: {total: requests_total, where: {region: eu}, bad: {code: "5.."}}}
"""
    series = {
        **requests("500", "0+1x200"),
        **requests("200", "0+3x200"),
        **requests("200", "0+4x200", "us"),
    }
    expected = {
        "10m": {bad("both", ',region="eu"'): 0.25, bad("both", ',region="us"'): 0},
    }

    run(tmp_path, slos, series, expected)
