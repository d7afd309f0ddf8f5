"""
The LLM process platform and Kagura: what is compiled means what the canonical queries mean.

promtool runs the generated rules and the canonical queries over the same series, beside decoys that
only one matcher keeps out. Money is counted by hand.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

import oracles
import pytest
import yaml
from canonical import differs, nothing, number, without_each_matcher
from test_tonebridge import built

from obsgen.artefacts import AlertingRule

TESTS: Final = Path(__file__).parent
QUERIES: Final[dict[str, str]] = {
    **yaml.safe_load((TESTS / "llm_process_platform_queries.yaml").read_text()),
    **yaml.safe_load((TESTS / "kagura_queries.yaml").read_text()),
}
PLATFORM, KAGURA = "llm-process-platform", "kagura"
Series = Iterable[tuple[str, str]]


def rules(service: str) -> Iterator[AlertingRule]:
    (file,) = (f for f in built().compiled[0].rule_files if f.service == service)
    for group in file.groups:
        yield from (rule for rule in group.rules if isinstance(rule, AlertingRule))


def alert(service: str, name: str, **labels: str) -> AlertingRule:
    (found,) = (
        rule
        for rule in rules(service)
        if rule.alert == name and labels.items() <= rule.labels.items()
    )
    return found


def ask(directory: Path, service: str, series: Series, checks: list[dict[str, Any]]) -> None:
    """Let promtool evaluate expressions over series and over what the service's rules make."""
    (file,) = (f for f in built().files if f.path == f"prometheus/rules/{service}.rules.yml")
    (directory / "own.rules.yml").write_bytes(file.data)
    test = {
        "rule_files": ["own.rules.yml"],
        "evaluation_interval": "1m",
        "tests": [
            {
                "interval": "1m",
                "input_series": [{"series": k, "values": v} for k, v in series],
                "promql_expr_test": checks,
            }
        ],
    }
    (directory / "own.test.yml").write_text(yaml.safe_dump(test, sort_keys=False))
    oracles.promtool_test(directory / "own.test.yml")


def fires(service: str, name: str, moment: int, count: int, more: str = "") -> dict[str, Any]:
    fired = f'ALERTS{{alertname="{name}",service="{service}",alertstate="firing"{more}}}'
    return number(fired, moment, count)


def is_about(expression: str, moment: int, value: float, within: float = 1e-6) -> dict[str, Any]:
    """Expect one series, of a value to within a difference."""
    return number(f"abs(sum({expression}) - {value}) <= {within}", moment, 1)


# --- calls, a sample a minute ------------------------------------------------------------------

# 0 to 60m busy and failing, 60m to 90m busy and well, then hardly a call, each of which fails.
FAILING, WELL, RARE = 40, 80, 115
MOMENTS: Final = (1, 3, 8, 20, FAILING, 61, 63, 66, 71, WELL, 91, 93, 96, 101, RARE)


def counter(failing: float, well: float, rare: float = 0) -> str:
    middle, top = failing * 60, failing * 60 + well * 30
    return f"0+{failing}x60 {middle + well}+{well}x29 {top + rare}+{rare}x59"


def gauge(failing: float, well: float, rare: float) -> str:
    return f"{failing}x60 {well}x29 {rare}x60"


def platform() -> Iterator[tuple[str, str]]:
    for job, times in (("llmproc", 1), ("llmproc-old", 90), ("batch", 40)):
        for instance in ("1", "2"):
            yield from _calls(f'job="{job}",instance="{instance}"', job == "llmproc", times)
    for probe, values in (("ready", (0, 1, 0)), ("live", (1, 0, 0)), ("health", (0, 0, 0))):
        labels = f'job="probe/{PLATFORM}/{probe}",service="{PLATFORM}",probe="{probe}"'
        yield f"probe_success{{{labels}}}", gauge(*values)
        other = f'job="probe/desk/{probe}",service="desk",probe="{probe}"'
        yield f"probe_success{{{other}}}", gauge(0, 0, 0)


