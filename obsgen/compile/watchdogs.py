"""
How often a watchdog is sent: each time that it promises, whatever else its receiver is sent.

Alertmanager repeats at the first look at a group after `repeat_interval` is over, and what it sent
a moment after a look is not that old at the look of that time (`notify.go`, `needsUpdate`). So the
group is looked at as often as the watchdog is to be sent, and half of that is enough to repeat it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from obsgen.artefacts import AlertingRule, Route
from obsgen.compile.alert_matchers import equals
from obsgen.names import WATCHDOG_LABEL
from obsgen.routing import Tree, possible_labels
from obsgen.units import Duration


def with_watchdogs(
    root: Route, rules: Iterable[AlertingRule], external_labels: Mapping[str, str]
) -> Route:
    """Return the tree in which each route that takes a watchdog has one below for it alone."""
    tree = Tree(root)
    taken: dict[int, dict[str, None]] = {}
    for rule in rules:
        if every := rule.labels.get(WATCHDOG_LABEL):
            for reached in tree.dispatch(possible_labels(rule, external_labels)):
                # What the author says of a route holds.
                if reached.route is root or reached.route.repeat_interval is None:
                    taken.setdefault(id(reached.route), {})[every] = None
    return _with_children(root, taken) if taken else root


def _with_children(route: Route, taken: Mapping[int, Iterable[str]]) -> Route:
    children = tuple(_with_children(child, taken) for child in route.routes)
    return replace(
        route, routes=(*children, *(_child(route, every) for every in taken.get(id(route), ())))
    )


def _child(route: Route, every: str) -> Route:
    interval = Duration.parse(every)
    return Route(
        receiver=route.receiver,
        matchers=(equals(WATCHDOG_LABEL, every),),
        group_wait=Duration(0),
        group_interval=interval,
        repeat_interval=Duration(interval.ms // 2),
        mute=route.mute,
        active=route.active,
        origin=route.origin,
    )
