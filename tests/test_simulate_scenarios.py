"""Scenarios are read as they are written, and what they say happens: no more, and no less."""

from __future__ import annotations

import gzip
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest
from oracles import ROOT

from obsgen import build, disk
from obsgen.model import Act, Complaint
from obsgen.pipeline import Options
from obsgen.reader.acts import read_act
from obsgen.scenarios import KINDS
from obsgen.schema import kinds
from obsgen.simulate import Selection, Span, World
from obsgen.simulate.exporter import Exporter
from obsgen.simulate.live import Live
from obsgen.simulate.stage import Plan

MINUTE = 60_000
NOON = 1_768_478_400_000
"""2026-01-15 12:00 UTC, a Thursday, in milliseconds."""

SPEC = """
apiVersion: obsgen/v1
kind: Project
name: shop
---
apiVersion: obsgen/v1
kind: Service
name: cart
scrape: [{job: cart, targets: ["cart-1:80", "cart-2:80"]}]
where: {job: cart}
metrics:
  requests_total:
    type: counter
    labels: {route: [/api, /home], code: ["200", "500"]}
    role: requests
    bad: {code: "5.."}
  errors_total: {type: counter, role: errors}
  duration_seconds:
    {type: histogram, labels: {route: [/api, /home]}, buckets: [0.1, 0.5, 1, 5], role: duration}
  tokens_total: {type: counter, labels: {model: any}, unit: tokens, role: tokens}
  cost_usd_total: {type: counter, labels: {model: any}, role: cost}
  logins_failed_total: {type: counter, role: auth}
  dependency_up: {type: gauge, labels: {dependency: [db, cache]}}
  quality_ratio: {type: gauge}
prices:
  priced_usd:
    of: tokens_total
    by: [model]
    currency: USD
    per: 1000
    table: {large: 0.005, small: 0.0001}
alerts:
  - {name: Down, threshold: {min: dependency_up, by: [dependency], equals: 0}, severity: high}
  - {name: Poor, threshold: {avg: quality_ratio, below: 80%}, severity: low}
  - {name: Spend, spend: {of: cost_usd_total, budget: 720 USD, per: month,
     levels: [{spent: 100%, severity: high}]}}
"""
BAD = 'code="500"'


def acts(*texts: str) -> tuple[tuple[str, Act], ...]:
    found = [read_act(text) for text in texts]
    assert not [each for each in found if isinstance(each, Complaint)], found
    return tuple(("", each) for each in found if isinstance(each, Act))


def plan(*texts: str, speed: int = 1) -> Plan:
    built = build({"specs/cart.yaml": SPEC})
    assert not [d for d in built.diagnostics if d.severity > 1], built.diagnostics
    return Plan(services=built.specs[0].services, queries=(), acts=acts(*texts), speed=speed)


def world(*texts: str) -> World:
    asked = plan(*texts)
    (cast,) = asked.casts
    span = Span(NOON, NOON + 60 * MINUTE)
    return cast.world(seed=5, start=NOON, step=5_000, acts=asked.acts_of("cart", span))


def grown(over: World, names: Iterable[str], minutes: int) -> dict[str, list[int]]:
    """Events of each metric in each minute."""
    accounts = {name: over.account(Selection(metric=name)) for name in names}
    while over.now < NOON + minutes * MINUTE:
        over.advance()
    return {name: account.minutes for name, account in accounts.items()}


def shown(*texts: str, at: int = 0, instance: str = "cart-1:80", speed: int = 1) -> str:
    live = Live(plan(*texts, speed=speed), seed=5, now=NOON)
    status, _, body = Exporter(live, lambda: (NOON + at) / 1000).answer(instance, "/metrics")
    return body.decode() if status == 200 else ""


def values(page: str, name: str) -> dict[str, float]:
    lines = (line for line in page.splitlines() if line.startswith((f"{name}{{", f"{name} ")))
    return {key: float(value) for key, value in (line.rsplit(" ", 1) for line in lines)}


@pytest.mark.parametrize("key", KINDS)
def test_the_example_of_each_kind_is_an_act(key: str):
    kind = kinds.load("scenarios", key)

    assert key == kind.key
    assert isinstance(read_act(kind.example), Act)


@pytest.mark.parametrize(
    ("text", "lasts", "begins", "is_ago"),
    [
        ("errors 20 % on /api for 10 min from 5 min on", 600_000, 300_000, False),
        ("errors 20% from 2 days ago for 90s", 90_000, 172_800_000, True),
        ("latency ×5 for 1h30m", 5_400_000, 0, False),
    ],
)
def test_times_are_read_as_they_are_said(text: str, lasts: int, begins: int, is_ago: bool):
    act = read_act(text)

    assert isinstance(act, Act)
    assert act.lasts is not None
    assert (lasts, begins, is_ago) == (act.lasts.ms, act.begins.ms, act.is_ago)


