"""Labels and annotations of alerts: templates that break, labels that are not there."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from typing import Final

from obsgen.artefacts import AlertingRule, Written
from obsgen.checks._check import Check, Example
from obsgen.checks._queries import Query, Subject
from obsgen.checks._values import (
    BARE_VALUE,
    BROKEN_TEMPLATE,
    OTHER_FUNCTION,
    PERCENT_OF_RATIO,
    value_findings,
)
from obsgen.diagnostics import Code, Diagnostic, finding
from obsgen.gotemplate import Template, parse_template
from obsgen.promql import Aggregate, Label, NewerSyntaxError, PromqlError, parse, walk

MISSING_LABEL: Final = Code(
    "ALR521",
    "label-not-in-result",
    why="the query sums the label away, so the text would say nothing in its place",
    fix="Keep the label with `by (label)` (in a measure `by: [label]`), or leave it out of the "
    "text. `$labels` holds the labels of the query, not those that the rule adds.",
)
VALUE_IN_LABEL: Final = Code(
    "ALR539",
    "value-in-label",
    why="a label is part of what an alert is: with each new value it is another alert, `for` "
    "starts anew, and what fired is resolved",
    fix="Put the value into an annotation.",
)
CODES: Final = (
    MISSING_LABEL,
    BROKEN_TEMPLATE,
    PERCENT_OF_RATIO,
    BARE_VALUE,
    OTHER_FUNCTION,
    VALUE_IN_LABEL,
)

_OWN: Final = frozenset({"alertname", "alertstate", "__name__"})


def _run(subject: Subject) -> Iterator[Diagnostic]:
    yield from _of_logs(subject)
    server = frozenset(subject.compiled.prometheus.external_labels)
    for query in subject.alerts:
        rule = query.rule
        if not isinstance(rule, AlertingRule):
            continue
        for name, written in rule.texts.items():
            if "{{" not in written.text:
                continue
            template = parse_template(written.text)
            yield from _broken(template, written)
            yield from _missing(query, rule, template, written)
            if query.is_complete:
                yield from _external(template, written, server)
            if name in rule.labels:
                yield from _in_label(template, written, name)
            else:
                yield from value_findings(query, template, written)


def _of_logs(subject: Subject) -> Iterator[Diagnostic]:
    """Yield what is wrong with the texts of alerts that Loki tells."""
    for rule in (rule for file in subject.compiled.log_files for rule in file.alerts):
        labels = (rule.carries or frozenset()) - rule.labels.keys()
        for written in rule.texts.values():
            template = parse_template(written.text)
            yield from _broken(template, written)
            for label in template.labels:
                if label.name in labels:
                    continue
                place = written.origin.characters(label.start, label.end)
                message = f"`$labels.{label.name}` is not in the result of `{rule.alert}`"
                hint = f"keep the label with `by: [{label.name}]`"
                yield finding(MISSING_LABEL, place, message, hint)


def _broken(template: Template, written: Written) -> Iterator[Diagnostic]:
    for error in template.errors:
        place = written.origin.characters(error.start, error.end)
        yield finding(BROKEN_TEMPLATE, place, error.message, error.hint)
    for query in template.queries:
        try:
            parse(query.text, result="vector")
        except NewerSyntaxError:
            continue
        except PromqlError as error:
            first, last = error.span
            place = written.origin.characters(query.start + first, query.start + last)
            message = f"the query in the text is no PromQL: {error.message}"
            yield finding(BROKEN_TEMPLATE, place, message, error.hint)


def _missing(
    query: Query, rule: AlertingRule, template: Template, written: Written
) -> Iterator[Diagnostic]:
    labels = query.meanings.whole.labels
    for label in template.labels:
        if labels.may_have(label.name):
            continue
        place = written.origin.characters(label.start, label.end)
        message = f"`$labels.{label.name}` is not in the result of `{query.name}`"
        if label.name in rule.labels or label.name in _OWN:
            hint = "`$labels` holds the labels of the query alone: write the text itself"
        else:
            hint = _kept(query, label.name)
        yield finding(MISSING_LABEL, place, message, hint)


_TYPO: Final = 0.8
_LONGEST: Final = 100
_COMMON: Final = ("instance", "job", "namespace", "pod", "container", "node", "device", "cluster")


def _kept(query: Query, name: str) -> str:
    """Say what the result has, and how the label would stay."""
    labels = query.meanings.whole.labels
    if labels.is_open:
        return _gone(query)
    known = sorted(labels.names)
    guesses = difflib.get_close_matches(name[:_LONGEST], (*known, *_COMMON), 1, _TYPO)
    if guesses and guesses[0] != name:
        return f"did you mean `{guesses[0]}`?"
    has = f"it has {', '.join(f'`{label}`' for label in known) or 'no labels'}"
    if not any(isinstance(node, Aggregate) for node in walk(query.root)):
        return f"{has}; leave it out of the text"
    by = f"by ({name})" if query.is_hand_written else f"by: [{name}]"
    return f"{has}; keep the label with `{by}`"


def _gone(query: Query) -> str:
    """Say what removes a label from a result whose labels are otherwise not known."""
    dropped: list[Label] = []
    for node in query.nodes(Aggregate):
        if node.grouping is not None and node.grouping.without:
            dropped.extend(node.grouping.labels)
    names = ", ".join(dict.fromkeys(f"`{label.name}`" for label in dropped))
    return f"the query removes {names}" if names else ""


def _external(template: Template, written: Written, server: frozenset[str]) -> Iterator[Diagnostic]:
    for label in template.external_labels:
        if label.name not in server:
            place = written.origin.characters(label.start, label.end)
            message = f"`$externalLabels.{label.name}` is no external label of the Project"
            hint = f"add it: `prometheus: {{external_labels: {{{label.name}: …}}}}`"
            yield finding(MISSING_LABEL, place, message, hint)


def _in_label(template: Template, written: Written, name: str) -> Iterator[Diagnostic]:
    if template.uses_value:
        message = f"label `{name}` holds the alert's value"
        yield finding(VALUE_IN_LABEL, written.origin, message, "put it into an annotation")


KIND: Final = Check(
    run=_run,
    lints=("L12",),
    examples=(
        Example(
            code=MISSING_LABEL,
            wrong="expr: sum(rate(errors_total[5m])) > 1\n"
            "annotations: {summary: 'Errors on {{ $labels.instance }}'}",
            right="expr: sum by (instance) (rate(errors_total[5m])) > 1\n"
            "annotations: {summary: 'Errors on {{ $labels.instance }}'}",
        ),
        Example(
            code=BROKEN_TEMPLATE,
            wrong="annotations: {summary: '{{ $labels.instance'}",
            right="annotations: {summary: '{{ $labels.instance }}'}",
        ),
        Example(
            code=PERCENT_OF_RATIO,
            wrong="annotations: {summary: 'Error rate is {{ $value }}%'}",
            right="annotations: {summary: 'Error rate is {{ $value | humanizePercentage }}'}",
        ),
        Example(
            code=BARE_VALUE,
            wrong="annotations: {summary: 'p95 is {{ $value }}'}",
            right="annotations: {summary: 'p95 is {{ $value | humanizeDuration }}'}",
        ),
        Example(
            code=OTHER_FUNCTION,
            wrong="annotations: {summary: 'p95 is {{ $value | humanizePercentage }}'}",
            right="annotations: {summary: 'p95 is {{ $value | humanizeDuration }}'}",
        ),
        Example(
            code=VALUE_IN_LABEL,
            wrong="labels: {current: '{{ $value }}'}",
            right="annotations: {current: '{{ $value | humanize }}'}",
        ),
    ),
)
