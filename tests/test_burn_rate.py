"""
Burn-rate alerts fire just above their limits and nowhere else: run by promtool, worked out by hand.

One sample a minute; `d(i)` is what was counted from minute i - 1 to minute i. The tile at minute t
reads 5s late, so it holds d(t - 1), and a window of w minutes at t holds d(t - w) to d(t - 1).
Windows above 6h sum coarse tiles, written every 5m, and are evaluated in a group of their own:
their alerts are looked at five minutes before and after the minute that is worked out.

10,000 events a minute, so that 1 bad event a minute is a ratio of 0.0001.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import oracles
import pytest
import yaml
from problems import problems

from obsgen import build
from obsgen.artefacts import AlertingRule
from obsgen.model import Slo, Tier

HEAD = """
apiVersion: obsgen/v1
kind: Project
name: shop
prometheus: {retention: 400d}
alert_profiles:
  careful:
    - {tier: fast, spends: 2%, long: 1h, short: 5m, severity: page, min_events: 50}
---
apiVersion: obsgen/v1
kind: Service
name: cart
metrics:
  requests_total: {type: counter, labels: [code]}
slos:
"""

A_MINUTE = 10_000
BEFORE = 30
"""Minutes of much healthy traffic: while a window holds one of them, its ratio is next to 0."""


def spec(slo: str) -> str:
    sli = 'sli: {events: {total: requests_total, bad: {code: "5.."}}}'
    return f"{HEAD}  - {{name: availability, {slo}, {sli}}}\n"


def the_slo(text: str) -> Slo:
    built = build({"specs/cart.yaml": spec(text)})
    assert not problems(built), problems(built)
    return built.specs[0].services[0].slos[0]


def alert_rules(text: str) -> tuple[AlertingRule, ...]:
    built = build({"specs/cart.yaml": spec(text)})
    groups = built.compiled[0].rule_files[0].groups
    return tuple(r for group in groups for r in group.rules if isinstance(r, AlertingRule))


@dataclass(frozen=True)
class Story:
    """
    What a service went through, and when which tiers are to fire.

    Attributes:
        spans: (minutes, good events a minute, bad events a minute), one after the other.
        firing: By minute the tiers that fire then, and no others.
        spent: By minute whether the budget alert fires.
    """

    name: str
    spans: tuple[tuple[int, int, int], ...]
    firing: dict[int, tuple[str, ...]]
    spent: dict[int, bool] | None = None


def events(*spans: tuple[int, int]) -> tuple[tuple[int, int, int], ...]:
    """Return spans of 10,000 events a minute: (minutes, bad ones)."""
    return tuple((minutes, A_MINUTE - bad, bad) for minutes, bad in spans)


def tell(directory: Path, slo: str, *stories: Story) -> None:
    """Let promtool run all stories over the rules of one SLO."""
    built = build({"specs/cart.yaml": spec(slo)})
    assert not problems(built), problems(built)
    rules = next(f for f in built.files if f.path.endswith("cart.rules.yml"))
    (directory / "cart.rules.yml").write_bytes(rules.data)
    known = {rule.alert for rule in alert_rules(slo)}
    test = {
        "rule_files": ["cart.rules.yml"],
        "evaluation_interval": "1m",
        "tests": [_test(story, known) for story in stories],
    }
    (directory / "cart.test.yml").write_text(yaml.safe_dump(test, sort_keys=False))
    oracles.promtool_test(directory / "cart.test.yml")


def _test(story: Story, known: set[str]) -> dict[str, object]:
    minutes = sum(span[0] for span in story.spans)
    series = {
        'up{job="a",instance="i"}': f"1x{minutes}",
        'requests_total{job="a",instance="i",code="200"}': _counter([s[:2] for s in story.spans]),
        'requests_total{job="a",instance="i",code="500"}': _counter(
            [(span[0], span[2]) for span in story.spans]
        ),
    }
    checks = [
        {
            "expr": 'count by (tier) (ALERTS{alertname="ErrorBudgetBurn",alertstate="firing"})',
            "eval_time": f"{minute}m",
            "exp_samples": [{"labels": f'{{tier="{tier}"}}', "value": 1} for tier in tiers],
        }
        for minute, tiers in story.firing.items()
    ]
    for minute, is_firing in (story.spent or {}).items():
        assert "ErrorBudgetSpent" in known
        checks.append(
            {
                "expr": 'count(ALERTS{alertname="ErrorBudgetSpent",alertstate="firing"})',
                "eval_time": f"{minute}m",
                "exp_samples": [{"labels": "{}", "value": 1}] if is_firing else [],
            }
        )
    return {
        "name": story.name,
        "interval": "1m",
        "input_series": [{"series": k, "values": v} for k, v in series.items()],
        "promql_expr_test": checks,
    }


def _counter(spans: list[tuple[int, int]]) -> str:
    """Write a counter that begins at 0 and grows by so much a minute for so many minutes."""
    value, parts = 0, ["0"]
    for minutes, growth in spans:
        parts.append(f"{value + growth}+{growth}x{minutes - 1}")
        value += minutes * growth
    return " ".join(parts)


HEALTHY = (BEFORE, 1000 * A_MINUTE, 0)
STANDARD = "objective: 99.9"

# Tier, long and short window in minutes, bad events a minute at its limit: 0.0144, 0.006, 0.003
# and 0.001 of 10,000.
TIERS = (
    pytest.param("fast", 60, 5, 144, id="fast"),
    pytest.param("medium", 360, 30, 60, id="medium"),
    pytest.param("slow", 1440, 120, 30, id="slow"),
    pytest.param("creep", 4320, 360, 10, id="creep"),
)


@pytest.mark.parametrize(("tier", "long", "short", "limit"), TIERS)
def test_each_tier_fires_just_above_its_limit_and_not_just_below(
    tmp_path: Path, tier: str, long: int, short: int, limit: int
):
    # All long windows hold healthy minutes until the tier's own has left the last of them, d(30)
    # (in coarse tiles: the one written at 35m, with d(30) to d(34)). Slower ones hold them longer,
    # and the limits of faster ones are higher, so that this tier fires alone.
    fine = long <= 360
    alone = BEFORE + long + 1 if fine else BEFORE + long + 5
    quiet, fires = (alone - 1, alone) if fine else (alone - 5, alone + 5)
    after = 10
    above = Story(
        name=f"{tier} just above",
        spans=(HEALTHY, *events((long + after, limit + 1))),
        firing={quiet: (), fires: (tier,)},
    )
    below = Story(
        name=f"{tier} just below",
        spans=(HEALTHY, *events((long + after, limit - 1))),
        firing={quiet: (), fires: (), BEFORE + long + after: ()},
    )

    tell(tmp_path, STANDARD, above, below)


# Minutes after the last bad one until which the alert fires. k times the limit falls to the limit
# when the short window of S minutes holds S / k bad ones; at t it holds d(t - S) to d(t - 1), of
# which S + 1 - (t - end) are bad. 5m at 2: three are beyond, two are not: at end + 3 it fires, at
# end + 4 no more. 30m at 2: 16 bad ones, end + 15. 2h at 1.5: 81 bad ones, end + 40. 6h at 2: 181
# bad ones, end + 180.
RESOLVING = (
    pytest.param("fast", 60, 288, 3, id="fast"),
    pytest.param("medium", 360, 120, 15, id="medium"),
    pytest.param("slow", 1440, 45, 40, id="slow"),
    pytest.param("creep", 4320, 20, 180, id="creep"),
)


@pytest.mark.parametrize(("tier", "long", "bad", "last"), RESOLVING)
def test_each_tier_resolves_when_its_short_window_has_calmed_down(
    tmp_path: Path, tier: str, long: int, bad: int, last: int
):
    end = BEFORE + long + 30
    story = Story(
        name=f"{tier} resolves",
        spans=(HEALTHY, *events((long + 30, bad), (last + 10, 0))),
        firing={end: (tier,), end + last: (tier,), end + last + 2: ()},
    )

    tell(tmp_path, STANDARD, story)


def test_nothing_fires_without_traffic_and_what_fires_ends_with_it(tmp_path: Path):
    # The last failing events are d(90); the 5m window holds one of them until 95m.
    stands_still = Story(
        name="no traffic at all",
        spans=((180, 0, 0),),
        firing={5: (), 60: (), 120: (), 180: ()},
    )
    vanishes = Story(
        name="traffic vanishes in an outage",
        spans=(*events((60, 0), (30, A_MINUTE)), (120, 0, 0)),
        firing={90: ("creep", "fast", "medium", "slow"), 96: ("creep", "medium", "slow")},
    )

    tell(tmp_path, STANDARD, stands_still, vanishes)


def test_a_total_outage_pages_within_two_minutes(tmp_path: Path):
    # Of an hour 1 minute is 0.0167, beyond 0.0144: the first failing minute is d(61), and the tile
    # of 62m holds it. Of the 62 minutes so far it is 0.0161: medium, slow and creep fire too.
    outage = Story(
        name="total outage",
        spans=events((60, 0), (10, A_MINUTE)),
        firing={61: (), 62: ("fast", "medium")},
    )
    # 6h before it are 0.0028 a minute: 3 minutes for 0.006, so only the fast tier at first.
    seasoned = Story(
        name="total outage of an old service",
        spans=events((420, 0), (10, A_MINUTE)),
        firing={421: (), 422: ("fast",), 423: ("fast",), 424: ("fast", "medium")},
    )

    tell(tmp_path, "objective: 99.9, alerts: page-only", outage, seasoned)


def test_few_events_do_not_page_where_a_tier_asks_for_more(tmp_path: Path):
    # One failure of 49 events is 0.0204 and one of 50 is 0.02, both beyond 0.0144. One event every
    # minute: d(50) is the failure, and the window at 50m holds 49 events (d(1) to d(49)), all good;
    # at 51m there are 50 and the failure is in the short window.
    enough = Story(
        name="50 events",
        spans=((49, 1, 0), (1, 0, 1), (1, 0, 0)),
        firing={50: (), 51: ("fast",)},
    )
    too_few = Story(
        name="49 events",
        spans=((48, 1, 0), (1, 0, 1), (2, 0, 0)),
        firing={49: (), 50: (), 51: ()},
    )

    tell(tmp_path, "objective: 99.9, alerts: careful", enough, too_few)


def test_a_fifth_of_the_budget_spent_is_told(tmp_path: Path):
    # 20 % of 0.001 are 0.0002: 2 bad events of 10,000. Three in ten minutes, or one, all along.
    alerts = "alerts: {profile: none, budget: [{spent: 20%, severity: low}]}"
    above = Story(
        name="above", spans=events((60, 3)), firing={59: ()}, spent={0: False, 30: True, 59: True}
    )
    quiet = {30: False, 59: False}
    below = Story(name="below", spans=events((60, 1)), firing={59: ()}, spent=quiet)

    tell(tmp_path, f"objective: 99.9, {alerts}", above, below)


# --- the tables --------------------------------------------------------------------------------


def factors(tiers: tuple[Tier, ...]) -> dict[str, str]:
    return {tier.name: str(tier.factor) for tier in tiers}


THIRTY = {"fast": "72/5", "medium": "6", "slow": "3", "creep": "1"}
"""14.4, 6, 3, 1: 0.02 x 720, 0.05 x 120, 0.1 x 30, 0.1 x 10."""
SEVEN = {"fast": "336/25", "medium": "7/2", "slow": "7/5", "creep": "301/300"}
"""13.44, 3.5, 1.4, 1.00333: 0.08 x 168, 0.125 x 28, 0.2 x 7, 0.43 x 7 / 3."""


@pytest.mark.parametrize(
    ("period", "expected"),
    [
        ("30d", THIRTY),
        # 13.44, 5.6, 2.8, 1.02667: 0.02 x 672, 0.05 x 112, 0.1 x 28, 0.11 x 28 / 3.
        ("28d", {"fast": "336/25", "medium": "28/5", "slow": "14/5", "creep": "77/75"}),
        ("7d", SEVEN),
        ("29d", THIRTY),
        ("90d", THIRTY),
        ("365d", THIRTY),
        ("27d", SEVEN),
        ("14d", SEVEN),
        # A window that is not shorter than the period has no share of it to spend.
        ("3d", {name: SEVEN[name] for name in ("fast", "medium", "slow")}),
        ("1d", {name: SEVEN[name] for name in ("fast", "medium")}),
        ("6h", {"fast": SEVEN["fast"]}),
    ],
)
def test_the_factors_of_the_shipped_profile_by_period(period: str, expected: dict[str, str]):
    assert expected == factors(the_slo(f"objective: 99.9, period: {period}").tiers)


def test_limits_are_factor_times_budget_to_the_digit():
    limits = {
        rule.labels["tier"]: rule.expr.splitlines()[0].rpartition(" ")[2]
        for rule in alert_rules("objective: 99.95")
        if rule.alert == "ErrorBudgetBurn"
    }

    assert {"fast": "0.0072", "medium": "0.003", "slow": "0.0015", "creep": "0.0005"} == limits


def test_an_objective_of_90_percent_has_no_fast_tier():
    # 14.4 x 0.1 is 1.44, and a ratio never exceeds 1. 6 x 0.1 is 0.6, and stays.
    slo = the_slo("objective: 90")

    assert ["medium", "slow", "creep"] == [tier.name for tier in slo.tiers]
    assert ["fast"] == [name for name, _ in slo.left_out]
    assert "1.44" in slo.left_out[0][1]


@pytest.mark.parametrize(
    ("profile", "expected"),
    [
        ("standard", ["fast", "medium", "slow", "creep"]),
        ("page-only", ["fast", "medium"]),
        ("tickets", ["slow", "creep"]),
        ("none", []),
    ],
)
def test_the_tiers_of_the_shipped_profiles(profile: str, expected: list[str]):
    slo = the_slo(f"objective: 99.9, alerts: {profile}")

    assert expected == [tier.name for tier in slo.tiers]


def test_pages_and_tickets_are_the_most_urgent_severities_of_their_sort():
    severities = {tier.name: tier.severity for tier in the_slo("objective: 99.9").tiers}

    expected = {"fast": "critical", "medium": "critical", "slow": "medium", "creep": "medium"}
    assert expected == severities


@pytest.mark.parametrize("period", ["30d", "28d", "7d"])
def test_a_factor_spends_its_share_of_the_budget_in_the_long_window(period: str):
    shares = {
        "30d": ["1/50", "1/20", "1/10", "1/10"],
        "28d": ["1/50", "1/20", "1/10", "11/100"],
        "7d": ["2/25", "1/8", "1/5", "43/100"],
    }
    slo = the_slo(f"objective: 99.9, period: {period}")

    spent = [tier.factor * Fraction(tier.long.ms, slo.period.ms) for tier in slo.tiers]
    assert shares[period] == [str(share) for share in spent]
