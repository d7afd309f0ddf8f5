"""
`llm`: language models: how much they are used, what they cost, how fast and how good they are.

Which metric is what, its role says; names of labels may be those of OpenTelemetry's conventions or
plain words. What is not declared leaves no panel behind.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from obsgen.artefacts import Dashboard, Section, Variable
from obsgen.catalogue import Metric
from obsgen.model import DashboardContext
from obsgen.packs._llm_health import Health
from obsgen.packs._llm_metrics import MODEL, OPERATION, PROVIDER, LlmMetrics, label_of
from obsgen.packs._llm_usage import Usage
from obsgen.packs._measures import Panels
from obsgen.packs._of_services import OfServices, of_service
from obsgen.packs._rows import closed_beyond_the_first, in_pairs, in_rows
from obsgen.packs._variables import label_variable

_STATS_IN_A_ROW: Final = 6
_THREE: Final = 3


class LlmPack(OfServices):
    """Language models."""

    key: Final = "llm"
    description: Final = "Language models: requests, errors, tokens, cost, speed and quality."
    shows: Final = (
        "metrics with `role: tokens`, `quality`, `time_to_first_token`, …, and requests, durations "
        "and costs with a label for the model or the provider"
    )

    def dashboards(self, context: DashboardContext) -> tuple[Dashboard, ...]:
        """Return one dashboard; none where no metric tells of a model."""
        service = context.service
        metrics = LlmMetrics.of(service.catalogue.metrics.values())
        if not metrics.all:
            return ()
        variables = _variables(metrics.all)
        within = replace(context, variables=tuple(variable.name for variable in variables))
        dashboard = of_service(
            self.key,
            service,
            title="language models",
            description=f"The language models that {service.title} uses: requests, tokens, cost, "
            "speed, quality.",
            sections=_sections(Usage(Panels(within), metrics), Health(Panels(within), metrics)),
            variables=variables,
        )
        return (dashboard,)


def _sections(usage: Usage, health: Health) -> tuple[Section, ...]:
    judged = (*health.errors(), *health.quality())
    totals = in_rows(tuple(usage.totals()), _STATS_IN_A_ROW)
    sections = (
        Section(title="", panels=in_rows(tuple(usage.stats()), _STATS_IN_A_ROW)),
        Section(title="Tokens and cost", panels=in_pairs(tuple(usage.tokens()))),
        Section(title="Speed", panels=in_rows(tuple(health.speed()), _THREE)),
        Section(title="Errors and quality", panels=in_rows(judged, _THREE)),
        Section(title="Models", panels=in_rows(tuple(health.tables()), 1)),
        Section(title="Today and this month", panels=totals),
    )
    return closed_beyond_the_first(sections)


def _variables(metrics: tuple[Metric, ...]) -> tuple[Variable, ...]:
    return tuple(
        replace(variable, label=words) if words and len(labels) == 1 else variable
        for family, words in ((MODEL, "Model"), (PROVIDER, "Provider"), (OPERATION, ""))
        for labels in [_labels(metrics, family)]
        for label in labels
        if (variable := label_variable(label, metrics)) is not None
    )


def _labels(metrics: Iterable[Metric], family: tuple[str, ...]) -> tuple[str, ...]:
    """Return how a family's label is called, in each metric by its most telling name."""
    return tuple(dict.fromkeys(label for m in metrics if (label := label_of(m, family))))


KIND: Final = LlmPack()
