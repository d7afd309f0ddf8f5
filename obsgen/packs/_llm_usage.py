"""How much language models are used and what they cost."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from obsgen.artefacts import Panel
from obsgen.catalogue import Metric
from obsgen.packs._llm_measures import (
    REQUESTS,
    TOKENS,
    USUAL,
    a_thousand,
    error_ratios,
    labels,
    model_of,
    named,
    side_of,
    token_counter,
)
from obsgen.packs._llm_metrics import TOKEN_TYPE, LlmMetrics, label_of
from obsgen.packs._measures import (
    HOUR,
    MINUTE,
    RANGE,
    THIS_MONTH,
    TODAY,
    Panels,
    increase,
    quantile,
    rate,
)
from obsgen.packs._panels import steps

_ERROR_COLORS: Final = steps("green", ("0.01", "orange"), ("0.05", "red"))


class Usage:
    """Panels by role; several metrics of one role stand beside each other."""

    def __init__(self, panels: Panels, metrics: LlmMetrics) -> None:
        self._panels = panels
        self._metrics = metrics

    def stats(self) -> Iterator[Panel]:
        """Yield the current values."""
        metrics = self._metrics
        for metric in metrics.requests:
            yield self._panels.stat(
                named("Requests", metric, metrics.requests),
                "Calls of language models a second. A sudden drop is as bad as errors: look at "
                "what calls them, and at the provider.",
                rate(metric),
                unit=REQUESTS,
            )
        yield from self._error_stats()
        for metric in metrics.tokens:
            yield self._panels.stat(
                named("Tokens a minute", metric, metrics.tokens),
                "Tokens that go into models and come out of them. They are what is paid for, and "
                "what providers limit: compare with the limit of your account.",
                rate(token_counter(metric), per=MINUTE),
                unit=TOKENS,
            )
        for metric in metrics.costs:
            yield self._panels.stat(
                named("Cost an hour", metric, metrics.costs),
                "What models cost at the pace of the last minutes. When it grows faster than the "
                "requests, look for longer prompts, a dearer model or retries.",
                rate(metric, per=HOUR),
            )
        yield from self._time_stats()

    def _error_stats(self) -> Iterator[Panel]:
        for title, measure, panels in error_ratios(self._panels, self._metrics):
            yield panels.stat(
                title,
                "The part of the calls that fail. Above 5%, see below which model and which kind "
                "of error it is; if it is one provider, look at its status page.",
                measure,
                colors=_ERROR_COLORS,
            )

    def _time_stats(self) -> Iterator[Panel]:
        metrics = self._metrics
        for metric in metrics.durations:
            yield self._panels.stat(
                named("Duration, p95", metric, metrics.durations),
                "How long nineteen of twenty calls take at most. When it rises, compare the "
                "tokens of a call: longer answers take longer; else the provider is slow.",
                quantile(metric, USUAL),
            )
        if metrics.first_token:
            yield self._panels.stat(
                "First token, p95",
                "How long people wait until an answer begins. When it rises, requests queue at "
                "the provider, or prompts have grown.",
                *(quantile(m, USUAL, legend=side_of(m)) for m in metrics.first_token),
                no_value="nothing is streamed",
            )

    def totals(self) -> Iterator[Panel]:
        """Yield how much was used and spent today and this month."""
        metrics = self._metrics
        for words, time in (("today", TODAY), ("this month", THIS_MONTH)):
            for title, found in (
                ("Requests", metrics.requests),
                ("Tokens", metrics.tokens),
                ("Cost", metrics.costs),
            ):
                for metric in found:
                    counter = token_counter(metric) if title == "Tokens" else metric
                    yield self._panels.stat(
                        named(f"{title} {words}", metric, found),
                        f"How much it has been {words}, by the calendar of your browser. Compare "
                        "it with the provider's own figures.",
                        increase(counter, window=RANGE),
                        time=time,
                    )

    def tokens(self) -> Iterator[Panel]:
        """Yield the graphs of tokens and of what they cost."""
        metrics = self._metrics
        for metric in metrics.tokens:
            kinds = ((label_of(metric, TOKEN_TYPE), "type"), (model_of(metric), "model"))
            shown = [(label, word) for label, word in kinds if label] or [("", "")]
            for label, word in shown:
                title = f"Tokens by {word}" if word else "Tokens over time"
                yield self._panels.graph(
                    named(title, metric, metrics.tokens),
                    "Tokens a minute. When they grow faster than the requests, prompts or answers "
                    "have become longer: look at what is put into them.",
                    rate(token_counter(metric), per=MINUTE, by=labels(label)),
                    unit=TOKENS,
                    stacked=True,
                )
        for metric in metrics.costs:
            yield self._panels.graph(
                named("Cost an hour by model", metric, metrics.costs),
                "What each model costs in an hour, at the pace of each moment. The largest area is "
                "where a smaller model or a shorter prompt saves most.",
                rate(metric, per=HOUR, by=labels(model_of(metric))),
                stacked=True,
            )
            yield from self._unit_costs(metric)

    def _unit_costs(self, cost: Metric) -> Iterator[Panel]:
        wholes = [(m, "requests") for m in self._metrics.requests[:1]]
        wholes += [(token_counter(m), "tokens") for m in self._metrics.tokens[:1]]
        for whole, words in wholes:
            panels = self._panels.shared(cost, whole)
            label = model_of(cost) if model_of(cost) in whole.labels else ""
            yield panels.graph(
                named(f"Cost of 1,000 {words}", cost, self._metrics.costs),
                f"What a thousand {words} cost. It rises when dearer models take more of the work; "
                "traffic alone does not move it.",
                a_thousand(panels, cost, whole, by=labels(label)),
                unit=cost.unit,
            )
