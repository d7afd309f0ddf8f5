"""
AutoForgeNexus: what is compiled from `specs/autoforgenexus` means what its documents ask for.

Each alert equals the canonical query of its requirement (`autoforgenexus_queries.yaml`) by its
values, over three hours: well, failing, idle. Decoys that one matcher alone keeps out fail all the
time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from canonical import ask, differs, nothing, number, strays, without_each_matcher
from oracles import ROOT

from obsgen.artefacts import AlertingRule
from obsgen.pipeline import Built
from obsgen.workspace import compile_specs

QUERIES: Final[dict[str, str]] = yaml.safe_load(
    (Path(__file__).parent / "autoforgenexus_queries.yaml").read_text()
)

# 0 to 120m well, to 150m failing, then idle. The budget has a test of its own.
WELL, FAILING, IDLE = 115, 140, 175
FRESH: Final = 123
"""What is unlike the day before is a part of that day soon."""
MOMENTS: Final = (1, 3, 8, 60, 103, WELL, 121, 123, 131, FAILING, 151, 153, 162, IDLE)
BACKEND: Final = 'job="autoforge-backend"'


@dataclass(frozen=True)
class Checked:
    """
    The alert that meets a requirement.

    Attributes:
        fires: For how many series while well, failing and idle.
        labels: What tells it from others of its name.
    """

    service: str
    alert: str
    fires: tuple[int, int, int]
    labels: tuple[tuple[str, str], ...] = ()


def own(alert: str, *fires: int) -> Checked:
    return Checked("autoforgenexus", alert, (fires[0], fires[1], fires[2]))


def probed(probe: str, *fires: int, alert: str = "ProbeDown") -> Checked:
    labels = (("probe", probe),)
    return Checked("autoforgenexus", alert, (fires[0], fires[1], fires[2]), labels)


# What was asked for within an hour (A-A11c) or is the mean of a week (A-S4) lasts while idle.
CHECKED: Final = {
    "A-A1": own("HighErrorRate", 0, 1, 0),
    "A-A2": own("SlowPromptGeneration", 0, 1, 0),
    "A-A3": own("SlowDatabaseQueries", 0, 1, 0),
    "A-A5": own("LlmCostUnusual", 0, 1, 0),
    "A-A5b": own("LlmTokensUnusual", 0, 1, 0),
    "A-A5c": own("LlmDurationUnusual", 0, 1, 0),
    "A-A7": own("MemoryLeak", 0, 1, 0),
    "A-A9": own("CloudflareErrorRate", 0, 1, 0),
    "A-A11": own("ReplicaBehind", 0, 1, 0),
    "A-A11b": own("PromptInjection", 0, 1, 0),
    "A-A11c": own("ApiKeyUsageUnusual", 0, 1, 1),
    "A-A12": own("DependencyDown", 0, 1, 0),
    "A-A12b": own("BackendDown", 0, 1, 0),
    "A-A12c": own("BackendExposesNothing", 0, 1, 0),
    "A-A12d": Checked("monitoring", "Watchdog", (1, 1, 1)),
    "A-A12e": Checked("monitoring", "NotificationsFailing", (0, 1, 0)),
    "A-A12f": Checked("monitoring", "RuleEvaluationFailing", (0, 1, 0)),
    "A-S4": own("PromptQualityLow", 0, 1, 1),
    "A-S6": own("CostEfficiencyLow", 0, 1, 0),
    "A-H1": probed("ready", 0, 1, 0),
    "A-H2": probed("frontend", 0, 1, 0),
    "A-H3": probed("langfuse", 0, 1, 0),
    "A-H4": probed("redis", 0, 1, 0),
    "A-H5": probed("public", 0, 1, 0),
    "A-H5b": probed("public", 0, 1, 0, alert="ProbeSlow"),
    "A-H5c": probed("public", 0, 1, 1, alert="ProbeCertificateExpires"),
}
WITHOUT_MATCHERS: Final = {"A-A12d", "A-A12e", "A-A12f"}


@cache
def built() -> Built:
    found = compile_specs([Path("specs")], None, cwd=ROOT)
    assert not found.diagnostics
    return found


def rule(checked: Checked) -> AlertingRule:
    (found,) = (
        rule
        for file in built().compiled[0].rule_files
        for group in file.groups
        for rule in group.rules
        if isinstance(rule, AlertingRule)
        and (rule.labels["service"], rule.alert) == (checked.service, checked.alert)
        and set(checked.labels) <= set(rule.labels.items())
        and "escalated" not in rule.labels
    )
    return found


def groups(keeps: Callable[[str], bool]) -> list[dict[str, Any]]:
    """The groups of the backend's rules as they are written, with those rules that are kept."""
    (file,) = (f for f in built().files if f.path.endswith("rules/autoforgenexus.rules.yml"))
    found = []
    for group in yaml.safe_load(file.data)["groups"]:
        rules = [r for r in group["rules"] if keeps(r.get("record", r.get("alert")))]
        if rules:
            found.append({"name": group["name"], "interval": "1m", "rules": rules})
    return found


