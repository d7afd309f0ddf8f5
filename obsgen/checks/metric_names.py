"""Names of metrics that say something else than their type or unit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from obsgen.catalogue import Metric
from obsgen.checks._check import Check, Example
from obsgen.checks._queries import Subject
from obsgen.diagnostics import Code, Diagnostic, Severity, finding

METRIC_NAME: Final = Code(
    "PQL453",
    "metric-name",
    why="people and tools read type and unit off the name: counters end in `_total`, times are in "
    '`_seconds`, sizes in `_bytes` (Prometheus documentation, "Metric and label naming")',
    fix="Rename the metric in the program; what is not yours may be ignored with a reason.",
    severity=Severity.INFO,
)
CODES: Final = (METRIC_NAME,)

_BASE_UNITS: Final = {
    "_ms": "_seconds", "_milliseconds": "_seconds", "_us": "_seconds", "_microseconds": "_seconds",
    "_minutes": "_seconds", "_hours": "_seconds", "_kb": "_bytes", "_mb": "_bytes",
    "_kilobytes": "_bytes", "_megabytes": "_bytes", "_percent": "_ratio",
}  # fmt: skip


def _run(subject: Subject) -> Iterator[Diagnostic]:
    for scope in subject.compiled.scopes.values():
        for metric in scope.catalogue.metrics.values() if scope.is_complete else ():
            if metric.origin.file and not metric.origin.is_shipped:
                yield from _named(metric)


def _named(metric: Metric) -> Iterator[Diagnostic]:
    if metric.type == "counter" and not metric.name.endswith("_total"):
        message = f"counter `{metric.name}` does not end in `_total`"
        hint = f"`{metric.name}_total` in the program"
        yield finding(METRIC_NAME, metric.origin.key(), message, hint)
    if metric.type == "gauge" and metric.name.endswith("_total"):
        message = f"gauge `{metric.name}` ends in `_total`, as counters do"
        yield finding(METRIC_NAME, metric.origin.key(), message)
    base = metric.name.removesuffix("_total")
    for suffix, unit in _BASE_UNITS.items():
        if base.endswith(suffix):
            message = f"`{metric.name}` is not in a base unit"
            hint = f"`{base.removesuffix(suffix)}{unit}` in the program"
            yield finding(METRIC_NAME, metric.origin.key(), message, hint)


KIND: Final = Check(
    run=_run,
    lints=("L7",),
    examples=(
        Example(
            code=METRIC_NAME,
            wrong="api_latency_ms: {type: histogram, buckets: [100, 500]}",
            right="api_latency_seconds: {type: histogram, buckets: [0.1, 0.5]}",
        ),
    ),
)
