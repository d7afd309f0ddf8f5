"""Measures of language models: what tells models apart, what is an error, what a unit costs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Final

from obsgen.catalogue import Metric
from obsgen.measures._aggregate import Aggregated
from obsgen.measures.avg import AVG
from obsgen.model import Measure, Modifiers, Query
from obsgen.packs._llm_metrics import MODEL, PROVIDER, LlmMetrics, label_of
from obsgen.packs._measures import RECORDED_WINDOW, Panels, mean, quotient, rate, share, summed
from obsgen.promql.build import binary, number
from obsgen.units import Unit

USUAL: Final = Decimal("0.95")
"""The quantile that stands for how long things take."""

REQUESTS: Final = Unit.parse("requests/s")
TOKENS: Final = Unit.parse("tokens/min")
_A_THOUSAND: Final = 1000


def model_of(metric: Metric) -> str:
    """Return the label that tells models apart, else providers, or nothing."""
    return label_of(metric, MODEL) or label_of(metric, PROVIDER)


def labels(label: str) -> tuple[str, ...]:
    """Return what to group by, given a label or nothing."""
    return (label,) if label else ()


def token_counter(tokens: Metric) -> Metric:
    """Return the counter of tokens: of a distribution of them, what it adds up."""
    return summed(tokens) if tokens.type == "histogram" else tokens


def quality_mean(metric: Metric, *, by: tuple[str, ...] = (), legend: str = "") -> Measure:
    """Return the mean of what judges answers."""
    if metric.type == "gauge":
        return Aggregated(metric=metric, modifiers=Modifiers(by=by, legend=legend), how=AVG)
    return mean(metric, by=by, legend=legend)


def error_ratios(
    panels: Panels, metrics: LlmMetrics, *, by_model: bool = False
) -> Iterator[tuple[str, Measure, Panels]]:
    """
    Yield the ratios of errors, each with its title and the panels that may show it.

    Args:
        by_model: Where all that is read tells models apart.
    """
    judged = judged_requests(metrics)
    for metric in judged:
        label = model_of(metric) if by_model else ""
        ratio = share(metric, metric.bad, by=labels(label))
        yield named("Errors", metric, judged), ratio, panels
    for metric in () if judged else metrics.errors:
        for requests in metrics.requests[:1]:
            label = model_of(metric) if by_model else ""
            by = labels(label if label in requests.labels else "")
            ratio = quotient(rate(metric, by=by), rate(requests, by=by))
            title = named("Errors", metric, metrics.errors)
            yield title, ratio, panels.shared(metric, requests)


def judged_requests(metrics: LlmMetrics) -> tuple[Metric, ...]:
    """Return the metrics that say which of their events are errors."""
    judged = tuple(metric for metric in metrics.requests if metric.bad)
    return judged or tuple(metric for metric in metrics.durations if metric.bad)


def a_thousand(
    panels: Panels,
    cost: Metric,
    whole: Metric,
    *,
    by: tuple[str, ...] = (),
    window: str = "$__rate_interval",
) -> Measure:
    """Return what a thousand of something cost."""
    asked = RECORDED_WINDOW if cost.recorded else window
    ratio = quotient(rate(cost, by=by), rate(whole, by=by)).expr(Query(window=asked))
    thousand = binary(ratio, "*", number(str(_A_THOUSAND)))
    legend = " ".join(f"{{{{{label}}}}}" for label in by)
    return panels.raw(thousand.text, cost.unit, legend=legend)


def named(title: str, metric: Metric, of_role: Sequence[Metric]) -> str:
    """Return a title, with the metric's name where there are several of its role."""
    return title if len(of_role) == 1 else f"{title}: {metric.name}"


def side_of(metric: Metric) -> str:
    """Return whose time it is, where client and server both measure."""
    sides = ("client", "server")
    return next((side for side in sides if side in metric.name.split("_")), "")
