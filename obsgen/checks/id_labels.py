"""Labels with a value for every request or person: a series for each, and none ever ends."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from obsgen.checks._check import Check, Example
from obsgen.checks._queries import Query, Subject
from obsgen.diagnostics import Code, Diagnostic, Severity, finding
from obsgen.promql import Aggregate

ID_LABEL: Final = Code(
    "PQL448",
    "id-label",
    why="a label that names a request, a session or a person takes a new value for each of them: "
    "millions of series, and often data of persons that nobody may keep",
    fix="Leave the label out of the metric; identities belong into logs and traces. "
    "`checks: {bounds: {id_labels: […]}}` says which names are meant.",
    severity=Severity.WARNING,
)
CODES: Final = (ID_LABEL,)


def _run(subject: Subject) -> Iterator[Diagnostic]:
    ids = frozenset(subject.settings.id_labels)
    for scope in subject.compiled.scopes.values():
        for metric in scope.catalogue.metrics.values():
            for label in metric.labels:
                if label in ids and metric.origin.file and scope.is_complete:
                    message = f"`{label}` of `{metric.name}` has a value for each request or person"
                    hint = "leave it out; identities belong into logs and traces"
                    place = (metric.origin / "labels" / label).key()
                    yield finding(ID_LABEL, place, message, hint)
    for query in subject.queries:
        yield from _grouped(query, ids)


def _grouped(query: Query, ids: frozenset[str]) -> Iterator[Diagnostic]:
    for node in query.nodes(Aggregate):
        if node.grouping is None or node.grouping.without:
            continue
        for name in node.grouping.names:
            if name in ids:
                message = f"`{node.op}` gives a series for each `{name}`"
                hint = "group by something that has few values"
                yield query.finding(ID_LABEL, node, message, hint, "name_span")


KIND: Final = Check(
    run=_run,
    lints=("L15",),
    examples=(
        Example(
            code=ID_LABEL,
            wrong="sum by (user_id) (rate(http_requests_total[5m]))",
            right="sum by (route) (rate(http_requests_total[5m]))",
        ),
    ),
)
