"""
The unit tests that are generated for the alerts of SLOs: they pass, and they can fail.

A mutant changes one thing of the generated rules (a limit, a comparison, a window, a matcher) and
promtool must refuse it. What the tests expect follows from the windows, in
`obsgen/compile/slo/timeline.py`; a few times are worked out by hand here.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import oracles
import pytest
import yaml
from problems import problems

from obsgen import unit_tests
from obsgen.artefacts import Compiled, OutputFile, RuleTest, RuleTestFile
from obsgen.outputs import prometheus
from obsgen.outputs.rule_tests import rule_test_file
from obsgen.pipeline import Built, build
from obsgen.unit_tests.needed import needed

PROJECT = """
apiVersion: obsgen/v1
kind: Project
name: shop
prometheus: {retention: 100d}
alert_profiles:
  slow-to-anger:
    - {tier: fast, spends: 2%, long: 1h, short: 5m, severity: page, for: 2m, keep_firing_for: 5m}
    - {tier: medium, spends: 5%, long: 6h, short: 30m, severity: ticket, for: 10m}
  busy-only:
    - {tier: fast, spends: 2%, long: 1h, short: 5m, severity: page, min_events: 50}
"""
SERVICE = """
apiVersion: obsgen/v1
kind: Service
name: cart
where: {job: cart}
metrics:
  requests_total: {type: counter, labels: [code, route]}
  failures_total: {type: counter, labels: [route]}
  probe_success: {type: gauge, labels: [target]}
  latency_seconds: {type: histogram, labels: [route], buckets: [0.1, 0.5, 1, 2]}
