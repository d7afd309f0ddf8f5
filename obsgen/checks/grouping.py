"""Labels to group or to match by that no series has: the result is one series, or nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from obsgen.catalogue import near
from obsgen.checks._check import Check, Example
from obsgen.checks._queries import Query, Subject
from obsgen.diagnostics import Code, Diagnostic, Severity
from obsgen.promql import METRIC_NAME_LABEL, Aggregate, Binary, Node
from obsgen.promql.labels import BUCKET_LABEL, Labels

UNKNOWN_GROUP: Final = Code(
    "PQL457",
    "unknown-group",
    why="a label that no series has groups nothing: `by` gives one series in its place, `on` pairs "
    "all with all, `group_left` takes nothing over",
    fix="Write a label that the series have; a label that was summed away is gone.",
    severity=Severity.WARNING,
)
CODES: Final = (UNKNOWN_GROUP,)


def _run(subject: Subject) -> Iterator[Diagnostic]:
    for query in subject.queries:
        for node in query.nodes(Aggregate):
            grouping = node.grouping
            if grouping is None or grouping.without or not query.places.is_written(node):
                continue
            labels = query.meaning(node.expr).labels
            yield from _unknown(query, node, grouping.names, labels, "by")
        for binary in query.nodes(Binary):
            yield from _matched(query, binary)


def _matched(query: Query, node: Binary) -> Iterator[Diagnostic]:
    matching = node.matching
    if matching is None or not query.places.is_written(node):
        return
    left, right = query.meaning(node.lhs), query.meaning(node.rhs)
    if matching.on and not query.meaning(node).nothing:
        both = left.labels.united(right.labels)
        yield from _unknown(query, node, matching.names, both, "on")
    one = left if matching.group == "right" else right
    word = f"group_{matching.group}"
    yield from _unknown(query, node, matching.include_names, one.labels, word)


def _unknown(
    query: Query, node: Node, names: Iterable[str], labels: Labels, word: str
) -> Iterator[Diagnostic]:
    for name in names:
        # That buckets are missing is told where the quantile is taken.
        if name in {METRIC_NAME_LABEL, BUCKET_LABEL} or labels.may_have(name):
            continue
        known = sorted(labels.names)
        guess = "" if labels.is_open else near(name, known)
        listed = "" if labels.is_open else ", ".join(f"`{label}`" for label in known)
        hint = f"did you mean `{guess}`?" if guess else f"there is {listed or 'no label'}"
        part = "name_span" if isinstance(node, Aggregate) else "op_span"
        message = f"no series has the label `{name}` of `{word}`"
        yield query.finding(UNKNOWN_GROUP, node, message, "" if labels.is_open else hint, part)


KIND: Final = Check(
    run=_run,
    examples=(
        Example(
            code=UNKNOWN_GROUP,
            wrong="sum by (rout) (rate(http_requests_total[5m]))",
            right="sum by (route) (rate(http_requests_total[5m]))",
        ),
    ),
)
