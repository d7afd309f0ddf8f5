"""
The routes that an alert takes.

Semantics: Alertmanager's `dispatch/route.go`. The children of a route are tried in order; the
first that matches ends the search unless it has `continue`; a route none of whose children matches
takes the alert itself. A label that is not there is an empty one, and patterns match in whole.

Where labels are known in part, each step is true, false or unknown, and so is what is reached.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from obsgen.artefacts import AlertmanagerMatcher, Route
from obsgen.matchers import full_match
from obsgen.routing.labels import PossibleLabels

Truth = bool | None
"""None: it depends on labels that are not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """
    A route that takes an alert.

    Attributes:
        route: As it stands in the tree.
        path: The routes above it, from the root on, and itself.
        is_sure: Every alert with these labels takes it; else some may.
    """

    route: Route
    path: tuple[Route, ...]
    is_sure: bool

    @property
    def receiver(self) -> str:
        """Who is notified."""
        return self.route.receiver

    @property
    def effective(self) -> Route:
        """The route with the grouping and the timings that it inherits."""
        found = self.route
        for above in reversed(self.path[:-1]):
            found = replace(
                found,
                group_by=above.group_by if found.group_by is None else found.group_by,
                group_wait=above.group_wait if found.group_wait is None else found.group_wait,
                group_interval=found.group_interval or above.group_interval,
                repeat_interval=found.repeat_interval or above.repeat_interval,
            )
        return found


def dispatch(root: Route, labels: PossibleLabels) -> tuple[Reached, ...]:
    """Return the routes that take an alert, in the order of the tree."""
    return Tree(root).dispatch(labels)


class Tree:
    """A tree of routes that many alerts are walked through."""

    def __init__(self, root: Route) -> None:
        """Take the tree as it is."""
        self._root = root
        self._of_services: dict[int, _OfServices] = {}

    def dispatch(self, labels: PossibleLabels) -> tuple[Reached, ...]:
        """Return the routes that take an alert, in the order of the tree."""
        return tuple(self._walk(self._root, (self._root,), labels, True))

    def _walk(
        self, route: Route, path: tuple[Route, ...], labels: PossibleLabels, is_here: Truth
    ) -> Iterator[Reached]:
        """Yield what is reached below a route; *is_here* says whether the alert comes to it."""
        ended: Truth = False
        taken: Truth = False
        for child in self._children(route, labels):
            matches = matched(child.matchers, labels)
            if matches is False:
                continue
            comes = _and(is_here, matches, _not(ended))
            if comes is not False:
                yield from self._walk(child, (*path, child), labels, comes)
            taken = any_of(taken, matches)
            if not child.continue_:
                ended = any_of(ended, matches)
                if ended:
                    return
        stays = _and(is_here, _not(taken))
        if stays is not False:
            yield Reached(route=route, path=path, is_sure=stays is True)

    def _children(self, route: Route, labels: PossibleLabels) -> Iterable[Route]:
        """Return the children that may match: of many, those of other services are passed over."""
        service = labels.value(_SERVICE)
        if len(route.routes) < _MANY or service is None:
            return route.routes
        if id(route) not in self._of_services:
            self._of_services[id(route)] = _OfServices.of(route.routes)
        return self._of_services[id(route)].children(service)


_SERVICE: Final = "service"
_MANY: Final = 16


@dataclass(frozen=True, slots=True)
class _OfServices:
    """The children of a route by the one service that they take, with their places."""

    by_service: Mapping[str, tuple[tuple[int, Route], ...]]
    others: tuple[tuple[int, Route], ...]

    @staticmethod
    def of(routes: Iterable[Route]) -> _OfServices:
        found: dict[str, list[tuple[int, Route]]] = {}
        others: list[tuple[int, Route]] = []
        for place, route in enumerate(routes):
            named = [m.value for m in route.matchers if m.label == _SERVICE and m.op == "="]
            (found.setdefault(named[0], []) if named else others).append((place, route))
        by_service = {name: tuple(several) for name, several in found.items()}
        return _OfServices(by_service, tuple(others))

    def children(self, service: str) -> Iterator[Route]:
        """Yield those that a service's alerts may take, in their order."""
        both = (*self.others, *self.by_service.get(service, ()))
        return (route for _, route in sorted(both, key=lambda each: each[0]))


def matched(matchers: Iterable[AlertmanagerMatcher], labels: PossibleLabels) -> Truth:
    """Say whether alerts with these labels match all matchers."""
    found: Truth = True
    for matcher in matchers:
        one = takes(matcher, labels.value(matcher.label))
        if one is False:
            return False
        found = _and(found, one)
    return found


def takes(matcher: AlertmanagerMatcher, value: str | None) -> Truth:
    """Say whether a matcher takes a value; None where the value or its pattern is not known."""
    if value is None:
        # `.*` takes an absent label, too; all others may be missed by some value.
        takes_all = matcher.op in {"=~", "!~"} and matcher.value == ".*"
        return (matcher.op == "=~") if takes_all else None
    if matcher.op in {"=", "!="}:
        return (matcher.value == value) == (matcher.op == "=")
    found = full_match(matcher.value, value)
    return None if found is None else found == (matcher.op == "=~")


def _and(*truths: Truth) -> Truth:
    if False in truths:
        return False
    return None if None in truths else True


def any_of(*truths: Truth) -> Truth:
    """Say whether one of them is true, as far as they are known."""
    if True in truths:
        return True
    return None if None in truths else False


def _not(truth: Truth) -> Truth:
    return None if truth is None else not truth
