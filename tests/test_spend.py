"""
Budgets of money and prices: amounts counted by hand, months by Python's calendar, in promtool.

promtool's clock begins with 1970 in UTC. A tile of minute t holds what was counted up to a minute
before, and the coarse tile of minute t the five before it. One hour west of UTC, the day and
January begin at 1h.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

import oracles
import pytest
import yaml
from problems import problems
from test_alert_proofs import mutants, survives, written

from obsgen import build
from obsgen.artefacts import OutputFile
from obsgen.model import Period

SPEC: Final = """
apiVersion: obsgen/v1
kind: Project
name: shop
prometheus: {{retention: 100d}}
utc_offset: "{offset}"
---
apiVersion: obsgen/v1
kind: Service
name: desk
where: {{job: desk}}
metrics:
  cost_usd_total: {{type: counter, labels: [model]}}
  tokens_total: {{type: counter, labels: [agent, model, kind], unit: tokens}}
prices:
  tokens_usd:
    of: tokens_total
    by: [model, kind]
    currency: USD
    per: 1000
    table: {{gpt-4o: {{input: 0.005, output: 0.015}}, small: {{input: 0.0001}}}}
alerts:
  - {alert}
"""

BUDGETS: Final = {
    "Day": ("-01:00", "of: cost_usd_total, budget: 100 USD, per: day"),
    "DayOfTokyo": ("+09:00", "of: cost_usd_total, budget: 0.7 USD, per: day"),
    "Week": ("+00:00", "of: cost_usd_total, where: {model: gpt-4o}, budget: 100 USD, per: week"),
    "Month": ("+09:00", "of: cost_usd_total, budget: $500, per: month"),
    "MonthByPace": ("+00:00", "of: cost_usd_total, budget: $500, per: month, project: 7d"),
    "Quarter": ("-05:00", "of: cost_usd_total, budget: $500, per: quarter"),
    "Rolling": ("+00:00", "of: cost_usd_total, budget: 100 USD, per: 7d, project: 1d"),
    "ByModel": (
        "+00:00",
        "of: cost_usd_total, by: [model], budget: {by: model, gpt-4: 64 USD, default: 24 USD}, "
        "per: day",
    ),
    "Priced": ("+00:00", "of: tokens_usd, where: {agent: a}, by: [model], budget: $3, per: day"),
}
LEVELS: Final = "levels: [{spent: 75%, severity: high}, {projected: 100%, severity: low}]"

# Each mutant that all tests pass, with the reason why none can see it.
EQUIVALENT: Final = {
    "Rolling offset 21h40m is offset 12h": "a young pace tells too little, never too much",
    'ByModel model="gpt-4" widened': "no model whose name contains another's is played",
    'ByModel without model="gpt-4"': "a model that is beyond the higher limit is beyond its own",
}


def generated(alert: str, offset: str = "+00:00") -> dict[str, OutputFile]:
    built = build({"specs/desk.yaml": SPEC.format(alert=alert, offset=offset)})
    assert not problems(built), problems(built)
    return {f.path: f for f in built.files if f.path.startswith("prometheus/")}


def of_budget(name: str, more: str = "") -> tuple[str, bytes]:
    """Return the rules and the tests of a budget."""
    offset, budget = BUDGETS[name]
    files = generated(f"{{name: {name}, {more}spend: {{{budget}, {LEVELS}}}}}", offset)
    tests = [f.data for path, f in files.items() if "/tests/" in path]
    assert len(tests) == 1
    return files["prometheus/rules/desk.rules.yml"].data.decode(), tests[0]


@pytest.mark.parametrize("name", BUDGETS)
def test_generated_tests_of_a_budget_pass(tmp_path: Path, name: str):
    rules, tests = of_budget(name)

    oracles.promtool_test(written(rules, tests, tmp_path))


@pytest.mark.parametrize("name", ["Day", "Rolling"])
def test_generated_tests_pass_where_an_alert_waits(tmp_path: Path, name: str):
    rules, tests = of_budget(name, "for: 30m, keep_firing_for: 1h, ")

    oracles.promtool_test(written(rules, tests, tmp_path))


@pytest.mark.parametrize("name", BUDGETS)
def test_each_test_of_a_budget_sees_its_alert_quiet_and_firing(name: str):
    document = yaml.safe_load(of_budget(name)[1])

    for test in document["tests"]:
        fires = {bool(check["exp_samples"]) for check in test["promql_expr_test"]}
        assert {True, False} == fires, test["name"]


def changed(rules: str, name: str) -> Iterator[tuple[str, str]]:
    """Yield rules in which one thing of an alert, of the calendar or of the pace is changed."""
    head, *alerts = rules.split("  - alert: ")
    for number, alert in enumerate(alerts):
        for what, text in mutants(f"{alert}\n", name):
            # No other budget is played that could be taken for this one.
            is_identity = "service=" in what or "spend=" in what
            if text == f"{alert}\n" or is_identity:
                continue
            others = [*alerts[:number], text[:-1], *alerts[number + 1 :]]
            yield what, "  - alert: ".join([head, *others])
    for right, wrong in (
        (">= 0.1)", ">= 0.15)"),
        ("sum_over_time(spend:calendar_cost", "max_over_time(spend:calendar_cost"),
        (" * 7 / 1", " * 8 / 1"),
        ("offset 21h40m", "offset 12h"),
        ("offset 1m5s)\n", "offset 2m5s)\n"),
        ("/ 86400)", "/ 43200)"),
        ("+ 300)\n", "+ 7200)\n"),
    ):
        if right in rules:
            yield f"{name} {right.strip()} is {wrong.strip()}", rules.replace(right, wrong)


@pytest.mark.parametrize("name", ["Day", "Rolling", "ByModel"])
def test_a_budget_with_one_thing_changed_fails_its_tests(tmp_path: Path, name: str):
    rules, tests = of_budget(name)
    every = list(changed(rules, name))
    assert all(text != rules for _, text in every)

    with ThreadPoolExecutor(max_workers=2) as pool:
        alive = pool.map(
            lambda each: survives(each[1][1], tests, tmp_path / str(each[0])), enumerate(every)
        )
        survivors = {what for (what, _), lives in zip(every, alive, strict=True) if lives}
    assert {what for what in EQUIVALENT if what.startswith(f"{name} ")} == survivors


# --- by hand -----------------------------------------------------------------------------------


def told(
    folder: Path,
    alert: str,
    series: dict[str, str],
    expected: dict[str, dict[str, float | None]],
    *,
    offset: str = "+00:00",
    every: str = "1m",
) -> None:
    """Play series, a sample a minute, and see what expressions give at some times."""
    files = generated(alert, offset)
    (folder / "desk.rules.yml").write_bytes(files["prometheus/rules/desk.rules.yml"].data)
    checks: list[dict[str, Any]] = [
        {
            "expr": f"sum({expr})",
            "eval_time": time,
            "exp_samples": [] if value is None else [{"labels": "{}", "value": value}],
        }
        for time, each in expected.items()
        for expr, value in each.items()
    ]
    inputs = [{"series": name, "values": values} for name, values in series.items()]
    test = {
        "rule_files": ["desk.rules.yml"],
        "evaluation_interval": every,
        "group_eval_order": ["desk-spend"],
        "tests": [{"interval": "1m", "input_series": inputs, "promql_expr_test": checks}],
    }
    (folder / "desk.test.yml").write_text(yaml.safe_dump(test, sort_keys=False))
    oracles.promtool_test(folder / "desk.test.yml")


def budget(per: str, more: str = "", of: str = "cost_usd_total") -> str:
    level = "levels: [{spent: 90%, severity: high}]"
    return f"{{name: Spend, spend: {{of: {of}, {more}budget: 500 USD, per: {per}, {level}}}}}"


COST: Final = 'cost_usd_total{job="desk",instance="i",model="m"}'


def test_a_month_counts_what_is_spent_from_its_beginning_on(tmp_path: Path):
    # A dollar a minute. At 58m the coarse tiles from 5m to 55m are counted, of December: at 0m
    # there was nothing to count, and at 1m nothing before, so that of 5m holds 4 minutes. At 2h31m
    # the coarse tiles from 1h5m to 2h30m, of January: 18 of 5 dollars.
    spent, left = "spend:spent:period", "spend:remaining:period"
    expected = {
        "58m": {spent: 4 + 10 * 5, left: 500 - 54},
        "2h31m": {spent: 90, left: 410, "spend:elapsed:ratio": 90 / (31 * 1440)},
    }

    told(tmp_path, budget("month"), {COST: "0+1x200"}, expected, offset="-01:00")


def test_nothing_is_projected_before_a_tenth_of_the_period_is_over(tmp_path: Path):
    # A tenth of a day after 1h is 3h24m. At 3h25m 29 coarse tiles of 5 dollars are spent in as many
    # minutes: it goes on until 1440 are.
    projected = "spend:projected:period"
    expected = {
        "3h20m": {projected: None},
        "3h24m": {projected: None},
        "3h25m": {projected: 1440, "spend:spent:period": 145},
    }

    told(tmp_path, budget("day"), {COST: "0+1x300"}, expected, offset="-01:00")


def test_a_pace_goes_on_for_the_rest_of_the_period(tmp_path: Path):
    # A dollar a minute from 1h on, the beginning of the day; 2h of it are the pace. What is counted
    # in the first 10m of these is not known before 1h55m. At 2h 60 are spent within 2h, and 23h are
    # left; at 5h 240 are spent, 120 of them in the pace, and 20h are left.
    expected = {
        "1h50m": {"spend:projected:period": None},
        "2h": {"spend:spent:period": 60, "spend:projected:period": 60 + 60 / 2 * 23},
        "5h": {"spend:spent:period": 240, "spend:projected:period": 240 + 120 / 2 * 20},
    }
    series = {COST: "0x59 1+1x400"}

    told(tmp_path, budget("day", "project: 2h, "), series, expected, offset="-01:00")


def test_a_rolling_period_is_projected_from_its_pace(tmp_path: Path):
    # A dollar a minute: 60 an hour, 360 in 6h; as long as 54m of the hour are not known, nothing is
    # told. The evaluations of 1m to 3h have counted a dollar each, but for the first.
    expected = {
        "50m": {"spend:projected:period": None},
        "3h": {"spend:projected:period": 360, "spend:spent:period": 179},
    }

    told(tmp_path, budget("6h", "project: 1h, "), {COST: "0+1x400"}, expected)


def test_money_is_counted_over_resets_and_births_and_not_over_a_return(tmp_path: Path):
    # 7 until the reset, 3 after it. A second model is born with 4: less than a hundredth of the
    # budget. A third one appears with 4000, which nobody spends within a minute: then it counts 2.
    other = 'cost_usd_total{{job="desk",instance="i",model="{}"}}'
    series = {
        'up{job="desk",instance="i"}': "1x60",
        COST: "10 10 10 12 17 3x55",
        other.format("born"): "_x10 4x50",
        other.format("back"): "_x20 4000 4002x39",
    }

    told(tmp_path, budget("day"), series, {"50m": {"spend:spent:period": 7 + 3 + 4 + 2}})


def test_tokens_cost_what_the_table_says(tmp_path: Path):
    # 100 tokens in and 50 out of gpt-4o are 0.00125 USD; the same again after a reset. 3000 tokens
    # into the small model are 0.0003 USD. What has no price costs nothing.
    token = 'tokens_total{{job="desk",instance="i",agent="a",model="{}",kind="{}"}}'
    series = {
        token.format("gpt-4o", "input"): "0 0 100 100 100x20",
        token.format("gpt-4o", "output"): "900 900 950 950 50x20",
        token.format("small", "input"): "0x9 3000x20",
        token.format("small", "output"): "0+1000x30",
    }
    whole = 0.00125 + 50 * 0.015 / 1000 + 0.0003
    expected = {
        "3m": {"cost:tokens_usd:increase1m": 0.00125},
        "4m": {"cost:tokens_usd:increase1m": 0},
        "25m": {"round(spend:spent:period, 0.00000001)": whole},
    }

    told(tmp_path, budget("day", of="tokens_usd"), series, expected)


def test_a_new_price_leaves_alone_what_is_counted_already():
    # A product of counter and price would be repriced as a whole; increments are not.
    files = generated(budget("day", of="tokens_usd"))
    rules = yaml.safe_load(files["prometheus/rules/desk.rules.yml"].data)
    (group,) = rules["groups"]
    priced = next(r for r in group["rules"] if r.get("record") == "cost:tokens_usd:increase1m")

    assert "tokens_total" not in priced["expr"]
    assert "cost:tokens_usd_units:increase1m" in priced["expr"]


# --- by Python's calendar ----------------------------------------------------------------------


def ends_of(year: int, month: int, zone: timezone) -> Iterator[int]:
    """Yield times around the end of a month, as seconds since 1970, in whole coarse tiles."""
    days = calendar.monthrange(year, month)[1]
    last = datetime(year, month, days, tzinfo=zone)
    for hours in (0, 11.75, 23, 23.75, 24, 24.25, 40):
        yield int((last + timedelta(hours=hours)).timestamp())


def period_of(word: str, seconds: int, zone: timezone) -> tuple[int, int]:
    """Return the first second of the period of a time, and of the next one."""
    local = datetime.fromtimestamp(seconds, zone)
    day = local.replace(hour=0, minute=0, second=0)
    match word:
        case "day":
            first, following = day, day + timedelta(days=1)
        case "week":
            first = day - timedelta(days=day.weekday())
            following = first + timedelta(days=7)
        case "month":
            first = day.replace(day=1)
            following = first + timedelta(days=calendar.monthrange(day.year, day.month)[1])
        case _:
            first = day.replace(month=day.month - (day.month - 1) % 3, day=1)
            months = range(first.month, first.month + 3)
            days = sum(calendar.monthrange(day.year, month)[1] for month in months)
            following = first + timedelta(days=days)
    return int(first.timestamp()), int(following.timestamp())


TIMES: Final = [(y, m) for y in (1970, 1972, 2000, 2023, 2024, 2028) for m in range(1, 13)]
ZONES: Final = {"+00:00": 0, "+09:00": 540, "-05:30": -330}


@pytest.mark.parametrize("word", ["day", "week", "month", "quarter"])
@pytest.mark.parametrize("offset", ZONES)
def test_periods_are_those_of_the_calendar(tmp_path: Path, word: str, offset: str):
    zone = timezone(timedelta(minutes=ZONES[offset]))
    files = generated(budget(word), offset)
    rules = yaml.safe_load(files["prometheus/rules/desk.rules.yml"].data)
    (elapsed,) = (
        rule["expr"]
        for rule in rules["groups"][0]["rules"]
        if rule.get("record") == "spend:elapsed:ratio"
    )
    checks = []
    for seconds in sorted({s for y, m in TIMES for s in ends_of(y, m, zone)}):
        # What an evaluation tells is of the coarse tile that ends with it.
        first, following = period_of(word, seconds - 300, zone)
        assert (first, following) == Period.of_calendar(word, ZONES[offset] * 60).bounds(
            seconds - 300
        )
        if seconds > 0:
            value = float(Fraction(seconds - first, following - first))
            sample = {"labels": "{}", "value": value}
            checks.append({"expr": elapsed, "eval_time": f"{seconds}s", "exp_samples": [sample]})
    rules_file = tmp_path / "desk.rules.yml"
    rules_file.write_bytes(files["prometheus/rules/desk.rules.yml"].data)
    test = {
        "rule_files": [rules_file.name],
        "evaluation_interval": "300d",
        "tests": [{"promql_expr_test": checks}],
    }
    (tmp_path / "desk.test.yml").write_text(yaml.safe_dump(test, sort_keys=False))

    oracles.promtool_test(tmp_path / "desk.test.yml")


def test_leap_years_have_a_longer_february(tmp_path: Path):
    # A dollar a minute, evaluated once a day: each evaluation counts the one minute before it, and
    # so a month costs as many dollars as it has days, and the tile of midnight is the last of it.
    start = datetime(1970, 1, 1, tzinfo=UTC)
    expected: dict[str, dict[str, float | None]] = {}
    for year, month in [(1971, 2), (1972, 1), (1972, 2)]:
        days = calendar.monthrange(year, month)[1]
        end = datetime(year, month, days, tzinfo=UTC) + timedelta(days=1) - start
        # At the end of the month each day has been counted; a day later the first of the next.
        expected[f"{end.days * 24}h"] = {"spend:spent:period": days}
        expected[f"{end.days * 24 + 24}h"] = {"spend:spent:period": 1}
    series = {COST: f"0+1x{800 * 1440}"}

    told(tmp_path, budget("month"), series, expected, every="1d")
