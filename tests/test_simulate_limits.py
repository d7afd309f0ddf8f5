"""What stays away from a limit does not meet it, whatever the limit: by the comparison itself."""

from __future__ import annotations

import operator
from fractions import Fraction
from typing import Final

import pytest

from obsgen import build
from obsgen.simulate.gauges import reach
from obsgen.simulate.limits import good
from obsgen.simulate.stage import Plan

COMPARED: Final = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
    "==": operator.eq,
    "!=": operator.ne,
}
HOST: Final = """
apiVersion: obsgen/v1
kind: Project
name: shop
---
apiVersion: obsgen/v1
kind: Service
name: host
scrape: [{job: host, targets: ["host-1:80"]}]
where: {job: host}
metrics:
  skew: {type: gauge, unit: UNIT}
  size_bytes: {type: gauge, unit: bytes}
  free_bytes: {type: gauge, unit: bytes}
alerts:
"""


def shown(alert: str, gauge: str = "skew", unit: str = "count") -> tuple[Fraction, Fraction]:
    """Return the lowest and the highest that a gauge shows while its slow filling is over."""
    built = build({"specs/host.yaml": HOST.replace("UNIT", unit) + alert})
    assert not [d for d in built.diagnostics if d.severity > 1], built.diagnostics
    (service,) = built.specs[0].services
    (cast,) = Plan(services=(service,), queries=()).casts
    (family,) = [f for f in cast.targets[0].families if f.metric.name == gauge]
    full = 28 * 86_400_000 - 1
    return reach(family.metric, family.habit, full)


@pytest.mark.parametrize("is_ratio", [False, True])
@pytest.mark.parametrize("limit", [-5, 0, 1, 5])
@pytest.mark.parametrize("comparison", COMPARED)
def test_what_is_good_does_not_meet_the_condition(comparison: str, limit: int, is_ratio: bool):
    ends = good(comparison, (Fraction(limit),), is_ratio=is_ratio)

    told = [end for end in ends if end is not None]
    assert told
    assert not [end for end in told if COMPARED[comparison](end, limit)]


def test_a_limit_above_0_is_kept_away_from_by_three_tenths_of_it():
    assert (None, Fraction(35)) == good(">", (Fraction(50),), is_ratio=False)
    assert (Fraction(70), Fraction(100)) == good("<", (Fraction(50),), is_ratio=False)


def test_all_of_a_whole_is_what_is_good_where_less_is_bad():
    assert (Fraction(1), Fraction(1)) == good("<", (Fraction(1),), is_ratio=True)


@pytest.mark.parametrize(
    ("key", "limit"),
    [
        (key, limit)
        for key in ("above", "at_least", "below", "at_most")
        for limit in (-5, -1, 0, 1, 5)
    ],
)
def test_a_gauge_of_whole_numbers_keeps_to_the_good_side(key: str, limit: int):
    taken = {"above": ">", "at_least": ">=", "below": "<", "at_most": "<="}[key]

    low, high = shown(
        f"  - {{name: Off, threshold: {{value: skew, {key}: {limit}}}, severity: low}}\n"
    )

    assert not [end for end in (low, high) if COMPARED[taken](end, limit)]


def test_a_clock_stays_between_a_limit_below_0_and_one_above():
    alert = (
        "  - name: Off\n    severity: low\n    any_of:\n"
        "      - {value: skew, above: 50ms}\n      - {value: skew, below: -50ms}\n"
    )

    low, high = shown(alert, unit="seconds")

    assert Fraction("-0.05") < low <= high < Fraction("0.05")


def test_a_part_in_use_is_kept_low_when_what_fills_slowly_is_full():
    alert = (
        "  - {name: Full, threshold: {used_of: size_bytes, free: free_bytes, above: 50%},"
        " severity: low}\n"
    )

    free, size = shown(alert, "free_bytes")[0], shown(alert, "size_bytes")[1]

    # 650 thousandths are free when it is empty and 400 when it is full, less a tenth: 64 % in use.
    assert size - free < size / 2
