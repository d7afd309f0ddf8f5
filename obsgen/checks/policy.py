"""What a Project demands of every rule: labels, annotations, names; and labels of the server."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from obsgen.artefacts import AlertingRule
from obsgen.checks._check import Check, Example
from obsgen.checks._queries import Query, Subject
from obsgen.diagnostics import Code, Diagnostic, finding
from obsgen.matchers import full_match

EXTERNAL_LABEL: Final = Code(
    "ALR546",
    "external-label",
    why="Prometheus adds its external labels to every alert and every sample that it sends; a "
    "rule's own label of the same name wins, and alerts cannot be told apart by server any more",
    fix="Give the label another name.",
)
REQUIRED_LABEL: Final = Code(
    "ALR547",
    "required-label",
    why="the Project demands the label of every alert: routing or reports depend on it",
    fix="Add the label, or change `checks: {required_labels: […]}` of the Project.",
)
REQUIRED_ANNOTATION: Final = Code(
    "ALR548",
    "required-annotation",
    why="the Project demands the annotation of every alert: whoever is called at night reads it",
    fix="Add the annotation, or change `checks: {required_annotations: […]}` of the Project.",
)
NAME_PATTERN: Final = Code(
    "ALR549",
    "rule-name",
    why="the Project says how alerts and recorded series are named",
    fix="Rename the rule, or change `checks: {names: …}` of the Project.",
)
CODES: Final = (EXTERNAL_LABEL, REQUIRED_LABEL, REQUIRED_ANNOTATION, NAME_PATTERN)


# What alerts of specs call these annotations.
_KEYS: Final = {"runbook_url": "runbook", "dashboard_url": "dashboard"} | {
    name: name for name in ("summary", "description")
}


def _run(subject: Subject) -> Iterator[Diagnostic]:
    external = subject.compiled.prometheus.external_labels
    for query in subject.queries:
        rule = query.rule
        if rule is None:
            continue
        for label in sorted(rule.labels.keys() & external.keys()):
            message = f"label `{label}` of {query.subject} is an external label of the server"
            yield finding(EXTERNAL_LABEL, query.origin, message, "give it another name")
        if isinstance(rule, AlertingRule):
            yield from _demanded(query, rule, subject)
        yield from _named(query, subject)


def _demanded(query: Query, rule: AlertingRule, subject: Subject) -> Iterator[Diagnostic]:
    for label in subject.settings.required_labels:
        if not rule.labels.get(label):
            message = f"alert `{query.name}` has no label `{label}`"
            yield finding(REQUIRED_LABEL, query.origin, message, f"add `{label}: …` to its labels")
    for name in subject.settings.required_annotations:
        if not rule.annotations.get(name):
            message = f"alert `{query.name}` has no annotation `{name}`"
            key = _KEYS.get(name) if rule.written is None else None
            hint = f"add `{key}: …`" if key else f"add `{name}: …` to its annotations"
            yield finding(REQUIRED_ANNOTATION, query.origin, message, hint)


def _named(query: Query, subject: Subject) -> Iterator[Diagnostic]:
    settings = subject.settings
    is_alert = isinstance(query.rule, AlertingRule)
    pattern = settings.alert_names if is_alert else settings.record_names
    if pattern and full_match(pattern, query.name) is False:
        message = f"the name of {query.subject} does not match `{pattern}`"
        yield finding(NAME_PATTERN, query.origin, message)


KIND: Final = Check(
    run=_run,
    lints=("L9",),
    examples=(
        Example(
            code=REQUIRED_LABEL,
            wrong="- {alert: Down, expr: 'up == 0'}",
            right="- {alert: Down, expr: 'up == 0', labels: {team: shop}}",
        ),
        Example(
            code=NAME_PATTERN,
            wrong="names: {records: '[a-z]+:[a-z_]+:[a-z0-9]+'}\nrecord: requests_per_second",
            right="names: {records: '[a-z]+:[a-z_]+:[a-z0-9]+'}\nrecord: job:requests:rate5m",
        ),
        Example(
            code=REQUIRED_ANNOTATION,
            wrong="- {alert: Down, expr: 'up == 0'}",
            right="- {alert: Down, expr: 'up == 0', annotations: {summary: '…'}}",
        ),
        Example(
            code=EXTERNAL_LABEL,
            wrong="external_labels: {cluster: eu}\nlabels: {cluster: frontend}",
            right="external_labels: {cluster: eu}\nlabels: {tier: frontend}",
        ),
    ),
)