def test_spaces_around_the_sign_of_a_label_mean_nothing():
    loose, close = (read_act(f"errors 20% on {place}") for place in ("a = b, c= d", "a=b, c=d"))

    assert isinstance(loose, Act)
    assert isinstance(close, Act)
    assert close.places == loose.places
    assert [("a", "b"), ("c", "d")] == [(each.label, each.value) for each in loose.places]


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("erors 20%", "erors"),
        ("errors 120%", "120%"),
        ("errors 5% for long", "long"),
        ("errors 5% from 3m", "3m"),
        ("latency a lot", "a lot"),
        ("spend doubles on", "on"),
        ("errors 20% on route=", "route="),
        ("errors 20% on route=, /api", "route="),
        ("errors 20% on /api, =/api for 5 min", "=/api"),
        ("target vanishes", "vanishes"),
        ("metric 5x ×2", "5x"),
        ("errors 5% for 1m for 2m", "for"),
    ],
)
def test_what_is_wrong_in_an_act_is_underlined(text: str, word: str):
    found = read_act(text)

    assert isinstance(found, Complaint)
    assert found.word is not None
    assert found.hint
    assert word == text[found.word.start : found.word.end]


def test_requests_errors_and_durations_agree():
    counted = grown(world(), ("requests_total", "errors_total", "duration_seconds"), 60)

    assert sum(counted["requests_total"]) == sum(counted["duration_seconds"]) > 20_000
    # 150 parts per million of them fail.
    assert 0 < sum(counted["errors_total"]) < sum(counted["requests_total"]) * 0.001


def test_errors_begin_and_end_when_the_act_says_so():
    counted = grown(
        world("errors 20% for 10 min from 5 min on"), ("errors_total", "requests_total"), 20
    )
    shares = [
        e / r for e, r in zip(counted["errors_total"], counted["requests_total"], strict=True)
    ]

    assert max(shares[:5] + shares[15:]) < 0.02
    assert 0.17 < sum(shares[5:15]) / 10 < 0.23


def test_errors_on_a_route_spare_the_others():
    page = shown("errors 20% on /api", at=10 * MINUTE)
    bad = {k: v for k, v in values(page, "requests_total").items() if BAD in k}
    api, home = (sum(v for k, v in bad.items() if f'route="{r}"' in k) for r in ("/api", "/home"))

    assert api > 100
    assert home < 20


def test_latency_moves_observations_into_later_buckets():
    def mean(*texts: str) -> float:
        page = shown(*texts, at=10 * MINUTE)
        total = sum(values(page, "duration_seconds_sum").values())
        return total / sum(values(page, "duration_seconds_count").values())

    # Half of what is shown was observed before the act began.
    assert 2 < mean("latency ×5") / mean() < 4


def test_a_target_that_disappears_does_not_answer_and_comes_back():
    text = "target disappears on instance=cart-1:80 for 5 min from 1 min on"

    assert shown(text, at=0)
    assert not shown(text, at=2 * MINUTE)
    assert shown(text, at=2 * MINUTE, instance="cart-2:80")
    assert shown(text, at=7 * MINUTE)


def test_a_target_that_restarts_counts_from_zero():
    before = sum(values(shown(at=2 * MINUTE), "requests_total").values())
    after = sum(
        values(shown("target restarts from 1 min on", at=2 * MINUTE), "requests_total").values()
    )

    assert after < before / 5


def test_tokens_times_their_prices_are_the_cost():
    page = shown(at=MINUTE)
    tokens, cost = values(page, "tokens_total"), values(page, "cost_usd_total")

    assert tokens
    for price, model in ((0.005, "large"), (0.0001, "small")):
        used = sum(v for k, v in tokens.items() if model in k)
        spent = sum(v for k, v in cost.items() if model in k)
        assert used * price / 1000 == pytest.approx(spent, rel=1e-6)


def test_spend_that_doubles_doubles():
    usual = sum(values(shown(at=10 * MINUTE), "tokens_total").values())
    doubled = sum(values(shown("spend doubles", at=10 * MINUTE), "tokens_total").values())

    # Ten minutes before the act, ten with it: three halves.
    assert 1.3 < doubled / usual < 1.7


