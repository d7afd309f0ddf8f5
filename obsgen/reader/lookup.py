"""Names of metrics and bounds of buckets, looked up in what a service may query."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Final

from obsgen.catalogue import DECLARED_TYPES, Catalogue, Metric
from obsgen.diagnostics import Code, Diagnostic, Origin, Related, finding
from obsgen.model import Reports
from obsgen.reader.shape import words
from obsgen.reader.values import read_amount
from obsgen.source import Node, Scalar
from obsgen.units import SECONDS, Unit, as_decimal, number_text

UNKNOWN_METRIC: Final = Code(
    "REF201",
    "unknown-metric",
    why="a query over a metric that nobody declared gives nothing, and nobody notices",
    fix="Declare it under `metrics:`, or write the declared name.",
)
OTHER_METRIC_TYPE: Final = Code(
    "REF204",
    "other-metric-type",
    why="`rate` of a gauge and `value` of a counter are numbers without a meaning",
    fix="Write a measure for the metric's type: `rate` and `increase` for counters, `quantile`, "
    "`mean` and `share: {below: …}` for histograms, `value`, `sum`, `avg`, `min`, `max` for "
    "gauges.",
)
NOT_A_BUCKET: Final = Code(
    "SLO321",
    "not-a-bucket",
    why="a histogram only knows how many observations lie below its buckets' bounds; anything "
    "between two of them is a guess",
    fix="Write one of the buckets, or add the bound to the histogram (in the program too).",
)
CODES: Final = (UNKNOWN_METRIC, OTHER_METRIC_TYPE, NOT_A_BUCKET)

USE: Final = {
    "counter": "`rate` or `increase`",
    "histogram": "`quantile`, `mean` or `share: {below: …}`",
    "native_histogram": "`distribution`, or `latency` of an SLO",
    "summary": "`mean`",
    "gauge": "`value`, `sum`, `avg`, `min` or `max`",
    "increments": "`rate` or `increase`",
}
"""What may be said of a metric, by its type."""


def find_metric(
    node: Scalar, types: tuple[str, ...], use: str, catalogue: Catalogue, report: Reports
) -> Metric | None:
    """
    Look up a metric of one of the types.

    Args:
        use: What for, for messages: `rate`.
    """
    metric = catalogue.metrics.get(node.text)
    if metric is None:
        report(unknown_metric(node.text, node.origin, catalogue))
        return None
    if metric.type in types:
        return metric
    hint = f"use {USE[metric.type]}"
    declared = [each for each in types if each in DECLARED_TYPES]
    taken = " or ".join(filter(None, (", ".join(declared[:-1]), declared[-1])))
    what = "is made by `prices`" if metric.recorded else f"is a {metric.type}"
    message = f"`{use}` takes a {taken}; `{metric.name}` {what}"
    related = declared_at(metric)
    report(finding(OTHER_METRIC_TYPE, node.origin, message, hint, related=related))
    return None


def unknown_metric(name: str, origin: Origin, catalogue: Catalogue) -> Diagnostic:
    """Return the finding for a metric that is declared nowhere in reach."""
    base = catalogue.metric_of(name)
    guess = base.name if base else catalogue.near(name)
    hint = f"did you mean `{guess}`?" if guess else "declare it under `metrics:`"
    if (declared := catalogue.metrics.get(name)) is not None:
        hint = f"it is a {declared.type}: its series are {words(list(declared.series()))}"
        return finding(UNKNOWN_METRIC, origin, f"`{name}` has no series of its own", hint)
    return finding(UNKNOWN_METRIC, origin, f"metric `{name}` is not declared", hint)


def find_bucket(node: Node | None, metric: Metric, report: Reports) -> Decimal | None:
    """Read a bound that is one of a histogram's buckets."""
    bound = read_amount(node, metric.unit, report, f"`{metric.name}`")
    if bound is None or not isinstance(node, Scalar):
        return None
    if metric.type == "native_histogram":
        if bound > 0:
            return as_decimal(Fraction(bound))
        message = f"{node.word} is no bound of `{metric.name}`"
        report(finding(NOT_A_BUCKET, node.origin, message, "write a bound above 0"))
        return None
    if bound in metric.buckets:
        return next(b for b in metric.buckets if b == bound)
    shown = ", ".join(f"{number_text(b)}{_short(metric.unit)}" for b in metric.buckets)
    message = f"{node.word} is not a bucket of `{metric.name}`"
    hint = f"its buckets are {shown}" if shown else "declare its `buckets:`"
    if metric.type != "histogram":
        hint = f"`{metric.name}` is a {metric.type}: only a histogram has buckets"
    report(finding(NOT_A_BUCKET, node.origin, message, hint, related=declared_at(metric)))
    return None


def declared_at(metric: Metric) -> tuple[Related, ...]:
    """Return where a metric is declared; nothing for those that Prometheus brings."""
    return (Related("declared here", metric.origin),) if metric.origin.file else ()


def _short(unit: Unit) -> str:
    if unit.name == SECONDS.name:
        return "s"
    return f" {unit}" if unit.name != "count" else ""
