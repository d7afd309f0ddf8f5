"""`obsgen explain`: figures worked out by hand, and bounds that hold what Prometheus does."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

import oracles
import pytest
import yaml
from click.testing import CliRunner, Result

from obsgen import build
from obsgen.cli import commands
from obsgen.explanations import find
from obsgen.explanations.figures import shown
from obsgen.explanations.timing import Pace, until_clear, until_firing
from obsgen.model import Slo

PROJECT: Final = """\
apiVersion: obsgen/v1
kind: Project
name: shop
prometheus: {retention: 400d}
alert_profiles:
  patient:
    - {tier: fast, factor: 14.4, long: 1h, short: 5m, severity: critical, for: 90s, min_events: 50}
  sluggish:
    - {tier: long, factor: 14.4, long: 7h, short: 1h, severity: critical}
"""
SERVICE: Final = """\
apiVersion: obsgen/v1
kind: Service
name: cart
metrics:
  requests_total: {type: counter, labels: [code]}
  depth: {type: gauge}
slos:
  - name: availability
    objective: 99.9
    sli: {events: {total: requests_total, bad: {code: "5.."}}}
"""
ALERTS: Final = """\
alerts:
  - name: TooDeep
    threshold: {max: depth, above: 5}
    for: 5m
    severity: high
    summary: "The queue is {value} deep"
  - name: Raw
    expr: depth > 7
    severity: low
