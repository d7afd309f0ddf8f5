"""`obsgen cost`: figures worked out by hand, and counted by a real Prometheus."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

import oracles
import pytest
from click.testing import CliRunner, Result

from obsgen import build, names
from obsgen.artefacts import RecordingRule
from obsgen.cli import commands
from obsgen.costs import Assumptions, SloCost, costs
from obsgen.costs.reads import reads
from obsgen.pipeline import Built
from obsgen.units import Duration

PROJECT: Final = """\
apiVersion: obsgen/v1
kind: Project
name: shop
prometheus: {retention: 400d, scrape_interval: 15s}
"""
QUIET: Final = "objective: 99.9, period: 7d, alerts: {profile: none, absent: none}"


def service(*slos: str, metrics: str = "requests_total: {type: counter, labels: [code]}") -> str:
    head = f"apiVersion: obsgen/v1\nkind: Service\nname: cart\nmetrics:\n  {metrics}\nslos:\n"
    return head + "".join(f"  - {{{slo}}}\n" for slo in slos)


def events(more: str = QUIET, *, name: str = "availability", bad: str = '{code: "5.."}') -> str:
    return f"name: {name}, {more}, sli: {{events: {{total: requests_total, bad: {bad}}}}}"


def built_of(text: str) -> Built:
    built = build({"specs/project.yaml": PROJECT, "specs/cart.yaml": text})
    assert built.files, built.diagnostics
    return built


def costs_of(text: str, **told: Any) -> tuple[SloCost, ...]:
    built = built_of(text)
    return tuple(costs(zip(built.specs, built.compiled, strict=True), Assumptions(**told)))


def cost_of(text: str, **told: Any) -> SloCost:
    (found,) = costs_of(text, **told)
    return found


# What an expression reads.


@pytest.mark.parametrize(
    ("expr", "samples"),
    [
        # Of one series with a sample every 15s.
        ("m", 1),
        ("m + m", 2),
        ("last_over_time(m[1m] offset 5s) - (m or last_over_time(m[2m] offset 65s))", 4 + 1 + 8),
        # A millisecond short, for the sake of its edge.
        ("sum_over_time(m[59m59s999ms])", 240),
        # Sixty times four.
        ("max_over_time(rate(m[1m])[1h:1m])", 240),
        # Every 30s, as the server evaluates.
        ("max_over_time(m[5m:])", 10),
        ("vector(time() % 300) < 60", 0),
        ('{__name__="m",a="b"}', 1),
    ],
)
def test_the_samples_of_an_expression_are_those_of_its_selectors(expr: str, samples: int):
    found = reads(expr, step=Duration.parse("30s"))

    assert samples == sum(read.samples(Duration.parse("15s")) for read in found)
    assert {"m"} >= {read.selection.name for read in found}


# Raw samples. In a minute, at scrapes every 15s and a bridge of 2m, seen reads [1m] four times
# and [2m] twice: 4 × 4 + 2 × 8 = 32; born [1m] and [2m] once: 12; births ask `up` over 2m and the
# start of the process of each target: 9.


def test_raw_samples_are_those_of_the_ledger():
    # 1000 series, a tenth of them bad, one target.
    found = cost_of(service(events()))

    assert (1000, 100) == (found.raw_series, found.bad_series)
    assert (32 * 1000 + (32 + 12) * 100 + 9) * 60 == found.raw_samples


@pytest.mark.parametrize(
    ("told", "raw", "bad"),
    [
        ({"series": 500}, 500, 50),
        ({"by_metric": {"requests_total": 300}}, 300, 30),
        ({"series": 500, "by_metric": {"requests_total": 300}}, 300, 30),
    ],
)
def test_series_may_be_told(told: dict[str, Any], raw: int, bad: int):
    found = cost_of(service(events()), **told)

    assert (raw, bad) == (found.raw_series, found.bad_series)
    assert (32 * raw + 44 * bad + 9) * 60 == found.raw_samples


def test_targets_may_be_told():
    told = {"up": 40, "process_start_time_seconds": 40}
    found = cost_of(service(events()), by_metric=told)

    assert (32 * 1000 + 44 * 100 + 40 * 9) * 60 == found.raw_samples


def test_a_longer_scrape_interval_reads_less():
    # At 30s, and a bridge of 2m as before: half of all but the start of the process.
    found = cost_of(service(events()), scrape_interval=Duration.parse("30s"))

    assert (16 * 1000 + 22 * 100 + 5) * 60 == found.raw_samples


DECLARED: Final = """\
requests_total: {type: counter, labels: {code: ["200", "404", "500", "503"], route: [a, b, c]}}
scrape: [{job: cart, targets: ["cart-1:80", "cart-2:80"]}]"""


def test_declared_label_values_tell_the_series():
    # 4 codes × 3 routes × 2 targets, half of the codes bad.
    found = cost_of(service(events(), metrics=DECLARED))

    assert (24, 12) == (found.raw_series, found.bad_series)
    assert (32 * 24 + 44 * 12 + 2 * 9) * 60 == found.raw_samples


def test_declared_values_narrow_what_is_told():
    # Of 1000 series half are bad; of which `where` lets one in three routes through.
    slo = events().replace("bad:", "where: {route: a}, bad:")
    found = cost_of(service(slo, metrics=DECLARED))

    assert (8, 4) == (found.raw_series, found.bad_series)
    assert (1000, 500) == tuple(
        getattr(cost_of(service(slo, metrics=DECLARED), series=1000), key)
        for key in ("raw_series", "bad_series")
    )


@pytest.mark.parametrize(
    ("sli", "raw", "bad"),
    [
        # Good by one matcher: bad is what it refuses.
        ('{total: requests_total, good: {code: "2.."}}', 1000, 100),
        # Good by two: bad is read as all of them without the good ones.
        ('{total: requests_total, good: {code: "2..", route: a}}', 1000, 900),
        ("{total: requests_total, bad: {counter: errors_total}}", 1000, 100),
        ("{total: requests_total, good: {counter: errors_total}}", 1000, 1000),
    ],
    ids=["good", "good by two", "second bad", "second good"],
)
def test_the_other_side_has_a_tenth_or_the_rest(sli: str, raw: int, bad: int):
    metrics = """\