PAID = """
apiVersion: obsgen/v1
kind: Project
name: shop
---
apiVersion: obsgen/v1
kind: Service
name: cart
metrics:
  words_total: {type: counter, labels: {model: [large]}}
prices:
  words_usd: {of: words_total, by: [model], currency: USD, per: 1000, table: {large: 0.5}}
"""


def test_what_has_a_price_is_spent_whatever_it_is_called():
    service = build({"specs/cart.yaml": PAID}).specs[0].services[0]

    def spent(*texts: str) -> int:
        asked = Plan(services=(service,), queries=(), acts=acts(*texts))
        (cast,) = asked.casts
        span = Span(NOON, NOON + 60 * MINUTE)
        over = cast.world(seed=5, start=NOON, step=5_000, acts=asked.acts_of("cart", span))
        return sum(grown(over, ["words_total"], 20)["words_total"])

    assert 2 * spent() == spent("spend doubles")


def test_gauges_stay_on_the_good_side_of_what_alerts_say():
    page = shown(at=30 * MINUTE)

    assert {1.0} == set(values(page, "dependency_up").values())
    assert all(0.8 <= value <= 1 for value in values(page, "quality_ratio").values())
    assert {0.0} == set(values(page, "logins_failed_total").values())


def test_one_metric_can_be_set_by_itself():
    page = shown(
        "metric dependency_up is 0 on db", "metric logins_failed_total adds 6/min", at=600_000
    )

    assert [0.0] == [v for k, v in values(page, "dependency_up").items() if "db" in k]
    assert [1.0] == [v for k, v in values(page, "dependency_up").items() if "cache" in k]
    assert 40 < sum(values(page, "logins_failed_total").values()) < 80


def test_speed_divides_the_times_of_acts():
    text = "target disappears for 10 min from 10 min on"

    assert not shown(text, at=15_000, speed=60)
    assert shown(text, at=25_000, speed=60)


def test_a_proxied_request_reaches_the_target_that_it_names():
    exporter = Exporter(Live(plan(), seed=5, now=NOON), lambda: NOON / 1000)

    assert exporter.answer("any:1", "http://cart-2:80/metrics")[0] == 200
    assert b'instance="cart-2:80"' in exporter.answer("127.0.0.1:9200", "/metrics")[2]


def test_what_a_probe_asks_for_is_healthy_until_a_scenario_takes_it_away():
    probed = SPEC + 'probes: [{name: page, http: {url: "http://shop-page:3000/health"}}]\n'
    built = build({"specs/cart.yaml": probed}, Options(presets=disk.shipped_presets()))
    services = built.specs[0].services
    gone = "target disappears on probe=page from 1 min on"
    live = Live(Plan(services=services, queries=(), acts=acts(gone)), seed=5, now=NOON)
    before, after = (
        Exporter(live, lambda at=at: (NOON + at) / 1000).answer("", "http://shop-page:3000/health")
        for at in (0, 2 * MINUTE)
    )

    assert (200, 503) == (before[0], after[0])


def test_the_same_seed_gives_the_same_page():
    assert shown(at=MINUTE) == shown(at=MINUTE)


def run(*arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "obsgen", *arguments]
    return subprocess.run(
        command, capture_output=True, text=True, check=False, cwd=ROOT, timeout=120
    )


@pytest.fixture
def specs(tmp_path):
    folder = tmp_path / "specs"
    folder.mkdir()
    (folder / "cart.yaml").write_text(SPEC)
    return folder


def test_a_history_is_the_same_bytes_again_and_made_into_blocks(specs, tmp_path):
    arguments = ("simulate", str(specs), "--history", "6h", "--until", "2026-01-15T12:00Z", "--all")
    first, again = run(*arguments), run(*arguments, "--output", str(tmp_path / "again.om"))

    assert (0, 0) == (first.returncode, again.returncode), first.stderr + again.stderr
    assert first.stdout == (tmp_path / "again.om").read_text()
    assert first.stdout.endswith("# EOF\n")
    assert "requests_total{" in first.stdout


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--scenario", "erors 5%"), "did you mean `errors`?"),
        (("--scenario", "errors 5% on rout=x"), "no metric has a label `rout`"),
        (("--scenario", "errors 5% on route=/ap"), "did you mean `/api`?"),
        (("--scenario", "target disappears on job=kart"), "changes nothing"),
        (("--scenario", "cart/none"), "no scenario is named `cart/none`"),
        (("--service", "kart"), "no service is named `kart`; did you mean cart?"),
        (("--listen", "9200"), "is no host with a port"),
        (
            ("--history", "2m", "--scenario", "errors 20% on /api for 10 min from 5 min on"),
            "changes nothing: it is over before the past begins, or comes later",
        ),
        (
            ("--history", "1h", "--scenario", "errors 20% for 1h from 2 days ago"),
            "write a longer `--history`",
        ),
        (("--history", "soon"), "is no length of time"),
        (("--history", "1h", "--until", "noon"), "is no time"),
        (("--history", "1h", "--until", "9" * 19), "between 1970"),
        (("--history", "1h", "--until", "0"), "between 1970"),
        (("--history", "1h", "--interval", "7s"), "neither divides a minute"),
        (("--history", "1h", "--interval", "1s"), "`1s` is too short: at this speed at least `5s`"),
        (
            ("--history", "1h", "--interval", "1s", "--speed", "3"),
            "`1s` is too short: at this speed at least `1s875ms`",  # a 32nd of a minute
        ),
    ],
)
def test_wrong_usage_is_told_and_exits_with_2(specs, arguments, says):
    done = run("simulate", str(specs), *arguments)

    assert 2 == done.returncode, done.stderr
    assert says in done.stderr