"""


def a_slo(slo: str) -> str:
    """Return the service with one SLO, written on one line."""
    sli = 'sli: {events: {total: requests_total, bad: {code: "5.."}}}'
    head = SERVICE.split("slos:\n")[0]
    return f"{head}slos:\n  - {{name: availability, {slo}, {sli}}}\n"


def a_slice(slo: str) -> str:
    """Return the service with an SLO whose events are slices of 5m."""
    head = SERVICE.split("slos:\n")[0]
    sli = "sli: {time_slice: {max: depth, below: 5, slice: 5m}}"
    return f"{head}slos:\n  - {{name: availability, {slo}, {sli}}}\n"


def explained(service: str = SERVICE, word: str = "cart/availability", rate: str = "") -> Any:
    built = build({"specs/project.yaml": PROJECT, "specs/cart.yaml": service})
    assert built.specs, built.diagnostics
    (found,) = find(built, word, events_per_second=Fraction(rate) if rate else None)
    return found


def as_json(service: str = SERVICE, **more: str) -> Any:
    return explained(service, **more).json


def the_slo(service: str = SERVICE) -> Slo:
    return (
        build({"specs/project.yaml": PROJECT, "specs/cart.yaml": service})
        .specs[0]
        .services[0]
        .slos[0]
    )


# The budget.


@pytest.mark.parametrize(
    ("objective", "period", "ratio", "share", "minutes"),
    [
        # 0.001 × 30 × 1440 and so on.
        ("99.9", "30d", "0.001", [1, 1000], "43.2"),
        ("99.95", "28d", "0.0005", [1, 2000], "20.16"),
        ("99.85", "7d", "0.0015", [3, 2000], "15.12"),
        ("90", "90d", "0.1", [1, 10], "12960"),
    ],
)
def test_the_budget_is_exact(
    objective: str, period: str, ratio: str, share: list[int], minutes: str
):
    budget = as_json(a_slo(f"objective: {objective}, period: {period}, alerts: none"))["budget"]

    assert (Decimal(ratio), share, Decimal(minutes)) == (
        budget["ratio"],
        budget["bad_of"],
        budget["minutes"],
    )
    assert (None, None) == (budget["events"], budget["bad_events"])


def test_a_month_has_a_nominal_and_a_longest_budget():
    # 0.001 × 30 and 31 days.
    budget = as_json(a_slo("objective: 99.9, period: month"))["budget"]

    assert (Decimal("43.2"), Decimal("44.64")) == (budget["minutes"], budget["minutes_at_most"])


def test_the_budget_is_told_in_events_where_the_traffic_is_known():
    # 100/s × 2,592,000s, and a thousandth of it.
    budget = as_json(rate="100")["budget"]

    assert (259_200_000, 259_200) == (budget["events"], budget["bad_events"])


def test_the_budget_of_slices_is_told_whatever_the_traffic():
    # 30d are 8640 slices of 5m, of which a tenth may be bad.
    found = explained(a_slice("objective: 90"))

    assert (8640, 864) == (found.json["budget"]["events"], found.json["budget"]["bad_events"])
    assert "864 bad slices of 8640 in 30d" in found.sections[1].lines


# The tiers.


def test_each_tier_has_its_factor_its_limit_and_what_it_spends():
    # 2 % of 30d in 1h is 0.02 × 720 = 14.4; limits are times 0.001; and back: 14.4 ÷ 720 = 2 %.
    assert [
        ("fast", Decimal("14.4"), Decimal("0.0144"), "1h", "5m", Decimal("0.02")),
        ("medium", Decimal(6), Decimal("0.006"), "6h", "30m", Decimal("0.05")),
        ("slow", Decimal(3), Decimal("0.003"), "1d", "2h", Decimal("0.1")),
        ("creep", Decimal(1), Decimal("0.001"), "3d", "6h", Decimal("0.1")),
    ] == [
        tuple(
            tier[key]
            for key in (
                "tier",
                "burn_rate",
                "error_ratio",
                "long_window",
                "short_window",
                "budget_spent",
            )
        )
        for tier in as_json()["tiers"]
    ]


def test_a_factor_that_does_not_end_is_marked_as_rounded_for_people():
    # 11 % of 28d in 3d: 0.11 × 28 ÷ 3 = 1.02666…
    tiers = as_json(a_slo("objective: 99.9, period: 28d"))["tiers"]

    assert Decimal("1.02666666666667") == tiers[3]["burn_rate"]
    assert "≈1.027" == shown(Fraction("0.11") * 28 / 3)


def test_tiers_that_cannot_work_are_told_with_the_reason():
    # 14.4 × 0.1 is above 1, so fast is left out; creep is not wanted.
    slo = "objective: 90, alerts: {profile: standard, without: [creep]}"
    left_out = as_json(a_slo(slo))["left_out"]

    assert [
        ("fast", "14.4 × 0.1 is 1.44, and an error ratio never exceeds 1"),
        ("creep", "left out by `without`"),
    ] == [(each["tier"], each["reason"]) for each in left_out]


# How fast.

# Scrapes every 15s, tiles of 1m, 5s to settle: 5s at least, 5 + 15 + 60 = 80s at most are added;
# to a window above 6h 5m and 2m more: 500s.
TIMES: Final = [
    # tier, failure, fires after at least, at most, clears after at least, at most
    # 3600 × 0.0144 = 51.84; 300 × (1 − 0.0144) = 295.68
    ("fast", "total outage", "56.84", "131.84", "300.68", "375.68"),
    ("fast", "just above the limit", "3605", "3680", "5", "80"),
    # 21600 × 0.006 = 129.6; 1800 × 0.994 = 1789.2
    ("medium", "total outage", "134.6", "209.6", "1794.2", "1869.2"),
    # 86400 × 0.003 = 259.2; 7200 × 0.997 = 7178.4
    ("slow", "total outage", "264.2", "759.2", "7183.4", "7258.4"),
    # 259200 × 0.001 ÷ 0.002 = 129600; 21600 × 0.5 = 10800
    ("creep", "burn rate 2", "129605", "130100", "10805", "10880"),
]


@pytest.mark.parametrize(("tier", "failure", "a", "b", "c", "d"), TIMES)
def test_times_follow_from_windows_and_limits(
    tier: str, failure: str, a: str, b: str, c: str, d: str
):
    found = failures(as_json())[tier, failure]

    assert {"least": Decimal(a), "most": Decimal(b)} == found["fires_after_seconds"]
    assert {"least": Decimal(c), "most": Decimal(d)} == found["clears_after_seconds"]


def failures(found: Mapping[str, Any]) -> dict[tuple[str, str], Any]:
    return {(t["tier"], f["failure"]): f for t in found["tiers"] for f in t["failures"]}


@pytest.mark.parametrize("tier", ["fast", "medium", "slow"])
def test_a_burn_below_its_factor_never_fires_a_tier(tier: str):
    found = failures(as_json())[tier, "burn rate 2"]

    assert found["fires_after_seconds"] is None
    assert found["clears_after_seconds"] is None


def test_for_ends_with_an_evaluation():
    # 90s are over at the second evaluation: 120s more than without.
    found = failures(as_json(a_slo("objective: 99.9, alerts: patient")))["fast", "total outage"]

    assert {"least": Decimal("176.84"), "most": Decimal("251.84")} == found["fires_after_seconds"]
    assert {"least": Decimal("300.68"), "most": Decimal("375.68")} == found["clears_after_seconds"]


def test_an_objective_below_half_knows_no_double_burn():
    names = {f for _, f in failures(as_json(a_slo("objective: 40, alerts: standard")))}

    assert "burn rate 2" not in names


# Seconds of a real Prometheus over 300 phases of the scrape and the tile, mean and most: raw
# counters, scrapes every 15s, tiles of 1m, no settle time (which is added here).
MEASURED: Final = [
    # tier, error ratio, fires (mean, most), clears (mean, most)
    ("fast", "1", (91, 125), (334, 368)),
    ("fast", "0.02", (2630, 2665), (119, 158)),
    ("medium", "0.01", (12999, 13031), (759, 791)),
]


@pytest.mark.parametrize(("name", "ratio", "fires", "clears"), MEASURED)
def test_the_bounds_hold_what_was_measured(
    name: str, ratio: str, fires: tuple[int, int], clears: tuple[int, int]
):
    slo = the_slo()
    tier = next(tier for tier in slo.tiers if tier.name == name)
    pace = Pace.of(slo, slo.tile.settle.parse("15s"))
    settle = slo.tile.settle.seconds
    for (mean, most), wait in (
        (fires, until_firing(tier, slo, Fraction(ratio), pace)),
        (clears, until_clear(tier, slo, Fraction(ratio), pace)),
    ):
        assert wait is not None
        assert wait.least < mean + settle < wait.most
        # Not by much: the bound is one of the least that hold.
        assert most + settle <= wait.most < most + settle + 10


SCRAPES_A_MINUTE: Final = 4


@pytest.mark.parametrize(
    ("alerts", "healthy", "quiet", "firing", "still", "clear"),
    [
        # The bounds 56.84s to 131.84s lie around the evaluations of 1m and 2m, those of clearing,
        # 300.68s and 375.68s, between 5m and 6m.
        pytest.param("page-only", 61, 0, 2, 5, 6, id="fast"),
        # 25200 × 0.0144 + 5 = 367.88s, + 495 = 862.88s; 3600 × 0.9856 + 5 = 3553.16s, + 75.
        pytest.param("sluggish", 421, 6, 14, 59, 60, id="coarse"),
    ],
)
def test_promtool_sees_an_outage_within_the_bounds(
    tmp_path: Path, alerts: str, healthy: int, quiet: int, firing: int, still: int, clear: int
):
    text = a_slo(f"objective: 99.9, alerts: {{profile: {alerts}, absent: none}}")
    built = build({"specs/project.yaml": PROJECT, "specs/cart.yaml": text})
    rules = next(f for f in built.files if f.path.endswith("cart.rules.yml"))
    (tmp_path / "cart.rules.yml").write_bytes(rules.data)
    outage = 30
    good, bad, after = healthy * SCRAPES_A_MINUTE, outage * SCRAPES_A_MINUTE, 80 * SCRAPES_A_MINUTE
    end = healthy + outage
    states = {
        healthy + quiet: False,
        healthy + firing: True,
        end + still: True,
        end + clear: False,
    }
    test = {
        "rule_files": ["cart.rules.yml"],
        "evaluation_interval": "1m",
        "group_eval_order": ["cart-slo-budget", "cart-slo-ledger"],
        "tests": [
            {
                "name": "an outage",
                "interval": "15s",
                "input_series": [
                    {
                        "series": 'requests_total{code="200",job="a",instance="i"}',
                        "values": f"0+10x{good} {10 * good}x{bad - 1} {10 * good}+10x{after}",
                    },
                    {
                        "series": 'requests_total{code="500",job="a",instance="i"}',
                        "values": f"0x{good} 10+10x{bad - 1} {10 * bad}x{after}",
                    },
                ],
                "promql_expr_test": [
                    {
                        "expr": 'count(ALERTS{alertstate="firing",tier=~"fast|long"})',
                        "eval_time": f"{minute}m",
                        "exp_samples": [{"labels": "{}", "value": 1}] if is_firing else [],
                    }
                    for minute, is_firing in states.items()
                ],
            }
        ],
    }
    (tmp_path / "cart.test.yml").write_text(yaml.safe_dump(test, sort_keys=False))
    oracles.promtool_test(tmp_path / "cart.test.yml")


# What is counted and recorded.


def test_births_are_told_to_be_on_with_their_conditions():
    counting = as_json()["counting"]

    assert counting["births"] is True
    assert counting["words"][1] == (
        "Births are on: what a bad series had counted when it first appeared counts, too, if its "
        "target was up all through 2m before, or its process is that young; not beyond 10 + 2 × "
        "the busiest tile within 1h."
    )


@pytest.mark.parametrize(
    ("sli", "why"),
    [
        (
            'queries: {bad: "increase(requests_total{code=\\"500\\"}[$window])", '
            'total: "increase(requests_total[$window])"}',
            "Births are off: a query does not tell which series are new.",
        ),
        (
            "time_slice: {max: depth, below: 5, slice: 5m}",
            "Births are off: a measure has no past.",
        ),
        ("probe: {metric: depth}", "Births are off: what is counted has no past."),
    ],
    ids=["queries", "time_slice", "probe"],
)
def test_births_are_told_to_be_off_with_the_reason(sli: str, why: str):
    head = SERVICE.split("slos:\n")[0]
    counting = as_json(f"{head}slos:\n  - {{name: availability, objective: 90, sli: {{{sli}}}}}\n")[
        "counting"
    ]

    assert counting["births"] is False
    assert why in counting["words"]


def test_slices_are_seen_when_they_are_over():
    # Slices of 5m are judged at once: 0s at least, 300 + 60s at most are added.
    # medium: 6 × 0.1 = 0.6; 21600 × 0.6 = 12960; 1800 × 0.4 = 720.
    found = failures(as_json(a_slice("objective: 90")))["medium", "total outage"]

    assert {"least": Decimal(12960), "most": Decimal(13320)} == found["fires_after_seconds"]
    assert {"least": Decimal(720), "most": Decimal(1080)} == found["clears_after_seconds"]


def test_a_composite_is_as_slow_as_its_slowest_part():
    # Of slices of 5m; the other part settles for 5s: 5s at least, 5 + 300 + 60 at most are added.
    # medium: 21600 × 0.6 = 12960.
    parts = (
        "  - {name: slices, objective: 90, sli: {time_slice: {max: depth, below: 5, slice: 5m}}}\n"
        "  - name: both\n"
        "    objective: 90\n"
        "    sli: {composite: {weighted: {slices: 0.5, availability: 0.5}}}\n"
    )
    found = failures(as_json(SERVICE + parts, word="cart/both"))["medium", "total outage"]

    assert {"least": Decimal(12965), "most": Decimal(13325)} == found["fires_after_seconds"]


def test_the_series_that_are_recorded_are_told_with_the_distance_of_their_samples():
    every = {each["series"]: each["every"] for each in as_json()["recorded"]}
    built = build({"specs/project.yaml": PROJECT, "specs/cart.yaml": SERVICE})
    rules = next(f.data for f in built.files if f.path.endswith("cart.rules.yml"))

    assert set(re.findall(r"record: (\S+)", rules.decode())) == set(every)
    assert ("1m", "5m", "1m", "2m") == (
        every["slo:bad_events:increase1m"],
        every["slo:bad_events:increase5m"],
        every["slo:error_ratio:rate6h"],
        every["slo:error_ratio:rate1d"],
    )


def test_what_is_said_of_the_times_names_the_figures():
    words = as_json()["formula"]

    assert words[2] == (
        "Events are counted late: by 5s to settle, and by up to one scrape, 15s, and one tile, 1m "
        "(windows above 6h: 7m more). `for` comes on top, and Alertmanager's `group_wait`."
    )
    assert "Tier fast, total outage: 1h × 0.0144 ÷ 1 = 51.84s." in words[3]


def test_an_slo_without_tiers_says_nothing_of_times():
    found = explained(a_slo("objective: 99.9, alerts: none"))

    assert [] == found.json["formula"] == found.json["tiers"]
    assert "how fast they are" not in {section.title for section in found.sections}


# Alerts.


@pytest.mark.parametrize("word", ["TooDeep", "cart/TooDeep"])
def test_an_alert_is_told_with_its_expression_and_its_meaning(word: str):
    found = as_json(SERVICE + ALERTS, word=word)

    assert ("cart/TooDeep", "high", "5m", "30s") == (
        found["alert"],
        found["severity"],
        found["for"],
        found["evaluated_every"],
    )
    assert "max(depth) > 5" == found["expr"]
    assert "The queue is {{ $value | humanize }} deep" == found["annotations"]["summary"]
    assert "specs/cart.yaml:12:5" == found["source"]


def test_every_tier_of_a_burn_rate_alert_is_told():
    built = build({"specs/project.yaml": PROJECT, "specs/cart.yaml": SERVICE})
    for word in ("cart/availability/ErrorBudgetBurn", "cart/ErrorBudgetBurn", "ErrorBudgetBurn"):
        assert [
            f'cart/availability/ErrorBudgetBurn{{tier="{tier}"}}'
            for tier in ("fast", "medium", "slow", "creep")
        ] == [found.json["alert"] for found in find(built, word)]


def test_the_proof_of_an_alert_is_told_with_its_times():
    built = build({"specs/project.yaml": PROJECT, "specs/cart.yaml": SERVICE})
    tests = find(built, "ErrorBudgetBurn")[0].json["tests"]
    own = [t for file in built.compiled[0].rule_tests for t in file.tests]

    assert tests
    assert {test["name"] for test in tests} <= {test.name for test in own}
    assert {True, False} == {each["firing"] for each in tests[0]["expected"]}


# The command.


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with the specs."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "specs").mkdir()
    (tmp_path / "specs/project.yaml").write_text(PROJECT)
    (tmp_path / "specs/cart.yaml").write_text(SERVICE + ALERTS)
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(commands, ["explain", *arguments], catch_exceptions=False)


def test_an_slo_is_explained_in_tables(here: Path):
    del here
    result = run("cart/availability", "--rate", "6/min")

    assert (0, "") == (result.exit_code, result.stderr)
    for words in (
        "objective: 99.9% over 30d",
        'bad events: requests_total with code=~"5.."',
        "written in specs/cart.yaml:8:5",
        "0.1% of the events, 1 of 1000",
        "43.2 minutes of 30d, at steady traffic",
        # 6 a minute: 259,200 in 30d.
        "259.2 bad events of 259200 in 30d",
    ):
        assert f"  {words}\n" in result.stdout
    rows = [re.split(r"\s*\|\s*", line.strip()) for line in result.stdout.splitlines()]
    assert ["", "fast", "critical", "14.4", "1.44%", "1h", "5m", "0s", "2%", ""] in rows
    assert ["", "fast", "total outage", "100%", "56s to 2m12s", "5m to 6m16s", ""] in rows
    assert [
        "",
        "creep",
        "burn rate 2",
        "0.2%",
        "1d12h5s to 1d12h8m20s",
        "3h5s to 3h1m20s",
        "",
    ] in rows


def test_json_is_a_list_with_exact_numbers(here: Path):
    del here
    result = run("cart/availability", "--format", "json")
    (found,) = json.loads(result.stdout, parse_float=Decimal)

    assert (0, "") == (result.exit_code, result.stderr)
    assert ("cart/availability", Decimal("0.001")) == (found["slo"], found["budget"]["ratio"])
    assert '"least": 56.84' in result.stdout


def test_an_alert_is_explained(here: Path):
    del here
    result = run("TooDeep")

    assert (0, "") == (result.exit_code, result.stderr)
    assert result.stdout.startswith("cart/TooDeep\n  The queue is {{ $value")
    assert "  max(depth) > 5\n" in result.stdout


def test_each_environment_is_explained_or_one(here: Path):
    (here / "specs/environments.yaml").write_text(
        "apiVersion: obsgen/v1\nkind: Environment\nname: staging\n"
        "set: {cart/slos/availability/objective: 99}\n"
        "---\napiVersion: obsgen/v1\nkind: Environment\nname: production\n"
    )
    every = json.loads(run("cart/availability", "--format", "json").stdout)
    one = json.loads(run("cart/availability", "--env", "staging", "--format", "json").stdout)

    assert [("staging", 99), ("production", 99.9)] == [
        (each["environment"], each["objective"]) for each in every
    ]
    assert every[:1] == one
    assert run("cart/availability").stdout.startswith("cart/availability in staging\n")


@pytest.mark.parametrize(
    ("word", "hint"),
    [
        ("cart/availabilty", "did you mean cart/availability?"),
        ("cart/TooDep", "did you mean cart/TooDeep?"),
        ("SLO301x", "did you mean SLO301?"),
        (
            "zzz",
            "codes look like SLO301, SLOs like gateway/availability, alerts like HighErrorRate",
        ),
    ],
)
def test_what_is_not_known_is_wrong_usage_with_a_near_miss(here: Path, word: str, hint: str):
    del here
    result = run(word)

    assert (2, "") == (result.exit_code, result.stdout)
    assert result.stderr.endswith(f"Error: no code, SLO or alert `{word}`; {hint}\n")


def test_specs_with_errors_are_not_explained(here: Path):
    (here / "specs/cart.yaml").write_text(SERVICE.replace("99.9", "101"))
    result = run("cart/availability")

    assert (1, "") == (result.exit_code, result.stdout)
    assert "[SLO301]" in result.stderr


@pytest.mark.parametrize("rate", ["fast", "100", "100ms/s", "-1/s", "0/s", "5%/s"])
def test_a_rate_that_is_none_is_wrong_usage(here: Path, rate: str):
    del here
    result = run("cart/availability", "--rate", rate)

    assert 2 == result.exit_code
    assert f"`{rate}`" in result.stderr


def test_a_code_is_explained_as_json_without_specs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    found = json.loads(run("SLO301", "--format", "json").stdout)

    assert ("SLO301", "objective-range", "error") == (
        found["code"],
        found["name"],
        found["severity"],
    )
    assert 2 == run("NoSuchAlert").exit_code
    assert 1 == run("cart/availability").exit_code
