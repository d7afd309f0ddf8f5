"""Rules that ask their own server for the labels that it adds only to what it sends."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from obsgen.artefacts import AlertingRule
from obsgen.checks._check import Check, Example
from obsgen.checks._queries import Query, Subject
from obsgen.diagnostics import Code, Diagnostic, Severity, finding
from obsgen.gotemplate import parse_template
from obsgen.promql import Call, VectorSelector
from obsgen.promql.typing_rules import matches_empty

EXTERNAL: Final = Code(
    "PQL466",
    "external-label-asked",
    why="a server adds its external labels to alerts and samples as they leave it; the series that "
    "its own rules read have none of them, so a matcher on one takes nothing",
    fix="Leave the matcher out; in a text write `$externalLabels.cluster`. Rules that a global "
    "store evaluates may have the finding ignored.",
    severity=Severity.WARNING,
)
CODES: Final = (EXTERNAL,)

_WRITES: Final = frozenset({"label_replace", "label_join", "info"})


def _run(subject: Subject) -> Iterator[Diagnostic]:
    external = frozenset(subject.compiled.prometheus.external_labels)
    if not external:
        return
    for query in subject.queries:
        # Dashboards may ask a global store, and specs say where their rules go.
        if query.rule is None or query.rule.written is None:
            continue
        for node in query.nodes(VectorSelector):
            yield from _matched(query, node, external)
        if isinstance(query.rule, AlertingRule):
            yield from _shown(query, query.rule, external)


def _matched(query: Query, node: VectorSelector, external: frozenset[str]) -> Iterator[Diagnostic]:
    for matcher in node.matchers:
        is_asked = matcher.label in external and matches_empty(matcher) is False
        if is_asked and _lacks(query, node, matcher.label):
            message = f"`{matcher.label}` is an external label: series of the server have it not"
            place = query.places.of_matcher(node, matcher)
            yield finding(EXTERNAL, place, message, "leave the matcher out")


def _shown(query: Query, rule: AlertingRule, external: frozenset[str]) -> Iterator[Diagnostic]:
    if any(call.function in _WRITES for call in query.nodes(Call)):
        return
    selected = query.nodes(VectorSelector)
    for written in rule.texts.values():
        if not any(label in written.text for label in external):
            continue
        for label in parse_template(written.text).labels:
            if label.name in external and all(_lacks(query, n, label.name) for n in selected):
                place = written.origin.characters(label.start, label.end)
                message = f"`$labels.{label.name}` is empty: it is an external label of the server"
                yield finding(EXTERNAL, place, message, f"write `$externalLabels.{label.name}`")


def _lacks(query: Query, node: VectorSelector, label: str) -> bool:
    """Say whether a metric is declared, and the label only as one of every metric."""
    metric = (
        None if query.scope is None else query.scope.catalogue.metric_of(node.metric_name or "")
    )
    return metric is not None and label in metric.target_labels and label not in metric.labels


KIND: Final = Check(
    run=_run,
    examples=(
        Example(
            code=EXTERNAL,
            wrong='sum(rate(errors_total{cluster="eu"}[5m])) > 1',
            right="sum(rate(errors_total[5m])) > 1",
        ),
    ),
)
