"""
Escalation: rules over the alerts that Prometheus itself keeps as series.

An alert that escalates another has its name and all its labels, and one more: `escalated`. So a
silence on the alert silences its escalation, and what inhibits the one inhibits the other. Rules
ask only for alerts without that label, so that none escalates itself or another step.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from obsgen.artefacts import AlertingRule, RuleFile, RuleGroup, RuleTestFile, Unproven
from obsgen.compile.escalation_checks import check_escalations, may_match
from obsgen.compile.escalation_rules import (
    Matchers,
    Step,
    base_matchers,
    escalation_rule,
    set_labels,
)
from obsgen.compile.escalation_tests import escalation_test
from obsgen.diagnostics import Origin
from obsgen.matchers import Matcher
from obsgen.model import Environment, Escalation, Project, Reports, Routing, Service
from obsgen.routing import PossibleLabels, possible_labels
from obsgen.units import Duration

PART: Final = "escalations"
"""What the file of rules and that of their tests are called."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EscalationParts:
    """The rules that escalate the alerts of one service, and their tests."""

    rules: RuleFile
    tests: RuleTestFile | None
    unproven: tuple[Unproven, ...]


def compile_escalations(
    routing: Routing,
    rule_files: tuple[RuleFile, ...],
    project: Project,
    environment: Environment,
    report: Reports,
    services: tuple[Service, ...] = (),
) -> tuple[EscalationParts, ...]:
    """
    Return what escalates the alerts of each service that has some to escalate.

    The rules stand in files of their own: their tests play alerts as series, among which those of
    rules that fire without any series would not belong.
    """
    every = tuple(rule for file in rule_files for rule in file.alerts)
    check_escalations(routing, every, project, environment, services, report)
    found = (
        _of_service(file, routing, project, environment)
        for file in (rule_files if routing.escalations else ())
    )
    return tuple(parts for parts in found if parts is not None)


def _of_service(
    file: RuleFile, routing: Routing, project: Project, environment: Environment
) -> EscalationParts | None:
    steps = tuple(_steps(file, routing.escalations, project.external_labels))
    if not steps:
        return None
    interval = project.evaluation_interval
    rules, tests, unproven = [], [], []
    for step in steps:
        base = base_matchers(step, environment)
        rule = escalation_rule(step, base, file.service)
        rules.append(rule)
        waits = (step.alerts[0].for_, step.after)
        test = escalation_test(rule, waits, (base, step.ways), interval)
        if test is not None:
            tests.append(test)
            continue
        reason = "no labels are known that its `where` takes"
        unproven.append(Unproven(file.service, rule.alert, rule.labels, reason, origin=rule.origin))
    group = RuleGroup(name=f"{file.service}-{PART}", rules=tuple(rules))
    sources = tuple(dict.fromkeys((*file.sources, *routing.sources)))
    tested = RuleTestFile(
        service=file.service,
        part=PART,
        rules=PART,
        evaluation_interval=interval,
        groups=(group.name,),
        tests=tuple(tests),
        sources=sources,
    )
    return EscalationParts(
        rules=RuleFile(service=file.service, groups=(group,), sources=sources, part=PART),
        tests=tested if tests else None,
        unproven=tuple(unproven),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """
    An alert that is escalated after some time.

    Attributes:
        where: What is known of the labels that the entries of the specs ask for.
    """

    rule: AlertingRule
    ways: tuple[Matchers, ...]
    where: tuple[tuple[str, str], ...]
    origin: Origin


_Labelled = tuple[AlertingRule, PossibleLabels]


def _steps(
    file: RuleFile, escalations: tuple[Escalation, ...], external: Mapping[str, str]
) -> Iterator[Step]:
    by_name: dict[str, list[_Labelled]] = {}
    for rule in file.alerts:
        by_name.setdefault(rule.alert, []).append((rule, possible_labels(rule)))
    for after in sorted({each.after for each in escalations}):
        level = tuple(each for each in escalations if each.after == after)
        for known in by_name.values():
            asked = tuple(_asked((rule for rule, _ in known), level, external))
            yield from _of_name(asked, known, after)


def _asked(
    rules: Iterable[AlertingRule], level: tuple[Escalation, ...], external: Mapping[str, str]
) -> Iterator[_Asked]:
    for rule in rules:
        sent = _as_sent(rule, external)
        matching = [each for each in level if may_match(each, rule, sent)]
        if matching:
            fixed = set_labels(rule)
            labels = dict.fromkeys(m.label for each in matching for m in each.matchers)
            ways = tuple(dict.fromkeys(_way(each, rule, external) for each in matching))
            where = tuple((label, fixed[label]) for label in labels if label in fixed)
            yield _Asked(rule=rule, ways=ways, where=where, origin=matching[0].origin)


def _as_sent(rule: AlertingRule, external: Mapping[str, str]) -> PossibleLabels:
    """Return the labels of alerts; one that the server adds has its value, not one of a series."""
    sent = possible_labels(rule, external)
    added = {label: value for label, value in external.items() if not rule.labels.get(label)}
    return PossibleLabels(
        fixed={**sent.fixed, **added}, varying=sent.varying - added.keys(), is_open=sent.is_open
    )


def _of_name(asked: tuple[_Asked, ...], known: list[_Labelled], after: Duration) -> Iterator[Step]:
    """Yield as few steps as tell the alerts of one name apart where they differ."""
    groups: dict[tuple[object, ...], list[_Asked]] = {}
    for each in asked:
        groups.setdefault((each.where, each.rule.for_, each.ways), []).append(each)
    for group in groups.values():
        whole = _apart(group, known)
        for part in [group] if whole is not None else [[each] for each in group]:
            first = part[0]
            yield Step(
                alerts=tuple(each.rule for each in part),
                after=after,
                ways=first.ways,
                apart=(_apart(part, known) or ()) if whole is None else whole,
                origin=first.origin,
            )


def _apart(group: list[_Asked], known: list[_Labelled]) -> Matchers | None:
    """
    Return what tells a group from all other rules of its name, escalated or not.

    Returns:
        None where no label does that all of the group have; nothing where the ways do already.
    """
    inside = {id(each.rule) for each in group}
    own = [labels for rule, labels in known if id(rule) in inside]
    others = [
        labels
        for rule, labels in known
        if id(rule) not in inside and any(_may_take(way, labels) for way in group[0].ways)
    ]
    found = []
    asked = (label for label, _ in group[0].where)
    for label in dict.fromkeys((*asked, *(k for each in (*own, *others) for k in each.fixed))):
        value, *more = {each.value(label) for each in own}
        if value is None or more:
            continue
        left = [each for each in others if each.value(label) in {None, value}]
        if len(left) < len(others):
            found.append(Matcher(label, "=", value))
            others = left
    return None if others and len(group) > 1 else tuple(found)


def _may_take(way: Matchers, labels: PossibleLabels) -> bool:
    """Say whether the series of a rule's alerts may pass a way."""
    values = ((matcher, labels.value(matcher.label)) for matcher in way)
    return all(value is None or matcher.matches(value) for matcher, value in values)


def _way(escalation: Escalation, rule: AlertingRule, external: Mapping[str, str]) -> Matchers:
    """Return what the series of an alert must have: the server's own labels are not on them."""
    # What is asked of those was decided when the escalation was found to match.
    added = external.keys() - {label for label, text in rule.labels.items() if text}
    return tuple(m for m in escalation.matchers if m.label not in added)
