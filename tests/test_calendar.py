"""
Budgets by the calendar: generated rules, run by promtool, whose clock begins with 1970 in UTC.

Two requests a minute. One hour west of UTC, January begins at 1h; the tile of minute t holds what
was counted up to a minute before. In UTC, 1970 begins on a Thursday: a week starts at 4d.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import oracles
import yaml
from problems import problems

from obsgen import build

SPEC = """
apiVersion: obsgen/v1
kind: Project
name: shop
prometheus: {{retention: 100d}}
utc_offset: "{offset}"
---
apiVersion: obsgen/v1
kind: Service
name: cart
metrics:
  requests_total: {{type: counter, labels: [code]}}
slos:
  - name: promise
    objective: 99
    period: {period}
    sli: {{events: {{total: requests_total, bad: {{code: "500"}}}}}}
    alerts: none
"""


def run(
    directory: Path,
    period: str,
    values: dict[str, str],
    expected: dict[str, dict[str, float]],
    *,
    offset: str = "+00:00",
    every: str = "1m",
) -> None:
    built = build({"specs/cart.yaml": SPEC.format(period=period, offset=offset)})
    assert not problems(built)
    rules = next(f for f in built.files if f.path.endswith("cart.rules.yml"))
    (directory / "cart.rules.yml").write_bytes(rules.data)
    series = [
        {"series": f'requests_total{{job="a",instance="i",code="{code}"}}', "values": counts}
        for code, counts in values.items()
    ]
    checks: list[dict[str, Any]] = [
        {
            "expr": f"sum({name})",
            "eval_time": time,
            "exp_samples": [{"labels": "{}", "value": value}],
        }
        for time, each in expected.items()
        for name, value in each.items()
    ]
    test = {
        "rule_files": ["cart.rules.yml"],
        "evaluation_interval": every,
        # Sums over the period are made before the tile of the same moment is there.
        "group_eval_order": ["cart-slo-budget", "cart-slo-ledger"],
        "tests": [{"interval": "1m", "input_series": series, "promql_expr_test": checks}],
    }
    (directory / "cart.test.yml").write_text(yaml.safe_dump(test, sort_keys=False))
    oracles.promtool_test(directory / "cart.test.yml")


def test_a_month_forgets_what_was_before_it(tmp_path: Path):
    # Half of the requests fail until 58m, in December; none in January. At 2h30m the coarse tiles
    # from 1h5m on are summed: those that begin at 1h and later, 18 of 10 requests.
    values = {"500": "0+1x58 58x200", "200": "0+1x58 60+2x200"}
    expected = {
        "58m": {"slo:error_ratio:period": 0.5},
        "2h31m": {
            "slo:error_ratio:period": 0,
            "slo:bad_events:period": 0,
            "slo:total_events:period": 180,
            "slo:error_budget_remaining:ratio": 1,
            # January: 1 % of 31 days of 1440 minutes.
            "slo:error_budget_remaining:minutes": 446.4,
            "slo:error_budget_remaining:events": 1.8,
        },
    }

    run(tmp_path, "month", values, expected, offset="-01:00")


def test_the_first_quarter_of_a_common_year_has_90_days(tmp_path: Path):
    # 1 % of 90 x 1440 minutes; in the last quarter of 1969, until 1h, of 92 x 1440. All good.
    values = {"500": "0x200", "200": "0+2x200"}
    minutes = "slo:error_budget_remaining:minutes"
    expected = {"58m": {minutes: 1324.8}, "2h31m": {minutes: 1296}}

    run(tmp_path, "quarter", values, expected, offset="-01:00")


def test_a_week_begins_on_monday(tmp_path: Path):
    # Evaluated every 5m, each coarse tile holds the two requests of one minute. On Sunday at 23:55
    # those from 5m to 23:50 are summed, 1150 (at 0m there was no sample yet); on Monday at 6:00
    # those from 0:05, the first that began on it, to 5:55: 71.
    values = {"500": "0+1x6200", "200": "0+1x6200"}
    total = "slo:total_events:period"
    expected = {"95h55m": {total: 2 * 1150}, "102h": {total: 2 * 71}}

    run(tmp_path, "week", values, expected, every="5m")


def test_a_week_begins_on_monday_of_the_place(tmp_path: Path):
    # In Tokyo Monday begins nine hours earlier, at 87h: 108 tiles less; six hours later 71 again.
    values = {"500": "0+1x6200", "200": "0+1x6200"}
    total = "slo:total_events:period"
    expected = {"86h55m": {total: 2 * 1042}, "93h": {total: 2 * 71}}

    run(tmp_path, "week", values, expected, offset="+09:00", every="5m")
