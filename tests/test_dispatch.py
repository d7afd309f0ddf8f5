"""
The walk through the routing tree: whom an alert reaches, and who surely does whatever its labels.

`amtool config routes test` says which receivers alerts with random labels reach in random trees.
What is said of labels that are known in part is held against every completion of them.
"""

from __future__ import annotations

import itertools
import random
import subprocess
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracles import tool
from routing_specs import written

from obsgen.artefacts import (
    AlertingRule,
    AlertmanagerConfig,
    AlertmanagerMatcher,
    ReceiverConfig,
    Route,
)
from obsgen.matchers import quoted
from obsgen.routing import PossibleLabels, dispatch, possible_labels

LABELS: Final = ("severity", "team", "service", "region")
VALUES: Final = ("", "a", "b", "ab", "a.b")
PATTERNS: Final = ("a|b", "a.*", ".+", ".*", "", "[ab]+", "a\\.b", "(a|ab)b?", "b")
RECEIVERS: Final = tuple(f"r{number}" for number in range(8))
TREES: Final = 60
ALERTS: Final = 40


def a_matcher(chance: random.Random) -> AlertmanagerMatcher:
    op = chance.choice(("=", "=", "=~", "=~", "!=", "!~"))
    value = chance.choice(VALUES if op in ("=", "!=") else PATTERNS)
    return AlertmanagerMatcher(label=chance.choice(LABELS), op=op, value=value)


def a_route(chance: random.Random, depth: int) -> Route:
    children = chance.randrange(4) if depth else 0
    return Route(
        receiver=chance.choice(RECEIVERS),
        matchers=tuple(a_matcher(chance) for _ in range(chance.randrange(3))),
        continue_=chance.random() < 0.4,
        routes=tuple(a_route(chance, depth - 1) for _ in range(children)),
    )


def a_tree(seed: int) -> Route:
    chance = random.Random(seed)
    return Route(
        receiver="r0", routes=tuple(a_route(chance, 3) for _ in range(1 + chance.randrange(5)))
    )


def some_labels(seed: int) -> list[dict[str, str]]:
    chance = random.Random(1_000 + seed)
    return [
        {label: value for label in LABELS if (value := chance.choice(VALUES))}
        for _ in range(ALERTS)
    ]


def receivers(root: Route, labels: Mapping[str, str]) -> list[str]:
    """Return whom an alert reaches; amtool names each receiver once."""
    reached = dispatch(root, PossibleLabels(fixed=labels))
    assert all(each.is_sure for each in reached)
    return list(dict.fromkeys(each.receiver for each in reached))


@pytest.mark.parametrize("seed", range(TREES))
def test_random_alerts_reach_in_random_trees_whom_amtool_says(seed: int, tmp_path: Path):
    config = AlertmanagerConfig(
        global_={},
        route=a_tree(seed),
        receivers=tuple(ReceiverConfig(name=name, integrations=()) for name in RECEIVERS),
        inhibit_rules=(),
        time_intervals=(),
        sources=(),
    )
    file = tmp_path / "alertmanager.yml"
    file.write_text(written(config)["alertmanager/alertmanager.yml"])

    differing = [
        (labels, told, ours)
        for labels in some_labels(seed)
        if (told := _told(file, labels)) != (ours := receivers(config.route, labels))
    ]

    assert [] == differing


def _told(file: Path, labels: Mapping[str, str]) -> list[str]:
    done = subprocess.run(
        [
            *(tool("amtool"), "config", "routes", "test", f"--config.file={file}"),
            *(f"{label}={quoted(value)}" for label, value in labels.items()),
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    return list(dict.fromkeys(done.stdout.strip().split(",")))


def test_the_random_alerts_are_two_thousand_and_reach_every_depth():
    reached = [
        each
        for seed in range(TREES)
        for labels in some_labels(seed)
        for each in dispatch(a_tree(seed), PossibleLabels(fixed=labels))
    ]

    assert TREES * ALERTS >= 2_000
    assert TREES >= 50
    assert {1, 2, 3, 4, 5} == {len(each.path) for each in reached}


# --- labels that are known in part -----------------------------------------------------------


@cache
def completions(unknown: tuple[str, ...]) -> list[dict[str, str]]:
    return [
        dict(zip(unknown, values, strict=True))
        for values in itertools.product(VALUES, repeat=len(unknown))
    ]


@given(
    seed=st.integers(0, 10_000),
    known=st.dictionaries(st.sampled_from(LABELS), st.sampled_from(VALUES), max_size=4),
)
def test_what_is_sure_happens_to_every_alert_and_what_happens_is_possible(
    seed: int, known: dict[str, str]
):
    root = a_tree(seed)
    unknown = tuple(label for label in LABELS if label not in known)
    reached = dispatch(root, PossibleLabels(fixed=known, varying=frozenset(unknown)))
    sure = {id(each.route) for each in reached if each.is_sure}
    possible = {id(each.route) for each in reached}

    for rest in completions(unknown):
        found = {id(each.route) for each in dispatch(root, PossibleLabels(fixed={**known, **rest}))}
        assert sure <= found <= possible


def test_a_label_that_no_alert_of_a_rule_has_is_an_empty_one():
    rule = AlertingRule(
        alert="Down", expr="up == 0", labels={}, annotations={}, carries=frozenset({"job"})
    )
    labels = possible_labels(rule)

    assert ("Down", None, "") == tuple(map(labels.value, ("alertname", "job", "team")))


def test_where_an_expression_leaves_its_labels_open_any_label_is_possible():
    rule = AlertingRule(alert="Down", expr="up == 0", labels={"team": "a"}, annotations={})
    labels = possible_labels(rule)

    assert ("a", None) == tuple(map(labels.value, ("team", "job")))


def test_a_label_that_is_a_template_may_become_anything():
    rule = AlertingRule(
        alert="Down",
        expr="up == 0",
        labels={"team": "{{ $labels.team }}", "empty": ""},
        annotations={},
        carries=frozenset({"job", "empty"}),
    )
    labels = possible_labels(rule)

    assert (None, "") == tuple(map(labels.value, ("team", "empty")))


def test_external_labels_come_with_every_alert_that_lacks_them():
    rule = AlertingRule(
        alert="Down",
        expr="up == 0",
        labels={"cluster": "own"},
        annotations={},
        carries=frozenset({"region"}),
    )
    labels = possible_labels(rule, {"cluster": "eu", "region": "eu", "replica": "a"})

    assert ("own", None, "a") == tuple(map(labels.value, ("cluster", "region", "replica")))


# --- what a route inherits ---------------------------------------------------------------------


def test_a_route_has_the_grouping_of_the_nearest_route_above_that_says_one():
    leaf = Route(receiver="c")
    middle = Route(receiver="b", group_by=("job",), routes=(leaf,))
    root = Route(receiver="a", group_by=("alertname",), routes=(middle,))

    (reached,) = dispatch(root, PossibleLabels(fixed={}))

    assert ("c", ("job",)) == (reached.receiver, reached.effective.group_by)


def test_no_grouping_is_a_grouping_too():
    leaf = Route(receiver="c", group_by=())
    root = Route(receiver="a", group_by=("alertname",), routes=(leaf,))

    (reached,) = dispatch(root, PossibleLabels(fixed={}))

    assert () == reached.effective.group_by
