"""How many series a metric may have at most: the product of the declared values of its labels."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod
from typing import Final

from obsgen.catalogue import Metric
from obsgen.checks._check import Check, Example
from obsgen.checks._queries import Subject
from obsgen.diagnostics import Code, Diagnostic, Severity, finding

CARDINALITY: Final = Code(
    "PQL449",
    "cardinality",
    why="every combination of label values is a series of its own, on every instance; a metric "
    "beyond the bound fills the memory of Prometheus by itself",
    fix="Leave a label out, declare fewer values, or raise the bound: "
    "`checks: {bounds: {cardinality: …}}`.",
    severity=Severity.WARNING,
)
CODES: Final = (CARDINALITY,)


def _run(subject: Subject) -> Iterator[Diagnostic]:
    bound = subject.settings.cardinality
    for scope in subject.compiled.scopes.values():
        for metric in scope.catalogue.metrics.values() if scope.is_complete else ():
            count = _series(metric)
            if count > bound and metric.origin.file:
                message = f"`{metric.name}` may have {count} series on each instance"
                hint = f"the bound is {bound}: leave a label out, or raise the bound"
                yield finding(CARDINALITY, metric.origin, message, hint)


def _series(metric: Metric) -> int:
    """Return what the author says, else the product of declared values; `any` counts as one."""
    values = metric.cardinality or prod(len(v) for v in metric.labels.values() if v)
    buckets = len(metric.buckets) + 3 if metric.type == "histogram" else 1
    return values * buckets * max(len(metric.quantiles), 1)


KIND: Final = Check(
    run=_run,
    examples=(
        Example(
            code=CARDINALITY,
            wrong="latency_seconds: {type: histogram, labels: {route: [200 routes], "
            "customer: [100 customers]}, buckets: […]}",
            right="latency_seconds: {type: histogram, labels: {route: [200 routes]}, buckets: […]}",
        ),
    ),
)
