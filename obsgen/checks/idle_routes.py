"""Routes that no alert of the build takes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from obsgen.artefacts import Route
from obsgen.catalogue import near
from obsgen.checks._check import Check, Example
from obsgen.checks._queries import Subject
from obsgen.diagnostics import Code, Diagnostic, Severity, finding
from obsgen.names import ESCALATED
from obsgen.reader.route_checks import cover_of, shown
from obsgen.routing import matched
from obsgen.routing.alerts import RoutedAlert

IDLE_ROUTE: Final = Code(
    "ALR652",
    "idle-route",
    why="no alert of these specs takes the route: a label or a value of it is misspelt or gone, or "
    "the routes before it take all of its alerts; its receiver never hears of anything",
    fix="Correct its `where`, move it up, or remove it; ignore the finding where alerts of others "
    "arrive at the same Alertmanager.",
    severity=Severity.WARNING,
)
CODES: Final = (IDLE_ROUTE,)


def _run(subject: Subject) -> Iterator[Diagnostic]:
    config = subject.compiled.alertmanager
    alerts = subject.routed
    if config is None or not alerts:
        return
    taken = {id(route) for alert in alerts for reached in alert.reached for route in reached.path}
    for path, routes in _levels((config.route,)):
        above = path[-1]
        if id(above) not in taken and above is not config.route:
            continue  # told of the route above
        for index, route in enumerate(routes):
            # A sibling that covers it is told where the routes are read.
            if id(route) in taken or _is_derived(route, above) or cover_of(routes, index):
                continue
            if route.matchers:
                yield _finding(route, path, alerts)


def _levels(path: tuple[Route, ...]) -> Iterator[tuple[tuple[Route, ...], tuple[Route, ...]]]:
    """Yield the routes from the root to each that has others below it, and these."""
    if path[-1].routes:
        yield path, path[-1].routes
    for child in path[-1].routes:
        yield from _levels((*path, child))


def _is_derived(route: Route, above: Route) -> bool:
    """Say whether nobody wrote the route as it stands: a part of another, or of an escalation."""
    of_escalation = any(matcher.label == ESCALATED for matcher in route.matchers)
    return not route.origin.file or route.origin == above.origin or of_escalation


def _finding(route: Route, path: tuple[Route, ...], alerts: tuple[RoutedAlert, ...]) -> Diagnostic:
    # A scheme of severities and teams may be routed before all of them have alerts.
    is_policy = all(matcher.label in _POLICY for matcher in route.matchers)
    may_match = [a for a in alerts if matched(route.matchers, a.labels) is not False]
    message = f"no alert takes the route for {shown(route)}"
    asked = [matcher for above in path for matcher in above.matchers]
    if may_match and not any(matched(asked, a.labels) is not False for a in may_match):
        message += f": the route above it, for {shown(path[-1])}, takes none that match"
        return finding(IDLE_ROUTE, route.origin, message, "move it out of the other, or remove it")
    if may_match:
        message += f": routes before it take `{may_match[0].name}` and all others that match"
        return finding(IDLE_ROUTE, route.origin, message, "move it up, or remove it")
    if all(any(matched([m], a.labels) is not False for a in alerts) for m in route.matchers):
        message += ": none has all of these at once"
    hint = "correct its `where`, or remove it"
    for matcher in route.matchers:
        if not any(matched([matcher], alert.labels) is not False for alert in alerts):
            has = any(alert.labels.may_have(matcher.label) for alert in alerts)
            values = {v for a in alerts if (v := a.labels.value(matcher.label))}
            listed = ", ".join(f"`{value}`" for value in sorted(values)[:_SHOWN])
            guess = near(matcher.value, sorted(values))
            if guess:
                hint = f"did you mean `{guess}`?"
            if not has:
                message += f": none has a label `{matcher.label}`"
            elif listed:
                message += f": `{matcher.label}` is {listed}"
            break
    found = finding(IDLE_ROUTE, route.origin, message, hint)
    return replace(found, severity=Severity.INFO) if is_policy else found


_SHOWN: Final = 8
_POLICY: Final = frozenset({"severity", "team", "category"})

KIND: Final = Check(
    run=_run,
    examples=(
        Example(
            code=IDLE_ROUTE,
            wrong="routes:\n- {where: {team: databases}, to: dba}",
            right="routes:\n- {where: {team: database}, to: dba}",
        ),
    ),
)
