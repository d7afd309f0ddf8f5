"""Labels and annotations of alerts: templates that break, labels that are not there."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Final

from obsgen.artefacts import AlertingRule, Written
from obsgen.checks._check import Check, Example
from obsgen.checks._queries import Query, Subject
from obsgen.diagnostics import Code, Diagnostic, Severity, finding
from obsgen.gotemplate import Template, parse_template
from obsgen.promql import Aggregate, Binary, Call, Label, Node, walk, without_parens
from obsgen.units import Unit

MISSING_LABEL: Final = Code(
    "ALR521",
    "label-not-in-result",
    why="the query sums the label away, so the text would say nothing in its place",
    fix="Keep the label with `by (label)` (in a measure `by: [label]`), or leave it out of the "
    "text. `$labels` holds the labels of the query, not those that the rule adds.",
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

# An action that shows the value, and what stands right behind it.
_SHOWN: Final = re.compile(
    r"\{\{-?(?P<action>[^{}]*(?:\$value|\.Value)\b[^{}]*)-?\}\}(?P<behind>\s?%)?"
)
# Within these the dot is something else than the alert.
_CHANGES_DOT: Final = re.compile(r"\{\{-?\s*(?:range|with|define|block)\b")
_BARE: Final = re.compile(r"\s*(?:\$value|\.Value)\s*")
_UNIT_BEHIND: Final = re.compile(
    r"\s?(?:%|/\s?s\b|s\b|ms\b|seconds\b|per second\b|bytes\b)", re.ASCII
)
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
            if query.is_complete:
                yield from _external(template, written, server)
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


def _values(query: Query, template: Template, written: Written) -> Iterator[Diagnostic]:
    if not template.uses_value:
        return
    is_plain = not _CHANGES_DOT.search(written.text)
    for match in _SHOWN.finditer(written.text):
        if not is_plain and "$value" not in match["action"]:
            continue
        action, place = match["action"], written.origin.characters(*match.span())
        if "humanizePercentage" in action and not match["behind"] and _is_percent(query):
            message = f"the value of `{query.name}` is a percentage already: 100 times too much"
            hint = "write `{{ $value | humanize }}%`, or leave the `100 *` out"
            yield finding(PERCENT_OF_RATIO, place, message, hint)
        elif match["behind"] and (problem := _percent(query, action)):
            message, hint, severity = problem
            yield replace(finding(PERCENT_OF_RATIO, place, message, hint), severity=severity)
        elif _BARE.fullmatch(action) and not _is_whole(query):
            message = f"the value of `{query.name}` is written with all its digits"
            behind = _UNIT_BEHIND.match(written.text, match.end("action") + len("}}"))
            hint = f"write `{_template(query.meanings.whole.unit)}`"
            if behind is not None:
                hint += f", without the `{behind.group().strip()}` behind it"
            yield finding(BARE_VALUE, place, message, hint)


def _is_percent(query: Query) -> bool:
    unit = query.meanings.whole.unit
    return unit is not None and unit.dimension == "ratio" and unit.scale == _HUNDREDTH


_HUNDREDTH: Final = Decimal("0.01")


def _percent(query: Query, action: str) -> tuple[str, str, Severity] | None:
    """Return what is wrong with a percent sign behind a value."""
    if "humanizePercentage" in action:
        message = "`humanizePercentage` writes the percent sign itself"
        return message, "leave the `%` behind it out", Severity.ERROR
    unit = query.meanings.whole.unit
    if unit is None or "mul" in action or "*" in action:
        return None
    if unit.dimension != "ratio":
        if unit.dimension == "count" and not unit.per_seconds:
            return None
        message = f"the value of `{query.name}` is in {unit}, no percentage"
        return message, f"write `{_template(unit)}`", Severity.WARNING
    if unit.scale != 1 or unit.per_seconds:
        return None
    message = f"the value of `{query.name}` is a ratio: `%` behind it is wrong by 100"
    hint = "write `{{ $value | humanizePercentage }}` without the `%`"
    return message, hint, Severity.ERROR


_GROWTH: Final = frozenset({"increase", "delta"})


def _is_whole(query: Query) -> bool:
    """Say whether values have no digits worth rounding: counts, 0 and 1, what is not known."""
    meaning = query.meanings.whole
    if any(call.function == "round" for call in _outer_calls(query.root)):
        return True
    unit, bounds = meaning.unit, meaning.bounds
    if unit is None or (bounds.high is not None and bounds.low == bounds.high):
        return True
    # An increase is extrapolated to the ends of its range: 3 events are shown as 3.0769.
    is_extrapolated = any(call.function in _GROWTH for call in query.nodes(Call))
    return unit.dimension == "count" and not unit.per_seconds and not is_extrapolated


def _outer_calls(root: Node) -> Iterator[Call]:
    """Yield the calls whose result is the value of the alert, apart from sums and limits."""
    node = without_parens(root)
    while isinstance(node, Binary | Aggregate):
        node = without_parens(node.lhs if isinstance(node, Binary) else node.expr)
    if isinstance(node, Call):
        yield node


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
