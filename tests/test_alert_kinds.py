"""What the kinds of alerts say, in the real Prometheus language: values by hand beside them."""

from __future__ import annotations

import re
from fractions import Fraction
from pathlib import Path
from typing import Any

import oracles
import pytest
import yaml
from problems import problems

from obsgen.alerts._history import Moments
from obsgen.alerts._lines import foreseen
from obsgen.artefacts import TimeInterval
from obsgen.model import Hours
from obsgen.pipeline import build
from obsgen.units import Duration

HEAD = """
apiVersion: obsgen/v1
kind: Project
name: shop
prometheus: {retention: 60d}
---
apiVersion: obsgen/v1
kind: Service
name: desk
where: {job: desk}
metrics:
  queue: {type: gauge, labels: [name]}
  runs_total: {type: counter, labels: [task]}
alerts:
"""


def the_rules(alert: str) -> str:
    built = build({"specs/desk.yaml": f"{HEAD}  - {{severity: high, {alert}}}\n"})
    assert not problems(built), problems(built)
    (rules,) = (f.data for f in built.files if f.path == "prometheus/rules/desk.rules.yml")
    return rules.decode()


def played(folder: Path, alert: str, series: dict[str, str], expected: dict[str, Any]) -> None:
    """Let promtool compare the alert's own expression: labels and values at times."""
    rules = the_rules(alert)
    (folder / "desk.rules.yml").write_text(rules)
    found = [r for g in yaml.safe_load(rules)["groups"] for r in g["rules"] if "alert" in r]
    checks = [
        {
            # In millionths: the last bit of a float is nobody's.
            "expr": f"round(({found[0]['expr']}) * 1000000)",
            "eval_time": at,
            "exp_samples": [
                {"labels": k, "value": round(v * 1_000_000)} for k, v in samples.items()
            ],
        }
        for at, samples in expected.items()
    ]
    test = {
        "interval": "1m",
        "input_series": [{"series": k, "values": v} for k, v in series.items()],
        "promql_expr_test": checks,
    }
    document = {
        "rule_files": ["desk.rules.yml"],
        "evaluation_interval": "1m",
        "tests": [test],
    }
    (folder / "desk.test.yml").write_text(yaml.safe_dump(document))
    oracles.promtool_test(folder / "desk.test.yml")


def test_a_line_of_least_squares_goes_through_the_means():
    # Through (0, 1), (1, 2), (2, 6): means 1 and 3; cov = (1*2 + 0*1 + 1*3) = 5, var = 2, so the
    # slope is 5/2; at 4 it is 3 + 3 * 5/2.
    points = [(x, Fraction(y)) for x, y in ((0, 1), (1, 2), (2, 6))]

    assert Fraction(21, 2) == foreseen(points, 4)


def test_two_points_make_a_line_and_one_does_not():
    one = (0, Fraction(1))

    assert foreseen([one], 9) is None
    assert Fraction(1) == foreseen([one, (5, Fraction(1))], 9)


def test_a_disk_is_foreseen_to_be_full(tmp_path: Path):
    # From 1000 it loses 10 a minute: at 30m it is 700, and in an hour 100; at 40m 600, and then 0;
    # at 45m 550, and then -50.
    alert = "name: Full, forecast: {value: queue, below: 0, within: 1h, from: 20m}"
    series = {'queue{job="desk"}': "1000-10x60"}

    played(tmp_path, alert, series, {"30m": {}, "45m": {'{job="desk"}': -50}})


def test_a_series_that_has_just_begun_foresees_nothing(tmp_path: Path):
    # From 500 it loses 1 a minute: 20h ahead of 9m it is 491 - 1200. Its first sample is half of
    # the range old at 10m; until then, however steep, nothing is said.
    alert = "name: Full, forecast: {value: queue, below: 0, within: 20h, from: 20m}"
    series = {'queue{job="desk"}': "500-1x60"}

    played(tmp_path, alert, series, {"9m": {}, "10m": {'{job="desk"}': 490 - 1200}})


