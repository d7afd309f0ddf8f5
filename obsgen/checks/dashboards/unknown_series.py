"""A dashboard that reads what nobody records or declares."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from obsgen.artefacts import Dashboard
from obsgen.catalogue import near
from obsgen.checks._check import Check, Example
from obsgen.checks._panels import ShownPanel, ShownTarget
from obsgen.checks._queries import Query, Subject
from obsgen.checks._variables import parse_with_variables
from obsgen.checks.dashboards._rule import Found, each_of, of_dashboards, of_panel_queries
from obsgen.checks.dashboards.template_label_promql import series_of
from obsgen.diagnostics import Code, Diagnostic, Origin, finding
from obsgen.names import INFO, is_recorded
from obsgen.promql import METRIC_NAME_LABEL, Aggregate, Node, PromqlError, VectorSelector, walk
from obsgen.promql.labels import BUCKET_LABEL
from obsgen.promql.meaning import Meanings
from obsgen.promql.meaning.nothing import unknown_labels
from obsgen.reader.shape import words

UNKNOWN_SERIES: Final = Code(
    "DSH653",
    "panel-of-nothing",
    why="a dashboard that reads a series which no rule of this build records, or a label that the "
    "rule has summed away, is empty for ever, and nobody sees why",
    fix="Record the series, keep the label in the rule's `by`, or correct the query.",
)
CODES: Final = (UNKNOWN_SERIES,)

_SHOWN: Final = 12


@dataclass(frozen=True, slots=True)
class _Reading:
    """An expression of a dashboard, by the name that messages give it."""

    name: str
    root: Node
    meanings: Meanings
    origin: Origin


def _of_query(subject: Subject, query: Query) -> Iterator[Diagnostic]:
    # What an author wrote in PromQL is judged where it stands, with its characters.
    reading = _Reading(query.subject, query.root, query.meanings, query.origin)
    for node in walk(query.root):
        if not query.places.is_written(node):
            yield from _judged(subject, reading, node)


def _of_panels(subject: Subject) -> Iterator[Diagnostic]:
    def look(query: Query, panel: ShownPanel, target: ShownTarget) -> Found:
        del panel, target
        return _of_query(subject, query)

    yield from of_panel_queries(look)(subject)


def _of_dashboards(subject: Subject, dashboard: Dashboard) -> Found:
    for name, text, origin in _asked(dashboard):
        try:
            read = parse_with_variables(text)
        except PromqlError:
            continue
        if read is None:
            continue
        meanings = Meanings(read[0], subject.recordings.known_to(dashboard.service))
        place = origin if origin.file else dashboard.origin
        reading = _Reading(name, read[0], meanings, place)
        for node in walk(read[0]):
            yield from _judged(subject, reading, node)


def _asked(dashboard: Dashboard) -> Iterator[tuple[str, str, Origin]]:
    """Yield what a dashboard asks beside its panels."""
    for annotation in dashboard.annotations:
        # Those of authors are queries like any other, and judged where they are written.
        if not annotation.origin.file:
            yield f"annotation `{annotation.name}`", annotation.expr, annotation.origin
    for variable in dashboard.variables:
        if text := series_of(variable):
            yield f"variable `{variable.name}`", text, variable.origin


def _judged(subject: Subject, reading: _Reading, node: Node) -> Iterator[Diagnostic]:
    if isinstance(node, VectorSelector):
        yield from _selected(subject, reading, node)
    elif isinstance(node, Aggregate) and node.grouping is not None and not node.grouping.without:
        yield from _grouped(reading, node)


def _selected(subject: Subject, reading: _Reading, node: VectorSelector) -> Iterator[Diagnostic]:
    name = node.metric_name
    if name is None:
        return
    series = reading.meanings[node].series
    if series is None:
        if not _is_declared(subject, name):
            guess = near(name, subject.recordings.rules)
            hint = f"did you mean `{guess}`?" if guess else ""
            verb = "recorded by no rule" if is_recorded(name) else "declared nowhere"
            message = f"{reading.name} reads `{name}`, which is {verb}"
            yield finding(UNKNOWN_SERIES, reading.origin, message, hint)
        return
    for matcher in unknown_labels(node, series.labels):
        message = f"{reading.name} asks `{name}` for label `{matcher.label}`, which it has not"
        hint = f"it has {words(sorted(series.labels.names)[:_SHOWN])}"
        yield finding(UNKNOWN_SERIES, reading.origin, message, hint)


def _is_declared(subject: Subject, name: str) -> bool:
    """Say whether any service declares a metric: the project's dashboards read those of all."""
    if is_recorded(name):
        return False
    scopes = subject.compiled.scopes.values()
    return any(scope.catalogue.knows(name) or not scope.is_complete for scope in scopes)


def _grouped(reading: _Reading, node: Aggregate) -> Iterator[Diagnostic]:
    grouping = node.grouping
    selected = [part.metric_name for part in walk(node.expr) if isinstance(part, VectorSelector)]
    # What an SLO says of itself it need not say: a service may have no team.
    if set(selected) == {INFO}:
        return
    labels = reading.meanings[node.expr].labels
    for label in grouping.names if grouping is not None else ():
        if label in {METRIC_NAME_LABEL, BUCKET_LABEL} or labels.may_have(label):
            continue
        message = f"{reading.name} groups by `{label}`, which no series has there"
        listed = words(sorted(labels.names)[:_SHOWN]) if labels.names else "no label"
        yield finding(UNKNOWN_SERIES, reading.origin, message, f"there is {listed}")


KIND: Final = Check(
    run=each_of(_of_panels, of_dashboards(_of_dashboards)),
    examples=(
        Example(
            code=UNKNOWN_SERIES,
            wrong="- record: shop:requests:rate5m\n"
            "  expr: sum by (service) (rate(http_requests_total[5m]))\n"
            '# a panel: {"expr": "sum by (route) (shop:requests:rate5m)"}',
            right="- record: shop:requests:rate5m\n"
            "  expr: sum by (service, route) (rate(http_requests_total[5m]))\n"
            '# a panel: {"expr": "sum by (route) (shop:requests:rate5m)"}',
        ),
    ),
)
