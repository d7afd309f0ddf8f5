"""`tests:` of a Routing: whom an alert is to reach, and when."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from obsgen.artefacts import AlertRef, RouteTest
from obsgen.catalogue import near
from obsgen.diagnostics import Code, finding
from obsgen.model import Project, Reports
from obsgen.reader.routes import Names
from obsgen.reader.severities import resolved_severity
from obsgen.reader.shape import words
from obsgen.reader.values import read_list
from obsgen.source import MappingNode, Node, Scalar, Sequence

ROUTE_TEST: Final = Code(
    "ALR650",
    "route-test",
    why="a test that cannot be read tests nothing",
    fix="Write `{alert: gateway/HighErrorRate, labels: {team: backend}, reaches: [oncall]}`; a "
    "time with its zone: `at: 2026-01-03T02:00Z`; `environment: prod` where it holds in one alone.",
)
CODES: Final = (ROUTE_TEST,)

_ALERT: Final = re.compile(r"(?:([a-z][a-z0-9-]*)/)?([a-zA-Z_][a-zA-Z0-9_]*)", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """
    Where a Routing is read.

    Attributes:
        environment: The name of the environment; empty where the specs hold none.
        environments: The names of all of them.
        missing: Services of the specs that the environment leaves out.
    """

    environment: str = ""
    environments: tuple[str, ...] = ()
    missing: frozenset[str] = frozenset()


ANYWHERE: Final = Place()


@dataclass(frozen=True, slots=True)
class RouteTestReader:
    """Reads tests against the receivers that there are; what they name counts as no use of it."""

    project: Project
    report: Reports
    receivers: Names
    place: Place

    def tests(self, nodes: Iterable[Node]) -> tuple[RouteTest, ...]:
        """Return the tests that can be read, and hold in this environment."""
        read = (self._test(node) for node in nodes if isinstance(node, MappingNode))
        return tuple(test for test in read if test is not None)

    def _test(self, node: MappingNode) -> RouteTest | None:
        alert = self._alert(node.get("alert"))
        named = self.receivers.unused()
        reaches = named.read(node.get("reaches"), self.report, "test")
        at = self._time(node.get("at"))
        beside = self._beside(node.get("while"))
        labels = self._labels(node.get("labels"))
        where = self._environments(node.get("environment"))
        if self.place.environment not in where:
            return None
        is_broken = (
            alert is None
            or not all(map(self._is_here, (alert, *beside)))
            or at is _UNREADABLE
            or None in beside
            or labels is None
            or not named.used <= named.defined.keys()
        )
        if is_broken or alert is None or labels is None:
            return None
        return RouteTest(
            alert=alert,
            labels=labels,
            at=None if at is None or at is _UNREADABLE else at,
            beside=tuple(each for each in beside if each is not None),
            reaches=reaches,
            origin=node.origin,
        )

    def _environments(self, node: Node | None) -> tuple[str, ...]:
        """Return in which environments a test holds; none of them where that cannot be read."""
        if node is None:
            return (self.place.environment,)
        known, found = self.place.environments, []
        for item in read_list(node):
            if not isinstance(item, Scalar) or item.is_null:
                continue
            found.append(item.text)
            if item.text not in known:
                guess = near(item.text, known)
                hint = "leave `environment` out"
                if known:
                    hint = f"did you mean `{guess}`?" if guess else f"it has {words(list(known))}"
                message = f"environment `{item.text}` is not defined"
                self.report(finding(ROUTE_TEST, item.origin, message, hint))
        return tuple(found)

    def _is_here(self, alert: AlertRef | None) -> bool:
        """Say whether the environment has the service of an alert, reporting where not."""
        if alert is None or alert.service not in self.place.missing:
            return True
        others = [each for each in self.place.environments if each != self.place.environment]
        hint = f"say where the test holds: `environment: {next(iter(others), '…')}`"
        message = f"environment `{self.place.environment}` leaves service `{alert.service}` out"
        self.report(finding(ROUTE_TEST, alert.origin, message, hint))
        return False

    def _alert(self, node: Node | None) -> AlertRef | None:
        if not isinstance(node, Scalar) or node.is_null:
            return None  # JSON Schema has said so
        match = _ALERT.fullmatch(node.text)
        if match is None:
            hint = "write `service/Alert`, as `gateway/HighErrorRate`"
            self.report(finding(ROUTE_TEST, node.origin, f"{node.word} names no alert", hint))
            return None
        return AlertRef(service=match[1] or "", alert=match[2], origin=node.origin)

    def _beside(self, node: Node | None) -> tuple[AlertRef | None, ...]:
        items = node.items if isinstance(node, Sequence) else (node,) if node is not None else ()
        return tuple(
            self._labelled(item) if isinstance(item, MappingNode) else self._alert(item)
            for item in items
        )

    def _labelled(self, node: MappingNode) -> AlertRef | None:
        alert, labels = self._alert(node.get("alert")), self._labels(node.get("labels"))
        return None if alert is None or labels is None else replace(alert, labels=labels)

    def _labels(self, node: Node | None) -> dict[str, str] | None:
        """Return the labels, severities by their name; None where one is not known."""
        found: dict[str, str] = {}
        is_known = True
        for name, entry in node.entries.items() if isinstance(node, MappingNode) else ():
            value = entry.value
            if not isinstance(value, Scalar) or value.is_null or name.startswith("x-"):
                continue
            found[name] = value.text
            if name == "severity":
                resolved = resolved_severity(value, self.project.severities, self.report)
                is_known = resolved is not None
                found[name] = resolved or value.text
        return found if is_known else None

    def _time(self, node: Node | None) -> datetime | None:
        if not isinstance(node, Scalar) or node.is_null:
            return None
        try:
            time = datetime.fromisoformat(node.text)
        except ValueError:
            time = _UNREADABLE
        if time.tzinfo is None or not _YEARS[0] <= time.year <= _YEARS[1]:
            hint = "write a time with its zone: `2026-01-03T02:00Z`, `2026-01-03T11:00+09:00`"
            message = f"{node.word} is no time with a zone, or of another age"
            self.report(finding(ROUTE_TEST, node.origin, message, hint))
            return _UNREADABLE
        return time


_YEARS: Final = (1970, 9000)
_UNREADABLE: Final = datetime.min