def test_a_series_with_missed_scrapes_is_as_old_as_its_first_sample(tmp_path: Path):
    # At 22m the sample of half the range ago is missing, and of the 20m are just a few there.
    alert = "name: Full, forecast: {value: queue, below: 0, within: 20h, from: 20m}"
    series = {'queue{job="desk"}': "500-1x5 _x14 480-1x40"}

    played(tmp_path, alert, series, {"22m": {'{job="desk"}': 478 - 1200}})


def test_a_measure_is_foreseen_at_the_steps_of_a_subquery(tmp_path: Path):
    # Two queues that grow by 2 and 3 a minute from 0: at 20m 100, and in half an hour 150 more.
    alert = "name: Long, forecast: {sum: queue, above: 200, within: 30m, from: 10m}"
    series = {'queue{job="desk",name="a"}': "0+2x60", 'queue{job="desk",name="b"}': "0+3x60"}

    played(tmp_path, alert, series, {"9m": {}, "20m": {"{}": 250}})


def test_a_score_is_the_distance_in_deviations(tmp_path: Path):
    # 9 and 11 by turns, then 20. At 11m the range holds 5 times 9 and 11, and 20 (that of 1m on
    # at the latest): their mean is 120/11, and their variance 1410/11 - (120/11)^2 = 1110/121.
    alert = "name: Odd, anomaly: {sum: queue, sigma: 2, baseline: 10m, min_samples: 10}"
    series = {'queue{job="desk"}': " ".join(["9 11"] * 5 + ["9 20"])}
    mean, variance = Fraction(120, 11), Fraction(1110, 121)
    known = Moments()
    for value in (11, 9, 11, 9, 11, 9, 11, 9, 11, 9, 20):
        known = known.plus(Fraction(value))

    assert (mean, variance) == (known.mean, known.variance)
    score = float(20 - mean) / float(variance) ** 0.5
    played(tmp_path, alert, series, {"10m": {}, "11m": {"{}": score}})


def test_no_deviation_is_no_anomaly(tmp_path: Path):
    alert = "name: Odd, anomaly: {sum: queue, sigma: 2, baseline: 10m, min_samples: 5}"

    played(tmp_path, alert, {'queue{job="desk"}': "7x20"}, {"15m": {}})


def test_a_ratio_is_one_to_the_mean(tmp_path: Path):
    # Ten times 10, and 40: their mean is 140/11, of which 40 are 22/7.
    alert = "name: Much, anomaly: {sum: queue, baseline: 10m, min_samples: 10, above: 300%}"
    series = {'queue{job="desk"}': "10x10 40"}

    played(tmp_path, alert, series, {"10m": {}, "11m": {"{}": 40 / (140 / 11)}})


def test_two_alerts_on_one_measure_share_the_record():
    two = (
        "name: Odd, anomaly: {rate: runs_total}}\n"
        "  - {severity: high, name: VeryOdd, anomaly: {rate: runs_total, sigma: 5}"
    )

    assert 1 == the_rules(two).count("record: ")


def test_absence_carries_what_one_equality_fixes(tmp_path: Path):
    alert = 'name: Gone, absent: {metric: queue, where: {name: "a|b"}}'

    played(
        tmp_path,
        alert,
        {'queue{job="desk",name="a"}': "_x3 1x5 stale"},
        {"1m": {'{job="desk"}': 1}, "5m": {}, "12m": {'{job="desk"}': 1}},
    )


def test_a_group_is_missed_that_pauses_or_goes(tmp_path: Path):
    # `idle` stands from 10m on, `gone` has no series from 10m on, `busy` goes on, and `born` comes
    # at 12m and has counted once. Of 10m the last growth is out of sight at 20m.
    alert = "name: Late, heartbeat: {metric: runs_total, by: [task], within: 10m, seen_in: 30m}"
    series = {
        'runs_total{job="desk",task="idle"}': "5+1x10 15x60",
        'runs_total{job="desk",task="gone"}': "5+1x10 stale",
        'runs_total{job="desk",task="busy"}': "5+1x80",
        'runs_total{job="desk",task="born"}': "_x12 1x70",
    }
    idle, gone, born = ({f'{{task="{task}"}}': 1} for task in ("idle", "gone", "born"))

    played(
        tmp_path,
        alert,
        series,
        {"15m": {}, "21m": {**idle, **gone}, "35m": {**idle, **gone, **born}, "45m": idle | born},
    )


