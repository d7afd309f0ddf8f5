"""What tables say of spent budgets, of SLOs without events and of severities, by promtool."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from oracles import promtool_test

from obsgen.packs._alert_queries import AlertQueries
from obsgen.packs._slo_queries import SloQueries

QUERIES: Final = SloQueries((), ("slo",))
OBJECTIVE, LEFT = "slo:objective:ratio", "slo:error_budget_remaining:ratio"
LASTS: Final = "slo:error_budget_exhaustion:seconds"


def answered(tmp_path: Path, expr: str, series: dict[str, float], expected: dict[str, float]):
    """Check what a query answers, by promtool's unit test."""
    samples = [{"labels": labels, "value": value} for labels, value in expected.items()]
    test: dict[str, Any] = {
        "interval": "1m",
        "input_series": [{"series": s, "values": f"{v}x1"} for s, v in series.items()],
        "promql_expr_test": [{"expr": expr, "eval_time": "1m", "exp_samples": samples}],
    }
    rule = {"record": "nothing", "expr": "vector(0)"}
    rules = tmp_path / "some.rules.yml"
    rules.write_text(yaml.safe_dump({"groups": [{"name": "some", "rules": [rule]}]}))
    file = tmp_path / "states.test.yml"
    file.write_text(yaml.safe_dump({"rule_files": [rules.name], "tests": [test]}))
    promtool_test(file)


@pytest.mark.parametrize(
    ("series", "expected"),
    [
        ({LEFT: -4.33}, 0),
        ({LEFT: 0}, 0),
        # One group burns on while another is spent: the worst off counts.
        ({LEFT: -1, f"{LASTS}": 3600}, 0),
        ({LEFT: 0.5, LASTS: 3600}, 3600),
        ({LEFT: 0.5}, -1),
        ({}, None),
    ],
    ids=["overspent", "spent", "spent and burning", "burning", "not burning", "no events"],
)
def test_how_long_a_budget_lasts(tmp_path: Path, series: dict[str, float], expected: float | None):
    given = {f'{name}{{slo="a"}}': value for name, value in {OBJECTIVE: 0.99, **series}.items()}
    wanted = {} if expected is None else {'{slo="a"}': expected}

    answered(tmp_path, QUERIES.time_left(), given, wanted)


def test_an_slo_without_events_is_neither_fine_nor_alarming(tmp_path: Path):
    given = {
        f'{OBJECTIVE}{{slo="quiet"}}': 0.99,
        f'{OBJECTIVE}{{slo="fine"}}': 0.99,
        f'{LEFT}{{slo="fine"}}': 0.5,
    }

    answered(tmp_path, QUERIES.alert_state(["critical"]), given, {'{slo="fine"}': 0})


def test_alerts_are_in_the_order_of_their_state_and_then_of_their_severity(tmp_path: Path):
    names = {"A": "low", "B": "critical", "C": "high", "D": "strange"}
    given = {
        f'ALERTS{{alertname="{name}",alertstate="firing",severity="{severity}"}}': 1.0
        for name, severity in names.items()
    }
    given['ALERTS{alertname="E",alertstate="pending",severity="critical"}'] = 1.0
    order = AlertQueries().ranked_state(("alertname",), ("critical", "high", "medium", "low"))
    wanted = {"A": 2, "B": 2.03, "C": 2.02, "D": 2, "E": 1.03}

    answered(tmp_path, order, given, {f'{{alertname="{n}"}}': v for n, v in wanted.items()})
