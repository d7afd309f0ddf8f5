"""A build whose every duration is divided: what promtool says, what is divided, what is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from oracles import promtool_check_rules

from obsgen.pipeline import Built, at_speed, build
from obsgen.speed import TooFast
from obsgen.speed.queries import divided_query

SPECS = """\
apiVersion: obsgen/v1
kind: Project
name: shop
prometheus: {scrape_interval: 15s, evaluation_interval: 30s}
---
apiVersion: obsgen/v1
kind: Service
name: cart
scrape: [{job: cart, targets: ["cart:80"]}]
metrics:
  requests_total: {type: counter, labels: [code]}
  free_bytes: {type: gauge}
  done_timestamp_seconds: {type: gauge}
slos:
  - name: availability
    objective: 99.9
    sli: {events: {total: requests_total, bad: {code: "5.."}}}
alerts:
  - {name: Late, threshold: {age: done_timestamp_seconds, above: 1h}, for: 5m, severity: medium}
  - {name: Full, forecast: {value: free_bytes, below: 0B, within: 1d, from: 6h}, severity: low}
  - {name: Silent, down: up, for: 2m, keep_firing_for: 15m, severity: critical}
dashboards: [slo]
---
apiVersion: obsgen/v1
kind: Routing
receivers: {chat: {webhook: {url: "http://chat:8080/"}}}
default_receiver: chat
timing: {group_by: [alertname], group_wait: 10s, group_interval: 5m, repeat_interval: 12h}
"""


def built(scrape: str = "15s") -> Built:
    found = build(
        {"shop.yaml": SPECS.replace("scrape_interval: 15s", f"scrape_interval: {scrape}")}
    )
    assert found.files, [d.message for d in found.diagnostics]
    return found


@pytest.fixture(scope="module")
def fast() -> dict[str, bytes]:
    return {file.path: file.data for file in at_speed(built(), 60).files}


def rules(files: dict[str, bytes]) -> dict[str, dict[str, Any]]:
    groups = yaml.safe_load(files["prometheus/rules/cart.rules.yml"])["groups"]
    return {
        rule.get("record") or rule["alert"]: rule for group in groups for rule in group["rules"]
    }


def test_promtool_takes_divided_rules(fast: dict[str, bytes], tmp_path: Path):
    file = tmp_path / "cart.rules.yml"
    file.write_bytes(fast["prometheus/rules/cart.rules.yml"])

    promtool_check_rules([file])


def test_waits_of_alerts_are_divided(fast: dict[str, bytes]):
    found = rules(fast)

    assert "5s" == found["Late"]["for"]
    assert ("2s", "15s") == (found["Silent"]["for"], found["Silent"]["keep_firing_for"])


def test_seconds_in_formulas_are_divided(fast: dict[str, bytes]):
    found = rules(fast)

    assert found["Late"]["expr"].endswith("> 60")
    assert "[6m], 1440)" in found["Full"]["expr"]
    # 30 days are 43,200 minutes.
    assert found["slo:error_budget_remaining:minutes"]["expr"].endswith(" * 0.001 * 720")


def test_names_keep_the_undivided_windows(fast: dict[str, bytes]):
    assert set(rules({f.path: f.data for f in built().files})) == set(rules(fast))
    assert "[59s999ms]" in rules(fast)["slo:error_ratio:rate1h"]["expr"]


def test_the_coarse_ledger_is_written_at_every_fifth_evaluation(fast: dict[str, bytes]):
    groups = yaml.safe_load(fast["prometheus/rules/cart.rules.yml"])["groups"]
    (group, *_) = groups

    assert "1s" == group["interval"]
    assert "time() % 5) < 1" in rules(fast)["slo:bad_events:increase5m"]["expr"]


def test_scrapes_and_waits_of_routes_are_divided(fast: dict[str, bytes]):
    prometheus = yaml.safe_load(fast["prometheus/prometheus.yml"])["global"]
    route = yaml.safe_load(fast["alertmanager/alertmanager.yml"])["route"]

    assert {"scrape_interval": "250ms", "evaluation_interval": "500ms"} == prometheus
    waits = (route["group_wait"], route["group_interval"], route["repeat_interval"])
    assert ("166ms", "5s", "12m") == waits


def test_a_divided_build_says_that_it_is_one(fast: dict[str, bytes]):
    assert 60 == json.loads(fast["manifest.json"])["speed"]
    assert {True} == {
        b"divided by 60" in data.split(b"\n")[0] for p, data in fast.items() if p.endswith(".yml")
    }


def test_unit_tests_and_pages_are_left_out(fast: dict[str, bytes]):
    assert not [path for path in fast if path.startswith(("prometheus/tests", "docs/"))]


def test_a_speed_of_one_changes_nothing():
    found = built()

    assert found.files == at_speed(found, 1).files


@pytest.mark.parametrize(
    ("speed", "scrape", "message"),
    [
        (600, "15s", "the scrape interval, 15s, would be shorter than 100ms; at most 150 goes"),
        (7, "15s", "the scrape interval, 15s, is no multiple of 7ms; 10, 20, 50 or 60 may go"),
        (60, "5s", "the scrape interval, 5s, would be shorter than 100ms; at most 50 goes"),
    ],
)
def test_what_would_be_too_fast_is_refused(speed: int, scrape: str, message: str):
    with pytest.raises(TooFast) as raised:
        at_speed(built(scrape), speed)

    assert message == str(raised.value)


@pytest.mark.parametrize(
    ("query", "divided"),
    [
        ("x_expiry - time() < 14 * 86400", "x_expiry - time() < 14 * 1440"),
        ("floor(vector(time() - 300) / 86400)", "floor(vector(time() - 5) / 1440)"),
        ("max_over_time(x[1d:5m] offset 1h)", "max_over_time(x[24m:5s] offset 1m)"),
        ("rate(x[5m]) * 3600 > 60", "rate(x[5s]) * 3600 > 60"),
        ("hour() >= 9", "hour() >= 9"),
        ("day_of_month(vector(time() - 300)) * 86400", "day_of_month(vector(time() - 5)) * 86400"),
        ("not promql [5m", "not promql [5m"),
    ],
)
def test_times_in_queries_are_divided_and_nothing_else(query: str, divided: str):
    assert divided == divided_query(query, 60)
