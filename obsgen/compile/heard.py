"""Who surely hears of an alert: nobody though it pages, or somebody twice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from obsgen.artefacts import AlertingRule, ReceiverConfig, Route
from obsgen.diagnostics import Code, Diagnostic, Related, Severity, finding
from obsgen.model import Project
from obsgen.names import ESCALATED
from obsgen.routing import Reached, Tree, possible_labels

UNHEARD_PAGE: Final = Code(
    "ALR664",
    "unheard-page",
    why="the alert is to wake somebody, and every receiver that it reaches holds no integration",
    fix="Give the receiver an integration, or route the alert to one that has some.",
    severity=Severity.WARNING,
)
TOLD_TWICE: Final = Code(
    "ALR666",
    "told-twice",
    why="`continue` leads every alert that takes both routes to a receiver that has been told",
    fix="Remove `continue`, or one of the two routes, or tell others in one of them.",
    severity=Severity.WARNING,
)
CODES: Final = (UNHEARD_PAGE, TOLD_TWICE)


def check_heard(
    root: Route,
    receivers: Iterable[ReceiverConfig],
    rules: Iterable[AlertingRule],
    project: Project,
) -> Iterator[Diagnostic]:
    """Yield a finding for each receiver that cannot tell of pages, and each pair of routes."""
    tree = Tree(root)
    silent = {each.name: each for each in receivers if not each.integrations}
    pages = {level.name for level in project.severities.levels if level.page}
    unheard: dict[str, AlertingRule] = {}
    once: set[tuple[int, int]] = set()
    twice: dict[tuple[int, int], tuple[Reached, Reached, AlertingRule]] = {}
    for rule in rules:
        reached = tree.dispatch(possible_labels(rule, project.external_labels))
        if rule.labels.get("severity") in pages and all(r.receiver in silent for r in reached):
            unheard.setdefault(reached[0].receiver, rule)
        told: dict[str, Reached] = {}
        for each in reached:
            first = told.setdefault(each.receiver, each)
            if first is each:
                continue
            pair = (id(first.route), id(each.route))
            if _is_sure(first) and _is_sure(each):
                twice.setdefault(pair, (first, each, rule))
            else:
                once.add(pair)
    for name, rule in unheard.items():
        message = f"`{_name(rule)}` pages, and reaches only `{name}`, which holds nothing"
        yield finding(UNHEARD_PAGE, silent[name].origin, message, "give it an integration")
    for pair, (first, second, rule) in twice.items():
        if pair not in once and _is_written(first) and _is_written(second):
            yield _twice(first, second, rule)


def _twice(first: Reached, second: Reached, rule: AlertingRule) -> Diagnostic:
    message = f"receiver `{first.receiver}` is told twice of `{_name(rule)}`"
    related = (Related("here, too", second.route.origin),)
    hint = "remove `continue`, or one of the two"
    return finding(TOLD_TWICE, first.route.origin, message, hint, related=related)


def _is_sure(reached: Reached) -> bool:
    return reached.is_sure and not reached.route.has_times


def _is_written(reached: Reached) -> bool:
    """Say whether an author wrote the route, and it is not that of an escalation."""
    asked = (matcher.label for route in reached.path for matcher in route.matchers)
    return bool(reached.route.origin.file) and ESCALATED not in asked


def _name(rule: AlertingRule) -> str:
    return f"{rule.labels.get('service', '')}/{rule.alert}"