def _calls(target: str, is_own: bool, times: int) -> Iterator[tuple[str, str]]:
    # The slow model drags the average along while failing; while well, the fast one hides it.
    seconds = {"slow": (200, 90), "fast": (1, 1)} if is_own else {"slow": (700, 700)}
    for model, (failing, well) in seconds.items():
        labels = f'{target},provider="p",model="{model}"'
        base = "llmproc_llm_inference_duration_seconds"
        yield f"{base}_count{{{labels}}}", counter(10 * times, 10 * times, 0.1)
        yield f"{base}_sum{{{labels}}}", counter(10 * times * failing, 10 * times * well, 0.1)
        for status, grows in (
            ("success", (60, 60, 0)),
            ("error", (30, 1, 0.2)),
            ("error2", (9, 90, 0)),
        ):
            name = f'llmproc_llm_requests_total{{{labels},status="{status}"}}'
            # The decoys fail when the platform is well, and are busy when it is not.
            first, second, last = grows if is_own else (grows[1], grows[0] * times, 20)
            yield name, counter(first, second, last)
    mock = (1, 0, 0) if is_own and 'instance="1"' in target else (0, 0, 0) if is_own else (2, 1, 1)
    yield f"llmproc_llm_mock_mode{{{target}}}", gauge(*mock)


def agents() -> Iterator[tuple[str, str]]:
    # What the 95th percentile is made of: below 1s, below 5s.
    shares = {"api_agent": ((0.5, 1), (0.99, 1)), "report_agent": ((0, 1), (0, 1))}
    for job in ("kagura", "kagura-dev"):
        for agent, phases in shares.items():
            parts = phases if job == "kagura" else ((0, 1), (0, 1))
            for number_, le in enumerate(("1", "5")):
                labels = f'job="{job}",agent_name="{agent}",model="m",le="{le}"'
                grows = (60 * parts[0][number_], 60 * parts[1][number_])
                yield f"kagura_agent_latency_seconds_bucket{{{labels}}}", counter(*grows)
            labels = f'job="{job}",agent_name="{agent}",model="m",le="+Inf"'
            yield f"kagura_agent_latency_seconds_bucket{{{labels}}}", counter(60, 60)
        for agent, success, error in (
            ("api_agent", (60, 60, 0), (30, 1, 0.2)),
            ("report_agent", (60, 0, 0), (0, 0, 0)),
        ):
            for status, grows in (("success", success), ("error", error), ("error2", (9, 9, 0))):
                labels = f'job="{job}",agent_name="{agent}",model="m",status="{status}"'
                decoy = (1, 90, 90) if status == "error" else (9, 0, 0)
                course = counter(*(grows if job == "kagura" else decoy))
                yield f"kagura_agent_calls_total{{{labels}}}", course


ALERTS: Final = {
    "L-A2": (PLATFORM, "LLMProcHighErrorRate", {}, (1, 0, 0)),
    "L-A3": (PLATFORM, "LLMProcSlowInference", {}, (1, 0, 0)),
    "L-A3b": (PLATFORM, "LLMProcSlowModel", {}, (1, 1, 0)),
    "L-A4": (PLATFORM, "ProbeDown", {"probe": "ready"}, (1, 0, 1)),
    "L-A5": (PLATFORM, "LLMProcMockMode", {}, (1, 0, 0)),
    "K-A1": (KAGURA, "SlowApiAgent", {}, (1, 0, 0)),
    "K-A4b": (KAGURA, "AgentFailing", {}, (1, 0, 0)),
}
"""Service, alert, labels, and how many series are beyond the limit in each phase."""
WORLDS: Final = {PLATFORM: platform, KAGURA: agents}


@pytest.mark.parametrize("requirement", ALERTS)
def test_an_alert_equals_its_canonical_query(tmp_path: Path, requirement: str):
    service, name, labels, counts = ALERTS[requirement]
    own, canonical = alert(service, name, **labels).expr, QUERIES[requirement]
    checks = [nothing(differs(own, canonical), moment) for moment in MOMENTS]
    for moment, count in zip((FAILING, WELL, RARE), counts, strict=True):
        checks += [number(canonical, moment, count), number(own, moment, count)]

    ask(tmp_path, service, WORLDS[service](), checks)


