"""Buckets added up: each observation counts once for every bucket that it lies in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from obsgen.checks._check import Check, Example, of_nodes
from obsgen.checks._queries import Query
from obsgen.diagnostics import Code, Diagnostic
from obsgen.promql import Aggregate, Binary, Call, Paren, VectorSelector, walk
from obsgen.promql.functions import COMPARISONS
from obsgen.promql.labels import BUCKET_LABEL
from obsgen.promql.meaning import Sample

ADDED_UP: Final = Code(
    "PQL462",
    "buckets-added-up",
    why="a bucket counts every observation up to its bound, so a fast one is in all of them: their "
    "sum counts it as often as there are buckets",
    fix='Count observations with `x_count`, or keep one bucket: `x_bucket{le="0.5"}`.',
)
CODES: Final = (ADDED_UP,)

_SUFFIX: Final = "_bucket"


def _look(query: Query, node: Aggregate) -> Iterator[Diagnostic]:
    if node.op not in {"sum", "avg"}:
        return
    source = query.meaning(node.expr)
    if source.sample is not Sample.BUCKET_RATES and source.sample is not Sample.BUCKETS:
        return
    if not source.labels.may_have(BUCKET_LABEL) or query.meaning(node).labels.may_have(
        BUCKET_LABEL
    ):
        return
    selected = [part for part in walk(node.expr) if isinstance(part, VectorSelector)]
    if not all(_is_of_all_buckets(query, each) for each in selected):
        return
    if _is_quantile(query, node) or _asks_whether_any(query, node):
        return
    name = selected[0].name or ""
    message = f"`{node.op}` adds up all buckets of `{name}`: each observation counts many times"
    hint = f"write `{name.removesuffix(_SUFFIX)}_count`, or select one bucket by `le`"
    yield query.finding(ADDED_UP, node, message, hint, "name_span")


def _is_of_all_buckets(query: Query, node: VectorSelector) -> bool:
    series = query.meaning(node).series
    if series is None or not series.name.endswith(_SUFFIX):
        return False
    # What is only called a bucket may be one of a storage.
    is_sure = not series.is_guessed or series.observed is not None
    return is_sure and not any(matcher.label == BUCKET_LABEL for matcher in node.matchers)


def _is_quantile(query: Query, node: Aggregate) -> bool:
    """That a quantile has lost its buckets is told there."""
    above = (up for up in query.above(node) if isinstance(up, Call))
    return any(call.function.startswith("histogram_") for call in above)


def _asks_whether_any(query: Query, node: Aggregate) -> bool:
    """`> 0` is as true of the sum as of one bucket."""
    above = next((up for up in query.above(node) if not isinstance(up, Paren)), None)
    if not isinstance(above, Binary) or above.op not in COMPARISONS:
        return False
    return 0 in {query.meaning(above.lhs).number, query.meaning(above.rhs).number}


KIND: Final = Check(
    run=of_nodes(Aggregate, _look),
    examples=(
        Example(
            code=ADDED_UP,
            wrong="sum(rate(latency_seconds_bucket[5m])) > 100",
            right="sum(rate(latency_seconds_count[5m])) > 100",
        ),
    ),
)
