"""
Escalation: rules over the alerts that Prometheus itself keeps as series.

An alert that escalates another has its name and all its labels, and one more: `escalated`. So a
silence on the alert silences its escalation, and what inhibits the one inhibits the other. Rules
ask only for alerts without that label, so that none escalates itself or another step.

`ALERTS_FOR_STATE` holds the time at which an alert became active, before it waited for its `for`
(Prometheus, rules/alerting.go); the time of firing is later by that much.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from obsgen.artefacts import AlertingRule, RuleFile, RuleGroup, RuleTestFile, Unproven, alert_path
from obsgen.compile.escalation_checks import check_escalations, may_match
from obsgen.compile.escalation_tests import escalation_test
from obsgen.diagnostics import Origin
from obsgen.matchers import Matcher, selector
from obsgen.model import Environment, Escalation, Project, Reports, Routing, Service
from obsgen.names import ESCALATED
from obsgen.promql import layout, parse
from obsgen.promql.build import Expr, any_of, binary, number
from obsgen.routing import PossibleLabels, possible_labels
from obsgen.units import Duration, number_text

PART: Final = "escalations"
"""What the file of rules and that of their tests are called."""

_NOT_ESCALATED: Final = Matcher(ESCALATED, "=", "")
_MOST_SHOWN: Final = 3

_Matchers = tuple[Matcher, ...]


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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Step:
    """
    Alerts of one name that are escalated after the same time by one rule.

    Attributes:
        alerts: The rules of the alerts; all have the same `for`.
        ways: What an alert must have, for each entry of the specs.
        apart: What tells the alerts from others of their name.
    """

    alerts: tuple[AlertingRule, ...]
    after: Duration
    ways: tuple[_Matchers, ...]
    apart: _Matchers
    origin: Origin

    @property
    def fixed(self) -> dict[str, str]:
        """The labels that all the alerts have."""
        first, *others = (_fixed(rule) for rule in self.alerts)
        return {k: v for k, v in first.items() if all(o.get(k) == v for o in others)}

    @property
    def varying(self) -> frozenset[str] | None:
        """The labels in which the alerts differ; None where these are open."""
        found = [rule.carries for rule in self.alerts]
        known = [labels for labels in found if labels is not None]
        return None if len(known) < len(found) else frozenset().union(*known) - self.fixed.keys()


def _of_service(
    file: RuleFile, routing: Routing, project: Project, environment: Environment
) -> EscalationParts | None:
    steps = tuple(_steps(file, routing.escalations, project.external_labels))
    if not steps:
        return None
    interval = project.evaluation_interval
    rules, tests, unproven = [], [], []
    for step in steps:
        base = _base(step, environment)
        rule = _rule(step, base, file.service)
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
    ways: tuple[_Matchers, ...]
    where: tuple[tuple[str, str], ...]
    origin: Origin


_Labelled = tuple[AlertingRule, PossibleLabels]


def _steps(
    file: RuleFile, escalations: tuple[Escalation, ...], external: Mapping[str, str]
) -> Iterator[_Step]:
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
            fixed = _fixed(rule)
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


def _of_name(asked: tuple[_Asked, ...], known: list[_Labelled], after: Duration) -> Iterator[_Step]:
    """Yield as few steps as tell the alerts of one name apart where they differ."""
    groups: dict[tuple[object, ...], list[_Asked]] = {}
    for each in asked:
        groups.setdefault((each.where, each.rule.for_, each.ways), []).append(each)
    for group in groups.values():
        whole = _apart(group, known)
        for part in [group] if whole is not None else [[each] for each in group]:
            first = part[0]
            yield _Step(
                alerts=tuple(each.rule for each in part),
                after=after,
                ways=first.ways,
                apart=(_apart(part, known) or ()) if whole is None else whole,
                origin=first.origin,
            )


def _apart(group: list[_Asked], known: list[_Labelled]) -> _Matchers | None:
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


def _may_take(way: _Matchers, labels: PossibleLabels) -> bool:
    """Say whether the series of a rule's alerts may pass a way."""
    values = ((matcher, labels.value(matcher.label)) for matcher in way)
    return all(value is None or matcher.matches(value) for matcher, value in values)


def _way(escalation: Escalation, rule: AlertingRule, external: Mapping[str, str]) -> _Matchers:
    """Return what the series of an alert must have: the server's own labels are not on them."""
    # What is asked of those was decided when the escalation was found to match.
    added = external.keys() - {label for label, text in rule.labels.items() if text}
    return tuple(m for m in escalation.matchers if m.label not in added)


def _base(step: _Step, environment: Environment) -> _Matchers:
    """Return what names the alerts: other services and environments may share the server."""
    first = step.alerts[0]
    labels = {"alertname": first.alert, "service": first.labels["service"]}
    labels |= {k: first.labels[k] for k in environment.labels if k in first.labels}
    return (*(Matcher(k, "=", v) for k, v in labels.items()), *step.apart, _NOT_ESCALATED)


def _rule(step: _Step, base: _Matchers, service: str) -> AlertingRule:
    for_ = step.alerts[0].for_
    long_enough = any_of(_elapsed((*base, *way), for_, step.after) for way in step.ways)
    common = step.ways[0] if len(step.ways) == 1 else ()
    is_firing = Matcher("alertstate", "=", "firing")
    firing = Expr(selector("ALERTS", (*base, *common, is_firing)))
    expr = binary(long_enough, "and", firing, matching="ignoring (alertstate)")
    labels = {**step.fixed, ESCALATED: str(step.after)}
    varying = step.varying
    return AlertingRule(
        alert=step.alerts[0].alert,
        expr=layout(parse(expr.text)),
        labels=labels,
        annotations=_annotations(step, service),
        carries=None if varying is None else varying | labels.keys(),
        origin=step.origin,
    )


def _elapsed(matchers: _Matchers, for_: Duration, after: Duration) -> Expr:
    """Return for how many seconds alerts have fired, where that is long enough."""
    began = Expr(selector("ALERTS_FOR_STATE", matchers))
    since = binary(Expr("time()"), "-", began)
    if for_.ms:
        since = binary(since, "-", number(number_text(for_.seconds)))
    return binary(since, ">=", number(number_text(after.seconds)))


def _annotations(step: _Step, service: str) -> dict[str, str]:
    """Return what the alerts say that does not show their value: here that is a time."""
    set_here = {label for rule in step.alerts for label in rule.labels}
    varying = sorted((step.varying or frozenset()) - set_here)
    shown = varying if len(varying) <= _MOST_SHOWN else ()
    groups = "".join(f", {label} {{{{ $labels.{label} }}}}" for label in shown)
    title = alert_path(service, step.alerts[0].alert, step.fixed)
    first, *others = (rule.annotations for rule in step.alerts)
    same = {
        name: text
        for name, text in first.items()
        if "$value" not in text and all(other.get(name) == text for other in others)
    }
    return {
        "summary": f"{title} fires unresolved for {{{{ $value | humanizeDuration }}}}{groups}",
        "description": same.get("description", f"Nobody has resolved it within {step.after}."),
        **{k: v for k, v in same.items() if k not in {"summary", "description"}},
    }


def _fixed(rule: AlertingRule) -> dict[str, str]:
    """Return the labels whose values are known: not those that are templates."""
    return {label: text for label, text in rule.labels.items() if "{{" not in text}