@pytest.mark.parametrize("requirement", ALERTS)
def test_its_canonical_query_without_one_of_its_matchers_gives_something_else(
    tmp_path: Path, requirement: str
):
    service, canonical = ALERTS[requirement][0], QUERIES[requirement]
    wrong = list(without_each_matcher(canonical))
    # In some minute: a few decoys show where the alert does not fire.
    some_minute = "max_over_time((vector(1) and on () ({}))[{}m:1m])"
    told = [some_minute.format(differs(w, canonical), RARE) for w in wrong]

    assert told
    checks = [number(one, RARE, 1) for one in told]
    checks.append(nothing(some_minute.format(differs(canonical, canonical), RARE), RARE))
    ask(tmp_path, service, WORLDS[service](), checks)


def test_a_few_calls_that_all_fail_are_no_error_rate(tmp_path: Path):
    # One call in 5m on each of four series, and all of them fail: too few to say so.
    unguarded, _ = QUERIES["L-A2"].split(" and ", maxsplit=1)
    checks = [
        number(unguarded, RARE, 1),
        nothing(alert(PLATFORM, "LLMProcHighErrorRate").expr, RARE),
    ]

    ask(tmp_path, PLATFORM, platform(), checks)


def test_a_probe_that_nobody_asks_is_told_as_well(tmp_path: Path):
    own = alert(PLATFORM, "ProbeDown", probe="ready").expr
    labels = f'job="probe/{PLATFORM}/live",service="{PLATFORM}",probe="live"'

    ask(tmp_path, PLATFORM, [(f"probe_success{{{labels}}}", "0x20")], [number(own, 10, 1)])


@pytest.mark.parametrize(
    ("status", "model"), [("healthy", "degraded"), ("unhealthy", "healthy"), ("healthy", "healthy")]
)
def test_the_health_page_is_judged_by_its_first_status(status: str, model: str):
    # The checks' own status must not be taken for the page's: a bare pattern would take it.
    checks = {"database": {"status": status}, "llm_api": {"status": model, "mock": False}}
    page = json.dumps({"status": status, "timestamp": "2025-10-04T09:00:00", "checks": checks})
    (file,) = (f for f in built().files if f.path == "blackbox/blackbox.yml")
    modules = yaml.safe_load(file.data)["modules"].values()
    (pattern,) = (
        p
        for m in modules
        for p in m.get("http", {}).get("fail_if_body_not_matches_regexp", ())
        if "healthy" in p
    )

    assert (status == "healthy") is bool(re.search(pattern, page))


# --- heartbeat ---------------------------------------------------------------------------------

_CALLED: Final = 60  # the last minute in which the agents that stop are called


def beats() -> Iterator[tuple[str, str]]:
    courses = {
        "steady": "0+2x180",
        "stopped": f"0+2x{_CALLED} {2 * _CALLED}x{180 - _CALLED}",
        "gone": f"0+2x{_CALLED}",
    }
    for agent, course in courses.items():
        labels = f'agent_name="{agent}",model="m",status="success"'
        yield f'kagura_agent_calls_total{{job="kagura",{labels}}}', course
        yield f'kagura_agent_calls_total{{job="kagura-dev",{labels}}}', "0+9x180"


def test_an_agent_that_stops_is_told_where_the_canonical_query_tells_it(tmp_path: Path):
    # Only who is told counts: the one gives the calls of the last day, the other a 1.
    own, canonical = alert(KAGURA, "AgentSilent").expr, QUERIES["K-A4"]
    differ = f"(({own}) unless ({canonical})) or (({canonical}) unless ({own}))"
    moments = (5, 30, _CALLED, 80, 89, 90, 91, 100, 150)
    checks = [nothing(differ, moment) for moment in moments]
    checks += [nothing(own, 89), number(own, 91, 2), fires(KAGURA, "AgentSilent", 91, 2)]
    checks.append(fires(KAGURA, "AgentSilent", 91, 0, ',agent_name="steady"'))

    ask(tmp_path, KAGURA, beats(), checks)


