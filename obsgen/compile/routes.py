"""
The routing tree with what is derived: escalations first, and how often severities are repeated.

Nothing here changes whom an alert reaches. Alertmanager rounds `repeat_interval` up to a multiple
of `group_interval`, and forgets after its data retention what it has sent; both are taken into
account, so that what is written is what happens.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from obsgen.artefacts import Route
from obsgen.compile.alert_matchers import equals, is_there
from obsgen.matchers import Matcher, contradiction
from obsgen.model import Escalation, Project, Routing
from obsgen.names import ESCALATED
from obsgen.reader.route_checks import RETENTION
from obsgen.routing import GROUP_INTERVAL
from obsgen.units import Duration

_SEVERITY: Final = "severity"


def compile_routes(routing: Routing, project: Project) -> Route:
    """Return the whole tree."""
    repeating = _Repeating(project)
    root = repeating.tree(routing.route)
    if not routing.escalations:
        return root
    first = _escalation_route(routing.escalations, root.receiver)
    return replace(root, routes=(repeating.branch(first, root), *root.routes))


# --- escalations -------------------------------------------------------------------------------


def _escalation_route(escalations: tuple[Escalation, ...], otherwise: str) -> Route:
    """Return the route of all escalated alerts: none goes on to the receivers of the original."""
    children = []
    for place, each in enumerate(escalations):
        others = (o for o in escalations[place + 1 :] if o.after == each.after)
        goes_on = any(contradiction((*each.matchers, *other.matchers)) is None for other in others)
        step = equals(ESCALATED, str(each.after))
        matchers = (step, *each.route.matchers)
        children.append(replace(each.route, matchers=matchers, continue_=goes_on))
    is_escalated = is_there(ESCALATED)
    return Route(receiver=otherwise, matchers=(is_escalated,), routes=tuple(children))


# --- repetition --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Repeating:
    """Sets `repeat_interval` by the severity of the alerts, where the specs say none."""

    project: Project

    def tree(self, root: Route) -> Route:
        """Return the whole tree; what it says at its root holds everywhere."""
        if root.repeat_interval is not None:
            return root
        group_interval = root.group_interval or GROUP_INTERVAL
        every = self.project.severities.names
        children, left = self._below(root, every, group_interval, None)
        if _ends_here(root):
            # Said at the root, it would hold for all routes that say nothing.
            children += tuple(self._rest(root, name, group_interval) for name in left)
        return replace(root, routes=children)

    def branch(self, route: Route, root: Route) -> Route:
        """Return a route whose alerts all end below it, with what its routes repeat."""
        if root.repeat_interval is not None:
            return route
        group_interval = root.group_interval or GROUP_INTERVAL
        every = self.project.severities.names
        return replace(route, routes=self._below(route, every, group_interval, None)[0])

    def _below(
        self,
        route: Route,
        names: tuple[str, ...],
        group_interval: Duration,
        inherited: Duration | None,
    ) -> tuple[tuple[Route, ...], tuple[str, ...]]:
        """
        Return the routes below one, and the severities of the alerts that none of them takes.

        Args:
            names: The severities of the alerts that come here.
            inherited: What is repeated with where they say nothing, or None where that is open.
        """
        children, left = [], names
        for child in route.routes:
            children.append(self._route(child, left, group_interval, inherited))
            left = tuple(name for name in left if not _takes(child, name))
        return tuple(children), left

    def _route(
        self,
        route: Route,
        above: tuple[str, ...],
        group_interval: Duration,
        inherited: Duration | None,
    ) -> Route:
        """Return a route that repeats its alerts in time; the arguments are those of `_below`."""
        if route.repeat_interval is not None:
            return route
        group_interval = route.group_interval or group_interval
        names = _matched(route, above)
        is_any = len(names) == len(self.project.severities.names)
        if not names or (is_any and not (_ends_here(route) or _ends_below(route))):
            # What goes on from below it cannot be told apart by a last route for each severity.
            return replace(route, routes=self._below(route, names, group_interval, None)[0])
        own = self._interval(names[-1], group_interval)
        children, left = self._below(route, names, group_interval, own)
        if _ends_here(route):
            rest = (self._rest(route, name, group_interval) for name in left)
            children += tuple(each for each in rest if each.repeat_interval != own)
        repeat_interval = None if own == inherited else own
        return replace(route, repeat_interval=repeat_interval, routes=children)

    def _rest(self, route: Route, severity: str, group_interval: Duration) -> Route:
        """Return a route below another for one of the severities that end there."""
        return Route(
            receiver=route.receiver,
            matchers=(equals(_SEVERITY, severity),),
            repeat_interval=self._interval(severity, group_interval),
            mute=route.mute,
            active=route.active,
            origin=route.origin,
        )

    def _interval(self, severity: str, group_interval: Duration) -> Duration:
        return repeated_every(severity, group_interval, self.project)


def repeated_every(severity: str, group_interval: Duration, project: Project) -> Duration:
    """Return how often alerts of a severity are repeated: as soon as somebody should react."""
    level = next(each for each in project.severities.levels if each.name == severity)
    times = -(-level.respond_within.ms // group_interval.ms)
    most = max(RETENTION.ms // group_interval.ms, 1)
    return Duration(min(times, most) * group_interval.ms)


def _ends_here(route: Route) -> bool:
    """Say whether alerts end at a route itself, and a last route below it would take only these."""
    return not any(child.continue_ or not child.matchers for child in route.routes)


def _ends_below(route: Route) -> bool:
    """Say whether no alert ends at a route itself: a last route below it takes all."""
    return any(not child.continue_ and not child.matchers for child in route.routes)


def _matched(route: Route, severities: tuple[str, ...]) -> tuple[str, ...]:
    own = tuple(_of_severity(route))
    return tuple(name for name in severities if all(m.matches(name) for m in own))


def _takes(route: Route, severity: str) -> bool:
    """Say whether a route takes all alerts of a severity, and they end there."""
    own = tuple(_of_severity(route))
    is_of_severity_alone = len(own) == len(route.matchers) and not route.continue_
    return is_of_severity_alone and all(m.is_certain and m.matches(severity) for m in own)


def _of_severity(route: Route) -> Iterator[Matcher]:
    return (Matcher(m.label, m.op, m.value) for m in route.matchers if m.label == _SEVERITY)
