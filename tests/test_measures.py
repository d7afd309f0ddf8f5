"""Each kind of measure gives the PromQL that the language promises, written here by hand."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from casefolders import CASES, Case

from obsgen.promql import parse

# By case and alert: what the grammar of measures says, with the service's `where` on each query.
EXPECTED = {
    ("rate", "Plain"): 'sum(rate(http_requests_total{job="cart"}[5m])) > 100',
    ("rate", "Where"): (
        'sum(rate(http_requests_total{job="cart",code=~"5..",method=~"GET|POST"}[5m])) > 0.1'
    ),
    ("rate", "By"): ('sum by (method, code) (rate(http_requests_total{job="cart"}[10m])) > 5'),
    ("rate", "Offset"): 'sum(rate(http_requests_total{job="cart"}[1h] offset 1d)) > 5',
    ("rate", "Per"): 'sum(rate(http_requests_total{job="cart"}[5m])) * 3600 > 7200',
    ("rate", "Histogram"): (
        'sum by (route) (rate(http_request_duration_seconds_count{job="cart"}[5m])) > 5'
    ),
    ("rate", "Slower"): (
        'sum(rate(http_request_duration_seconds_count{job="cart"}[5m])) -'
        ' sum(rate(http_request_duration_seconds_bucket{job="cart",le=~"1|1\\\\.0"}[5m])) > 5'
    ),
    ("rate", "Summary"): 'sum(rate(rpc_duration_seconds_count{job="cart"}[5m])) > 5',
    ("increase", "Plain"): 'sum(increase(http_requests_total{job="cart"}[5m])) > 100',
    ("increase", "All"): (
        "sum by (method)"
        ' (increase(http_requests_total{job="cart",code!~"2.."}[1h] offset 7d)) >= 10'
    ),
    ("increase", "Slower"): (
        'sum by (method) (increase(http_request_duration_seconds_count{job="cart"}[5m])) -'
        " sum by (method)"
        ' (increase(http_request_duration_seconds_bucket{job="cart",le="0.5"}[5m])) > 5'
    ),
    ("share", "Errors"): (
        '(sum(rate(http_requests_total{job="cart",code=~"5.."}[5m]))'
        ' or 0 * sum(rate(http_requests_total{job="cart"}[5m])))'
        ' / (sum(rate(http_requests_total{job="cart"}[5m])) > 0) > 0.05'
    ),
    ("share", "All"): (
        "(sum by (method)"
        ' (rate(http_requests_total{job="cart",method="POST",code=~"401|403"}[30m] offset 1h))'
        " or 0 * sum by (method)"
        ' (rate(http_requests_total{job="cart",method="POST"}[30m] offset 1h)))'
        " / (sum by (method)"
        ' (rate(http_requests_total{job="cart",method="POST"}[30m] offset 1h)) > 0) > 0.005'
    ),
    ("share", "Fast"): (
        'sum(rate(http_request_duration_seconds_bucket{job="cart",le="0.5"}[5m]))'
        ' / (sum(rate(http_request_duration_seconds_count{job="cart"}[5m])) > 0) < 0.95'
    ),
    ("share", "Slow"): (
        "1 - sum by (route)"
        ' (rate(http_request_duration_seconds_bucket{job="cart",le=~"1|1\\\\.0"}[5m]))'
        " / (sum by (route)"
        ' (rate(http_request_duration_seconds_count{job="cart"}[5m])) > 0) > 0.1'
    ),
    ("share", "Histogram"): (
        '(sum(rate(http_request_duration_seconds_count{job="cart",route="/pay"}[5m]))'
        ' or 0 * sum(rate(http_request_duration_seconds_count{job="cart"}[5m])))'
        ' / (sum(rate(http_request_duration_seconds_count{job="cart"}[5m])) > 0) > 0.1'
    ),
    ("quantile", "Plain"): (
        "histogram_quantile(0.95,"
        ' sum by (le) (rate(http_request_duration_seconds_bucket{job="cart"}[5m]))) > 0.5'
    ),
    ("quantile", "All"): (
        "histogram_quantile(0.99, sum by (le, route) (rate("
        'http_request_duration_seconds_bucket{job="cart",method!="OPTIONS"}[1h] offset 1d))) > 2'
    ),
    ("mean", "Histogram"): (
        'sum by (route) (rate(http_request_duration_seconds_sum{job="cart"}[5m]))'
        " / (sum by (route)"
        ' (rate(http_request_duration_seconds_count{job="cart"}[5m])) > 0) > 1'
    ),
    ("mean", "Summary"): (
        'sum(rate(rpc_duration_seconds_sum{job="cart",call="get"}[15m] offset 1h))'
        ' / (sum(rate(rpc_duration_seconds_count{job="cart",call="get"}[15m] offset 1h)) > 0)'
        " > 0.25"
    ),
    ("distribution", "Buckets"): (
        "sum by (le) (increase("
        'http_request_duration_seconds_bucket{job="cart",method="GET"}[1h] offset 1d)) > 1000'
    ),
    ("value", "Plain"): 'queue_length{job="cart"} > 100',
    ("value", "All"): 'queue_length{job="cart",queue=~"mail.*"} offset 1h != 0',
    ("value", "Up"): 'up{job="other"} == 0',
    ("age", "Plain"): ('time() - backup_last_success_timestamp_seconds{job="cart"} > 93600'),
    ("age", "Where"): (
        "time() - backup_last_success_timestamp_seconds"
        '{job="cart",database="orders"} offset 5m > 86400'
    ),
    ("spend", "Spent"): (
        'max by (model) (spend:spent:period{service="gateway",spend="Spend",model="gpt-4o"}) > 300'
    ),
    ("spend", "LittleLeft"): (
        'max by (model) (spend:remaining:period{service="gateway",spend="Spend",model="gpt-4o"})'
        " < 50 or max by (model)"
        ' (spend:remaining:period{service="gateway",spend="Spend",model!="gpt-4o"}) < 20'
    ),
    ("spend", "Soon"): (
        'max by (model) (spend:projected:period{service="gateway",spend="Spend"}) >= 600'
    ),
    ("until", "Plain"): 'licence_expiry_timestamp_seconds{job="cart"} - time() < 2592000',
    ("until", "Where"): (
        'licence_expiry_timestamp_seconds{job="cart",product="search"} offset 5m - time() < 604800'
    ),
    ("used_of", "Plain"): (
        '1 - disk_free_bytes{job="cart"} / (disk_size_bytes{job="cart"} > 0) > 0.9'
    ),
    ("used_of", "Where"): (
        '1 - disk_free_bytes{job="cart",device!="tmpfs"} offset 1h'
        ' / (disk_size_bytes{job="cart",device!="tmpfs"} offset 1h > 0) > 0.9'
    ),
    ("used_of", "By"): (
        '1 - sum by (host) (avg_over_time(disk_free_bytes{job="cart"}[10m]))'
        ' / (sum by (host) (avg_over_time(disk_size_bytes{job="cart"}[10m])) > 0) > 0.8'
    ),
    ("count", "Gauge"): 'count by (queue) (queue_length{job="cart"}) < 2',
    ("count", "Which"): (
        '(count(queue_length{job="cart",queue="mail"} > 100)'
        ' or 0 * count(queue_length{job="cart",queue="mail"})) > 1'
    ),
    ("count", "Measure"): (
        '(count(time() - heartbeat_timestamp_seconds{job="cart"} < 60)'
        ' or 0 * count(time() - heartbeat_timestamp_seconds{job="cart"})) < 3'
    ),
    ("count", "Rate"): (
        "(count by (method)"
        ' (sum by (method, code) (rate(http_requests_total{job="cart"}[10m])) >= 1)'
        " or 0 * count by (method)"
        ' (sum by (method, code) (rate(http_requests_total{job="cart"}[10m])))) > 4'
    ),
    ("count", "Limits"): (
        '(count(queue_length{job="cart",queue="mail"} > 100'
        ' or queue_length{job="cart",queue!="mail"} > 10)'
        ' or 0 * count(queue_length{job="cart"})) > 1'
    ),
    ("ratio", "SameUnit"): (
        '(sum(rate(errors_total{job="cart"}[5m]))'
        ' or 0 * sum(rate(http_requests_total{job="cart"}[5m])))'
        ' / (sum(rate(http_requests_total{job="cart"}[5m])) > 0) > 0.05'
    ),
    ("ratio", "By"): (
        '(sum by (method) (rate(errors_total{job="cart"}[1h] offset 1d))'
        ' or 0 * sum by (method) (rate(http_requests_total{job="cart"}[1h] offset 1d)))'
        ' / (sum by (method) (rate(http_requests_total{job="cart"}[1h] offset 1d)) > 0) > 0.05'
    ),
    ("ratio", "OtherUnit"): (
        '(sum(increase(cost_usd_total{job="cart"}[1h]))'
        ' or 0 * sum(increase(http_requests_total{job="cart"}[1h])))'
        ' / (sum(increase(http_requests_total{job="cart"}[1h])) > 0) > 1'
    ),
    ("ratio", "ManyParts"): (
        '(sum by (method, code) (rate(http_requests_total{job="cart"}[5m]))'
        ' or on (method) 0 * sum by (method) (rate(http_requests_total{job="cart"}[5m])))'
        " / on (method) group_left ()"
        ' (sum by (method) (rate(http_requests_total{job="cart"}[5m])) > 0) > 0.5'
    ),
    ("ratio", "ManyWholes"): (
        '(sum(rate(errors_total{job="cart"}[5m]))'
        ' or sum(0 * sum by (method) (rate(http_requests_total{job="cart"}[5m]))))'
        " / on () group_right ()"
        ' (sum by (method) (rate(http_requests_total{job="cart"}[5m])) > 0) > 0.05'
    ),
    ("expr", "Quoted"): 'sum(queue_length{job="cart"}) / 2 > 10',
    ("expr", "Unit"): 'rate(http_requests_total{job="cart"}[5m]) * 60 > 0.05',
    ("expr", "Limits"): (
        'sum by (queue) (queue_length{queue="mail",job="cart"}) > 100'
        ' or sum by (queue) (queue_length{queue!="mail",job="cart"}) > 10'
    ),
    ("slo", "Burns"): (
        'max by (route) (slo:burn_rate:ratio{service="gateway",slo="availability",'
        'route="/pay"}) > 2'
    ),
    ("slo", "LittleLeft"): (
        'max(slo:error_budget_remaining:ratio{service="gateway",slo="monthly"}) < 0.3'
    ),
    ("slo", "Errors"): (
        'max by (route) (slo:error_ratio:rate1h{service="gateway",slo="availability"}'
        " offset 1d) > 0.01"
    ),
    ("slo", "Period"): (
        'max by (route) (slo:error_ratio:period{service="gateway",slo="availability"}) > 0.0005'
    ),
    ("slo", "Recent"): (
        'max by (route) (slo:error_ratio:rate5m{service="gateway",slo="availability"}) > 0.05'
    ),
    ("slo", "FewEvents"): (
        "max by (route) (sum_over_time(slo:total_events:increase1m"
        '{service="gateway",slo="availability"}[29m59s999ms])) < 100'
    ),
    ("slo", "FewOfADay"): (
        "max by (route) (sum_over_time(slo:total_events:increase5m"
        '{service="gateway",slo="availability"}[23h59m59s999ms])) < 1000'
    ),
    ("named", "Same"): (
        '(sum(rate(http_requests_total{job="cart",method!="OPTIONS",code=~"5.."}[10m]))'
        ' or 0 * sum(rate(http_requests_total{job="cart",method!="OPTIONS"}[10m])))'
        ' / (sum(rate(http_requests_total{job="cart",method!="OPTIONS"}[10m])) > 0) > 0.05'
    ),
}
GAUGES = {"sum": "avg", "avg": "avg", "min": "min", "max": "max"}
EXPECTED.update(((op, "Plain"), f'{op}(queue_length{{job="cart"}}) > 100') for op in GAUGES)
EXPECTED.update(
    (
        (op, "Window"),
        f"{op} by (queue) ({smooth}_over_time("
        'queue_length{job="cart",queue!="dead"}[10m] offset 1h)) < 5',
    )
    for op, smooth in GAUGES.items()
)


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], str]:
    exprs = {}
    for kind in sorted({kind for kind, _ in EXPECTED}):
        outcome = Case(CASES / "measures" / kind).run(tmp_path_factory.mktemp(kind))
        # What is not proven is a warning: raw PromQL, and what has no inverse.
        assert outcome.codes <= {"ALR534"}
        rules = yaml.safe_load(outcome.files["prometheus/rules/cart.rules.yml"])
        for group in rules["groups"]:
            exprs.update(((kind, rule["alert"]), rule["expr"]) for rule in group["rules"])
    return exprs


@pytest.mark.parametrize(("kind", "alert"), sorted(EXPECTED))
def test_a_measure_gives_the_promql_of_the_grammar(kind: str, alert: str, found: dict):
    assert parse(EXPECTED[kind, alert]) == parse(found[kind, alert]), found[kind, alert]


def test_every_alert_of_these_cases_is_expected_here(found: dict):
    assert {("named", "Changed"), ("named", "Relative")} == set(found) - set(EXPECTED)


def test_every_kind_of_measure_has_a_case():
    from obsgen.measures import KINDS

    assert set(KINDS) <= {path.name for path in (CASES / "measures").iterdir()}
    assert set(KINDS) <= {kind for kind, _ in EXPECTED}


def test_the_cases_are_where_they_are_looked_for():
    assert Path(CASES, "measures", "rate", "specs").is_dir()
