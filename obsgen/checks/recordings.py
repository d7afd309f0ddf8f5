"""Recorded series read in another group, and those that nobody reads."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from obsgen import names
from obsgen.artefacts import RecordingRule, RuleGroup
from obsgen.checks._asked import Use
from obsgen.checks._check import Check, Example
from obsgen.checks._queries import Query, Subject
from obsgen.diagnostics import Code, Diagnostic, Severity, finding
from obsgen.promql import VectorSelector

OTHER_GROUP: Final = Code(
    "PQL450",
    "recorded-in-other-group",
    why="groups are evaluated beside each other: what another group records is read as it was one "
    "interval ago, or older still where that group is slower",
    fix="Put the rule that records and the one that reads into one group, in this order.",
    severity=Severity.INFO,
)
DEAD_RECORDING: Final = Code(
    "PQL451",
    "dead-recording",
    why="nothing here reads the series: it is evaluated and stored for nobody",
    fix="Remove the rule, or read it. What is read elsewhere may be ignored with a reason.",
    severity=Severity.INFO,
)
UNUSED_METRIC: Final = Code(
    "PQL452",
    "unused-metric",
    why="a declared metric that no SLO, alert or panel reads is often one that somebody meant to "
    "watch",
    fix="Read it in an SLO, an alert or a panel, or leave it out.",
    severity=Severity.INFO,
)
CODES: Final = (OTHER_GROUP, DEAD_RECORDING, UNUSED_METRIC)


def _run(subject: Subject) -> Iterator[Diagnostic]:
    read = {
        selected.metric_name
        for query in subject.queries
        for selected in query.nodes(VectorSelector)
        if selected.metric_name
    }
    yield from _elsewhere(subject)
    yield from _dead(subject, read)
    yield from _unused(subject, read)


def _elsewhere(subject: Subject) -> Iterator[Diagnostic]:
    homes: dict[str, list[tuple[RuleGroup, int]]] = {}
    for place, query in enumerate(subject.queries):
        if query.use is Use.RECORD and query.group is not None:
            homes.setdefault(query.name, []).append((query.group, place))
    for place, query in enumerate(subject.queries):
        told: set[str] = set()
        for node in query.nodes(VectorSelector) if query.group is not None else ():
            name = node.metric_name or ""
            if name not in homes or names.is_own_series(name) or name in {query.name, *told}:
                continue
            told.add(name)
            before = [at for group, at in homes[name] if group is query.group]
            if not before:
                where = f"in group `{homes[name][0][0].name}`"
                hint = "put both rules into one group, the recording one first"
                yield _read_late(query, node, where, hint)
            elif min(before) > place:
                hint = "put the rule that records it before this one"
                yield _read_late(query, node, "further down in this group", hint)


def _read_late(query: Query, node: VectorSelector, where: str, hint: str) -> Diagnostic:
    message = f"`{node.metric_name}` is recorded {where}: it is read one round late"
    return query.finding(OTHER_GROUP, node, message, hint)


def _dead(subject: Subject, read: set[str]) -> Iterator[Diagnostic]:
    for query in subject.queries:
        rule = query.rule
        if not isinstance(rule, RecordingRule) or rule.record in read:
            continue
        if not names.is_own_series(rule.record):
            message = f"nothing reads `{rule.record}`"
            yield finding(DEAD_RECORDING, query.origin, message, "remove the rule, or read it")


def _unused(subject: Subject, read: set[str]) -> Iterator[Diagnostic]:
    reported: set[str] = set()
    for scope in subject.compiled.scopes.values():
        for metric in scope.catalogue.metrics.values() if scope.is_complete else ():
            is_own = metric.origin.file and not metric.origin.is_shipped
            if not is_own or metric.planned or metric.recorded or metric.name in reported:
                continue
            if not read & metric.series().keys():
                reported.add(metric.name)
                message = f"nothing reads `{metric.name}`"
                hint = "read it in an SLO, an alert or a panel"
                yield finding(UNUSED_METRIC, metric.origin.key(), message, hint)


KIND: Final = Check(
    run=_run,
    examples=(
        Example(
            code=OTHER_GROUP,
            wrong="groups:\n"
            "- name: records\n  rules: [{record: job:errors:rate5m, expr: …}]\n"
            "- name: alerts\n  rules: [{alert: Errors, expr: 'job:errors:rate5m > 1'}]",
            right="groups:\n- name: errors\n  rules:\n"
            "  - {record: job:errors:rate5m, expr: …}\n"
            "  - {alert: Errors, expr: 'job:errors:rate5m > 1'}",
        ),
        Example(
            code=DEAD_RECORDING,
            wrong="- {record: job:errors:rate5m, expr: 'sum by (job) (rate(errors_total[5m]))'}",
            right="- {record: job:errors:rate5m, expr: 'sum by (job) (rate(errors_total[5m]))'}\n"
            "- {alert: Errors, expr: 'job:errors:rate5m > 1'}",
        ),
        Example(
            code=UNUSED_METRIC,
            wrong="metrics: {errors_total: {type: counter}}",
            right="metrics: {errors_total: {type: counter}}\n"
            "measures: {errors: {rate: errors_total}}",
        ),
    ),
)