requests_total: {type: counter, labels: [code, route]}
  errors_total: {type: counter, labels: [code]}"""
    slo = f"name: availability, {QUIET}, sli: {{events: {sli}}}"
    found = cost_of(service(slo, metrics=metrics))

    assert (raw, bad) == (found.raw_series, found.bad_series)


def test_a_latency_reads_the_count_and_one_bucket():
    # seen and seen, twice; born of the count and seen of the bucket; both born; `up` three times:
    # 4 × 32 + 44 + 24 = 196.
    metrics = "latency_seconds: {type: histogram, labels: [route], buckets: [0.1, 0.5, 1]}"
    slo = f"name: speed, {QUIET}, sli: {{latency: {{histogram: latency_seconds, below: 500ms}}}}"
    found = cost_of(service(slo, metrics=metrics))

    assert 2000 == found.raw_series
    assert (196 * 1000 + 3 * 9) * 60 == found.raw_samples


def test_a_quantile_reads_every_bucket():
    # Three buckets and +Inf of 1000 series over 5m, 20 samples of each: once in the total, and
    # twice in the bad slices, which are those that have a value and not a good one.
    metrics = "latency_seconds: {type: histogram, labels: [route], buckets: [0.1, 0.5, 1]}"
    sli = "time_slice: {quantile: 0.9, of: latency_seconds, below: 1s, slice: 5m}"
    slo = f"name: speed, {QUIET}, sli: {{{sli}}}"
    found = cost_of(service(slo, metrics=metrics))

    assert 4000 == found.raw_series
    assert 4000 * 20 * 3 * 60 == found.raw_samples


def test_a_stream_that_two_slos_share_is_read_once():
    first, second = costs_of(service(events(), events(QUIET.replace("99.9", "99"), name="laxer")))

    assert (32 * 1000 + 44 * 100 + 9) * 60 == first.raw_samples
    assert 0 == second.raw_samples
    assert second.times_cheaper is None
    assert first.plain_windows == second.plain_windows


# Recorded samples. Every minute: bad seen and born ask the total, 2; bad events sum one and
# three, and the busiest of 60: 63; total events 3; both coarse ones 5 + 5; the ratios of 5m, 1h and
# 6h 10 + 120 + 720. Every other minute: both sums of 7d of 5m, 2 × 2016, and 9 more for the ratio
# (2), what is left (1), in minutes (1), in events (2), the burn rate (1), the exhaustion (2).
MINUTELY: Final = 2 + 63 + 3 + 10 + 10 + 120 + 720
SLOWLY: Final = 2 * 2016 + 9


def test_recorded_samples_are_those_of_windows_and_budget():
    assert MINUTELY * 60 + SLOWLY * 30 == cost_of(service(events())).recorded_samples


def test_each_group_is_recorded_and_read():
    metrics = "requests_total: {type: counter, labels: {code: any, route: [a, b, c]}}"
    found = cost_of(service(events(f"{QUIET}, by: [route]"), metrics=metrics))
    alone = cost_of(service(events()))

    assert 3 * (MINUTELY * 60 + SLOWLY * 30) == found.recorded_samples
    # Objective, budget and metadata are not by group.
    assert 3 * (alone.recorded_series - 3) + 3 == found.recorded_series


@pytest.mark.parametrize(("told", "groups"), [({}, 10), ({"groups": 7}, 7)])
def test_groups_without_declared_values_are_assumed(told: dict[str, int], groups: int):
    found = cost_of(service(events(f"{QUIET}, by: [code]")), **told)

    assert groups * (MINUTELY * 60 + SLOWLY * 30) == found.recorded_samples


def test_recorded_series_are_stored_as_often_as_their_groups_run():
    # 5 of the ledger and 3 ratios every minute, 2 coarse ones every 5, 10 of the budget every 2.
    found = cost_of(service(events()))

    assert 8 + 2 + 11 == found.recorded_series
    assert 8 * 60 + 2 * 12 + 11 * 30 == found.stored_samples


# Plain range queries.


def test_plain_queries_read_each_series_in_every_window():
    # 5m + 30m + 1h + 2h + 6h + 1d + 3d are 380,100s, of which each 15s has a sample: 25,340 of
    # 1100 series, 120 times an hour; 7d are 40,320, 24 times.
    found = cost_of(service(events()))

    assert 25_340 * 1100 * 120 == found.plain_windows
    assert 40_320 * 1100 * 24 == found.plain_period


def test_the_ledger_reads_a_thousandth():
    # The aim: at 1,000 series, a tenth of them bad, and scrapes every 15s.
    cheaper = cost_of(service(events())).times_cheaper

    assert cheaper is not None
    assert Fraction(25_340 * 1100 * 2, 32 * 1000 + 44 * 100 + 9) == cheaper
    assert 1000 < cheaper


# A real Prometheus.

SMALL: Final = """\
apiVersion: obsgen/v1
kind: Service
name: cart
scrape: [{job: cart, targets: ["cart-1:80", "cart-2:80"]}]
where: {job: cart}
metrics:
  requests_total: {type: counter, labels: {code: ["200", "500"], route: [a, b, c]}}
  latency_seconds: {type: histogram, labels: {route: [a, b, c]}, buckets: [0.1, 0.5]}
