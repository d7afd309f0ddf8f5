"""
`escalate`: who else is told of an alert that nobody resolves.

An entry without `after` waits as long as each severity allows, and `team_lead` is another receiver
for each team: such an entry becomes several, each for some of its alerts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Final

from obsgen.artefacts import AlertmanagerMatcher, Route
from obsgen.diagnostics import Code, finding
from obsgen.matchers import Matcher, any_value, contradiction, literal_pattern
from obsgen.model import Escalation, Leaderless
from obsgen.names import ESCALATED
from obsgen.reader.route_checks import check_timing
from obsgen.reader.route_matchers import read_route_matchers
from obsgen.reader.routes import RouteReader, check_named, told_to
from obsgen.reader.values import read_duration, read_list
from obsgen.source import MappingNode, Node, Scalar, Sequence
from obsgen.units import Duration

LOOP: Final = Code(
    "ALR630",
    "escalation-loop",
    why="an escalation of escalations would never end: each would give the next one",
    fix="Write an entry for each step, all of the alert itself: `after: 15m`, `after: 1h`.",
)
NO_LEAD: Final = Code(
    "ALR631",
    "no-team-lead",
    why="`team_lead` is the receiver that a team calls its lead; without one nobody is told",
    fix="Give a team a lead in the Project: `teams: {backend: {lead: oncall}}`.",
)
CODES: Final = (LOOP, NO_LEAD)

TEAM_LEAD: Final = "team_lead"
"""In `to`: the lead of the alert's team."""

_SEVERITY: Final = "severity"
_TEAM: Final = "team"

_Matchers = tuple[Matcher, ...]


@dataclass(frozen=True, slots=True)
class EscalationReader:
    """
    Reads the entries of `escalate`.

    Attributes:
        leaderless: What was asked for of teams that have no lead, once it is read.
    """

    routes: RouteReader
    above: Route
    leaderless: list[Leaderless] = field(default_factory=list)

    def read(self, nodes: Iterable[Node]) -> tuple[Escalation, ...]:
        """Return the escalations in the order of the specs."""
        entries = (node for node in nodes if isinstance(node, MappingNode))
        return tuple(found for node in entries for found in self._entry(node))

    def _entry(self, node: MappingNode) -> Iterator[Escalation]:
        report = self.routes.report
        own = self.routes.timing(node)
        check_timing(own, self.above, report)
        mute = self.routes.intervals.read(node.get("mute"), report, "escalation")
        active = self.routes.intervals.read(node.get("active"), report, "escalation")
        check_named(node.get("to"), "escalation", report)
        told = tuple(self._told(node.get("to")))
        read = read_route_matchers(
            node.get("where"), self.routes.project, report, self.routes.known
        )
        if read is None:
            return
        matchers = tuple(Matcher(m.label, m.op, m.value) for m in read)
        if any(m.label == ESCALATED for m in matchers):
            message = f"the escalation is of alerts that are `{ESCALATED}` already"
            hint = "say what the alert itself is: `where: {severity: critical}`"
            report(finding(LOOP, (node.origin / "where" / ESCALATED).key(), message, hint))
            return
        if told and all([m.op for m in some] == ["="] for some, _ in told):
            # Each is for the team of a lead, and nobody for the others.
            leads = (team.value for some, _ in told for team in some)
            others = any_value(_TEAM, map(literal_pattern, leads), negated=True)
            asked = (*matchers, others)
            self.leaderless.append(Leaderless(matchers=asked, origin=node.origin))
        for one, after in self._waits(matchers, node):
            for some, to in _split(one, told):
                route = replace(own, matchers=tuple(map(_of_alertmanager, some)))
                yield Escalation(
                    matchers=some,
                    after=after,
                    route=told_to(route, to, mute=mute, active=active),
                    origin=node.origin,
                )

    def _told(self, node: Node | None) -> Iterator[tuple[_Matchers, tuple[str, ...]]]:
        """Yield the receivers, and which alerts they are for."""
        report = self.routes.report
        words = [i for i in read_list(node) if isinstance(i, Scalar) and i.text == TEAM_LEAD]
        receivers = replace(self.routes.receivers, words=(TEAM_LEAD,))
        named = receivers.read(_without(node, TEAM_LEAD), report, "escalation")
        if not words:
            if named:
                yield (), named
            return
        leads: dict[str, tuple[str, ...]] = {}
        for team in self.routes.project.team_details:
            if team.lead is not None and team.lead.text in self.routes.receivers.defined:
                self.routes.receivers.used.add(team.lead.text)
                leads[team.name] = tuple(dict.fromkeys((team.lead.text, *named)))
        if not leads:
            message = f"`{TEAM_LEAD}` is told, and no team has a lead"
            hint = "write `teams: {backend: {lead: oncall}}` in the Project, or name a receiver"
            report(finding(NO_LEAD, words[0].origin, message, hint))
        for name, to in leads.items():
            yield (Matcher(_TEAM, "=", name),), to
        if named:
            others = any_value(_TEAM, map(literal_pattern, leads), negated=True) if leads else None
            yield (() if others is None else (others,)), named

    def _waits(
        self, matchers: _Matchers, node: MappingNode
    ) -> Iterator[tuple[_Matchers, Duration]]:
        """Yield how long is waited for which alerts."""
        if "after" in node.entries:
            after = read_duration(node.get("after"), self.routes.report)
            if after is not None:
                yield matchers, after
            return
        others = tuple(m for m in matchers if m.label != _SEVERITY)
        for level in self.routes.project.severities.levels:
            is_level = Matcher(_SEVERITY, "=", level.name)
            if contradiction((*matchers, is_level)) is None:
                yield (*others, is_level), level.respond_within


def _split(
    matchers: _Matchers, told: Iterable[tuple[_Matchers, tuple[str, ...]]]
) -> Iterator[tuple[_Matchers, tuple[str, ...]]]:
    """Yield the receivers, each with the alerts that they are for; none that there cannot be."""
    for more, to in told:
        every = tuple(dict.fromkeys((*matchers, *more)))
        if contradiction(every) is None:
            yield every, to


def _without(node: Node | None, word: str) -> Node | None:
    """Return a list without a word."""
    if isinstance(node, Sequence):
        kept = (i for i in node.items if not (isinstance(i, Scalar) and i.text == word))
        return replace(node, items=tuple(kept))
    return None if isinstance(node, Scalar) and node.text == word else node


def _of_alertmanager(matcher: Matcher) -> AlertmanagerMatcher:
    return AlertmanagerMatcher(label=matcher.label, op=matcher.op, value=matcher.value)