slos:
"""
EVENTS = (
    'sli: {events: {total: requests_total, where: {route: {not: "/health"}}, bad: {code: "5.."}}}'
)
GOOD = 'sli: {events: {total: requests_total, good: {code: ["2..", "3.."]}}}'
SECOND = "sli: {events: {total: requests_total, bad: {counter: failures_total}}}"
LATENCY = "sli: {latency: {histogram: latency_seconds, below: 500ms, where: {route: /buy}}}"


def a_spec(slo: str, project: str = PROJECT) -> str:
    return f"{project}---{SERVICE}  - {{name: promise, {slo}}}\n"


def generated(slo: str, project: str = PROJECT) -> dict[str, OutputFile]:
    built = build({"specs/cart.yaml": a_spec(slo, project)})
    assert not problems(built), problems(built)
    return {f.path: f for f in built.files if f.path.startswith("prometheus/")}


def written(files: dict[str, OutputFile], folder: Path) -> list[Path]:
    """Write the files and return the tests among them."""
    for path, file in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(file.data)
    return sorted(folder.glob("prometheus/tests/*.test.yml"))


# --- they pass ----------------------------------------------------------------------------------

SLOS = {
    "bad events of the standard tiers": f"objective: 99.9, {EVENTS}",
    "good events": f"objective: 99.9, {GOOD}",
    "a second counter": f"objective: 99.9, {SECOND}",
    "latency": f"objective: 95, {LATENCY}",
    "latency by region": (
        "objective: 95, sli: {latency: {histogram: latency_seconds, "
        "below: {by: route, /buy: 500ms, default: 1s}}}, by: [route]"
    ),
    "slices of a quantile": (
        "objective: 99, "
        "sli: {time_slice: {quantile: 0.95, of: latency_seconds, below: 500ms, slice: 5m}}"
    ),
    "slices of a rate by route": (
        "objective: 99, by: [route], "
        "sli: {time_slice: {rate: requests_total, by: [route], above: 10/s}}"
    ),
    "a probe": "objective: 99, sli: {probe: {metric: probe_success}}",
    "a probe by target": "objective: 99, sli: {probe: {metric: probe_success}}, by: [target]",
    "groups": f"objective: 99.9, {EVENTS}, by: [route]",
    "latency by group": f"objective: 90, {LATENCY}, by: [route]",
    "waiting and keeping on": f"objective: 99, {EVENTS}, alerts: slow-to-anger",
    "few events": f"objective: 99, {EVENTS}, alerts: busy-only",
    "a week": f"objective: 99, {EVENTS}, period: 7d",
    "a calendar month": f"objective: 99, {EVENTS}, period: month",
    "tiles of 30s": f"objective: 99, {EVENTS}, ledger: {{tile: 30s}}, alerts: page-only",
    "samples that settle late": (
        f"objective: 99, {EVENTS}, ledger: {{settle: 90s}}, alerts: page-only"
    ),
    "a share of the budget": (
        f"objective: 99, {EVENTS}, alerts: {{profile: none, "
        "budget: [{spent: 20%, severity: low}, {spent: 150%, severity: high}]}"
    ),
    "targets that are down": (
        f"objective: 99, {EVENTS}, alerts: {{profile: none, absent: target_down}}"
    ),
}


# A week of traffic for one alert takes as long as everything else: it is run for some SLIs.
WITHOUT_A_WEEK = re.compile(r"^(?!.*SliTrafficVanished)")
A_WEEK_FOR = ("good events", "latency by group", "tiles of 30s")


def prove(built: Built, pattern: re.Pattern[str] | None = WITHOUT_A_WEEK) -> None:
    """Demand that all tests pass, as `obsgen test` runs them: on the rules that each needs."""
    (compiled,) = built.compiled
    suites = unit_tests.suites([("", compiled)], pattern)
    files = unit_tests.run(suites, oracles.tool("promtool"), jobs=2, report=lambda _steps: None)
    outcome = unit_tests.outcome(suites, files, seconds=0)

    assert outcome.has_passed, unit_tests.FORMATS["text"](outcome, built.source_map)
    assert sum(len(file.trials) for file in files) > 0


@pytest.mark.parametrize("slo", SLOS)
def test_generated_tests_pass(slo: str):
    built = build({"specs/cart.yaml": a_spec(SLOS[slo])})

    assert not problems(built), problems(built)
    prove(built, None if slo in A_WEEK_FOR else WITHOUT_A_WEEK)


@pytest.mark.parametrize("slo", ["bad events of the standard tiers", "a probe"])
def test_they_pass_in_the_files_as_they_are_committed(tmp_path: Path, slo: str):
    tests = written(generated(SLOS[slo]), tmp_path)

    assert tests
    for file in tests:
        oracles.promtool_test(file)


@pytest.mark.parametrize("offset", ["+09:00", "-05:00"])
def test_budgets_of_a_calendar_month_are_proven_east_and_west_of_utc(tmp_path: Path, offset: str):
    budget = "alerts: {profile: none, budget: [{spent: 20%, severity: low}]}"
    project = f'{PROJECT}utc_offset: "{offset}"\n'
    files = generated(f"objective: 99, {EVENTS}, period: month, {budget}", project)

    for file in written(files, tmp_path):
        oracles.promtool_test(file)


def test_tests_pass_in_an_environment_with_labels_of_its_own():
    environment = (
        "---\napiVersion: obsgen/v1\nkind: Environment\nname: staging\n"
        "labels: {stage: staging}\nmax_severity: medium\n"
    )
    spec = f"{PROJECT}---{SERVICE}  - {{name: promise, objective: 99, {EVENTS}}}\n{environment}"

    prove(build({"specs/cart.yaml": spec}))


@pytest.mark.parametrize("how", ["{weighted: {fast: 2, up: 1}}", "{all_of: [fast, up]}"])
def test_composites_are_proven_through_their_parts(how: str):
    parts = (
        f"objective: 99, sli: {{composite: {how}}}}}\n"
        f"  - {{name: up, objective: 90, {EVENTS}, alerts: none}}\n"
        f"  - {{name: fast, objective: 90, {LATENCY}, alerts: none"
    )

    built = build({"specs/cart.yaml": a_spec(parts)})
    assert not problems(built), problems(built)
    prove(built)


def test_a_composite_of_two_services_is_proven_with_the_rules_of_both(tmp_path: Path):
    other = SERVICE.replace("cart", "desk")
    spec = (
        f"{PROJECT}---{SERVICE}  - {{name: up, objective: 90, {EVENTS}, alerts: none}}\n"
        f"  - {{name: both, objective: 99, sli: {{composite: {{all_of: [up, desk/up]}}}}}}\n"
        f"---{other}  - {{name: up, objective: 90, {EVENTS}, alerts: none}}\n"
    )
    built = build({"specs/all.yaml": spec})
    assert not problems(built), problems(built)
    files = {f.path: f for f in built.files if f.path.startswith("prometheus/")}

    tests = written(files, tmp_path)
    assert tests
    for file in tests:
        oracles.promtool_test(file)


def every_test(files: dict[str, OutputFile]) -> Iterator[dict[str, Any]]:
    for path, file in files.items():
        if path.startswith("prometheus/tests/"):
            yield from yaml.load(file.data, Loader=yaml.CSafeLoader)["tests"]


def firing_times(test: dict[str, Any]) -> list[tuple[str, bool]]:
    return [(c["eval_time"], bool(c["exp_samples"])) for c in test["promql_expr_test"]]


def test_the_times_of_a_tier_are_those_that_a_hand_works_out():
    # Two minutes of heavy healthy traffic, d(1) and d(2); then 1.01 times the limit. The tile of
    # minute t holds d(t - 1), a window of 60 holds d(t - 60) to d(t - 1): at 62m it holds d(2), at
    # 63m no more. The heavy 99 % from d(67) on is seen at 68m. The heavy 1.2 times from d(72) on is
    # seen at 73m and ends with d(74); five minutes after its tile, 75m, the short window is empty.
    (test,) = (
        t for t in every_test(generated(f"objective: 99.9, {EVENTS}")) if "tier fast" in t["name"]
    )

    times = firing_times(test)
    assert ("1h2m", False) in times
    assert ("1h3m", True) in times
    assert ("1h7m", True) in times
    assert ("1h8m", False) in times
    assert ("1h12m", False) in times
    assert ("1h13m", True) in times
    assert ("1h19m", True) in times
    assert ("1h20m", False) in times


def test_every_alert_of_an_slo_has_a_test():
    alerts = "alerts: {profile: standard, budget: [{spent: 20%, severity: low}]}"
    files = generated(f"objective: 99.9, {EVENTS}, {alerts}")
    rules = yaml.safe_load(files["prometheus/rules/cart.rules.yml"].data)
    named = [r["alert"] for group in rules["groups"] for r in group["rules"] if "alert" in r]

    tested = [test["name"].split(":")[0] for test in every_test(files)]
    assert sorted(named) == sorted(tested)
    assert 7 == len(named)


# --- they can fail ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Mutant:
    """A change of the rules, and the alert whose tests must see it."""

    name: str
    before: str
    after: str
    alert: str
    select: str = ""
    count: int = 0

    def of(self, rules: str) -> str:
        """Change one alert, or every place if no alert is chosen."""
        if not self.select:
            assert self.before in rules
            return rules.replace(self.before, self.after)
        blocks = re.split(r"(?m)^(?=  - )", rules)
        found = [
            i for i, b in enumerate(blocks) if self.select in b and f"alert: {self.alert}" in b
        ]
        assert len(found) == 1
        assert self.before in blocks[found[0]]
        blocks[found[0]] = blocks[found[0]].replace(self.before, self.after, self.count or -1)
        return "".join(blocks)


TIERS = {"fast": ("1h", "5m", "0.0144"), "medium": ("6h", "30m", "0.006")}
TIERS |= {"slow": ("1d", "2h", "0.003"), "creep": ("3d", "6h", "0.001")}
RANGES = {"5m": "4m59s999ms", "30m": "29m59s999ms", "1h": "59m59s999ms", "2h": "1h59m59s999ms"}
RANGES |= {"6h": "5h59m59s999ms", "1d": "23h59m59s999ms", "3d": "2d23h59m59s999ms"}
HALVES = {"5m": "1m59s999ms", "30m": "14m59s999ms", "1h": "29m59s999ms", "2h": "59m59s999ms"}
HALVES |= {"6h": "2h59m59s999ms", "1d": "11h59m59s999ms", "3d": "1d11h59m59s999ms"}
DOUBLES = {"5m": "9m59s999ms", "30m": "59m59s999ms", "1h": "1h59m59s999ms", "2h": "3h59m59s999ms"}
DOUBLES |= {"6h": "11h59m59s999ms", "1d": "1d23h59m59s999ms", "3d": "5d23h59m59s999ms"}


def tier_mutants() -> Iterator[Mutant]:
    for tier, (long, short, limit) in TIERS.items():
        alert, select = "ErrorBudgetBurn", f"tier: {tier}"
        for share in ("1.1", "0.9"):
            changed = f"{float(limit) * float(share):.6f}"
            yield Mutant(f"{tier} limit x{share}", f"> {limit}", f"> {changed}", alert, select)
        for count, place in ((1, "long"), (2, "both")):
            yield Mutant(f"{tier} {place} <", "> 0", "< 0", alert, select, count)
        yield Mutant(f"{tier} or", "\n      and ", "\n      or ", alert, select)
        yield Mutant(f"{tier} +30s", "    labels:", "    for: 30s\n    labels:", alert, select)
        for window, place in ((long, "long"), (short, "short")):
            for what, other in (("half", HALVES), ("double", DOUBLES)):
                # The recorded ratio that the tier reads.
                yield Mutant(
                    f"{tier} {place} window {what}",
                    f"[{RANGES[window]}]",
                    f"[{other[window]}]",
                    alert,
                    "",
                    0,
                )


def matcher_mutants() -> Iterator[Mutant]:
    places = {
        "job gone": ('job="cart",', ""),
        "job widened": ('job="cart"', 'job=~".*cart.*"'),
        "where gone": ('route!="/health",', ""),
        "where another": ('route!="/health"', 'route!="/healthz"'),
        "bad gone": (',code=~"5.."', ""),
        "bad widened": ('code=~"5.."', 'code=~"5.*"'),
        "bad unanchored": ('code=~"5.."', 'code=~".*5..*"'),
    }
    for name, (before, after) in places.items():
        yield Mutant(name, before, after, "ErrorBudgetBurn")


OTHER_MUTANTS = (
    Mutant("spent limit x1.1", "> 0.2", "> 0.22", "ErrorBudgetSpent", "spent: 20%"),
    Mutant("spent limit x0.9", "> 0.2", "> 0.18", "ErrorBudgetSpent", "spent: 20%"),
    Mutant("spent <", "> 0.2", "< 0.2", "ErrorBudgetSpent", "spent: 20%"),
    Mutant("spent +30s", "    labels:", "    for: 30s\n    labels:", "ErrorBudgetSpent", "spent:"),
    Mutant("lost at once", "[9m59s999ms]", "[4m59s999ms]", "SliSeriesLost", "service: cart"),
    Mutant("lost late", "[9m59s999ms]", "[19m59s999ms]", "SliSeriesLost", "service: cart"),
    Mutant("lost for long", "[23h59m59s999ms]", "[1d23h59m59s999ms]", "SliSeriesLost", "service"),
    Mutant("lost for short", "[23h59m59s999ms]", "[11h59m59s999ms]", "SliSeriesLost", "service"),
    Mutant("lost +30s", "    labels:", "    for: 30s\n    labels:", "SliSeriesLost", "service"),
    Mutant("lost is here", "unless", "and", "SliSeriesLost", "service"),
    Mutant("vanished x1.1", "< 0.1 *", "< 0.11 *", "SliTrafficVanished", "service"),
    Mutant("vanished x0.9", "< 0.1 *", "< 0.09 *", "SliTrafficVanished", "service"),
    Mutant("vanished >", "< 0.1 *", "> 0.1 *", "SliTrafficVanished", "service"),
    Mutant("vanished baseline x1.1", ">= 100", ">= 110", "SliTrafficVanished", "service"),
    Mutant("vanished baseline x0.9", ">= 100", ">= 90", "SliTrafficVanished", "service"),
    Mutant("vanished half", "[29m59s999ms]", "[14m59s999ms]", "SliTrafficVanished", "service"),
    Mutant("vanished double", "[29m59s999ms]", "[59m59s999ms]", "SliTrafficVanished", "service"),
    Mutant("vanished other day", "offset 1d", "offset 2d", "SliTrafficVanished", "service"),
    Mutant("vanished other week", "offset 1w", "offset 6d", "SliTrafficVanished", "service"),
    Mutant("vanished compares with nothing", "or 0 *", "and 0 *", "SliTrafficVanished", "service"),
    Mutant("vanished +30s", "    labels:", "    for: 30s\n    labels:", "SliTrafficVanished", "s"),
)
DOWN_MUTANTS = (
    Mutant("down is up", "== 0", "== 1", "SliTargetDown", "service"),
    Mutant("down any", "max(", "min(", "SliTargetDown", "service"),
    Mutant("down not absent", "vector(0)", "vector(1)", "SliTargetDown", "service"),
    Mutant("down +30s", "for: 5m", "for: 5m30s", "SliTargetDown", "service"),
    Mutant("down other job", 'up{job="cart"}', "up", "SliTargetDown", "service"),
    Mutant("down any job", 'up{job="cart"}', 'up{job=~".*cart.*"}', "SliTargetDown", "service"),
)


def survives(mutant: Mutant, compiled: Compiled, folder: Path) -> bool:
    """Say whether all tests of the alert pass although the rules are wrong."""
    for number, tests in enumerate(compiled.rule_tests):
        chosen = tuple(test for test in tests.tests if _is_of(mutant, test))
        if chosen and not _pass(
            mutant, replace(tests, tests=chosen), compiled, folder / str(number)
        ):
            return False
    return True


def _is_of(mutant: Mutant, test: RuleTest) -> bool:
    name, is_tier = test.name, mutant.select.startswith("tier: ")
    is_own = not is_tier or f" {mutant.select}," in f" {name.replace('tier ', 'tier: ')}"
    return name.startswith(f"{mutant.alert}:") and is_own


def _pass(mutant: Mutant, tests: RuleTestFile, compiled: Compiled, folder: Path) -> bool:
    # promtool takes as long as there are rules: those that the tests do not need are left out.
    rule_files = needed(tests, compiled.rule_files)
    groups = {group.name for file in rule_files for group in file.groups}
    kept = replace(tests, groups=tuple(group for group in tests.groups if group in groups))
    rules, *_ = prometheus.files(replace(compiled, rule_files=rule_files, rule_tests=()))
    if not mutant.select and mutant.before not in rules.data.decode():
        return True  # what these tests need is not changed
    file = rule_test_file(kept)
    for path, text in (
        (rules.path, mutant.of(rules.data.decode())),
        (file.path, file.data.decode()),
    ):
        (folder / path).parent.mkdir(parents=True)
        (folder / path).write_text(text)
    command = [oracles.tool("promtool"), "test", "rules", folder / file.path]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def survivors(mutants: list[Mutant], slo: str, folder: Path) -> list[str]:
    (compiled,) = build({"specs/cart.yaml": a_spec(slo)}).compiled
    # None of them would be found if the tests did not pass without them.
    for mutant in mutants[:1]:
        assert survives(replace(mutant, after=mutant.before), compiled, folder / "none")
    with ThreadPoolExecutor(max_workers=2) as pool:
        alive = pool.map(
            lambda each: survives(each[1], compiled, folder / str(each[0])), enumerate(mutants)
        )
        return [mutant.name for mutant, lives in zip(mutants, alive, strict=True) if lives]


STANDARD = (
    f"objective: 99.9, {EVENTS}, alerts: {{profile: standard, "
    "budget: [{spent: 20%, severity: low}]}"
)


@pytest.mark.parametrize("tier", TIERS)
def test_a_mutant_of_a_tier_is_found(tmp_path: Path, tier: str):
    mutants = [m for m in tier_mutants() if m.name.startswith(f"{tier} ")]

    assert [] == survivors(mutants, STANDARD, tmp_path)


def test_a_mutant_of_a_matcher_is_found(tmp_path: Path):
    page = f"objective: 99.9, {EVENTS}, alerts: {{profile: page-only, without: [medium]}}"

    assert [] == survivors(list(matcher_mutants()), page, tmp_path)


def test_a_mutant_of_a_budget_or_an_absence_alert_is_found(tmp_path: Path):
    assert [] == survivors(list(OTHER_MUTANTS), STANDARD, tmp_path)


def test_a_mutant_of_an_alert_on_targets_is_found(tmp_path: Path):
    slo = SLOS["targets that are down"]

    assert [] == survivors(list(DOWN_MUTANTS), slo, tmp_path)
