"""What can be told of escalations beforehand: whom they are for, and whether anybody new hears."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from obsgen.artefacts import AlertingRule, AlertmanagerMatcher, Route
from obsgen.catalogue import near
from obsgen.diagnostics import Code, Severity, finding
from obsgen.model import Environment, Escalation, Leaderless, Project, Reports, Routing, Service
from obsgen.names import ESCALATED, WATCHDOG_LABEL
from obsgen.reader.shape import words
from obsgen.routing import PossibleLabels, Tree, matched, possible_labels
from obsgen.routing.alerts import RoutedAlert

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
NO_LEAD_OF_TEAM: Final = Code(
    "ALR661",
    "team-without-lead",
    why="`team_lead` is nobody for a team that names no lead, so nobody is told of its alerts",
    fix="Give the team a lead in the Project, name another receiver beside `team_lead`, or leave "
    "the team out: `where: {team: {not: [data]}}`.",
    severity=Severity.WARNING,
)
CODES: Final = (ESCALATED_LABEL, NOBODY_NEW, IDLE, NO_LEAD_OF_TEAM)


def may_match(escalation: Escalation, rule: AlertingRule, labels: PossibleLabels) -> bool:
    """
    Say whether alerts of a rule may be escalated so, as far as their labels are known.

    A watchdog never is: it fires for ever, and nobody is to resolve it.
    """
    if WATCHDOG_LABEL in rule.labels:
        return False
    return matched(escalation.route.matchers, labels) is not False


def _is_leaderless(each: Leaderless, alert: RoutedAlert) -> bool:
    """Say whether alerts of a rule are asked for, and surely nobody is told of them."""
    if WATCHDOG_LABEL in alert.rule.labels or alert.labels.value("team") is None:
        return False
    asked = (AlertmanagerMatcher(label=m.label, op=m.op, value=m.value) for m in each.matchers)
    return matched(asked, alert.labels) is not False


def check_escalations(
    routing: Routing,
    rules: tuple[AlertingRule, ...],
    project: Project,
    environment: Environment,
    services: Iterable[Service],
    report: Reports,
) -> None:
    """Report what keeps escalations from telling anybody."""
    escalations = routing.escalations
    is_asked = escalations or routing.leaderless
    alerts = tuple(_routed(routing, rules, project)) if is_asked else ()
    notified = {
        (service.name, alert.name): {scalar.text for scalar in alert.notify}
        for service in services
        for alert in service.alerts
    }
    entries: dict[tuple[str | int, ...], list[int]] = {}
    for number, each in enumerate(escalations):
        entries.setdefault((each.origin.file, *each.origin.path), []).append(number)
    left_out = dict(_check_leads(routing, alerts, report))
    asked_for: set[int] = set()
    for numbers in entries.values():
        asked = [
            (number, place)
            for number in numbers
            for place, alert in enumerate(alerts)
            if may_match(escalations[number], alert.rule, alert.labels)
        ]
        asked_for.update(place for _, place in asked)
        origin = escalations[numbers[0]].origin
        if asked and all(_is_heard(n, alerts[place], escalations, notified) for n, place in asked):
            message = "the escalation tells nobody who has not been told before"
            report(finding(NOBODY_NEW, origin / "to", message, "name another receiver"))
        # In an environment, alerts may be less urgent than elsewhere, and some not there at all.
        is_idle = not asked and (origin.file, *origin.path) not in left_out
        if rules and is_idle and not environment.name:
            message, hint = _idle(escalations[numbers[0]], alerts)
            report(finding(IDLE, origin, message, hint))
    for rule in (alerts[place].rule for place in sorted(asked_for)):
        if ESCALATED in (rule.carries or ()):
            message = f"alert `{rule.alert}` has a label `{ESCALATED}`, and is to be escalated"
            report(finding(ESCALATED_LABEL, rule.origin / "name", message))


def _idle(escalation: Escalation, alerts: tuple[RoutedAlert, ...]) -> tuple[str, str]:
    """Say which label keeps an escalation from all alerts, and what was meant."""
    message = "the escalation is for alerts that there are not"
    if not escalation.route.matchers:
        return message, "remove it: a watchdog is never escalated"
    for matcher in escalation.route.matchers:
        if any(matched([matcher], alert.labels) is not False for alert in alerts):
            continue
        if not any(alert.labels.may_have(matcher.label) for alert in alerts):
            known = sorted({k for a in alerts for k in (*a.labels.fixed, *a.labels.varying)})
            guess = near(matcher.label, known)
            hint = f"did you mean `{guess}`?" if guess else f"they have {words(known[:_SHOWN])}"
            return f"{message}: none has a label `{matcher.label}`", hint
        values = sorted({v for a in alerts if (v := a.labels.value(matcher.label))})
        guess = near(matcher.value, values)
        hint = f"did you mean `{guess}`?" if guess else f"there is {words(values[:_SHOWN])}"
        return f"{message}: none has {matcher.label} `{matcher.value}`", hint
    return f"{message}: none has all of these labels at once", "correct its `where`, or remove it"


_SHOWN: Final = 8


def _check_leads(
    routing: Routing, alerts: tuple[RoutedAlert, ...], report: Reports
) -> Iterator[tuple[tuple[str | int, ...], None]]:
    """Report whose alerts `team_lead` leaves out; yield the places of such escalations."""
    for each in routing.leaderless:
        left = [alert for alert in alerts if _is_leaderless(each, alert)]
        if not left:
            continue
        yield (each.origin.file, *each.origin.path), None
        names = dict.fromkeys(alert.labels.value("team") or "" for alert in left)
        teams = [name for name in names if name]
        has = "team {} has" if len(teams) == 1 else "teams {} have"
        whose = f"{has.format(words(teams, last='and'))} no lead" if teams else "it has no team"
        message = f"the escalation tells nobody of `{left[0].name}`: {whose}"
        report(finding(NO_LEAD_OF_TEAM, each.origin / "to", message, _LEAD))


_LEAD: Final = "give the team a `lead` in the Project, or name another receiver, too"


def _routed(
    routing: Routing, rules: Iterable[AlertingRule], project: Project
) -> Iterator[RoutedAlert]:
    """Yield the alerts on their way through the routes that the specs write."""
    tree = Tree(routing.route)
    for rule in rules:
        labels = possible_labels(rule, project.external_labels)
        yield RoutedAlert(rule=rule, labels=labels, reached=tree.dispatch(labels))


def _is_heard(
    number: int,
    alert: RoutedAlert,
    escalations: tuple[Escalation, ...],
    notified: Mapping[tuple[str, str], set[str]],
) -> bool:
    """Say whether all receivers of an escalation surely have heard of an alert before."""
    own = escalations[number]
    told = set(notified.get((alert.rule.labels.get("service", ""), alert.rule.alert), ()))
    told |= {r.receiver for r in alert.reached if r.is_sure and not r.route.has_times}
    for place, other in enumerate(escalations):
        is_before = (other.after, place) < (own.after, number)
        if is_before and matched(other.route.matchers, alert.labels):
            told.update(() if _is_muted(other.route) else other.receivers)
    return told.issuperset(own.receivers)


def _is_muted(route: Route) -> bool:
    """Say whether there are times at which nobody is told."""
    return any(each.has_times for each in (route, *route.routes))