slos:
  - name: availability
    objective: 99
    period: 7d
    by: [route]
    sli: {events: {total: requests_total, bad: {code: "500"}}}
    alerts: {profile: standard, budget: [{spent: 20%, severity: high}]}
  - name: speed
    objective: 90
    period: week
    sli: {latency: {histogram: latency_seconds, below: 500ms}}
    alerts: {profile: page-only, absent: target_down}
"""
NOW: Final = 1_700_000_040 + 600
"""A minute at which Prometheus is asked, 7s past; the newest samples are not older than it."""


@pytest.fixture(scope="module")
def prometheus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Built, oracles.Server]]:
    """A server that holds what two targets expose and what the rules record of it."""
    folder = tmp_path_factory.mktemp("costs")
    built = built_of(SMALL)
    (folder / "history.txt").write_text("\n".join((*_history(built), "# EOF\n")))
    blocks = ["tsdb", "create-blocks-from", "openmetrics", "history.txt", "data"]
    subprocess.run([oracles.tool("promtool"), *blocks], cwd=folder, check=True, capture_output=True)
    (folder / "prometheus.yml").write_text("global: {}\n")
    flags = ("--storage.tsdb.retention.time=10y",)
    with oracles.running_prometheus(
        folder / "prometheus.yml", *flags, data=folder / "data"
    ) as server:
        yield built, server


def _history(built: Built) -> Iterator[str]:
    """Yield a sample of each raw series every 15s of the last quarter of an hour, and so on."""
    targets = [f'job="cart",instance="cart-{number}:80"' for number in (1, 2)]
    raw = [
        *(
            f'requests_total{{{t},code="{c}",route="{r}"}}'
            for t in targets
            for c in ("200", "500")
            for r in "abc"
        ),
        *(
            f'latency_seconds_bucket{{{t},le="{le}",route="{r}"}}'
            for t in targets
            for le in ("0.1", "0.5", "+Inf")
            for r in "abc"
        ),
        *(f'latency_seconds_count{{{t},route="{r}"}}' for t in targets for r in "abc"),
        *(f"{name}{{{t}}}" for name in ("up", "process_start_time_seconds") for t in targets),
    ]
    for series in raw:
        for time in range(NOW - 900, NOW + 1, 15):
            yield f"{series} 1 {time + 3}"
    for file in built.compiled[0].rule_files:
        for group in file.groups:
            for rule in group.rules:
                if isinstance(rule, RecordingRule):
                    yield from _recorded(rule, group.interval)


def _recorded(rule: RecordingRule, interval: Duration) -> Iterator[str]:
    """Yield the samples of a recorded series that windows reach: of some days a few hours."""
    tile = names.tile_of(rule.record)
    step = int((tile or interval).seconds)
    groups = ['route="a",', 'route="b",', 'route="c",'] if "route" in rule.groups else [""]
    dated = 'calendar="2",' if names.CALENDAR_LABEL in rule.groups else ""
    labels = ",".join(f'{name}="{value}"' for name, value in rule.labels.items())
    days, hours = (range(1), 1)
    if tile is not None:
        days, hours = (range(8), 24) if tile == names.COARSE_TILE else ((7, 1, 0), 7)
    for group in groups:
        for day in sorted(days, reverse=True):
            end = NOW - day * 86_400
            for time in range(end - hours * 3600 + step, end + 1, step):
                yield f"{rule.record}{{{group}{dated}{labels}}} 1 {time}"


@pytest.mark.parametrize("slo", ["availability", "speed"])
def test_prometheus_counts_the_same_samples(prometheus: tuple[Built, oracles.Server], slo: str):
    built, server = prometheus
    every = costs(zip(built.specs, built.compiled, strict=True), Assumptions())
    found = next(cost for cost in every if cost.slo == slo)
    counted = Fraction(0)
    for group in built.compiled[0].rule_files[0].groups:
        for rule in group.rules:
            if rule.labels["slo"] == slo:
                answer = server.get(
                    "/api/v1/query", query=rule.expr, time=f"{NOW + 7}", stats="all"
                )
                samples = answer["data"]["stats"]["samples"]["totalQueryableSamples"]
                counted += samples * Fraction(3_600_000, group.interval.ms)

    assert counted == found.raw_samples + found.recorded_samples


# The command.


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with the specs."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "specs").mkdir()
    (tmp_path / "specs/project.yaml").write_text(PROJECT)
    (tmp_path / "specs/cart.yaml").write_text(
        service(events(), events(QUIET.replace("99.9", "99"), name="laxer"))
    )
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(commands, ["cost", *arguments], catch_exceptions=False)


def test_costs_are_a_table_with_the_sum_of_the_service(here: Path):
    del here
    result = run()

    assert (0, "") == (result.exit_code, result.stderr)
    rows = {
        cells[1].strip(): [cell.strip() for cell in cells[2:-1]]
        for line in result.stdout.splitlines()
        if len(cells := line.split("|")) > 3
    }
    # (32 × 1000 + 44 × 100 + 9) × 60, and 25,340 × 1100 × 120.
    assert rows["cart/availability"] == [
        "1,000", "100", "21", "2,184,540", "176,910", "834", "3,344,880,000", "1,064,448,000",
        "1,531",
    ]  # fmt: skip
    assert rows["cart, all"][3] == "2,184,540"
    assert "every 30s, as the rules of Sloth and Pyrra do" in result.stdout


def test_json_holds_the_figures_exactly(here: Path):
    del here
    result = run("--format", "json", "--series", "7", "--scrape-interval", "7s")
    found = json.loads(result.stdout, parse_float=Decimal)
    (cart,) = found["services"]

    assert (0, "") == (result.exit_code, result.stderr)
    assert {"series": 7, "metrics": {}, "groups": 10, "scrape_interval": "7s"} == (
        found["assumptions"]
    )
    assert ["availability", "laxer"] == [slo["slo"] for slo in cart["slos"]]
    assert Decimal("0.7") == cart["slos"][0]["bad_series"]
    # seen 480s, born 180s, `up` 120s, of samples every 7s: (480 × 7 + 660 × 0.7 + 120) ÷ 7 + 1,
    # in 60 evaluations: 33848.57142…
    assert Decimal("33848.5714285714") == cart["slos"][0]["raw_samples_per_hour"]


def test_each_environment_has_its_own_costs(here: Path):
    (here / "specs/environments.yaml").write_text(
        "apiVersion: obsgen/v1\nkind: Environment\nname: staging\n"
        "---\napiVersion: obsgen/v1\nkind: Environment\nname: production\n"
    )
    every = json.loads(run("--format", "json").stdout)["services"]

    assert ["staging", "production"] == [each["environment"] for each in every]
    assert "cost an hour in production\n" in run("--env", "production").stdout
    assert "staging" not in run("--env", "production").stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--series", "many"], "`many` is no number of series: write 1000 or METRIC=1000"),
        (["--series", "0"], "`0` is no number of series"),
        (["--series", "requests_total=-1"], "`requests_total=-1` is no number of series"),
        (["--series", "1", "--series", "2"], "the series of all events are told twice"),
        (["--series", "request_total=1"], "no metric `request_total` is declared; did you mean"),
        (["--scrape-interval", "fast"], "`fast` is no length of time"),
        (["--scrape-interval", "0s"], "`0s` is no length of time"),
        (["--groups", "0"], "0 is not in the range"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_figures_that_are_none_are_wrong_usage(here: Path, arguments: list[str], message: str):
    del here
    result = run(*arguments)

    assert (2, "") == (result.exit_code, result.stdout)
    assert message in result.stderr


def test_specs_with_errors_cost_nothing_yet(here: Path):
    (here / "specs/cart.yaml").write_text(service(events().replace("99.9", "101")))
    result = run()

    assert (1, "") == (result.exit_code, result.stdout)
    assert "[SLO301]" in result.stderr


def test_specs_without_slos_cost_nothing(here: Path):
    (here / "specs/cart.yaml").write_text(service(events()).split("slos:")[0])
    result = run("--format", "json")

    assert 0 == result.exit_code
    assert [] == json.loads(result.stdout)["services"]
    assert 0 == run().exit_code
