"""
Measures asked of the real Prometheus engine (`promtool test rules`), their values worked out by
hand: 0 where only the part is missing, nothing (never NaN) where the whole is 0 or absent.

All series are sampled every minute. A counter that grows by `n` a minute has the rate n/60 a second
and the increase 5n in the default window of 5m, from its sixth sample on.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml
from oracles import promtool_test
from problems import problems

from obsgen.model import Query
from obsgen.pipeline import build

BILLION = 1_000_000_000
SPEC = """
apiVersion: obsgen/v1
kind: Project
name: shop
---
apiVersion: obsgen/v1
kind: Service
name: cart
where: {{job: cart}}
metrics:
  requests_total: {{type: counter, labels: [method, code]}}
  errors_total: {{type: counter, labels: [method]}}
  duration_seconds: {{type: histogram, labels: [route], buckets: [0.1, 1, 10]}}
  call_seconds: {{type: summary, labels: [call]}}
  queue: {{type: gauge, labels: [name, host]}}
  done_timestamp_seconds: {{type: gauge, labels: [task]}}
  size_bytes: {{type: gauge, labels: [disk, host]}}
  free_bytes: {{type: gauge, labels: [disk, host]}}
measures:
  asked: {measure}
"""


@dataclass(frozen=True)
class Asked:
    """A measure, the series it is asked of, and what comes out at a time, by labels."""

    measure: str
    series: dict[str, str]
    expected: dict[str, float]
    at: str = "10m"


def counter(by: int, start: int = 0) -> str:
    """Return a counter that grows by an amount each minute for two hours."""
    return f"{start}+{by}x120"


GET = 'requests_total{job="cart",method="GET",code="200"}'
GET_BAD = 'requests_total{job="cart",method="GET",code="500"}'
PUT = 'requests_total{job="cart",method="PUT",code="200"}'
OTHERS = 'requests_total{job="other",method="GET",code="500"}'
BUCKETS = {
    # A minute: 60 below 0.1s, 30 more below 1s, none more below 10s, 10 beyond.
    'duration_seconds_bucket{job="cart",route="/",le="0.1"}': counter(60),
    'duration_seconds_bucket{job="cart",route="/",le="1"}': counter(90),
    'duration_seconds_bucket{job="cart",route="/",le="10"}': counter(90),
    'duration_seconds_bucket{job="cart",route="/",le="+Inf"}': counter(100),
    'duration_seconds_count{job="cart",route="/"}': counter(100),
    'duration_seconds_sum{job="cart",route="/"}': counter(250),
}
QUIET = {name: counter(0, start=7) for name in BUCKETS}

CASES = {
    # 60 and 30 a minute are 1 and 0.5 a second; the other job's 600 are not ours.
    "rate": Asked(
        "{rate: requests_total, by: [method]}",
        {GET: counter(60), GET_BAD: counter(30), PUT: counter(6), OTHERS: counter(600)},
        {'{method="GET"}': 1.5, '{method="PUT"}': 0.1},
    ),
    "rate of what is not there": Asked("{rate: requests_total}", {OTHERS: counter(6)}, {}),
    # 6 a minute are 360 an hour.
    "rate per hour": Asked("{rate: requests_total, per: 1h}", {GET: counter(6)}, {"{}": 360}),
    "rate of a histogram": Asked("{rate: duration_seconds, per: 1m}", BUCKETS, {"{}": 100}),
    # 100 less the 90 below 1s, a minute.
    "rate slower than": Asked(
        "{rate: duration_seconds, slower_than: 1s, per: 1m}", BUCKETS, {"{}": 10}
    ),
    # 10 slow ones a minute for five minutes; the bucket is spelled 1.0 by newer clients.
    "increase slower than, spelled anew": Asked(
        "{increase: duration_seconds, slower_than: 1s}",
        {name.replace('le="1"', 'le="1.0"'): values for name, values in BUCKETS.items()},
        {"{}": 50},
    ),
    "increase": Asked("{increase: requests_total, window: 10m}", {GET: counter(6)}, {"{}": 60}),
    # Growth stops after 10 samples: a quarter of an hour ago (at minute 5) it still grew by 6.
    "offset": Asked(
        "{increase: requests_total, offset: 15m}", {GET: "0+6x10 60x60"}, {"{}": 30}, at="20m"
    ),
    # 30 of 90.
    "share": Asked(
        '{share: {code: "5.."}, of: requests_total}',
        {GET: counter(60), GET_BAD: counter(30), OTHERS: counter(600)},
        {"{}": 1 / 3},
    ),
    "share without a part": Asked(
        '{share: {code: "5.."}, of: requests_total, by: [method]}',
        {GET: counter(60), GET_BAD: counter(30), PUT: counter(6)},
        {'{method="GET"}': 1 / 3, '{method="PUT"}': 0},
    ),
    "share of nothing that happens": Asked(
        '{share: {code: "5.."}, of: requests_total}',
        {GET: counter(0, start=5), GET_BAD: counter(0, start=5)},
        {},
    ),
    "share of what is not there": Asked('{share: {code: "5.."}, of: requests_total}', {}, {}),
    # 90 of 100 are at most 1s.
    "share below": Asked("{share: {below: 1s}, of: duration_seconds}", BUCKETS, {"{}": 0.9}),
    "share above": Asked("{share: {above: 100ms}, of: duration_seconds}", BUCKETS, {"{}": 0.4}),
    "share below without observations": Asked(
        "{share: {below: 1s}, of: duration_seconds}", QUIET, {}
    ),
    # The 75th of 100 is half way through the 30 between 0.1s and 1s: 0.1 + 0.9 x 15/30.
    "quantile": Asked("{quantile: 0.75, of: duration_seconds}", BUCKETS, {"{}": 0.55}),
    # The 30th of 100 is half way through the 60 up to 0.1s.
    "quantile by": Asked(
        "{quantile: 0.3, of: duration_seconds, by: [route]}", BUCKETS, {'{route="/"}': 0.05}
    ),
    # 250 seconds in 100 observations.
    "mean": Asked("{mean: duration_seconds}", BUCKETS, {"{}": 2.5}),
    "mean without observations": Asked("{mean: duration_seconds}", QUIET, {}),
    "mean of a summary": Asked(
        "{mean: call_seconds}",
        {
            'call_seconds_sum{job="cart",call="a"}': counter(3),
            'call_seconds_count{job="cart",call="a"}': counter(6),
        },
        {"{}": 0.5},
    ),
    # In 5m: 5 times what a minute brings.
    "distribution": Asked(
        "{distribution: duration_seconds}",
        BUCKETS,
        {'{le="0.1"}': 300, '{le="1"}': 450, '{le="10"}': 450, '{le="+Inf"}': 500},
    ),
    "value": Asked(
        "{value: queue, where: {name: mail}}",
        {'queue{job="cart",name="mail",host="a"}': "5x20", 'queue{job="cart",name="x"}': "7x20"},
        {'{host="a",job="cart",name="mail"}': 5},
    ),
    "sum": Asked(
        "{sum: queue, by: [name]}",
        {
            'queue{job="cart",name="mail",host="a"}': "5x20",
            'queue{job="cart",name="mail",host="b"}': "2x20",
            'queue{job="other",name="mail",host="c"}': "100x20",
        },
        {'{name="mail"}': 7},
    ),
    # Samples 0, 1, …, 10 at minute 10; 5m hold 6 to 10 and, in Prometheus 2, 5: their mean is
    # 7.5, with 3x's open range 8: a constant series has no such edge.
    "sum over a window": Asked(
        "{sum: queue, window: 5m}",
        {'queue{job="cart",host="a"}': "4x20", 'queue{job="cart",host="b"}': "6x20"},
        {"{}": 10},
    ),
    "avg": Asked(
        "{avg: queue}",
        {'queue{job="cart",host="a"}': "4x20", 'queue{job="cart",host="b"}': "6x20"},
        {"{}": 5},
    ),
    # A dip three minutes ago to 1.
    "min over a window": Asked(
        "{min: queue, window: 5m}", {'queue{job="cart",host="a"}': "9x6 1 9x20"}, {"{}": 1}
    ),
    "max over a window": Asked(
        "{max: queue, window: 5m}", {'queue{job="cart",host="a"}': "9x6 50 9x20"}, {"{}": 50}
    ),
    # Ten minutes are 600s; the task was done at second 120.
    "age": Asked(
        "{age: done_timestamp_seconds}",
        {'done_timestamp_seconds{job="cart",task="t"}': "120x20"},
        {'{job="cart",task="t"}': 480},
    ),
    # Ten minutes are 600s; the task ends at second 900.
    "until": Asked(
        "{until: done_timestamp_seconds}",
        {'done_timestamp_seconds{job="cart",task="t"}': "900x20"},
        {'{job="cart",task="t"}': 300},
    ),
    # 75 of 100 are used; of an empty disk nothing can be said.
    "used_of": Asked(
        "{used_of: size_bytes, free: free_bytes}",
        {
            'size_bytes{job="cart",disk="a"}': "100x20",
            'free_bytes{job="cart",disk="a"}': "25x20",
            'size_bytes{job="cart",disk="b"}': "0x20",
            'free_bytes{job="cart",disk="b"}': "0x20",
        },
        {'{disk="a",job="cart"}': 0.75},
    ),
    # 30 of 200 are free.
    "used_of by": Asked(
        "{used_of: size_bytes, free: free_bytes, by: [host]}",
        {
            'size_bytes{job="cart",disk="a",host="h"}': "100x20",
            'free_bytes{job="cart",disk="a",host="h"}': "25x20",
            'size_bytes{job="cart",disk="b",host="h"}': "100x20",
            'free_bytes{job="cart",disk="b",host="h"}': "5x20",
        },
        {'{host="h"}': 0.85},
    ),
    "count": Asked(
        "{count: queue, by: [host]}",
        {
            'queue{job="cart",name="a",host="h"}': "1x20",
            'queue{job="cart",name="b",host="h"}': "2x20",
        },
        {'{host="h"}': 2},
    ),
    "count which": Asked(
        "{count: queue, which: {above: 1}, by: [host]}",
        {
            'queue{job="cart",name="a",host="h"}': "1x20",
            'queue{job="cart",name="b",host="h"}': "2x20",
            'queue{job="cart",name="c",host="idle"}': "0x20",
        },
        {'{host="h"}': 1, '{host="idle"}': 0},
    ),
    "count of what is not there": Asked("{count: queue, which: {above: 1}}", {}, {}),
    # a: 5 is not above 10; b: 5 is above 3; c: 4 is above the default 3.
    "count which by label": Asked(
        "{count: queue, which: {above: {by: name, a: 10, default: 3}}}",
        {
            'queue{job="cart",name="a"}': "5x20",
            'queue{job="cart",name="b"}': "5x20",
            'queue{job="cart",name="c"}': "4x20",
        },
        {"{}": 2},
    ),
    "ratio": Asked(
        "{ratio: {rate: errors_total}, over: {rate: requests_total}}",
        {'errors_total{job="cart",method="GET"}': counter(3), GET: counter(12)},
        {"{}": 0.25},
    ),
    "ratio without a part": Asked(
        "{ratio: {rate: errors_total}, over: {rate: requests_total}, by: [method]}",
        {'errors_total{job="cart",method="GET"}': counter(3), GET: counter(12), PUT: counter(6)},
        {'{method="GET"}': 0.25, '{method="PUT"}': 0},
    ),
    "ratio over nothing": Asked(
        "{ratio: {rate: errors_total}, over: {rate: requests_total}}",
        {'errors_total{job="cart",method="GET"}': counter(3), GET: counter(0)},
        {},
    ),
    # Of 12 GETs a minute 9 are 200 and 3 are 500.
    "ratio with more labels above": Asked(
        "{ratio: {rate: requests_total, by: [method, code]},"
        " over: {rate: requests_total, by: [method]}}",
        {GET: counter(9), GET_BAD: counter(3)},
        {'{code="200",method="GET"}': 0.75, '{code="500",method="GET"}': 0.25},
    ),
    # PUT has no errors at all: 0, with the labels that both sides have.
    "ratio with more labels above, part missing": Asked(
        "{ratio: {rate: requests_total, by: [method, code], where: {code: '5..'}},"
        " over: {rate: requests_total, by: [method]}}",
        {GET: counter(9), GET_BAD: counter(3), PUT: counter(6)},
        {'{code="500",method="GET"}': 0.25, '{method="PUT"}': 0},
    ),
    # 3 errors a minute over 12 GETs and over 6 PUTs.
    "ratio with more labels below": Asked(
        "{ratio: {rate: errors_total}, over: {rate: requests_total, by: [method]}}",
        {'errors_total{job="cart",method="GET"}': counter(3), GET: counter(12), PUT: counter(6)},
        {'{method="GET"}': 0.25, '{method="PUT"}': 0.5},
    ),
    "ratio with more labels below, part missing": Asked(
        "{ratio: {rate: errors_total}, over: {rate: requests_total, by: [method]}}",
        {GET: counter(12), PUT: counter(6)},
        {'{method="GET"}': 0, '{method="PUT"}': 0},
    ),
    "top": Asked(
        "{rate: requests_total, by: [method], top: 1}",
        {GET: counter(12), PUT: counter(6)},
        {'{method="GET"}': 0.2},
    ),
    "expr": Asked(
        "{expr: 'sum(queue{job=\"cart\"}) * 2', unit: ratio}",
        {'queue{job="cart"}': "4x20", 'queue{job="other"}': "50x20"},
        {"{}": 8},
    ),
}


def expr_of(measure: str) -> str:
    """Compile a measure, asked as rules ask it."""
    built = build({"specs/shop.yaml": SPEC.format(measure=measure)})
    assert not problems(built)
    return built.specs[0].services[0].measures["asked"].expr(Query()).text


def unit_test(name: str, asked: Asked) -> dict[str, object]:
    # In whole billionths, since a person adds no floating-point numbers.
    samples = [
        {"labels": labels, "value": round(value * BILLION)}
        for labels, value in asked.expected.items()
    ]
    expr = f"round(({expr_of(asked.measure)}) * {BILLION})"
    return {
        "name": name,
        "interval": "1m",
        "input_series": [{"series": s, "values": v} for s, v in asked.series.items()],
        "promql_expr_test": [{"expr": expr, "eval_time": asked.at, "exp_samples": samples}],
    }


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("measures")
    rule = {"record": "unused:metric:sum", "expr": "sum(unused)"}
    rules = {"groups": [{"name": "unused", "rules": [rule]}]}
    (found / "rules.yml").write_text(yaml.safe_dump(rules), "utf-8")
    return found


@pytest.mark.parametrize("name", CASES)
def test_a_measure_has_the_value_that_a_person_works_out(name: str, folder: Path):
    document = {"rule_files": ["rules.yml"], "tests": [unit_test(name, CASES[name])]}
    file = folder / f"{name.replace(' ', '-').replace(',', '')}.test.yml"
    file.write_text(yaml.safe_dump(document), "utf-8")

    promtool_test(file)