def is_unusual(name: str) -> bool:
    return name.startswith("autoforgenexus")


# --- three hours at AutoForgeNexus, a sample a minute --------------------------------------------


def phase(minute: int) -> int:
    return 0 if minute <= 120 else 1 if minute <= 150 else 2


def counter(well: int, failing: int, sways: int = 0) -> str:
    """Grow by so much a minute, by more in every other ten of them, and stand still when idle."""
    values = [0]
    for minute in range(1, 181):
        growth = (well + sways * (minute // 10 % 2), failing, 0)[phase(minute)]
        values.append(values[-1] + growth)
    return " ".join(map(str, values))


def gauge(well: float, failing: float, idle: float) -> str:
    return " ".join(str((well, failing, idle)[phase(minute)]) for minute in range(181))


def series() -> Iterator[tuple[str, str]]:
    # A decoy is of another job, where everything fails always.
    for job, fails in (("autoforge-backend", False), ("autoforge-worker", True)):
        for instance in ("1", "2"):
            labels = f'job="{job}",instance="{instance}"'
            yield from _requests(labels, fails=fails)
            yield from _models(labels, fails=fails)
            yield from _others(labels, fails=fails)
        yield from _targets(job, fails=fails)
    yield from _edge()
    yield from _probes()
    yield 'alertmanager_notifications_failed_total{integration="discord"}', counter(0, 2)
    yield 'alertmanager_notifications_failed_total{integration="email"}', counter(0, 0)
    yield 'prometheus_rule_evaluation_failures_total{rule_group="a"}', counter(0, 1)


def _requests(labels: str, *, fails: bool) -> Iterator[tuple[str, str]]:
    # Statuses that a pattern without its anchors would take, as well.
    growths = {"200": (600, 600), "404": (60, 60), "500": (1, 60), "503": (0, 30), "x500": (90, 90)}
    for status, (well, failing) in growths.items():
        bad = 9000 if fails and status == "500" else well
        full = f'{labels},method="POST",endpoint="/prompts",status_code="{status}"'
        yield f"autoforge_http_requests_total{{{full}}}", counter(bad, max(bad, failing))


def _models(labels: str, *, fails: bool) -> Iterator[tuple[str, str]]:
    call = f'{labels},provider="openai",model="gpt-4o"'
    times = 50 if fails else 1
    for le, (well, failing) in {"1": (80, 5), "5": (98, 50), "10": (100, 100)}.items():
        part = (0, 0) if fails and le != "10" else (well, failing)
        yield f'autoforge_llm_duration_seconds_bucket{{{call},le="{le}"}}', counter(*part)
    yield f'autoforge_llm_duration_seconds_bucket{{{call},le="+Inf"}}', counter(100, 100)
    yield f"autoforge_llm_duration_seconds_count{{{call}}}", counter(100, 100)
    # The decoy sways widely: with it, nothing would be unusual.
    yield f"autoforge_llm_duration_seconds_sum{{{call}}}", counter(100, 600, 5 * times)
    yield f"autoforge_llm_cost_usd_total{{{call}}}", counter(10, 100, times)
    for kind in ("prompt", "completion"):
        full = f'{call},token_type="{kind}"'
        yield f"autoforge_llm_tokens_total{{{full}}}", counter(1000, 9000, 100 * times)
    scores = (100, 100) if fails else (9, 20)
    yield f"autoforge_prompt_quality_score_sum{{{labels}}}", counter(scores[0], scores[1])
    yield f"autoforge_prompt_quality_score_count{{{labels}}}", counter(1000 if fails else 10, 200)


def _others(labels: str, *, fails: bool) -> Iterator[tuple[str, str]]:
    query = f'{labels},operation="select",table="prompts"'
    for le, (well, failing) in {"0.5": (9, 2), "1.0": (10, 5), "5.0": (10, 10)}.items():
        part = (3, 3) if fails and le == "1.0" else (well, failing)
        yield f'autoforge_db_query_duration_seconds_bucket{{{query},le="{le}"}}', counter(*part)
    yield f"autoforge_db_query_duration_seconds_count{{{query}}}", counter(10, 10)
    for key, (well, failing) in {"a": (10, 300), "b": (10, 10)}.items():
        # The decoy uses a key evenly, and hides that somebody else uses it more.
        growth = (3000, 3000) if fails else (well, failing)
        yield f'autoforge_api_key_requests_total{{{labels},key_id="{key}"}}', counter(*growth)
    for detector, failing in (("pattern", 1), ("classifier", 0)):
        growth = (1, 1) if fails else (0, failing)
        full = f'{labels},detector="{detector}"'
        yield f"autoforge_prompt_injection_detected_total{{{full}}}", counter(*growth)
    for region, lag in (("us", 1), ("eu", 60)):
        full = f'{labels},region="{region}"'
        values = gauge(90, 90, 90) if fails else gauge(1, lag, 1)
        yield f"autoforge_turso_replication_lag_seconds{{{full}}}", values
    for dependency in ("turso", "redis"):
        down = fails or (dependency == "turso" and 'instance="1"' in labels)
        values = gauge(1 - fails, 1 - down, 1 - fails)
        yield f'autoforge_dependency_up{{{labels},dependency="{dependency}"}}', values
    values = gauge(0, 0, 0) if fails else gauge(0.9, 0.3, 1.5)
    yield f"autoforge_cost_efficiency_ratio{{{labels}}}", values


def _targets(job: str, *, fails: bool) -> Iterator[tuple[str, str]]:
    for instance in ("1", "2"):
        labels = f'job="{job}",instance="{instance}"'
        first = instance == "1"
        yield f"up{{{labels}}}", gauge(1 - fails, 1 - (fails or first), 1 - fails)
        empty = gauge(0, 0, 0) if fails else gauge(50, 50 * first, 50)
        yield f"scrape_samples_post_metric_relabeling{{{labels}}}", empty
        # While failing the first grows by 20 MB a minute; afterwards it is small again.
        grown = [0 if m <= 120 or m > 150 else (m - 120) * 20_000_000 * first for m in range(181)]
        values = [3_000_000_000 if fails else 300_000_000 + each for each in grown]
        yield f"process_resident_memory_bytes{{{labels}}}", " ".join(map(str, values))


def _edge() -> Iterator[tuple[str, str]]:
    growths = {"200": (600, 600), "522": (1, 60), "5220": (90, 90)}
    for job, times in (("cloudflare", 1), ("cloudflare-old", 50)):
        for status, (well, failing) in growths.items():
            bad = well * times if status == "522" else well
            full = f'job="{job}",zone="autoforgenexus.com",account="a",status="{status}"'
            yield f"cloudflare_zone_requests_status{{{full}}}", counter(bad, max(bad, failing))


def _probes() -> Iterator[tuple[str, str]]:
    asked = ("ready", "frontend", "langfuse", "redis", "public")
    pairs = [("autoforgenexus", probe) for probe in asked]
    decoys = [("autoforgenexus", "other"), *(("tonebridge", probe) for probe in asked)]
    for service, probe in (*pairs, *decoys):
        is_decoy = (service, probe) in decoys
        labels = f'job="probe/{service}/{probe}",service="{service}",probe="{probe}",instance="a"'
        yield f"probe_success{{{labels}}}", gauge(*(0, 0, 0) if is_decoy else (1, 0, 1))
        yield f"probe_duration_seconds{{{labels}}}", gauge(*(9, 9, 9) if is_decoy else (1, 3, 1))
        # 14 days are left after 130m.
        expiry = 14 * 86400 + (0 if is_decoy else 130 * 60)
        yield f"probe_ssl_earliest_cert_expiry{{{labels}}}", gauge(expiry, expiry, expiry)


def failing(requirement: str) -> int:
    return FRESH if requirement.startswith("A-A5") else FAILING


@pytest.mark.parametrize("requirement", CHECKED)
def test_what_is_compiled_equals_the_canonical_query(tmp_path: Path, requirement: str):
    compiled, canonical = rule(CHECKED[requirement]).expr, QUERIES[requirement]
    apart = strays if requirement.startswith(("A-A5", "A-A11c")) else differs
    checks = [nothing(apart(compiled, canonical), moment) for moment in MOMENTS]
    moments = (WELL, failing(requirement), IDLE)
    for moment, count in zip(moments, CHECKED[requirement].fires, strict=True):
        checks += [number(query, moment, count) for query in (compiled, canonical)]

    ask(tmp_path, series(), checks, groups(is_unusual))


@pytest.mark.parametrize("requirement", [r for r in CHECKED if r not in WITHOUT_MATCHERS])
def test_a_canonical_query_without_one_of_its_matchers_gives_something_else(
    tmp_path: Path, requirement: str
):
    canonical = QUERIES[requirement]
    wrong = list(without_each_matcher(canonical))

    assert wrong
    moment = failing(requirement)
    checks = [number(f"vector(1) and on () ({differs(w, canonical)})", moment, 1) for w in wrong]
    ask(tmp_path, series(), checks)


def test_every_canonical_query_is_compared():
    assert set(QUERIES) == {*CHECKED, "A-A4"}


# --- the month's budget --------------------------------------------------------------------------


@pytest.mark.parametrize(("cents", "fires"), [(3, True), (2, False)], ids=["above", "below"])
def test_the_month_is_projected_by_its_days_and_the_time_that_is_over(
    tmp_path: Path, cents: int, fires: bool
):
    # January has 31 days: at 3 cents a minute 43.20 USD a day, 1339.20 USD; at 2 cents 892.80 USD.
    call = 'instance="1",provider="openai",model="gpt-4o"'
    days = 4 * 1440
    costs = [
        (f"autoforge_llm_cost_usd_total{{{BACKEND},{call}}}", f"0+{cents / 100}x{days}"),
        (f'autoforge_llm_cost_usd_total{{job="batch",{call}}}', f"0+5x{days}"),
    ]
    projected = 'spend:projected:period{service="autoforgenexus",spend="MonthlyBudget"}'
    fired = 'ALERTS{alertname="MonthlyBudget",level="projected-90",alertstate="firing"}'
    expected = cents * 1440 * 31 / 100
    checks = [
        nothing(projected, 3 * 1440),
        # To a minute: the first one of a new budget is not counted.
        nothing(f"abs({projected} - {expected}) > {expected} / {days - 120}", days - 60),
        number(QUERIES["A-A4"], days - 60, int(fires)),
        number(fired, days - 60, int(fires)),
    ]
    told = groups(lambda name: name.startswith("spend:") or name == "MonthlyBudget")

    assert told
    ask(tmp_path, costs, checks, told)
