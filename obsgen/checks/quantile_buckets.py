"""`histogram_quantile` needs the buckets of one histogram: `le` kept, everything else summed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from obsgen import names
from obsgen.checks._check import Check, Example, of_nodes
from obsgen.checks._queries import Query
from obsgen.diagnostics import Code, Diagnostic, Severity
from obsgen.promql import Aggregate, Call, Node, VectorSelector, walk
from obsgen.promql.labels import BUCKET_LABEL
from obsgen.promql.meaning import Sample

NO_BUCKETS: Final = Code(
    "PQL423",
    "quantile-without-buckets",
    why="a quantile is read from the counts of all buckets; where `le` is summed away, or there "
    "never were buckets, `histogram_quantile` gives nothing at all",
    fix="Keep the label: `histogram_quantile(0.95, sum by (le) (rate(x_bucket[5m])))`.",
)
UNAGGREGATED: Final = Code(
    "PQL424",
    "quantile-of-each-series",
    why="without `sum by (le)` there is one quantile for each instance and label set: many lines, "
    "each of few observations, and an alert for each of them",
    fix="Sum first: `histogram_quantile(0.95, sum by (le) (rate(x_bucket[5m])))`, with the labels "
    "that should stay beside `le`.",
    severity=Severity.WARNING,
)
CUMULATIVE: Final = Code(
    "PQL454",
    "quantile-since-start",
    why="buckets count since their process started: a quantile of them is one of its whole life, "
    "and hardly moves when things go wrong",
    fix="Rate the buckets first: `histogram_quantile(0.95, sum by (le) (rate(x_bucket[5m])))`.",
    severity=Severity.WARNING,
)
CODES: Final = (NO_BUCKETS, UNAGGREGATED, CUMULATIVE)

_QUANTILES: Final = frozenset({"histogram_quantile", "histogram_fraction"})

_MAY_BE_NATIVE: Final = frozenset({Sample.HISTOGRAM, Sample.UNKNOWN})


def _look(query: Query, node: Call) -> Iterator[Diagnostic]:
    if node.function not in _QUANTILES or not node.args:
        return
    source = node.args[-1]
    meaning = query.meaning(source)
    # What is of an unknown type may be a native histogram, which needs no `le`.
    if meaning.sample in _MAY_BE_NATIVE or _is_of_whole(query, source):
        return
    if not meaning.labels.may_have(BUCKET_LABEL) or meaning.sample in {
        Sample.COUNTER,
        Sample.GAUGE,
    }:
        message = f"`{node.function}` gets no buckets: `{query.shown(source)}` has no label `le`"
        if meaning.labels.may_have(BUCKET_LABEL):
            message = f"`{node.function}` gets no buckets: `{query.shown(source)}` is no histogram"
        hint = "write `sum by (le) (rate(x_bucket[5m]))`"
        yield query.finding(NO_BUCKETS, source, message, hint)
        return
    if meaning.sample is Sample.BUCKETS:
        message = f"`{node.function}` gets buckets that count since the process started"
        hint = "rate them first: `rate(x_bucket[5m])`"
        yield query.finding(CUMULATIVE, source, message, hint)
    if not _is_aggregated(source) and not _is_aggregated_above(query, node):
        message = f"`{node.function}` gives one quantile for each series of `{query.shown(source)}`"
        hint = f"write `sum by (le) ({query.shown(source)})`, with the labels to keep beside `le`"
        yield query.finding(UNAGGREGATED, source, message, hint)


def _is_of_whole(query: Query, node: Node) -> bool:
    """Say whether a histogram's bare name is selected, which is found by itself."""
    selected = (part for part in walk(node) if isinstance(part, VectorSelector))
    series = (query.meaning(part).series for part in selected)
    return any(each is not None and each.is_whole for each in series)


def _is_aggregated(node: Node) -> bool:
    return any(isinstance(part, Aggregate) for part in walk(node)) or _is_recorded(node)


def _is_recorded(node: Node) -> bool:
    """A recorded series has been summed up by its rule."""
    found = (part.name for part in walk(node) if isinstance(part, VectorSelector))
    return any(name is not None and names.is_recorded(name) for name in found)


def _is_aggregated_above(query: Query, node: Node) -> bool:
    """The worst of all series is a question of its own: `max(histogram_quantile(…))`."""
    return any(isinstance(parent, Aggregate) for parent in query.above(node))


KIND: Final = Check(
    run=of_nodes(Call, _look),
    lints=("L2",),
    examples=(
        Example(
            code=NO_BUCKETS,
            wrong="histogram_quantile(0.95, sum(rate(latency_seconds_bucket[5m])))",
            right="histogram_quantile(0.95, sum by (le) (rate(latency_seconds_bucket[5m])))",
        ),
        Example(
            code=UNAGGREGATED,
            wrong="histogram_quantile(0.95, rate(latency_seconds_bucket[5m]))",
            right="histogram_quantile(0.95, sum by (le) (rate(latency_seconds_bucket[5m])))",
        ),
        Example(
            code=CUMULATIVE,
            wrong="histogram_quantile(0.95, sum by (le) (latency_seconds_bucket))",
            right="histogram_quantile(0.95, sum by (le) (rate(latency_seconds_bucket[5m])))",
        ),
    ),
)
