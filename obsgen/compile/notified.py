"""`notify` of alerts: receivers beside those that the routes say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from obsgen.artefacts import AlertingRule, AlertmanagerMatcher, Route
from obsgen.catalogue import near
from obsgen.diagnostics import finding
from obsgen.model import Alert, Reports, Routing, Service
from obsgen.reader.routes import UNKNOWN_RECEIVER
from obsgen.routing import dispatch, possible_labels


def with_notified(
    routing: Routing, services: Iterable[Service], rules: Iterable[AlertingRule], report: Reports
) -> Route:
    """
    Return the tree with routes for what alerts add, before all others and going on to them.

    A receiver that an alert surely reaches already is not told twice. Alertmanager's default takes
    what no route below it takes; so that it goes on to take an alert that a first route took, too,
    it stands once more as the last route, which takes everything.
    """
    by_key: dict[tuple[str, str], list[AlertingRule]] = {}
    for rule in rules:
        by_key.setdefault((rule.labels.get("service", ""), rule.alert), []).append(rule)
    first: list[Route] = []
    falls_through = False
    for service in services:
        for alert in service.alerts:
            known = tuple(_receivers(alert, routing, report))
            own = by_key.get((service.name, alert.name), ()) if known else ()
            for rule in (r for r in own if alert.telling.items() <= r.labels.items()):
                reached = dispatch(routing.route, possible_labels(rule))
                sure = {each.receiver for each in reached if each.is_sure}
                falls_through |= any(each.route is routing.route for each in reached)
                first += (_route(rule, alert, name) for name in known if name not in sure)
    if not first:
        return routing.route
    last = (Route(receiver=routing.route.receiver),) if falls_through else ()
    unique = tuple({(r.receiver, r.matchers): r for r in first}.values())
    return replace(routing.route, routes=(*unique, *routing.route.routes, *last))


def _receivers(alert: Alert, routing: Routing, report: Reports) -> Iterator[str]:
    known = {receiver.name for receiver in routing.receivers}
    for scalar in alert.notify:
        if scalar.text in known:
            yield scalar.text
            continue
        guess = near(scalar.text, sorted(known))
        hint = f"did you mean `{guess}`?" if guess else "define it under `receivers:`"
        message = f"receiver `{scalar.text}` is not defined"
        report(finding(UNKNOWN_RECEIVER, scalar.origin, message, hint))


def _route(rule: AlertingRule, alert: Alert, receiver: str) -> Route:
    service = rule.labels.get("service", "")
    labels = {"service": service, "alertname": rule.alert, **alert.telling}
    return Route(
        receiver=receiver,
        matchers=tuple(
            AlertmanagerMatcher(label=label, op="=", value=value)
            for label, value in labels.items()
            if value
        ),
        continue_=True,
        origin=alert.origin,
    )
