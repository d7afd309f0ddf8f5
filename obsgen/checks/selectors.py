"""Metrics, labels and values that a selector names and nobody declares."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from obsgen import names
from obsgen.catalogue import Catalogue, near
from obsgen.checks._check import Check, Example, of_nodes
from obsgen.checks._queries import Query
from obsgen.diagnostics import Code, Diagnostic, Origin, Severity, finding
from obsgen.matchers import takes_nothing
from obsgen.promql import Aggregate, Matcher, VectorSelector
from obsgen.promql.labels import BUCKET_LABEL
from obsgen.promql.meaning import Series
from obsgen.promql.meaning.label_values import as_matcher, shown_matcher
from obsgen.promql.meaning.nothing import MATCHERS, unknown_labels, unmet_values
from obsgen.reader.lookup import NOT_A_BUCKET, UNKNOWN_METRIC, unknown_metric
from obsgen.reader.matching import CONTRADICTION, UNKNOWN_LABEL, UNKNOWN_LABEL_VALUE
from obsgen.reader.shape import words
from obsgen.units import number_text

OUT_OF_SCOPE: Final = Code(
    "PQL406",
    "expr-out-of-scope",
    why="raw PromQL stands as it is written: without the service's `where` it takes in the series "
    "of other services too",
    fix="Write the service's `where` into the selector, or use a kind of measure, which adds it.",
    severity=Severity.WARNING,
)
CODES: Final = (OUT_OF_SCOPE,)

_SHOWN: Final = 12


def _look(query: Query, node: VectorSelector) -> Iterator[Diagnostic]:
    name, scope = node.metric_name, query.scope
    meaning = query.meaning(node)
    # What kinds of measures select was checked where they were read.
    if name is None or scope is None or not query.places.is_written(node):
        return
    if meaning.nothing == MATCHERS:
        yield _contradicting(query, node)
    if meaning.series is None:
        if scope.is_complete and not names.is_own_series(name):
            yield unknown_metric(name, _place_of_name(query, node), scope.catalogue)
        return
    yield from _labels(query, node, meaning.series)
    yield from _out_of_scope(query, node, scope.catalogue)


def _contradicting(query: Query, node: VectorSelector) -> Diagnostic:
    for matcher in node.matchers:
        if takes_nothing(as_matcher(matcher)):
            message = f"`{shown_matcher(matcher)}` leaves out every series"
            place = query.places.of_matcher(node, matcher)
            return finding(CONTRADICTION, place, message, "leave it out, or write another pattern")
    message = f"the matchers of `{node.metric_name}` contradict each other"
    return query.finding(CONTRADICTION, node, message, "leave one of them out")


def _labels(query: Query, node: VectorSelector, series: Series) -> Iterator[Diagnostic]:
    for matcher in unknown_labels(node, series.labels):
        known = sorted(series.labels.names)
        guess = near(matcher.label, known)
        hint = f"did you mean `{guess}`?" if guess else f"it has {words(known[:_SHOWN])}"
        message = f"`{series.name}` has no label `{matcher.label}`"
        yield finding(UNKNOWN_LABEL, query.places.of_matcher(node, matcher), message, hint)
    for matcher in unmet_values(node, series.values):
        yield _unmet(query, node, matcher, series)


def _unmet(query: Query, node: VectorSelector, matcher: Matcher, series: Series) -> Diagnostic:
    place = query.places.of_matcher(node, matcher)
    if matcher.label == BUCKET_LABEL and series.buckets:
        known = [number_text(bound) for bound in series.buckets]
        message = f"`{matcher.value}` is not a bucket of `{series.metric}`"
        return finding(NOT_A_BUCKET, place, message, f"its buckets are {words(known)}")
    values = sorted(series.values[matcher.label])
    guess = near(matcher.value, values)
    hint = f"did you mean `{guess}`?" if guess else f"it has {words(values[:_SHOWN])}"
    message = f"no declared value of `{matcher.label}` matches `{shown_matcher(matcher)}`"
    return finding(UNKNOWN_LABEL_VALUE, place, message, hint)


def _out_of_scope(query: Query, node: VectorSelector, known: Catalogue) -> Iterator[Diagnostic]:
    name = node.metric_name or ""
    metric = known.metric_of(name)
    asked = {m.label for m in node.matchers}
    missing = [] if metric is None else [m for m in metric.scope if m.label not in asked]
    is_plain = query.scope is not None and not query.scope.knows_rules
    if is_plain:
        # A rule of nobody's: as long as the services' series stay apart, it is of all of them.
        missing = [m for m in missing if not _keeps(query, node, m.label)]
    if missing:
        shown = ",".join(map(str, missing))
        message = f"`{name}` is not narrowed to the service's `where`"
        hint = f"write `{name}{{{shown}}}`, or "
        hint += "keep the label with `by (…)`" if is_plain else "a kind of measure, which adds it"
        yield finding(OUT_OF_SCOPE, _place_of_name(query, node), message, hint)


def _keeps(query: Query, node: VectorSelector, label: str) -> bool:
    """Say whether no aggregation around a selector adds up series that differ in a label."""
    aggregations = (each for each in query.above(node) if isinstance(each, Aggregate))
    return all(query.meaning(each).labels.may_have(label) for each in aggregations)


def _place_of_name(query: Query, node: VectorSelector) -> Origin:
    place = query.places.of(node)
    if place.part is None or node.name is None:
        return place
    return place.characters(place.part[0], place.part[0] + len(node.name))


KIND: Final = Check(
    run=of_nodes(VectorSelector, _look),
    lints=("L6", "L11"),
    examples=(
        Example(
            code=OUT_OF_SCOPE,
            wrong="where: {job: cart}\n"
            "measures: {all: {expr: 'sum(rate(http_requests_total[5m]))', unit: count/s}}",
            right="where: {job: cart}\n"
            "measures: {all: {expr: 'sum(rate(http_requests_total{job=\"cart\"}[5m]))', "
            "unit: count/s}}",
        ),
        Example(
            code=UNKNOWN_METRIC,
            wrong="sum(rate(http_request_total[5m]))",
            right="sum(rate(http_requests_total[5m]))",
        ),
        Example(
            code=UNKNOWN_LABEL,
            wrong='sum(rate(http_requests_total{status="500"}[5m]))',
            right='sum(rate(http_requests_total{code="500"}[5m]))',
        ),
        Example(
            code=UNKNOWN_LABEL_VALUE,
            wrong='sum(rate(http_requests_total{method="get"}[5m]))',
            right='sum(rate(http_requests_total{method="GET"}[5m]))',
        ),
        Example(
            code=NOT_A_BUCKET,
            wrong='sum(rate(latency_seconds_bucket{le="2"}[5m]))',
            right='sum(rate(latency_seconds_bucket{le="1"}[5m]))',
        ),
        Example(
            code=CONTRADICTION,
            wrong='sum(rate(http_requests_total{code="500",code="200"}[5m]))',
            right='sum(rate(http_requests_total{code=~"500|200"}[5m]))',
        ),
    ),
)
