"""
The worked example keeps its promises: what is compiled means what the canonical queries mean.

promtool runs both over the same series and compares every value, at moments that tell them apart:
several series under each selector, decoys that only one matcher keeps out, an idle time, a counter
that never moves. That the data can tell, the canonical queries show themselves: with any one of
their matchers taken away, they give something else.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Final

import oracles
import pytest
import yaml
from canonical import ask, differs, nothing, number, without_each_matcher
from oracles import ROOT

from obsgen.artefacts import AlertingRule
from obsgen.model import Service, Slo
from obsgen.pipeline import Built
from obsgen.units import number_text
from obsgen.workspace import compile_specs

QUERIES: Final[dict[str, str]] = yaml.safe_load(
    (Path(__file__).parent / "tonebridge_queries.yaml").read_text()
)
BUDGET_ALERT: Final = "T-A9"
ALERTS: Final = tuple(key for key in QUERIES if key.startswith("T-A") and key != BUDGET_ALERT)
PANELS: Final = tuple(key for key in QUERIES if key.startswith("T-Q"))


@cache
def built() -> Built:
    found = compile_specs([Path("specs")], None, cwd=ROOT)
    assert not found.diagnostics
    return found


def rules() -> Iterator[AlertingRule]:
    (file,) = (f for f in built().compiled[0].rule_files if f.service == "tonebridge")
    for group in file.groups:
        yield from (rule for rule in group.rules if isinstance(rule, AlertingRule))


def tonebridge() -> Service:
    (found,) = (s for s in built().specs[0].services if s.name == "tonebridge")
    return found


def slo(name: str) -> Slo:
    (found,) = (s for s in tonebridge().slos if s.name == name)
    return found


def compiled(requirement: str) -> str:
    """Return the expression of the alert or the panel that meets a requirement."""
    spec = built().specs[0]
    if requirement in PANELS:
        found = [
            built().compiled[0].dashboards[index].sections[row].panels[place]
            for board in spec.dashboards
            for index, made in enumerate(built().compiled[0].dashboards)
            if made.uid.endswith(board.name)
            for row, section in enumerate(board.sections)
            for place, panel in enumerate(section.panels)
            if requirement in panel.refs
        ]
        (target,) = found[0].targets
        return target.expr.replace("$__rate_interval", "5m").replace("$endpoint", ".*")
    # The second alert of a requirement has a letter.
    names = [a.name for a in tonebridge().alerts if requirement.removesuffix("b") in a.refs]
    name = names[requirement.endswith("b")]
    (rule,) = (rule for rule in rules() if rule.alert == name)
    return rule.expr


# --- a day at ToneBridge, a sample a minute ----------------------------------------------------

# 0 to 60m busy and failing, 60m to 90m busy and well, from 90m on idle.
FAILING, WELL, IDLE = 40, 80, 110
# A forecast asks for half of the six hours that its line goes through: for it everything stood
# still for four hours before the day began.
PAST: Final = {"T-A5b": 240}
MOMENTS: Final = (1, 3, 8, 20, FAILING, 61, 63, 66, WELL, 91, 93, 96, IDLE)


def counter(failing: float, well: float) -> str:
    """Grow by so much a minute while busy, and stand still from 90m on."""
    middle, top = failing * 60, failing * 60 + well * 30
    return f"0+{failing}x60 {middle + well}+{well}x29 {top}x60"


def gauge(failing: float, well: float, idle: float) -> str:
    return f"{failing}x60 {well}x29 {idle}x60"


def series(past: int = 0) -> Iterator[tuple[str, str]]:
    """
    Yield the day.

    Args:
        past: For so many minutes before it everything had its first value.
    """
    for name, values in _day():
        first = values.partition("+")[0].partition("x")[0]
        yield name, f"{first}x{past - 1} {values}" if past else values


def _day() -> Iterator[tuple[str, str]]:
    yield from _requests()
    yield from _durations()
    for job in ("gateway", "llm-service", "batch"):
        for instance in ("1", "2"):
            yield f'tonebridge_active_users{{job="{job}",instance="{instance}"}}', gauge(7, 3, 0)
            yield (
                f'login_attempts_failed_total{{job="{job}",instance="{instance}"}}',
                counter(2, 0.5),
            )
            for table, growth in (("users", 3000), ("users_old", 90000), ("orders", 60000)):
                labels = f'job="{job}",instance="{instance}",table="{table}"'
                yield f"database_queries_total{{{labels}}}", counter(growth, growth / 10)
            for pattern, growth in (("drop_table", 1), ("sql_injection", 3), ("select_all", 0)):
                labels = f'job="{job}",instance="{instance}",pattern="{pattern}"'
                yield f"tonebridge_audit_suspicious_total{{{labels}}}", counter(growth, 0)
    yield from _hosts()


def _requests() -> Iterator[tuple[str, str]]:
    # Statuses that a pattern without its anchors would take, and one that never comes.
    growths = {"200": (600, 6000), "403": (240, 6), "500": (240, 6), "503": (120, 3)}
    growths |= {
        "404": (30, 30),
        "5000": (900, 900),
        "4031": (900, 900),
        "x503": (900, 900),
        "501": (0, 0),
    }
    for job, times in (("gateway", 1), ("llm-service", 2), ("batch", 40), ("gateway-old", 70)):
        for endpoint in ("/api/transform", "/health"):
            for status, (failing, well) in growths.items():
                labels = f'job="{job}",instance="a",endpoint="{endpoint}",status="{status}"'
                yield (
                    f'tonebridge_requests_total{{{labels},method="POST"}}',
                    counter(failing * times, well * times),
                )


def _durations() -> Iterator[tuple[str, str]]:
    # While failing, half take up to 5s; then nearly all up to 0.1s. The batch job is always slow.
    shares = {"0.1": (0.2, 0.99), "0.5": (0.5, 0.995), "2": (0.6, 1), "5": (1, 1), "+Inf": (1, 1)}
    for job, slow in (("gateway", False), ("llm-service", False), ("batch", True)):
        for endpoint in ("/api/transform", "/health"):
            for le, (failing, well) in shares.items():
                part = (0.1, 0.1) if slow and le in {"0.1", "0.5", "2"} else (failing, well)
                labels = f'job="{job}",instance="a",endpoint="{endpoint}",method="POST",le="{le}"'
                yield (
                    f"tonebridge_request_duration_seconds_bucket{{{labels}}}",
                    counter(6000 * part[0], 6000 * part[1]),
                )


def _hosts() -> Iterator[tuple[str, str]]:
    for job, up, pg in (("postgresql", (0, 1, 1), (0, 1, 0)), ("replica", (0, 0, 0), (0, 0, 0))):
        for instance in ("a", "b"):
            down = gauge(*up) if instance == "a" else gauge(1, 1, 1)
            yield f'up{{job="{job}",instance="{instance}"}}', down
            yield f'pg_up{{job="{job}",instance="{instance}"}}', gauge(*pg)
    for instance, free in (("n1", (5, 50, 50)), ("n2", (50, 8, 50)), ("n3", (100, 100, 9.9))):
        yield f'node_memory_MemTotal_bytes{{job="node",instance="{instance}"}}', gauge(*(100,) * 3)
        yield f'node_memory_MemAvailable_bytes{{job="node",instance="{instance}"}}', gauge(*free)
        for fstype in ("ext4", "xfs", "tmpfs", "overlay", "squashfs", "ramfs", "tmpfs2"):
            labels = f'job="node",instance="{instance}",fstype="{fstype}",mountpoint="/{fstype}"'
            yield f"node_filesystem_size_bytes{{{labels}}}", gauge(*(100,) * 3)
            yield f"node_filesystem_avail_bytes{{{labels}}}", gauge(*(v * 2 for v in free))


# How many series fire or are shown while failing, well and idle. T-A3: pg_up of both instances; up
# of `a` has the labels of its pg_up, and `or` keeps the first. T-A4: another host each time. T-A5:
# on the same hosts ext4, xfs and tmpfs2. T-A5b: on n2 since it fell, because what came back does
# not turn the line of least squares; n3 falls last.
COUNTS: Final = {
    "T-A1": (1, 0, 0),
    "T-A2": (1, 0, 0),
    "T-A3": (2, 0, 2),
    "T-A4": (1, 1, 1),
    "T-A5": (3, 3, 3),
    "T-A5b": (0, 3, 6),
    "T-A6": (1, 0, 0),
    "T-A7": (1, 0, 0),
    "T-A8": (1, 0, 0),
    "T-A10": (2, 0, 0),
    "T-Q1": (2, 2, 2),
    "T-Q2": (1, 1, 1),
    "T-Q3": (1, 1, 1),
    "T-Q4": (1, 1, 1),
}


@pytest.mark.parametrize("requirement", [*ALERTS, *PANELS])
def test_what_is_compiled_equals_the_canonical_query(tmp_path: Path, requirement: str):
    own, canonical = compiled(requirement), QUERIES[requirement]
    # Where there is no traffic a quotient of rates is NaN: panels show nothing instead, on purpose.
    may_be_nan = requirement in {"T-Q2", "T-Q3"}
    moments = [m for m in MOMENTS if m <= 93] if may_be_nan else MOMENTS
    past = PAST.get(requirement, 0)
    checks = [nothing(differs(own, canonical), past + moment) for moment in moments]
    for moment, count in zip((FAILING, WELL, IDLE), COUNTS[requirement], strict=True):
        checks.append(number(canonical, past + moment, count))
        if not (may_be_nan and moment == IDLE):
            checks.append(number(own, past + moment, count))

    ask(tmp_path, series(past), checks)


def test_a_forecast_of_what_is_hardly_there_is_no_forecast(tmp_path: Path):
    line = QUERIES["T-A5b"].partition(" and ")[0]

    ask(tmp_path, series(), [number(line, WELL, 3), nothing(compiled("T-A5b"), WELL)])


def test_an_error_ratio_without_traffic_is_no_number_and_is_not_shown(tmp_path: Path):
    ask(tmp_path, series(), [nothing(compiled("T-Q3"), IDLE)])


@pytest.mark.parametrize("requirement", [*ALERTS, *PANELS])
def test_a_canonical_query_without_one_of_its_matchers_gives_something_else(
    tmp_path: Path, requirement: str
):
    canonical = QUERIES[requirement]
    wrong = list(without_each_matcher(canonical))

    # A host has one exporter of its memory: T-A4 needs no matcher, and has none.
    assert bool(wrong) is (requirement != "T-A4")
    # Where it fails nothing grows; that comes later.
    past = PAST.get(requirement, 0)
    moment = past + (WELL if requirement == "T-A5b" else FAILING)
    checks = [number(f"vector(1) and on () ({differs(w, canonical)})", moment, 1) for w in wrong]
    checks += [nothing(differs(canonical, canonical), moment)]
    ask(tmp_path, series(past), checks)


# --- the error budget --------------------------------------------------------------------------


@dataclass(frozen=True)
class Month:
    """Requests a minute, of which so many are bad, after days of none bad."""

    bad: int
    fires: bool


@pytest.mark.parametrize("month", [Month(3, True), Month(1, False)], ids=["above", "below"])
def test_the_budget_alert_fires_where_the_canonical_query_does(tmp_path: Path, month: Month):
    # Of 10,000 events a minute 2 are 0.0002, a fifth of 0.001. A decoy fails all the time.
    (file,) = (f for f in built().files if f.path.endswith("tonebridge.rules.yml"))
    (tmp_path / "tonebridge.rules.yml").write_bytes(file.data)
    (alert,) = (rule for rule in rules() if rule.alert == "ErrorBudgetSpent")
    labels = 'instance="a",method="GET",endpoint="/"'
    values = {
        f'tonebridge_requests_total{{job="gateway",status="200",{labels}}}': 10_000 - month.bad,
        f'tonebridge_requests_total{{job="gateway",status="500",{labels}}}': month.bad,
        f'tonebridge_requests_total{{job="batch",status="500",{labels}}}': 500,
    }
    canonical = QUERIES[BUDGET_ALERT]
    fired = 'ALERTS{alertname="ErrorBudgetSpent",alertstate="firing",slo="availability"}'
    checks = []
    for moment in (20, 60, 119):
        checks += [
            number(canonical, moment, int(month.fires)),
            number(alert.expr, moment, int(month.fires)),
            number(fired, moment, int(month.fires)),
            # The share that is spent, to a millionth: the ledger and the rates agree.
            nothing(
                f"abs(sum({alert.expr}) - sum({canonical})) > 0.000001 * sum({canonical})", moment
            ),
        ]
    test = {
        "rule_files": ["tonebridge.rules.yml"],
        "evaluation_interval": "1m",
        "tests": [
            {
                "interval": "1m",
                "input_series": [{"series": k, "values": f"0+{v}x120"} for k, v in values.items()],
                "promql_expr_test": checks,
            }
        ],
    }
    (tmp_path / "month.test.yml").write_text(yaml.safe_dump(test, sort_keys=False))
    oracles.promtool_test(tmp_path / "month.test.yml")


def test_the_budget_of_availability_is_43_2_minutes_in_30_days():
    availability = slo("availability")
    minutes = availability.error_budget * Decimal(availability.period.ms) / 60_000

    assert (Decimal("99.9"), "30d") == (availability.objective, str(availability.period))
    assert Decimal("43.2") == minutes
    assert "8.64" == number_text(minutes * availability.budget_alerts[0].spent)
    (page,) = (f for f in built().files if f.path == "docs/slos.md")
    assert "| 43m12s |" in page.data.decode()


def test_a_fifth_of_the_budget_is_told_as_medium():
    (alert,) = (rule for rule in rules() if rule.alert == "ErrorBudgetSpent")

    assert ("20%", "medium") == (alert.labels["spent"], alert.labels["severity"])
    assert alert.expr.endswith("> 0.2")


def test_the_burn_rates_are_14_4_and_6_and_3_and_1():
    tiers = slo("availability").tiers

    assert ["14.4", "6", "3", "1"] == [number_text(tier.factor) for tier in tiers]
    assert ["1h", "6h", "1d", "3d"] == [str(tier.long) for tier in tiers]
    assert ["5m", "30m", "2h", "6h"] == [str(tier.short) for tier in tiers]
    assert ["critical", "critical", "medium", "medium"] == [tier.severity for tier in tiers]


# --- what is committed -------------------------------------------------------------------------


def test_generated_is_what_the_specs_give():
    tree = ROOT / "generated"
    assert (tree / "manifest.json").is_file(), "generated/ does not exist: run `make generate`"
    kept = {p.relative_to(tree).as_posix(): p.read_bytes() for p in tree.rglob("*") if p.is_file()}
    made = {file.path: file.data for file in built().files}

    assert sorted(made) == sorted(kept), "generated/ is stale: run `make generate`"
    stale = [path for path, data in made.items() if data != kept[path]]
    assert not stale, "generated/ is stale: run `make generate`"