def test_a_watchdog_says_how_often_it_is_to_be_sent():
    rules = yaml.safe_load(the_rules("name: Dog, watchdog: {every: 5m}"))

    (rule,) = rules["groups"][0]["rules"]
    assert ("vector(1)", "5m") == (rule["expr"], rule["labels"]["watchdog"])


@pytest.mark.parametrize(
    ("spans", "at", "holds"),
    [
        # 1970 begins on a Thursday.
        ({"weekdays": ["thursday"]}, "23h59m", True),
        ({"weekdays": ["thursday"]}, "1d", False),
        ({"times": [{"start_time": "09:00", "end_time": "17:00"}]}, "9h", True),
        ({"times": [{"start_time": "09:00", "end_time": "17:00"}]}, "17h", False),
        # January has 31 days, February 1970 28: its last day is the 59th of the year.
        ({"days_of_month": ["-1"]}, "30d", True),
        ({"days_of_month": ["-1"], "months": ["february"]}, "58d", True),
        ({"days_of_month": ["-1"], "months": ["february"]}, "57d", False),
        # 1972 is a leap year: 365 + 365 + 31 + 28 days are before its 29th of February.
        ({"days_of_month": ["29"], "months": ["february"]}, "789d", True),
        ({"years": ["1971"]}, "364d", False),
        ({"years": ["1971"]}, "365d", True),
    ],
)
def test_hours_hold_when_prometheus_says_so(
    tmp_path: Path, spans: dict[str, Any], at: str, holds: bool
):
    hours = Hours(interval=TimeInterval(name="x", spans=(spans,)), utc_offset_seconds=0)
    (tmp_path / "x.rules.yml").write_text(
        "groups: [{name: x, rules: [{record: x, expr: vector(1)}]}]"
    )
    check = {
        "expr": f"vector(1) and on () ({hours.vector()})",
        "eval_time": at,
        "exp_samples": [{"labels": "{}", "value": 1}] if holds else [],
    }
    test = {
        "rule_files": ["x.rules.yml"],
        "evaluation_interval": "1d",
        "tests": [{"interval": "1d", "promql_expr_test": [check]}],
    }
    (tmp_path / "x.test.yml").write_text(yaml.safe_dump(test))

    assert holds == hours.holds(Duration.parse(at))
    oracles.promtool_test(tmp_path / "x.test.yml")


@pytest.mark.parametrize(
    ("spans", "comes"),
    [
        ({"days_of_month": ["30:31"], "months": ["february"]}, False),
        ({"days_of_month": ["29"], "months": ["february"]}, True),
        ({"days_of_month": ["29"], "months": ["february"], "years": ["2025:2027"]}, False),
        ({"days_of_month": ["31"], "months": ["april:june"]}, True),
        ({"days_of_month": ["31"], "months": ["june"]}, False),
    ],
)
def test_days_that_no_month_has_never_come(spans: dict[str, Any], comes: bool):
    hours = Hours(interval=TimeInterval(name="x", spans=(spans,)), utc_offset_seconds=0)

    assert comes == hours.comes


def test_stretches_of_hours_are_those_of_the_week():
    spans = ({"times": [{"start_time": "22:00", "end_time": "24:00"}], "weekdays": ["friday"]},)
    hours = Hours(interval=TimeInterval(name="x", spans=spans), utc_offset_seconds=3600)
    (first,) = hours.stretches(Duration.parse("7d"))

    assert ("1d21h", "1d23h") == tuple(map(str, first))


def test_the_text_of_an_alert_tells_what_is_foreseen():
    rules = the_rules("name: Full, forecast: {value: queue, below: 0, within: 24h, from: 6h}")

    assert re.search(r"summary: '?[Qq]ueue is foreseen to be \{\{ .* \}\} in 1d, below\s+0,", rules)
