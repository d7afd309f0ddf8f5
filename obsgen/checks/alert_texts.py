"""Labels and annotations of alerts: templates that break, labels that are not there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from obsgen.artefacts import AlertingRule, Written
from obsgen.checks._check import Check, Example
from obsgen.checks._queries import Query, Subject
from obsgen.diagnostics import Code, Diagnostic, Severity, finding
from obsgen.gotemplate import Template, parse_template
from obsgen.promql import Aggregate, Label
from obsgen.units import Unit

MISSING_LABEL: Final = Code(
    "ALR521",
    "label-not-in-result",
    why="the query sums the label away, so the text would say nothing in its place",
    fix="Keep the label with `by: [label]`, or leave it out of the text.",
)
BROKEN_TEMPLATE: Final = Code(
    "ALR522",
    "broken-template",
    why="Prometheus would send the alert with an error instead of the text",
    fix="Correct the Go template where it is underlined.",
)
PERCENT_OF_RATIO: Final = Code(
    "ALR541",
    "percent-of-ratio",
    why="the value is a ratio: at five percent the text says `0.05%`",
    fix="Write `{{ $value | humanizePercentage }}`, which multiplies by 100 and writes the sign.",
)
BARE_VALUE: Final = Code(
    "ALR542",
    "bare-value",
    why="a value as it stands is read as `0.05281690140845071`; at three in the morning nobody "
    "wants to count digits",
    fix="Pipe it through a function: `humanize`, `humanizePercentage`, `humanizeDuration`, "
    '`humanize1024`, or `printf "%.2f"`.',
    severity=Severity.WARNING,
)
VALUE_IN_LABEL: Final = Code(
    "ALR539",
    "value-in-label",
    why="a label is part of what an alert is: with each new value it is another alert, `for` "
    "starts anew, and what fired is resolved",
    fix="Put the value into an annotation.",
)
CODES: Final = (MISSING_LABEL, BROKEN_TEMPLATE, PERCENT_OF_RATIO, BARE_VALUE, VALUE_IN_LABEL)

_PERCENT: Final = re.compile(r"\{\{-?\s*(?:\$value|\.Value)(?P<pipe>[^}]*?)-?\}\}\s?%")
_BARE: Final = re.compile(r"\{\{-?\s*(?:\$value|\.Value)\s*-?\}\}")
_OWN: Final = frozenset({"alertname", "alertstate", "__name__"})


def _run(subject: Subject) -> Iterator[Diagnostic]:
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
            yield from _external(template, written, server, subject)
            if name in rule.labels:
                yield from _in_label(template, written, name)
            else:
                yield from _values(query, template, written)


def _broken(template: Template, written: Written) -> Iterator[Diagnostic]:
    for error in template.errors:
        place = written.origin.characters(error.start, error.end)
        yield finding(BROKEN_TEMPLATE, place, error.message, error.hint)


def _missing(
    query: Query, rule: AlertingRule, template: Template, written: Written
) -> Iterator[Diagnostic]:
    labels = query.meanings.whole.labels
    for label in template.labels:
        if label.name in _OWN or label.name in rule.labels or labels.may_have(label.name):
            continue
        place = written.origin.characters(label.start, label.end)
        kept = ", ".join(f"`{name}`" for name in sorted({*labels.names, *rule.labels}))
        has = f"it has {kept or 'no labels'}"
        keep = "keep the label with `by: [{0}]`" if query.scope else "keep it with `by ({0})`"
        message = f"`$labels.{label.name}` is not in the result of `{query.name}`"
        hint = f"{has}; {keep.format(label.name)}" if not labels.is_open else _gone(query)
        yield finding(MISSING_LABEL, place, message, hint)


def _gone(query: Query) -> str:
    """Say what removes a label from a result whose labels are otherwise not known."""
    dropped: list[Label] = []
    for node in query.nodes(Aggregate):
        if node.grouping is not None and node.grouping.without:
            dropped.extend(node.grouping.labels)
    names = ", ".join(f"`{label.name}`" for label in dropped)
    return f"the query removes {names}" if names else ""


def _external(
    template: Template, written: Written, server: frozenset[str], subject: Subject
) -> Iterator[Diagnostic]:
    if not subject.compiled.scopes:
        return
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


def _values(query: Query, template: Template, written: Written) -> Iterator[Diagnostic]:
    if not template.uses_value:
        return
    unit = query.meanings.whole.unit
    percents = []
    for match in _PERCENT.finditer(written.text):
        if "humanizePercentage" in match["pipe"]:
            percents.append(match.start())
            message = "`humanizePercentage` writes the percent sign itself"
            place = written.origin.characters(*match.span())
            yield finding(PERCENT_OF_RATIO, place, message, "leave the `%` behind it out")
        elif "*" not in match["pipe"] and _is_ratio(query, unit):
            percents.append(match.start())
            message = f"the value of `{query.name}` is a ratio: `%` behind it is wrong by 100"
            hint = "write `{{ $value | humanizePercentage }}` without the `%`"
            place = written.origin.characters(*match.span())
            yield finding(PERCENT_OF_RATIO, place, message, hint)
    for match in _BARE.finditer(written.text):
        if match.start() not in percents and not _is_whole(query, unit):
            message = f"the value of `{query.name}` is written with all its digits"
            hint = f"write `{_template(unit)}`"
            place = written.origin.characters(*match.span())
            yield finding(BARE_VALUE, place, message, hint)


def _is_ratio(query: Query, unit: Unit | None) -> bool:
    if unit is None or unit.dimension != "ratio" or unit.scale != 1:
        return False
    return not unit.per_seconds and query.meanings.whole.bounds.high != 0


def _is_whole(query: Query, unit: Unit | None) -> bool:
    """Say whether values have no digits worth rounding: counts, 0 and 1, what is not known."""
    if unit is None:
        return True
    bounds = query.meanings.whole.bounds
    is_state = bounds.high is not None and bounds.low == bounds.high
    return is_state or (unit.dimension == "count" and not unit.per_seconds)


def _template(unit: Unit | None) -> str:
    return "{{ $value | humanize }}" if unit is None else unit.value_template


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
            code=VALUE_IN_LABEL,
            wrong="labels: {current: '{{ $value }}'}",
            right="annotations: {current: '{{ $value | humanize }}'}",
        ),
    ),
)
