"""
`Routing` documents: receivers, time intervals and the tree of routes, merged from all of them.

Shapes are JSON Schema's business; what is read here is meaning: names that resolve, secrets that
stay out, routes that can be reached.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from obsgen.artefacts import AlertmanagerMatcher, Route, RouteTest, TimeInterval
from obsgen.diagnostics import NOWHERE, Code, Origin, Related, Severity, finding
from obsgen.model import Escalation, Leaderless, Project, Reports, Routing
from obsgen.reader.escalations import EscalationReader
from obsgen.reader.integrations import STATED_TWICE, Integrations, check_version
from obsgen.reader.intervals import read_interval
from obsgen.reader.route_checks import check_channels, check_timing
from obsgen.reader.route_matchers import NOTHING_KNOWN, Known
from obsgen.reader.route_tests import ANYWHERE, Place, RouteTestReader
from obsgen.reader.routes import UNKNOWN_INTERVAL, UNKNOWN_RECEIVER, Names, RouteReader
from obsgen.source import Entry, MappingNode, Node, Scalar
from obsgen.source import Sequence as ListNode

NO_DEFAULT_RECEIVER: Final = Code(
    "ALR561",
    "no-default-receiver",
    why="an alert that no route takes must reach somebody; Alertmanager demands a receiver for it",
    fix="Add `default_receiver: chat`, the name of one of the receivers.",
)
UNUSED_RECEIVER: Final = Code(
    "ALR563",
    "unused-receiver",
    why="no alert ever reaches it",
    fix="Name it in `to` of a route or as `default_receiver`, or remove it.",
    severity=Severity.WARNING,
)
UNUSED_INTERVAL: Final = Code(
    "ALR564",
    "unused-interval",
    why="no route is muted or active in it",
    fix="Name it in `mute` or `active` of a route, or remove it.",
    severity=Severity.WARNING,
)
CODES: Final = (NO_DEFAULT_RECEIVER, UNUSED_RECEIVER, UNUSED_INTERVAL)

GROUP_BY: Final = ("alertname", "service")
"""One notification for an alert of a service, unless the spec says otherwise."""

# `location` came with 0.25, the muting of routes earlier.
# Source: Alertmanager's changelog: `time_intervals`, and where their clock stands.
_INTERVALS_SINCE: Final = (0, 24)
_LOCATION_SINCE: Final = (0, 25)


def read_routing(
    nodes: Sequence[MappingNode],
    project: Project,
    report: Reports,
    *,
    asked: frozenset[str] = frozenset(),
    notified: frozenset[str] = frozenset(),
    known: Known = NOTHING_KNOWN,
    place: Place = ANYWHERE,
) -> Routing | None:
    """
    Return what all `Routing` documents say together.

    None where there is no document, or none with a default receiver that is defined.

    Args:
        asked: Intervals that something else than a route names.
        notified: Receivers that alerts name.
        known: What labels of alerts can be.
        place: In which environment it is read.
    """
    if not nodes:
        return None
    reader = _RoutingReader(nodes, project, report, known, place)
    reader.intervals.used.update(asked)
    reader.receivers.used.update(notified)
    return reader.read()


class _RoutingReader:
    """Reads the documents of one project; for one use."""

    def __init__(
        self,
        nodes: Sequence[MappingNode],
        project: Project,
        report: Reports,
        known: Known,
        place: Place,
    ) -> None:
        self.nodes = nodes
        self.known = known
        self.place = place
        self.project = project
        self.report = report
        self.shared = self._named("shared")
        self.receiver_entries = self._named("receivers")
        self.interval_entries = self._named("intervals")
        self.receivers = Names(
            "receiver",
            UNKNOWN_RECEIVER,
            _origins(self.receiver_entries),
            is_known=self._are("receivers", MappingNode),
        )
        self.escalations: tuple[Escalation, ...] = ()
        self.leaderless: tuple[Leaderless, ...] = ()
        self.intervals = Names(
            "interval",
            UNKNOWN_INTERVAL,
            _origins(self.interval_entries),
            is_known=self._are("intervals", MappingNode),
        )

    def read(self) -> Routing | None:
        entries = Integrations(self.shared, self.project, self.report)
        receivers = tuple(entries.receivers(self.receiver_entries))
        global_ = entries.globals()
        intervals = tuple(self._intervals())
        root = self._root()
        self._report_unused()
        if root is None:
            return None
        return Routing(
            global_=global_,
            route=root,
            receivers=receivers,
            time_intervals=intervals,
            inhibit_rules=(),
            escalations=self.escalations,
            leaderless=self.leaderless,
            sources=tuple(dict.fromkeys(node.origin.file for node in self.nodes)),
            tests=self._tests(),
            origin=self.nodes[0].origin,
        )

    def _tests(self) -> tuple[RouteTest, ...]:
        reader = RouteTestReader(self.project, self.report, self.receivers, self.place)
        return reader.tests(self._items("tests"))

    def _named(self, key: str) -> dict[str, Entry]:
        """Return the entries under *key* of all documents."""
        found: dict[str, Entry] = {}
        for node in self.nodes:
            value = node.get(key)
            for name, entry in value.entries.items() if isinstance(value, MappingNode) else ():
                if name.startswith("x-"):
                    continue
                if name in found:
                    self._report_twice(f"`{key}.{name}`", entry.key, found[name].key)
                else:
                    found[name] = entry
        return found

    def _single(self, key: str) -> Entry | None:
        """Return the one entry *key* of all documents."""
        entries = [node.entries[key] for node in self.nodes if key in node.entries]
        for other in entries[1:]:
            self._report_twice(f"`{key}`", other.key, entries[0].key)
        return entries[0] if entries else None

    def _report_twice(self, what: str, again: Scalar, first: Scalar) -> None:
        message = f"{what} stands in two Routing documents"
        related = (Related("first written here", first.origin),)
        hint = "keep one of the two"
        self.report(finding(STATED_TWICE, again.origin, message, hint, related=related))

    def _intervals(self) -> Iterable[TimeInterval]:
        around = (self.project, self.report)
        for name, entry in self.interval_entries.items():
            if isinstance(entry.value, MappingNode):
                check_version(entry.key, _INTERVALS_SINCE, f"interval `{name}`", *around)
                place = entry.value.entries.get("location")
                what = f"`location` of interval `{name}`"
                if place is not None and self.project.alertmanager_version >= _INTERVALS_SINCE:
                    check_version(place.key, _LOCATION_SINCE, what, *around)
                read = read_interval(name, entry.value, self.report)
                if read is not None:
                    yield read

    def _root(self) -> Route | None:
        """Return the whole tree, or None where it has no root."""
        to = self._default_receiver()
        reader = RouteReader(
            project=self.project,
            report=self.report,
            receivers=self.receivers,
            intervals=self.intervals,
            known=self.known,
        )
        timing = self._single("timing")
        node = timing.value if timing is not None else None
        root = reader.timing(node) if isinstance(node, MappingNode) else Route(receiver="")
        check_timing(root, Route(receiver=""), self.report)
        if root.group_by is None:
            root = replace(root, group_by=GROUP_BY)
        of_teams = tuple(self._team_routes())
        all_routes = replace(_empty_list(self.nodes[0]), items=self._items("routes"))
        routes = reader.routes(all_routes, root, to, goes_on=bool(of_teams))
        escalations = EscalationReader(reader, root)
        self.escalations = escalations.read(self._items("escalate"))
        self.leaderless = tuple(escalations.leaderless)
        if not to:
            return None
        check_channels(routes, of_teams, self.report)
        routes = (*routes, *of_teams)
        return replace(root, receiver=to[0], routes=routes, origin=self.nodes[0].origin)

    def _items(self, key: str) -> tuple[Node, ...]:
        """Return the items of a list that several documents may have a part of."""
        lists = (document.get(key) for document in self.nodes)
        return tuple(i for found in lists if isinstance(found, ListNode) for i in found.items)

    def _team_routes(self) -> Iterable[Route]:
        """Yield, for each team that has a channel, where its alerts go if no route takes them."""
        for team in self.project.team_details:
            what = f"team `{team.name}`"
            # A lead hears of something only where an escalation says so.
            self.receivers.unused().read(team.lead, self.report, what)
            for name in self.receivers.read(team.channel, self.report, what):
                matcher = AlertmanagerMatcher(label="team", op="=", value=team.name)
                origin = team.channel.origin if team.channel is not None else NOWHERE
                yield Route(receiver=name, matchers=(matcher,), origin=origin)

    def _default_receiver(self) -> tuple[str, ...]:
        entry = self._single("default_receiver")
        if entry is not None:
            return self.receivers.read(entry.value, self.report, "`default_receiver`")[:1]
        first = next(iter(self.receiver_entries), "chat")
        hint = f"add `default_receiver: {first}`"
        message = "no receiver for alerts that no route takes"
        self.report(finding(NO_DEFAULT_RECEIVER, self.nodes[0].origin, message, hint))
        return ()

    def _are(self, key: str, form: type[MappingNode | ListNode]) -> bool:
        """Say whether a key has the right form in each document that has it."""
        given = (document.get(key) for document in self.nodes)
        return all(value is None or isinstance(value, form) for value in given)

    def _report_unused(self) -> None:
        if not all(self._are(key, ListNode) for key in ("routes", "escalate")):
            return  # what cannot be read may name any of them
        for code, names in ((UNUSED_RECEIVER, self.receivers), (UNUSED_INTERVAL, self.intervals)):
            for name, origin in names.defined.items():
                if name not in names.used:
                    message = f"{names.word} `{name}` is named by no route"
                    self.report(finding(code, origin, message, "name it in a route, or remove it"))


def _empty_list(node: MappingNode) -> ListNode:
    return ListNode(items=(), origin=node.origin / "routes", start=node.start, end=node.end)


def _origins(entries: Mapping[str, Entry]) -> dict[str, Origin]:
    return {name: entry.key.origin for name, entry in entries.items()}
