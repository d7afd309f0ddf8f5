"""Texts of receivers: labels and annotations that no alert has, groups that no route makes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from obsgen.artefacts import AlertingRule, AlertmanagerConfig, Compiled, Route, Written
from obsgen.catalogue import near
from obsgen.checks._check import Check, Example
from obsgen.checks._queries import Subject
from obsgen.diagnostics import Code, Diagnostic, Severity, finding
from obsgen.gotemplate import LabelReference, Template, parse_template
from obsgen.reader.integrations import dialect_of
from obsgen.routing import ALL_LABELS

_EMPTY: Final = "Alertmanager writes nothing in its place, and tells nobody"

UNKNOWN_LABEL: Final = Code(
    "ALR647",
    "label-of-no-alert",
    why=_EMPTY,
    fix="Name a label that alerts have: `service`, `severity`, `team`, those of their queries. "
    "Alerts of rule files that are not built here may have others: ignore the finding then.",
    severity=Severity.WARNING,
)
UNKNOWN_ANNOTATION: Final = Code(
    "ALR648",
    "annotation-of-no-alert",
    why=_EMPTY,
    fix="Name an annotation that alerts have: `summary`, `description`, `runbook_url`, or add it "
    "to them: `annotations: {…}`.",
    severity=Severity.WARNING,
)
NOT_GROUPED: Final = Code(
    "ALR649",
    "label-not-grouped",
    why="`.GroupLabels` holds the labels of `group_by` alone; any other is empty",
    fix="Write `.CommonLabels`, which holds what all alerts of the notification share, or add the "
    "label to `group_by`.",
    severity=Severity.WARNING,
)
CODES: Final = (UNKNOWN_LABEL, UNKNOWN_ANNOTATION, NOT_GROUPED)

_CONDITION: Final = re.compile(r"\{\{-?\s*(?:else\s+)?(?:if|with)\b")


def _run(subject: Subject) -> Iterator[Diagnostic]:
    config = subject.compiled.alertmanager
    if config is None:
        return
    rules = tuple(alert.rule for alert in subject.routed)
    labels, annotations = _labels(subject.compiled, rules), _annotations(rules)
    groups = _groups(config)
    dialect = dialect_of(config.version)
    for receiver in config.receivers:
        for written in receiver.texts:
            template = parse_template(written.text, dialect)
            if labels is not None:
                for label in _missing(template.labels, labels, written):
                    message = f"no alert has the label `{label.name}`"
                    yield _at(UNKNOWN_LABEL, label, written, message, _hint(label, labels))
            for label in _missing(template.annotations, annotations, written) if rules else ():
                message = f"no alert has the annotation `{label.name}`"
                yield _at(UNKNOWN_ANNOTATION, label, written, message, _hint(label, annotations))
            yield from _ungrouped(template, groups.get(receiver.name), written)


def _labels(compiled: Compiled, rules: tuple[AlertingRule, ...]) -> frozenset[str] | None:
    """Return every label that an alert may have; None where that is open, or there is no alert."""
    found = {"alertname", *compiled.prometheus.external_labels}
    for rule in rules:
        if rule.carries is None:
            return None
        found |= {*rule.carries, *rule.labels}
    return frozenset(found) if rules else None


def _annotations(rules: Iterable[AlertingRule]) -> frozenset[str]:
    return frozenset(name for rule in rules for name in rule.annotations)


def _groups(config: AlertmanagerConfig) -> Mapping[str, frozenset[str] | None]:
    """Return by which labels alerts of each receiver are grouped; None where by every one."""
    found: dict[str, frozenset[str] | None] = {}

    def walk(route: Route, above: tuple[str, ...]) -> None:
        own = above if route.group_by is None else route.group_by
        known = found.get(route.receiver, frozenset())
        is_open = known is None or ALL_LABELS in own
        found[route.receiver] = None if is_open else frozenset((*(known or ()), *own))
        for child in route.routes:
            walk(child, own)

    walk(config.route, ())
    return found


def _missing(
    references: tuple[LabelReference, ...], known: frozenset[str], written: Written
) -> Iterator[LabelReference]:
    """Yield what no alert has; who asks first whether it is there knows that it may not be."""
    asked = {label.name for label in references if _is_asked(label, written.text)}
    for label in references:
        if label.name in known:
            continue
        if label.name not in asked or near(label.name, known):
            yield label


def _is_asked(label: LabelReference, text: str) -> bool:
    return _CONDITION.match(text, text.rfind("{{", 0, label.start)) is not None


def _hint(label: LabelReference, known: frozenset[str]) -> str:
    guess = near(label.name, known)
    return f"did you mean `{guess}`?" if guess else f"they have {_listed(known)}"


def _ungrouped(
    template: Template, groups: frozenset[str] | None, written: Written
) -> Iterator[Diagnostic]:
    for label in template.group_labels:
        if groups is not None and label.name not in groups:
            grouped = f"alerts are grouped by {_listed(groups)}" if groups else "nothing is grouped"
            message = f"no route to the receiver groups by `{label.name}`"
            hint = f"{grouped}; write `.CommonLabels.{label.name}`"
            yield _at(NOT_GROUPED, label, written, message, hint)


def _at(code: Code, label: LabelReference, written: Written, message: str, hint: str) -> Diagnostic:
    place = written.origin.characters(label.start, label.end)
    return finding(code, place, message, hint)


def _listed(names: frozenset[str]) -> str:
    return ", ".join(f"`{name}`" for name in sorted(names))


KIND: Final = Check(
    run=_run,
    examples=(
        Example(
            code=UNKNOWN_LABEL,
            wrong='slack: {channel: "#alerts", footer: "{{ .CommonLabels.squad }}"}',
            right='slack: {channel: "#alerts", footer: "{{ .CommonLabels.team }}"}',
        ),
        Example(
            code=UNKNOWN_ANNOTATION,
            wrong='slack: {channel: "#alerts", footer: "{{ .CommonAnnotations.runbook }}"}',
            right='slack: {channel: "#alerts", footer: "{{ .CommonAnnotations.runbook_url }}"}',
        ),
        Example(
            code=NOT_GROUPED,
            wrong="timing: {group_by: [alertname, service]}\n"
            'receivers: {chat: {slack: {title: "{{ .GroupLabels.severity }}"}}}',
            right="timing: {group_by: [alertname, service]}\n"
            'receivers: {chat: {slack: {title: "{{ .CommonLabels.severity }}"}}}',
        ),
    ),
)