# --- money -------------------------------------------------------------------------------------


def test_a_night_of_spending_is_one_day_though_no_calendar_day_is_over_its_budget(tmp_path: Path):
    # 0.1 USD a minute, half of it each model's, for 24 hours from noon on: 72 USD of either day.
    # 100 are reached after 1000 minutes, and left when 44 of the 144 are older than a day.
    noon, end = 720, 720 + 1440
    reached, left = noon + 1000, noon + 1440 + 440
    labels = 'instance="1",provider="p"'
    series = [
        (
            f'llmproc_llm_cost_usd_total{{job="llmproc",{labels},model="{model}"}}',
            f"0x{noon} 0.05+0.05x1439 72x{left + 60 - end}",
        )
        for model in ("a", "b")
    ]
    series.append((f'llmproc_llm_cost_usd_total{{job="batch",{labels},model="a"}}', "0+9x2700"))
    spent = f'spend:spent:period{{service="{PLATFORM}",spend="%s"}}'
    checks = [
        fires(PLATFORM, "LLMProcHighDailyCost", reached - 10, 0),
        fires(PLATFORM, "LLMProcHighDailyCost", reached + 10, 1),
        fires(PLATFORM, "LLMProcHighDailyCost", left - 10, 1),
        fires(PLATFORM, "LLMProcHighDailyCost", left + 10, 0),
        nothing(QUERIES["L-A1"], reached - 10),
        number(QUERIES["L-A1"], reached + 10, 1),
        number(QUERIES["L-A1"], left - 10, 1),
        nothing(QUERIES["L-A1"], left + 10),
        # Each of the days has cost 72 at its end; the first was never heading for more.
        is_about(spent % "LLMProcCostToday", 1443, 72, 0.2),
        is_about(spent % "LLMProcCostToday", end + 10, 72, 0.2),
        is_about(spent % "LLMProcHighDailyCost", end + 2, 144, 0.6),
        fires(PLATFORM, "LLMProcCostToday", 1439, 0),
        # 0.1 USD a minute from midnight on are 144 a day; from a tenth of the day on it is said.
        fires(PLATFORM, "LLMProcCostToday", 1440 + 130, 0),
        fires(PLATFORM, "LLMProcCostToday", 1440 + 160, 1),
    ]

    ask(tmp_path, PLATFORM, series, checks)


def test_the_month_of_the_report_is_told_at_97_87_and_not_at_85_42(tmp_path: Path):
    # The document's own report: 85.42 USD of gpt-4o, then 12.45 of gpt-4o-mini, of a budget of 100.
    # A minute costs 0.4271 or 0.0415; then 2.13 more, at a dollar and a bit a minute.
    first, second, third = 250, 600, 700
    labels = 'job="kagura",token_type="input"'
    series = [
        (
            f'kagura_agent_cost_usd_total{{{labels},agent_name="expensive_agent",model="gpt-4o"}}',
            f"0+0.4271x200 85.42x{third - 200 + 60}",
        ),
        (
            f'kagura_agent_cost_usd_total{{{labels},agent_name="my_agent",model="gpt-4o-mini"}}',
            f"0x{first} 0.0415+0.0415x299 12.45x{third - first - 300 - 1} 13.515 14.58x60",
        ),
        ('kagura_agent_cost_usd_total{job="kagura-dev",agent_name="a",model="b"}', "0+9x800"),
    ]
    spent, left = (f'spend:{k}:period{{service="kagura"}}' for k in ("spent", "remaining"))
    at_90, at_100 = ',level="spent-90"', ',level="spent-100"'
    checks = [
        is_about(spent, first, 85.42),
        is_about(left, first, 14.58),
        fires(KAGURA, "BudgetSpent", first, 0),
        is_about(spent, second, 97.87),
        is_about(left, second, 2.13),
        fires(KAGURA, "BudgetSpent", second, 1, at_90),
        fires(KAGURA, "BudgetSpent", second, 0, at_100),
        fires(KAGURA, "BudgetSpent", third + 30, 1, at_90),
        fires(KAGURA, "BudgetSpent", third + 30, 1, at_100),
        nothing(QUERIES["K-A3"], first),
        number(QUERIES["K-A3"], second, 1),
        nothing(QUERIES["K-A2"], second),
    ]

    ask(tmp_path, KAGURA, series, checks)


