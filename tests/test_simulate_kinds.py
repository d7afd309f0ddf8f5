"""Metrics of one service speak of the same events: what is told by label agrees."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from functools import cache

import pytest

from obsgen import build
from obsgen.matchers import Matcher
from obsgen.simulate import Selection, World
from obsgen.simulate.kinds import failing_sets, healthy_sets
from obsgen.simulate.stage import Plan

NOON = 1_768_478_400_000
HOUR = 3_600_000

SPEC = """
apiVersion: obsgen/v1
kind: Project
name: shop
---
apiVersion: obsgen/v1
kind: Service
name: cart
scrape: [{job: cart, targets: ["cart-1:80"]}]
where: {job: cart}
metrics:
  shop_requests_total:
    type: counter
    labels: {route: any, method: [GET, POST, PUT], code: ["200", "404", "500"]}
    role: requests
    bad: {code: "5.."}
  shop_duration_seconds: {type: histogram, labels: [route], buckets: [0.1, 1], role: duration}
  shop_size_bytes:
    type: summary
    labels: {method: [GET, POST, PUT], route: any}
    quantiles: [0.5]
    unit: bytes
  shop_regions_total:
    {type: counter, labels: {region: [r1, r2, r3, r4, r5, r6, r7, r8, r9, r10, r11]}}
"""
QUERIES = (
    'sum(rate(shop_requests_total{route="/pay"}[5m]))',
    'histogram_quantile(0.9, rate(shop_duration_seconds_bucket{route=~"/pay|/find"}[5m]))',
)


@cache
def played() -> tuple[World, dict[Selection, int]]:
    """Return the world of an hour, and how many events each of some selections had."""
    services = build({"specs/cart.yaml": SPEC}).specs[0].services
    (cast,) = Plan(services=services, queries=QUERIES).casts
    world = cast.world(seed=5, start=NOON, step=5_000, acts=())
    wanted = [
        Selection(metric=family.metric.name, where=_where(own))
        for family in cast.targets[0].families
        for own in (*family.healthy, *family.failing)
    ]
    accounts = {selection: world.account(selection) for selection in wanted}
    while world.now < NOON + HOUR:
        world.advance()
    return world, {selection: sum(account.minutes) for selection, account in accounts.items()}


def _where(labels: dict[str, str]) -> tuple[Matcher, ...]:
    return tuple(Matcher(label, "=", value) for label, value in labels.items())


def by(metric: str, *labels: str) -> Counter[tuple[str, ...]]:
    """Return the events of a metric by labels."""
    found: Counter[tuple[str, ...]] = Counter()
    for selection, events in played()[1].items():
        if selection.metric == metric:
            own = {m.label: m.value for m in selection.where}
            found[tuple(own[label] for label in labels)] += events
    return +found


def test_calls_and_durations_by_route_are_those_of_the_same_requests():
    assert by("shop_requests_total", "route") == by("shop_duration_seconds", "route")
    assert len(by("shop_requests_total", "route")) > 2


def test_metrics_agree_on_two_labels_at_once():
    assert by("shop_requests_total", "route", "method") == by("shop_size_bytes", "route", "method")


def test_metrics_without_a_label_in_common_agree_in_total():
    assert sum(by("shop_requests_total", "route").values()) == sum(
        by("shop_regions_total", "region").values()
    )


def test_a_word_that_is_asked_of_one_metric_is_known_to_all_that_have_the_label():
    routes = {route for (route,) in by("shop_requests_total", "route")}

    assert {"/pay", "/find"} <= routes


def test_every_declared_word_is_met():
    assert {(f"r{n}",) for n in range(1, 12)} == by("shop_regions_total", "region").keys()


def test_what_is_turned_away_is_seldom_and_what_fails_more_so():
    codes = by("shop_requests_total", "code")
    every = sum(codes.values())

    # About one in a hundred of the first kinds, and 150 in a million.
    assert 0.002 < codes[("404",)] / every < 0.01
    assert 0 < codes[("500",)] / every < 0.001


@pytest.mark.parametrize("words", [2, 3, 5, 8, 11])
def test_a_word_takes_its_turn_in_kinds_and_none_is_left_out(words: int):
    own = tuple(f"w{n}" for n in range(words))
    kinds = max(8, words)
    counted = Counter(labels["label"] for labels in failing_sets({"label": own}, kinds))

    assert set(own) == counted.keys()
    assert max(counted.values()) - min(counted.values()) <= 1


def test_two_labels_do_not_move_together():
    words = {"one": ("a", "b"), "two": ("x", "y")}
    pairs = {tuple(labels.values()) for labels in failing_sets(words, 8)}

    assert len(pairs) > 2


def test_kinds_that_are_turned_away_differ_from_their_twins_in_nothing_else():
    words = {"code": ("200", "403"), "route": ("/a", "/b", "/c")}
    usual, twins = healthy_sets(words, 8)[:8], healthy_sets(words, 8)[8:]

    assert {"200"} == codes(usual)
    assert {"403"} == codes(twins)
    for before, twin in zip(usual, twins, strict=False):
        assert before["route"] == twin["route"]


def codes(sets: Iterable[dict[str, str]]) -> set[str]:
    return {labels["code"] for labels in sets}


def test_a_label_without_a_word_leaves_no_label_set():
    assert [] == healthy_sets({"route": ("/api",), "code": ()}, 8)