@pytest.mark.parametrize(
    ("act", "is_idle"),
    [
        ("errors 20% on /api", False),
        ("errors 20% on /nowhere", True),
        ("errors 20% on dependency=db", True),  # only a gauge has the label
        ("latency ×5 on code=500", True),  # the durations are not told apart by it
        ("latency ×5 on /api, job=cart", False),
        ("traffic stops on job=kart", True),
        ("target disappears on instance=cart-1:80", False),
        ("target disappears on instance=cart-9:80", True),
        ("target disappears on /api", True),
        ("metric dependency_up is 0 on db", False),
        ("metric quality_ratio ×0.5 on db", True),
        ("spend doubles on model=large", False),
        ("spend doubles on model=vast", True),  # it has no price
    ],
)
def test_an_act_that_changes_nothing_is_known(act: str, is_idle: bool):
    assert is_idle == bool(list(plan(act).idle_acts()))


def test_a_packed_past_is_the_same_and_packed_to_the_same_bytes(specs, tmp_path):
    past = ("simulate", str(specs), "--history", "2h", "--until", "2026-01-15T12:00Z", "--output")
    plain, packed, again = (str(tmp_path / name) + "/" for name in ("plain", "packed", "again"))
    done = [run(*past, plain), run(*past, packed, "--gzip"), run(*past, again, "--gzip")]
    data = Path(packed, "2026-01-15.cart.om.gz").read_bytes()

    assert [0, 0, 0] == [each.returncode for each in done], done
    assert Path(plain, "2026-01-15.cart.om").read_bytes() == gzip.decompress(data)
    assert data == Path(again, "2026-01-15.cart.om.gz").read_bytes()
    assert ["2026-01-15.cart.om.gz", "span"] == sorted(each.name for each in Path(packed).iterdir())


def test_a_past_replaces_all_of_another_and_nothing_else(specs, tmp_path):
    folder = tmp_path / "past"
    folder.mkdir()
    for name in ("2025-01-01.cart.om", "2025-01-01.cart.om.gz", "span", "2025-01-01.a.om.part"):
        (folder / name).write_text("older")
    (folder / "notes.txt").write_text("mine")
    done = run(
        *("simulate", str(specs), "--history", "1h", "--until", "2026-01-15T12:00Z"),
        *("--output", f"{folder}/", "--force"),
    )

    assert 0 == done.returncode, done.stderr
    assert ["2026-01-15.cart.om", "notes.txt", "span"] == sorted(p.name for p in folder.iterdir())
    # 11:00 and 12:00 of that day, as `date -u +%s` reckons them.
    assert "1768474800 1768478400\n" == (folder / "span").read_text()


def test_a_past_that_cannot_be_written_says_where(specs, tmp_path):
    (tmp_path / "file").touch()
    done = run(
        "simulate", str(specs), "--history", "1h", "--output", str(tmp_path / "file/past.om")
    )

    assert 2 == done.returncode
    assert "/file` is no folder" in done.stderr


ENVIRONMENTS = """
---
apiVersion: obsgen/v1
kind: Environment
name: staging
---
apiVersion: obsgen/v1
kind: Environment
name: production
"""


def test_one_of_several_environments_must_be_chosen(specs):
    with (specs / "cart.yaml").open("a") as file:
        file.write(ENVIRONMENTS)
    done = run("simulate", str(specs), "--history", "1h")
    chosen = run("simulate", str(specs), "--history", "1h", "--env", "staging")

    assert (2, 0) == (done.returncode, chosen.returncode), chosen.stderr
    assert "choose one of the environments" in done.stderr
    assert "tokens_total{" in chosen.stdout
