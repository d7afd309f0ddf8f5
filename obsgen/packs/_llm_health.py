"""How fast language models are, what fails, and how good their answers are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Final

from obsgen.artefacts import Panel
from obsgen.catalogue import Metric
from obsgen.matchers import Matcher
from obsgen.model import Measure
from obsgen.packs._llm_measures import (
    REQUESTS,
    USUAL,
    error_ratios,
    judged_requests,
    labels,
    model_of,
    named,
    quality_mean,
    side_of,
    token_counter,
)
from obsgen.packs._llm_metrics import ERROR_TYPE, MODEL, PROVIDER, LlmMetrics, label_of
from obsgen.packs._measures import HOUR, MINUTE, Panels, quantile, rate, share

_QUANTILES: Final = (Decimal("0.5"), Decimal("0.95"), Decimal("0.99"))
_WORST_TENTH: Final = Decimal("0.1")
_MOST: Final = 10


class Health:
    """Panels by role; several metrics of one role stand beside each other."""

    def __init__(self, panels: Panels, metrics: LlmMetrics) -> None:
        self._panels = panels
        self._metrics = metrics

    def speed(self) -> Iterator[Panel]:
        """Yield the graphs of durations."""
        metrics = self._metrics
        for metric in metrics.durations:
            yield self._panels.graph(
                named("Duration", metric, metrics.durations),
                "How long calls take: half of them, nineteen of twenty, all but one in a hundred. "
                "When only the highest rises, some calls are retried or wait in a queue.",
                *(quantile(metric, each) for each in _QUANTILES),
            )
            if label := model_of(metric):
                yield self._panels.graph(
                    named("Duration by model, p95", metric, metrics.durations),
                    "How long nineteen of twenty calls of each model take at most. If all rise, "
                    "look at the network and the provider; if one, move its work to another.",
                    quantile(metric, USUAL, by=(label,), top=_MOST, legend=f"{{{{{label}}}}}"),
                )
        waits = (
            (
                metrics.first_token,
                "First token by model, p95",
                "How long people look at an empty answer. When it rises, requests queue at the "
                "provider, or prompts have grown.",
            ),
            (
                metrics.per_token,
                "Time for each further token, p95",
                "How fast answers are written: above 0.1 s people read faster. When it rises, the "
                "model is overloaded; a smaller one is faster.",
            ),
        )
        for found, title, description in waits:
            if found:
                yield self._panels.graph(
                    title,
                    description,
                    *(self._waited(metric) for metric in found),
                    no_value="nothing is streamed",
                )

    def _waited(self, metric: Metric) -> Measure:
        label = model_of(metric)
        words = " ".join(filter(None, (f"{{{{{label}}}}}" if label else "", side_of(metric))))
        return quantile(metric, USUAL, by=labels(label), top=_MOST, legend=words)

    def errors(self) -> Iterator[Panel]:
        """Yield what fails, is refused or is judged."""
        for title, measure, panels in error_ratios(self._panels, self._metrics, by_model=True):
            yield panels.graph(
                f"{title} by model" if measure.labels else f"{title} over time",
                "The part of the calls that fail. One line alone is a model or its provider; all "
                "of them are a key, a quota or the network.",
                measure,
            )
        yield from self._error_types()
        for metric in self._metrics.rate_limited:
            yield self._panels.graph(
                named("Refused by rate limits", metric, self._metrics.rate_limited),
                "Calls that a limit of the provider refused, a second. Spread the load, ask for a "
                "higher limit, or let less urgent calls wait.",
                rate(metric, by=labels(model_of(metric))),
            )

    def _error_types(self) -> Iterator[Panel]:
        judged, counted = judged_requests(self._metrics), self._metrics.errors
        kinds: list[tuple[Metric, tuple[Matcher, ...], str]] = [
            *((metric, metric.bad, named("Errors by kind", metric, judged)) for metric in judged),
            *((metric, (), named("Counted errors", metric, counted)) for metric in counted),
        ]
        for metric, where, title in kinds:
            label = label_of(metric, ERROR_TYPE)
            if label and _has_several(label, where):
                yield self._panels.graph(
                    title,
                    "What kinds of errors there are, a second. Timeouts are the provider's, "
                    "refused keys and spent quotas are ours.",
                    rate(metric, where=where, by=(label,)),
                    unit=REQUESTS,
                    no_value="no errors",
                )

    def quality(self) -> Iterator[Panel]:
        """Yield what judges say of answers, and what guards refuse."""
        for metric in self._metrics.quality:
            worst = (
                ()
                if metric.type == "gauge"
                else (quantile(metric, _WORST_TENTH, legend="worst tenth"),)
            )
            yield self._panels.graph(
                named("Quality", metric, self._metrics.quality),
                "How good answers are judged to be: on average, and where the worst tenth begins. "
                "When it falls, compare with the last change of a prompt or a model.",
                quality_mean(metric, legend="mean"),
                *worst,
            )
        for metric in self._metrics.blocked:
            label = label_of(metric, ERROR_TYPE) or model_of(metric)
            yield self._panels.graph(
                named("Blocked answers", metric, self._metrics.blocked),
                "Calls that a guard refused or replaced, a second. A sudden rise is an attack, or "
                "a guard that has become too strict: read some of them.",
                rate(metric, by=labels(label)),
            )

    def tables(self) -> Iterator[Panel]:
        """Yield a table for each name of the label that tells models apart."""
        labels = dict.fromkeys(label for m in self._metrics.all if (label := label_of(m, MODEL)))
        for label in labels:
            measures = tuple(self._columns(label))
            title = "Models" if len(labels) == 1 else f"Models by {label}"
            if measures:
                panel = self._panels.table(
                    title,
                    "Each model beside the others: how much it is used, what it costs, how fast "
                    "and how good it is. Move work from what is dear and no better.",
                    *measures,
                )
                yield replace(panel, height=9)

    def _columns(self, label: str) -> Iterator[Measure]:
        metrics, by = self._metrics, self._rows_of(label)
        for metric in _with(label, metrics.requests):
            yield rate(metric, by=by, legend="Requests")
        for metric in _with(label, metrics.tokens):
            yield rate(token_counter(metric), per=MINUTE, by=by, legend="Tokens a minute")
        for metric in _with(label, metrics.costs):
            yield rate(metric, per=HOUR, by=by, legend="Cost an hour")
        for metric in _with(label, metrics.durations):
            yield quantile(metric, USUAL, by=by, legend="Duration, p95")
        for metric in _with(label, judged_requests(metrics)):
            yield share(metric, metric.bad, by=by, legend="Errors")
        for metric in _with(label, metrics.quality):
            yield quality_mean(metric, by=by, legend="Quality")

    def _rows_of(self, label: str) -> tuple[str, ...]:
        """Return what a row stands for: a model, with its provider where all columns tell it."""
        found = self._metrics
        shown = (*found.requests, *found.tokens, *found.costs, *found.durations, *found.quality)
        providers = {label_of(metric, PROVIDER) for metric in shown if label in metric.labels}
        provider = next(iter(providers)) if len(providers) == 1 else ""
        return (provider, label) if provider else (label,)


def _with(label: str, metrics: tuple[Metric, ...]) -> Iterator[Metric]:
    return (metric for metric in metrics if label in metric.labels)


def _has_several(label: str, where: tuple[Matcher, ...]) -> bool:
    """Say whether a label tells errors apart: not where all errors have one value."""
    return not any(matcher.label == label and matcher.op == "=" for matcher in where)