def tokens() -> Iterator[tuple[str, str]]:
    """A call a minute, of 100 tokens in and 50 out; gpt-5, without a price, for half an hour."""
    for model, course in (
        ("gpt-4o", "0+{0}x120"),
        ("gpt-4o-mini", "0+{0}x120"),
        ("gpt-5", "0x30 {0}+{0}x29 {1}x60"),
    ):
        for kind, count in (("input", 100), ("output", 50)):
            labels = f'agent_name="my_agent",model="{model}",token_type="{kind}"'
            yield (
                f'kagura_agent_tokens_total{{job="kagura",{labels}}}',
                course.format(count, count * 30),
            )
    # The library still has half the price of gpt-4o-mini: 0.0000225 instead of 0.000045 a call.
    for model, booked in (("gpt-4o", "0.00125"), ("gpt-4o-mini", "0.0000225"), ("gpt-5", "0")):
        labels = f'agent_name="my_agent",model="{model}",token_type="input"'
        yield f'kagura_agent_cost_usd_total{{job="kagura",{labels}}}', f"0+{booked}x120"


def test_a_call_of_gpt_4o_with_100_and_50_tokens_costs_0_00125_usd(tmp_path: Path):
    # 100 x 0.005 / 1000 + 50 x 0.015 / 1000, and 100 x 0.00015 / 1000 + 50 x 0.0006 / 1000.
    cost = 'cost:kagura_priced_usd:increase1m{model="%s"}'
    price = 'cost:kagura_priced_usd_unit:price{model="gpt-4o",token_type="input"}'
    minute = "sum by (agent_name, model) (cost:kagura_priced_usd:increase1m)"
    checks = [
        is_about(cost % "gpt-4o", 60, 0.00125, 1e-12),
        is_about(cost % "gpt-4o-mini", 60, 0.000045, 1e-12),
        nothing(f"{price} != scalar({QUERIES['K-C1']})", 60),
        number(f"{price} == scalar({QUERIES['K-C1']})", 60, 1),
        number(QUERIES["K-C2"], 60, 2),
        number(minute, 60, 2),
        nothing(f"abs({minute} - 60 * ({QUERIES['K-C2']})) > 1e-9", 60),
    ]

    ask(tmp_path, KAGURA, tokens(), checks)


def test_a_model_without_a_price_is_told_while_it_is_used(tmp_path: Path):
    # Told once for each kind of token; the canonical query knows the model alone.
    firing = 'count by (model) (ALERTS{alertname="Unpriced",alertstate="firing"}) > 0'
    used, canonical = (28, 50, 100), QUERIES["K-C3"]
    checks = [
        nothing(f"(({firing}) unless ({canonical})) or (({canonical}) unless ({firing}))", moment)
        for moment in used
    ]
    checks += [
        number(canonical, moment, count) for moment, count in zip(used, (0, 1, 0), strict=True)
    ]
    checks.append(fires(KAGURA, "Unpriced", 50, 2, ',model="gpt-5"'))

    ask(tmp_path, KAGURA, tokens(), checks)


def test_an_old_price_of_the_library_is_told_and_a_right_one_is_not(tmp_path: Path):
    firing = 'ALERTS{alertname="BooksDiffer",alertstate="firing"%s}'
    checks = [
        number(firing % ',model="gpt-4o-mini"', 115, 1),
        nothing(firing % ',model!="gpt-4o-mini"', 115),
        nothing(alert(KAGURA, "BooksDiffer").expr.replace("< 0.95", "< 0.49"), 115),
    ]

    ask(tmp_path, KAGURA, tokens(), checks)
