"""
The routing tree, as Alertmanager walks it.

A route with several receivers becomes a node whose last children are one route a receiver, all but
the last with `continue`: an alert that no nested route ends reaches all of them. Mute and active
intervals are not inherited in Alertmanager, so they stand on these children.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from obsgen.artefacts import Route
from obsgen.catalogue import near
from obsgen.diagnostics import Code, Origin, Related, Severity, finding
from obsgen.model import Project, Reports
from obsgen.reader.route_checks import check_siblings, check_timing
from obsgen.reader.route_matchers import NOTHING_KNOWN, Known, read_route_matchers
from obsgen.reader.shape import words
from obsgen.reader.values import read_duration, read_flag, read_list, read_wait, read_words
from obsgen.reader.wording import means
from obsgen.source import MappingNode, Node, Scalar, Sequence
from obsgen.units import Duration

UNKNOWN_RECEIVER: Final = Code(
    "REF251",
    "unknown-receiver",
    why="Alertmanager refuses to start when a route names a receiver that is not defined",
    fix="Write the name of a receiver, or define it under `receivers:`.",
)
UNKNOWN_INTERVAL: Final = Code(
    "REF252",
    "unknown-interval",
    why="Alertmanager refuses to start when a route names a time interval that is not defined",
    fix="Write the name of an interval, or define it under `intervals:`.",
)
SAME_RECEIVER_TWICE: Final = Code(
    "ALR565",
    "same-receiver-twice",
    why="the receiver would get each notification twice",
    fix="Name each receiver once.",
    severity=Severity.WARNING,
)
GROUP_BY_ALL: Final = Code(
    "ALR568",
    "group-by-all",
    why="`...` means every label; Alertmanager refuses to start when others stand beside it",
    fix='Write `group_by: ["..."]` alone, or list the labels without it.',
)
NO_RECEIVER: Final = Code(
    "ALR665",
    "no-receiver",
    why="an empty list looks as if nobody were told, and the receivers of the route above would be",
    fix="Name a receiver, or leave `to` out where those of the route above are meant.",
)
CODES: Final = (
    UNKNOWN_RECEIVER,
    UNKNOWN_INTERVAL,
    SAME_RECEIVER_TWICE,
    GROUP_BY_ALL,
    NO_RECEIVER,
)

_ALL_LABELS: Final = "..."
_MAX_SHOWN: Final = 12


@dataclass(slots=True)
class Names:
    """
    What routes may name, and what they did name.

    Attributes:
        defined: Each name with the place of its definition.
        words: What else may be written there.
        word: What the names are of: `receiver`.
        is_known: The definitions could be read; what they lack is reported only then.
    """

    word: str
    code: Code
    defined: Mapping[str, Origin]
    used: set[str] = field(default_factory=set)
    words: tuple[str, ...] = ()
    is_known: bool = True

    def unused(self) -> Names:
        """Return the same names, of which none was named."""
        return replace(self, used=set())

    def read(self, node: Node | None, report: Reports, subject: str) -> tuple[str, ...]:
        """Return the names that are defined, each once, reporting the others."""
        found: dict[str, None] = {}
        for item in read_list(node):
            if not isinstance(item, Scalar) or item.is_null:
                continue
            self.used.add(item.text)
            if item.text not in self.defined:
                if self.is_known:
                    self._report_unknown(item, report, subject)
            elif item.text in found:
                message = f"{subject} names {self.word} `{item.text}` twice"
                report(finding(SAME_RECEIVER_TWICE, item.origin, message, "name it once"))
            else:
                found[item.text] = None
        return tuple(found)

    def _report_unknown(self, item: Scalar, report: Reports, subject: str) -> None:
        guess = near(item.text, (*self.defined, *self.words))
        if guess is not None:
            self.used.add(guess)  # it was meant, and is not said to be idle, too
        known = list(self.defined)[:_MAX_SHOWN]
        hint = f"did you mean `{guess}`?" if guess else f"defined: {words(known)}"
        related = (
            (Related(f"`{guess}` is defined here", self.defined[guess]),)
            if guess in self.defined
            else ()
        )
        message = f"{subject} names {self.word} `{item.text}`, which is not defined"
        report(finding(self.code, item.origin, message, hint if known else "", related=related))


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteReader:
    """Reads routes against the receivers and intervals that there are."""

    project: Project
    report: Reports
    receivers: Names
    intervals: Names
    known: Known = NOTHING_KNOWN

    def routes(
        self, node: Node | None, above: Route, to: tuple[str, ...], *, goes_on: bool = False
    ) -> tuple[Route, ...]:
        """
        Return the routes of one level.

        Args:
            above: What they inherit.
            to: The receivers that they inherit.
            goes_on: More follows after the last of them.
        """
        found = []
        for item in node.items if isinstance(node, Sequence) else ():
            route = self._route(item, above, to) if isinstance(item, MappingNode) else None
            if route is not None:
                found.append(route)
        check_siblings(found, self.report, goes_on=goes_on)
        return tuple(found)

    def timing(self, node: MappingNode) -> Route:
        """Return a route that has the grouping and the timings of *node*, and nothing else."""
        wait = node.get("group_wait")
        return Route(
            receiver="",
            group_by=self._group_by(node.get("group_by")),
            group_wait=None if _is_nothing(wait) else read_wait(wait, self.report),
            group_interval=self._duration(node.get("group_interval")),
            repeat_interval=self._duration(node.get("repeat_interval")),
            origin=node.origin,
        )

    def _duration(self, node: Node | None) -> Duration | None:
        return None if _is_nothing(node) else read_duration(node, self.report)

    def _group_by(self, node: Node | None) -> tuple[str, ...] | None:
        if not isinstance(node, Sequence):
            return None
        labels = tuple(dict.fromkeys(read_words(node)))
        if _ALL_LABELS in labels and len(labels) > 1:
            message = f"group_by holds `{_ALL_LABELS}` beside other labels"
            hint = f'write `group_by: ["{_ALL_LABELS}"]` alone'
            self.report(finding(GROUP_BY_ALL, node.origin, message, hint))
        return labels

    def _route(self, node: MappingNode, above: Route, inherited: tuple[str, ...]) -> Route | None:
        matchers = read_route_matchers(node.get("where"), self.project, self.report, self.known)
        own = self.timing(node)
        check_timing(own, above, self.report)
        check_named(node.get("to"), "route", self.report)
        to = self.receivers.read(node.get("to"), self.report, "route") or inherited
        mute = self.intervals.read(node.get("mute"), self.report, "route")
        active = self.intervals.read(node.get("active"), self.report, "route")
        children = self.routes(node.get("routes"), _over(own, above), to, goes_on=len(to) > 1)
        if matchers is None or not to or _is_foreign(node):
            return None
        route = replace(
            own,
            matchers=matchers,
            continue_=read_flag(node.get("continue")),
            routes=children,
        )
        return told_to(route, to, mute=mute, active=active)


def check_named(to: Node | None, subject: str, report: Reports) -> None:
    """Report a list of receivers that is empty."""
    if isinstance(to, Sequence) and not to.items:
        report(finding(NO_RECEIVER, to.origin, f"`to` of the {subject} names nobody", _NAME))


_NAME: Final = "name a receiver: `to: [oncall]`"


def _is_foreign(node: MappingNode) -> bool:
    """Say whether it is told in another language which alerts a route takes: it is not for all."""
    return "where" not in node.entries and means(node, "where")


def told_to(
    route: Route, to: tuple[str, ...], *, mute: tuple[str, ...], active: tuple[str, ...]
) -> Route:
    """Return a route whose alerts go to receivers where no route below it takes them."""
    route = replace(route, receiver=to[0])
    if len(to) == 1:
        return replace(route, mute=mute, active=active)
    leaves = tuple(
        Route(
            receiver=name,
            continue_=name != to[-1],
            mute=mute,
            active=active,
            origin=route.origin,
        )
        for name in to
    )
    return replace(route, routes=(*route.routes, *leaves))


def _over(own: Route, above: Route) -> Route:
    """Return what the routes below inherit."""
    return replace(
        above,
        group_wait=above.group_wait if own.group_wait is None else own.group_wait,
        group_interval=own.group_interval or above.group_interval,
        repeat_interval=own.repeat_interval or above.repeat_interval,
    )


def _is_nothing(node: Node | None) -> bool:
    """Say whether there is no value; JSON Schema has told of a null."""
    return node is None or (isinstance(node, Scalar) and node.is_null)
