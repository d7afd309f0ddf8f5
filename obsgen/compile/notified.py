"""`notify` of alerts: receivers beside those that the routes say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from obsgen.artefacts import AlertingRule, AlertmanagerMatcher, Route
from obsgen.catalogue import near
from obsgen.compile.alert_matchers import equals
from obsgen.compile.routes import repeated_every
from obsgen.diagnostics import finding
from obsgen.model import Alert, Project, Reports, Routing, Service
from obsgen.names import ESCALATED
from obsgen.reader.routes import UNKNOWN_RECEIVER
from obsgen.routing import GROUP_INTERVAL, Tree, possible_labels
from obsgen.units import Duration


def with_notified(
    root: Route,
    routing: Routing,
    services: Iterable[Service],
    rules: Iterable[AlertingRule],
    project: Project,
    report: Reports,
) -> Route:
    """
    Return the tree with routes for what alerts add, before the others and going on to them.

    A receiver that hears of an alert surely and at any hour is not told twice. Alertmanager's
    default takes what no route below it takes; so that an alert which a first route took still
    falls to it, it stands once more behind all others, for these alerts alone.

    Args:
        root: The tree as it is without them; what escalates stays in front.
    """
    found = _Notified(root, project, Tree(root))
    known = {receiver.name for receiver in routing.receivers}
    by_key: dict[tuple[str, str], list[AlertingRule]] = {}
    for rule in rules:
        by_key.setdefault((rule.labels.get("service", ""), rule.alert), []).append(rule)
    first: list[Route] = []
    last: list[Route] = []
    for service in services:
        for alert in service.alerts:
            receivers = tuple(_receivers(alert, known, report))
            named = by_key.get((service.name, alert.name), ()) if receivers else ()
            own = [rule for rule in named if alert.telling.items() <= rule.labels.items()]
            telling = ("severity",) if len({r.labels.get("severity") for r in own}) > 1 else ()
            for rule in own:
                added, fallen = found.routes(rule, alert, receivers, telling)
                first += added
                last += fallen
    if not first:
        return root
    place = next((n for n, r in enumerate(root.routes) if not _is_of_escalation(r)), 0)
    before, behind = root.routes[:place], root.routes[place:]
    return replace(root, routes=(*before, *_unique(first), *behind, *_unique(last)))


@dataclass(frozen=True, slots=True)
class _Notified:
    root: Route
    project: Project
    tree: Tree

    def routes(
        self,
        rule: AlertingRule,
        alert: Alert,
        receivers: tuple[str, ...],
        telling: tuple[str, ...],
    ) -> tuple[list[Route], list[Route]]:
        """
        Return the routes in front for the alerts of a rule, and those behind.

        Args:
            telling: Labels that tell the rule from others of its name.
        """
        reached = self.tree.dispatch(possible_labels(rule, self.project.external_labels))
        always = {r.receiver for r in reached if r.is_sure and not r.route.has_times}
        own = {label: rule.labels.get(label, "") for label in telling}
        matchers = _matchers(rule, {**alert.telling, **own})
        first = [
            Route(
                receiver=name,
                matchers=matchers,
                continue_=True,
                repeat_interval=self._repeat_interval(rule),
                origin=alert.origin,
            )
            for name in receivers
            if name not in always
        ]
        falls = first and any(each.route is self.root for each in reached)
        return first, [Route(receiver=self.root.receiver, matchers=matchers)] if falls else []

    def _repeat_interval(self, rule: AlertingRule) -> Duration | None:
        """Return how often these are repeated, where the specs do not say it for all alerts."""
        severity = rule.labels.get("severity", "")
        if self.root.repeat_interval is not None or severity not in self.project.severities.names:
            return None
        group_interval = self.root.group_interval or GROUP_INTERVAL
        return repeated_every(severity, group_interval, self.project)


def _receivers(alert: Alert, known: set[str], report: Reports) -> Iterator[str]:
    for scalar in alert.notify:
        if scalar.text in known:
            yield scalar.text
            continue
        guess = near(scalar.text, sorted(known))
        hint = f"did you mean `{guess}`?" if guess else "define it under `receivers:`"
        message = f"receiver `{scalar.text}` is not defined"
        report(finding(UNKNOWN_RECEIVER, scalar.origin, message, hint))


def _matchers(rule: AlertingRule, telling: Mapping[str, str]) -> tuple[AlertmanagerMatcher, ...]:
    service = rule.labels.get("service", "")
    labels = {"service": service, "alertname": rule.alert, **telling}
    return tuple(equals(label, value) for label, value in labels.items() if value)


def _unique(routes: Iterable[Route]) -> tuple[Route, ...]:
    """Return each route once: rules of one name may ask for the same."""
    return tuple({(r.receiver, r.matchers): r for r in routes}.values())


def _is_of_escalation(route: Route) -> bool:
    return any(matcher.label == ESCALATED for matcher in route.matchers)
