"""`obsgen verify` against a real Prometheus and a real Alertmanager that run what was generated."""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import pytest
from answering import Exchange, answering
from click.testing import CliRunner
from oracles import Server, running_alertmanager, running_prometheus
from verify_servers import CART, ROUTING

from obsgen.cli import commands

PROJECT: Final = """\
apiVersion: obsgen/v1
kind: Project
name: shop
prometheus: {scrape_interval: 1s, evaluation_interval: 1s}
"""
SLO: Final = """\
slos:
  - name: availability
    objective: 99
    sli: {events: {total: orders_total, bad: {result: failed}}}
    alerts: none
alerts:
"""
WITHIN_SECONDS: Final = 40.0


def exposition() -> Any:
    """Return an answer that counts on with each scrape."""
    ticks = itertools.count(1)

    def answer(exchange: Exchange) -> None:
        tick = next(ticks)
        page = (
            "# TYPE orders_total counter\n"
            f'orders_total{{result="paid"}} {9 * tick}\norders_total{{result="failed"}} {tick}\n'
            "# TYPE queue_length gauge\nqueue_length 7\n"
        )
        exchange.answer(page.encode(), Content_Type="text/plain; version=0.0.4")

    return answer


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Server, Server]]:
    folder = tmp_path_factory.mktemp("shop")
    specs = folder / "specs"
    specs.mkdir()
    with answering({"/metrics": exposition()}) as target:
        address = target.url.removeprefix("http://")
        cart = CART.replace("cart:8080", address).replace("alerts:\n", SLO)
        for name, text in {"project": PROJECT, "cart": cart, "routing": ROUTING}.items():
            (specs / f"{name}.yaml").write_text(text)
        generated = folder / "generated"
        arguments = ["generate", str(specs), "--output", str(generated)]
        done = CliRunner().invoke(commands, arguments, catch_exceptions=False)
        assert done.exit_code == 0, done.output
        with (
            running_prometheus(generated / "prometheus" / "prometheus.yml") as prometheus,
            running_alertmanager(generated / "alertmanager" / "alertmanager.yml") as alertmanager,
        ):
            yield specs, prometheus, alertmanager


def verified(servers: tuple[Path, Server, Server], *more: str) -> tuple[int, Mapping[str, Any]]:
    specs, prometheus, alertmanager = servers
    urls = ("--prometheus", prometheus.url, "--alertmanager", alertmanager.url)
    arguments = ["verify", str(specs), *urls, "--format=json", *more]
    done = CliRunner().invoke(commands, arguments, catch_exceptions=False)
    return done.exit_code, json.loads(done.stdout)


def wrong(document: Mapping[str, Any]) -> list[str]:
    """Return what is found, but for what is not there before the first whole minutes are over."""
    young = {"LIV715", "LIV722"}
    every = document["findings"]
    return [o["message"] for o in every if o["severity"] != "info" and o["code"] not in young]


def test_servers_that_run_what_was_generated_pass(servers: tuple[Path, Server, Server]):
    deadline = time.monotonic() + WITHIN_SECONDS
    code, document = verified(servers)
    while wrong(document) and time.monotonic() < deadline:
        # The first scrapes are under way.
        time.sleep(1)
        code, document = verified(servers)

    assert [] == wrong(document)
    assert 0 == code
    outcomes = {check["check"]: check["looked_at"] for check in document["checks"]}
    assert (1, 2, 1, 2) == tuple(
        outcomes[name] for name in ("targets", "metrics", "configuration", "versions")
    )
    assert outcomes["rules"] > 20


def test_specs_that_were_changed_since_are_told(servers: tuple[Path, Server, Server]):
    specs, _, _ = servers
    file = specs / "cart.yaml"
    before = file.read_text()
    try:
        file.write_text(before.replace("above: 100", "above: 200").replace("for: 5m", "for: 6m"))
        code, document = verified(servers)
    finally:
        file.write_text(before)

    alert = "alert `QueueLong` of `cart`"
    assert 1 == code
    assert {
        f"{alert} has `for: 300s` there, not `6m`",
        f'{alert} has another expression there: `queue_length{{job="cart"}} > 100`',
    } <= {one["message"] for one in document["findings"] if one["code"] == "LIV713"}


def test_the_test_alert_reaches_alertmanager(servers: tuple[Path, Server, Server]):
    _, document = verified(servers, "--notify-test", "--labels", "severity=critical")
    _, _, alertmanager = servers
    (alert,) = alertmanager.get("/api/v2/alerts", filter='obsgen_test="true"')

    assert document["test_alert"]["labels"] == alert["labels"]
    receivers = [receiver["name"] for receiver in alert["receivers"]]
    assert document["test_alert"]["receivers"] == receivers == ["oncall"]
