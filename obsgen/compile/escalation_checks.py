"""What can be told of escalations beforehand: whom they are for, and whether anybody new hears."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from obsgen.artefacts import AlertingRule, Route
from obsgen.diagnostics import Code, Severity, finding
from obsgen.matchers import Matcher
from obsgen.model import Environment, Escalation, Project, Reports, Routing
from obsgen.names import ESCALATED, WATCHDOG_LABEL
from obsgen.routing import matched, possible_labels

ESCALATED_LABEL: Final = Code(
    "ALR632",
    "escalated-label",
    why="the label tells escalations from the alerts that they escalate: an alert that has it is "
    "taken for an escalation, and never escalated",
    fix="Give the label of the series another name, or sum it away.",
)
NOBODY_NEW: Final = Code(
    "ALR633",
    "escalation-to-nobody-new",
    why="every receiver of the escalation has been told by then: by the routes, or by an earlier "
    "escalation; it only repeats, as `repeat_interval` does",
    fix="Name another receiver in `to`, or remove the escalation.",
    severity=Severity.WARNING,
)
IDLE: Final = Code(
    "ALR634",
    "idle-escalation",
    why="no alert of these specs has such labels, so nobody is ever told",
    fix="Correct its `where`, or remove the escalation.",
    severity=Severity.WARNING,
)
CODES: Final = (ESCALATED_LABEL, NOBODY_NEW, IDLE)


def may_match(escalation: Escalation, rule: AlertingRule, external: Mapping[str, str]) -> bool:
    """
    Say whether alerts of a rule may be escalated so, as far as their labels are known.

    A watchdog never is: it fires for ever, and nobody is to resolve it.
    """
    if WATCHDOG_LABEL in rule.labels:
        return False
    return matched(escalation.route.matchers, possible_labels(rule, external)) is not False


def check_escalations(
    routing: Routing,
    rules: tuple[AlertingRule, ...],
    project: Project,
    environment: Environment,
    report: Reports,
) -> None:
    """Report what keeps escalations from telling anybody."""
    external = project.external_labels
    tree = _Tree(routing.route, external)
    entries: dict[tuple[str | int, ...], list[int]] = {}
    for number, each in enumerate(routing.escalations):
        entries.setdefault((each.origin.file, *each.origin.path), []).append(number)
    for numbers in entries.values():
        own = [routing.escalations[number] for number in numbers]
        asked = [
            (number, rule)
            for number, each in zip(numbers, own, strict=True)
            for rule in rules
            if may_match(each, rule, external)
        ]
        origin = own[0].origin
        if asked and all(_is_heard(n, rule, routing.escalations, tree) for n, rule in asked):
            message = "the escalation tells nobody who has not been told before"
            report(finding(NOBODY_NEW, origin / "to", message, "name another receiver"))
        # In an environment, alerts may be less urgent than elsewhere, and some not there at all.
        if rules and not asked and not environment.name:
            report(finding(IDLE, origin, "the escalation is for alerts that there are not"))
    escalated = [r for r in rules if any(may_match(e, r, external) for e in routing.escalations)]
    for rule in escalated:
        if ESCALATED in (rule.carries or ()):
            message = f"alert `{rule.alert}` has a label `{ESCALATED}`, and is to be escalated"
            report(finding(ESCALATED_LABEL, rule.origin / "name", message))


def _is_heard(
    number: int, rule: AlertingRule, escalations: tuple[Escalation, ...], tree: _Tree
) -> bool:
    """Say whether all receivers of an escalation surely have heard of an alert before."""
    own = escalations[number]
    told = set(tree.told(rule))
    for place, other in enumerate(escalations):
        is_before = (other.after, place) < (own.after, number)
        if is_before and _all_hold(other.matchers, rule, tree.external):
            told.update(() if _is_muted(other.route) else other.receivers)
    return told.issuperset(own.receivers)


@dataclass(frozen=True, slots=True)
class _Tree:
    """The routes, and the labels that Prometheus adds to every alert."""

    root: Route
    external: Mapping[str, str]

    def told(self, rule: AlertingRule) -> tuple[str, ...]:
        """Return the receivers that surely hear of all alerts of a rule, at any time."""
        return () if (found := self._reached(self.root, rule)) is None else tuple(found)

    def _reached(self, route: Route, rule: AlertingRule) -> list[str] | None:
        """Return whom the alerts reach below a route; None where that cannot be told."""
        found: list[str] = []
        is_taken = False
        for child in route.routes:
            matchers = tuple(Matcher(m.label, m.op, m.value) for m in child.matchers)
            verdict = _all_hold(matchers, rule, self.external)
            if verdict is False:
                continue
            below = self._reached(child, rule) if verdict else None
            if below is None:
                return None
            found += below
            is_taken = True
            if not child.continue_:
                return found
        return found if is_taken else [] if route.mute or route.active else [route.receiver]


def _is_muted(route: Route) -> bool:
    """Say whether there are times at which nobody is told."""
    return any(each.mute or each.active for each in (route, *route.routes))


def _all_hold(
    matchers: Iterable[Matcher], rule: AlertingRule, external: Mapping[str, str]
) -> bool | None:
    """Say whether matchers take the alerts of a rule; None where some may be taken."""
    verdicts = set(_verdicts(matchers, rule, external))
    return False if False in verdicts else None if None in verdicts else True


def _verdicts(
    matchers: Iterable[Matcher], rule: AlertingRule, external: Mapping[str, str]
) -> Iterator[bool | None]:
    for matcher in matchers:
        value = _value(matcher.label, rule, external)
        yield matcher.matches(value) if value is not None and matcher.is_certain else None


def _value(label: str, rule: AlertingRule, external: Mapping[str, str]) -> str | None:
    """Return the value of a label in Alertmanager, empty where it is absent; None if open."""
    if label == "alertname":
        return rule.alert
    if label in rule.labels:
        text = rule.labels[label]
        return None if "{{" in text else text
    if rule.carries is None or label in rule.carries:
        return None
    return external.get(label, "")
