"""Alerts: what all of them have, and the kind that says when they fire."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import partial
from typing import Final

from obsgen import names
from obsgen.alerts import LEVELLED, UNGRADED
from obsgen.catalogue import near
from obsgen.diagnostics import Code, finding
from obsgen.model import Alert, Project, Reports, SloPart
from obsgen.names import ESCALATED
from obsgen.reader.alert_tests import read_tests
from obsgen.reader.categories import read_category
from obsgen.reader.label_values import read_label_values
from obsgen.reader.measures import ServiceReader
from obsgen.reader.merge import name_of
from obsgen.reader.runbooks import read_runbook
from obsgen.reader.shape import WRONG_COUNT, missing_key, words
from obsgen.reader.values import read_list, read_text, read_wait, read_words
from obsgen.schema import kinds
from obsgen.schema.service import alert as alert_schema
from obsgen.source import MappingNode, Node, Scalar

UNKNOWN_TEAM: Final = Code(
    "REF207",
    "unknown-team",
    why="routes go by teams; an alert of a team that nobody declared falls to the default",
    fix="Write a team of the Project, or declare it under `teams:`.",
)
IDLE_SEVERITY: Final = Code(
    "ALR619",
    "idle-severity",
    why="each level of the alert has a severity of its own, so that of the alert says nothing",
    fix="Write the severity at the levels.",
)
CODES: Final = (UNKNOWN_TEAM, IDLE_SEVERITY)

_COMMON: Final = frozenset(alert_schema({})["properties"])
_TAKEN: Final = frozenset({"alertname", "service", "severity", "team", "category", ESCALATED})


class AlertReader:
    """Reads the alerts of one service."""

    def __init__(self, reader: ServiceReader, team: str) -> None:
        self.reader = reader
        self.team = team
        self.report = reader.report

    def read(self, node: MappingNode, name: str) -> Alert | None:
        """Read one alert; None where it cannot be compiled."""
        known = kinds.keys("alerts")
        chosen = [key for key in node.entries if key in known]
        written = self._written(node, name)
        severity = self._severity(node, chosen[0] if len(chosen) == 1 else "")
        only_when = node.get("only_when")
        condition = None if only_when is None else self.reader.condition(only_when)
        during = node.get("during")
        hours = None if during is None else self.reader.hours(during)
        if not chosen and not _COMMON.issuperset(node.entries):
            return None  # a misspelt kind, reported as a key that is not known
        if len(chosen) != 1:
            found = f"found {words(chosen, last='and')}" if chosen else "found none"
            hint = f"write one of {words(list(known))}"
            message = f"alert `{name}` takes one kind, {found}"
            self.report(finding(WRONG_COUNT, node.origin / "name", message, hint))
            return None
        body = kinds.load("alerts", chosen[0]).read(node.entries[chosen[0]].value, self.reader)
        if body is None or severity is None:
            return None
        if (only_when is not None and condition is None) or (during is not None and hours is None):
            return None
        return written(body=body, severity=severity, only_when=condition, during=hours)

    def _written(self, node: MappingNode, name: str) -> Callable[..., Alert]:
        """Read what every kind has, so that all that is wrong is told; the kind comes later."""
        return partial(
            Alert,
            name=name,
            for_=read_wait(node.get("for"), self.report),
            keep_firing_for=read_wait(node.get("keep_firing_for"), self.report),
            team=check_team(node.get("team"), self.reader.project, self.report) or self.team,
            category=read_category(node.get("category"), self.reader.project, self.report),
            summary=_scalar(node.get("summary")),
            description=_scalar(node.get("description")),
            runbook=read_runbook(node.get("runbook"), self.report),
            dashboard=read_text(node.get("dashboard"), self.report),
            impact=read_text(node.get("impact"), self.report),
            steps=read_words(node.get("steps")),
            labels=read_label_values(node.get("labels"), self.report, taken=_TAKEN),
            annotations=_annotations(node.get("annotations")),
            tests=read_tests(node.get("tests"), self.reader),
            notify=_scalars(node.get("notify")),
            symptom_of=self._slos(node.get("symptom_of")),
            refs=read_words(node.get("refs")),
            origin=node.origin,
        )

    def _slos(self, node: Node | None) -> tuple[SloPart, ...]:
        read = (self.reader.slo(scalar, Decimal(1)) for scalar in _scalars(node))
        return tuple(slo for slo in read if slo is not None)

    def _severity(self, node: MappingNode, kind: str) -> str | None:
        severity = node.get("severity")
        scheme = self.reader.project.severities
        if severity is not None and kind in LEVELLED:
            message = f"alert `{name_of(node)}` has severities at its levels, and one of its own"
            place = (node.origin / "severity").key()
            self.report(finding(IDLE_SEVERITY, place, message, "remove it"))
        if kind in LEVELLED:
            return ""
        if severity is None and kind in UNGRADED:
            return names.NO_SEVERITY
        if severity is None:
            hint = f"add `severity: {scheme.names[0]}` or another of {words(list(scheme.names))}"
            subject = f"alert `{name_of(node)}`"
            self.report(missing_key(node.origin, "severity", hint, subject=subject))
            return None
        return self.reader.severity(severity)


def check_team(node: Node | None, project: Project, report: Reports) -> str:
    """Return a team that the Project declares, reporting one that it does not."""
    if not isinstance(node, Scalar) or node.is_null:
        return ""
    if project.teams is None or node.text in project.teams:
        return node.text
    guess = near(node.text, project.teams)
    hint = f"did you mean `{guess}`?" if guess else f"it has {words(list(project.teams))}"
    place = node.origin
    report(finding(UNKNOWN_TEAM, place, f"team {node.word} is not declared", hint))
    return ""


def _scalars(node: Node | None) -> tuple[Scalar, ...]:
    return tuple(i for i in read_list(node) if isinstance(i, Scalar) and not i.is_null)


def _scalar(node: Node | None) -> Scalar | None:
    return node if isinstance(node, Scalar) and not node.is_null else None


def _annotations(node: Node | None) -> Mapping[str, Scalar]:
    if not isinstance(node, MappingNode):
        return {}
    found = {k: _scalar(e.value) for k, e in node.entries.items() if not k.startswith("x-")}
    return {k: v for k, v in found.items() if v is not None}
