"""
The Alertmanager configuration: what the Routing documents say, and inhibition from the rules.

Inhibition is derived, never guessed: a label that neither alert carries counts as equal, so a
wrong `equal` silences everything. Only labels that both sides are known to carry stand there, and
matchers keep out the alerts that carry others. Semantics: Alertmanager's `inhibit` package.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Final

from obsgen.artefacts import (
    AlertingRule,
    AlertmanagerConfig,
    AlertmanagerMatcher,
    InhibitRule,
    RecordingRule,
)
from obsgen.compile.alert_matchers import equals, one_of
from obsgen.compile.heard import check_heard
from obsgen.compile.notified import with_notified
from obsgen.compile.routes import compile_routes
from obsgen.compile.slo_pages import check_symptoms
from obsgen.compile.symptoms import symptom_rules
from obsgen.compile.watchdogs import with_watchdogs
from obsgen.messages import refers, template_file
from obsgen.model import Environment, Project, Reports, Routing, Service, SeverityScheme
from obsgen.names import BURN_ALERT, IDENTITY, PROBE_LABEL

_SERVICE: Final = "service"
_SLO: Final = "slo"
_TIER: Final = "tier"
_SEVERITY: Final = "severity"


_NO_RECORDS: Final[Mapping[str, tuple[RecordingRule, ...]]] = {}
_NO_ENVIRONMENT: Final = Environment()


def compile_alertmanager(
    routing: Routing | None,
    rules: Iterable[AlertingRule],
    project: Project,
    services: tuple[Service, ...] = (),
    records: Mapping[str, tuple[RecordingRule, ...]] = _NO_RECORDS,
    report: Reports = lambda _: None,
    environment: Environment = _NO_ENVIRONMENT,
) -> AlertmanagerConfig | None:
    """
    Return the configuration for all rules of the project.

    Args:
        rules: In the order of the rule files: of an SLO's tiers the faster first.
        services: Whose rules they are.
        records: What the services record, by their names.

    Returns:
        None without a Routing document.
    """
    if routing is None:
        return None
    every = tuple(rules)
    root = with_watchdogs(routing.route, every, project.external_labels)
    root = compile_routes(replace(routing, route=root), project)
    root = with_notified(root, routing, services, every, project, report)
    for diagnostic in check_heard(root, routing.receivers, every, project):
        report(diagnostic)
    # What all alerts have: environments may share one Alertmanager.
    everywhere = tuple(sorted({*project.external_labels, *environment.labels}))
    # In an environment, alerts may be less urgent than elsewhere, and some not there at all.
    if not environment.name:
        check_symptoms(services, every, project.severities, report)
    return AlertmanagerConfig(
        global_=routing.global_,
        # Once more for what alerts add; a watchdog that has its route is sent by it.
        route=with_watchdogs(root, every, project.external_labels),
        receivers=routing.receivers,
        inhibit_rules=(
            *routing.inhibit_rules,
            *_burn_rules(every, everywhere, project.severities),
            *_severity_rules(every, project, everywhere),
            *symptom_rules(services, every, records, project.severities, everywhere),
        ),
        time_intervals=routing.time_intervals,
        sources=routing.sources,
        tests=routing.tests,
        version=project.alertmanager_version,
        messages=_messages(routing, project),
        environment=environment.name,
    )


def _messages(routing: Routing, project: Project) -> str:
    """Return the template file if any receiver refers to it."""
    integrations = (found for r in routing.receivers for _, found in r.integrations)
    if not any(refers(text) for found in integrations for text in _texts(found)):
        return ""
    return template_file(project.severities, routing.sources, project.alertmanager_version)


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)


# --- a faster tier over the slower ones of its SLO ---------------------------------------------


@dataclass(frozen=True, slots=True)
class _Burning:
    """The burn-rate alerts of one SLO: its tiers, fastest first, and its groups."""

    service: str
    slo: str
    groups: tuple[str, ...]
    tiers: tuple[tuple[str, str], ...]

    def pairs(self, severities: SeverityScheme) -> tuple[tuple[str, str], ...]:
        """Return each tier with each slower one that is no more urgent: no page is silenced."""
        return tuple(
            (fast, slow)
            for (fast, urgent), (slow, less) in combinations(self.tiers, 2)
            if severities.is_as_urgent(urgent, less)
        )


def _burn_rules(
    rules: tuple[AlertingRule, ...], everywhere: tuple[str, ...], severities: SeverityScheme
) -> Iterable[InhibitRule]:
    slos = _burning(rules, everywhere)
    ordered = {pair for slo in slos for pair in slo.pairs(severities)}
    disputed = {(fast, slow) for fast, slow in ordered if (slow, fast) in ordered}
    group_labels = tuple(sorted({label for slo in slos for label in slo.groups}))
    for groups in dict.fromkeys(slo.groups for slo in slos):
        members = [slo for slo in slos if slo.groups == groups]
        kept_apart = tuple(
            AlertmanagerMatcher(label=label, op="!=" if label in groups else "=", value="")
            for label in group_labels
        )
        equal = (*IDENTITY, *groups, *everywhere)
        pairs = (p for slo in members for p in slo.pairs(severities))
        agreed = _slower(p for p in pairs if p not in disputed)
        for fast, slower in agreed.items():
            yield _tier_rule((), fast, slower, kept_apart, equal)
        for slo in members:
            own = (equals(_SERVICE, slo.service), equals(_SLO, slo.slo))
            own_pairs = (p for p in slo.pairs(severities) if p in disputed)
            for fast, slower in _slower(own_pairs).items():
                yield _tier_rule(own, fast, slower, kept_apart, equal)


def _burning(rules: tuple[AlertingRule, ...], everywhere: tuple[str, ...]) -> tuple[_Burning, ...]:
    """Return the SLOs that have burn-rate alerts whose labels are all known."""
    tiers: dict[tuple[str, str, tuple[str, ...]], dict[str, str]] = {}
    for rule in rules:
        labels = rule.labels
        if rule.alert != BURN_ALERT or not {*IDENTITY, _TIER} <= set(labels):
            continue
        if (groups := _varying(rule)) is not None:
            # Every alert carries these labels: they tell no two SLOs apart.
            own = tuple(label for label in groups if label not in everywhere)
            key = (labels[_SERVICE], labels[_SLO], own)
            tiers.setdefault(key, {})[labels[_TIER]] = labels.get(_SEVERITY, "")
    return tuple(_Burning(*key, tuple(found.items())) for key, found in tiers.items())


def _varying(rule: AlertingRule) -> tuple[str, ...] | None:
    """Return the labels that come from the expression; None where that is open."""
    if rule.carries is None:
        return None
    return tuple(sorted(rule.carries - set(rule.labels) - set(IDENTITY)))


def _slower(pairs: Iterable[tuple[str, str]]) -> Mapping[str, tuple[str, ...]]:
    """Return each tier with all slower ones, in the order of the pairs."""
    found: dict[str, dict[str, None]] = {}
    for fast, slow in pairs:
        found.setdefault(fast, {})[slow] = None
    return {fast: tuple(slow) for fast, slow in found.items()}


def _tier_rule(
    own: tuple[AlertmanagerMatcher, ...],
    fast: str,
    slower: tuple[str, ...],
    kept_apart: tuple[AlertmanagerMatcher, ...],
    equal: tuple[str, ...],
) -> InhibitRule:
    # One rule a tier: an alert that matches both sides of a rule does not inhibit others of it.
    common = (equals("alertname", BURN_ALERT), *own)
    return InhibitRule(
        source=(*common, equals(_TIER, fast), *kept_apart),
        target=(*common, one_of(_TIER, slower), *kept_apart),
        equal=equal,
    )


# --- a more urgent alert over less urgent ones of its name -------------------------------------


@dataclass(frozen=True, slots=True)
class _Level:
    """What is known of the alerts of one severity among those of one name."""

    severity: str
    varying: tuple[str, ...] | None


def _severity_rules(
    rules: tuple[AlertingRule, ...], project: Project, everywhere: tuple[str, ...]
) -> Iterable[InhibitRule]:
    """Yield one rule for all alerts of a service that agree on everything but their name."""
    found: dict[tuple[_Identity, str, tuple[str, ...], tuple[str, ...]], dict[str, None]] = {}
    for (identity, alert), levels in _levels(rules, project).items():
        for (urgent, equal), lower in _inhibited(levels).items():
            found.setdefault((identity, urgent, lower, equal), {})[alert] = None
    for (identity, urgent, lower, equal), alerts in found.items():
        where = (equals(label, value) for label, value in identity)
        common = (*where, one_of("alertname", tuple(alerts)))
        yield InhibitRule(
            source=(*common, equals(_SEVERITY, urgent)),
            target=(*common, one_of(_SEVERITY, lower)),
            equal=tuple(
                dict.fromkeys(("alertname", *(label for label, _ in identity), *equal, *everywhere))
            ),
        )


_Identity = tuple[tuple[str, str], ...]
"""What an alert is of: its service, and its SLO or its probe."""


def _levels(
    rules: tuple[AlertingRule, ...], project: Project
) -> Mapping[tuple[_Identity, str], tuple[_Level, ...]]:
    """Return the severities of each alert name of one thing, most urgent first."""
    order = project.severities.names
    found: dict[tuple[_Identity, str], list[_Level]] = {}
    for rule in rules:
        labels = rule.labels
        if rule.alert == BURN_ALERT or labels.get(_SEVERITY) not in order:
            continue
        if labels.get(_SERVICE):
            own = ((label, labels.get(label, "")) for label in (_SERVICE, _SLO, PROBE_LABEL))
            key = (tuple(each for each in own if each[1]), rule.alert)
            found.setdefault(key, []).append(_Level(labels[_SEVERITY], _varying(rule)))
    return {
        key: tuple(sorted(levels, key=lambda level: order.index(level.severity)))
        for key, levels in found.items()
    }


def _inhibited(
    levels: tuple[_Level, ...],
) -> Mapping[tuple[str, tuple[str, ...]], tuple[str, ...]]:
    """Return, for each severity and the labels to compare, the severities below it."""
    by_severity: dict[str, set[tuple[str, ...] | None]] = {}
    for level in levels:
        by_severity.setdefault(level.severity, set()).add(level.varying)
    found: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for urgent, lower in combinations(by_severity, 2):
        sides = by_severity[urgent] | by_severity[lower]
        # Several rules of one severity with other labels: which of them fires cannot be told.
        if len(sides) == 1 and (varying := next(iter(sides))) is not None:
            found.setdefault((urgent, varying), []).append(lower)
    return {key: tuple(lower) for key, lower in found.items()}
