"""The limits that SLOs set to what a graph shows: a dashed line each, and a sentence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Final

from obsgen.artefacts import Threshold
from obsgen.matchers import Matcher, contradiction
from obsgen.model import DashboardContext, Measure, Promise, Query, Slo, observed
from obsgen.panels._thresholds import NEUTRAL
from obsgen.promql import PromqlError, parse, selectors, substitute_variables
from obsgen.units import Unit, as_decimal, number_text

_COLOR: Final = "red"


@dataclass(frozen=True, slots=True)
class SloLine:
    """A limit in the unit that the graph shows, and what the graph's description says of it."""

    value: Decimal
    sentence: str


def slo_lines(
    measures: Sequence[Measure], unit: Unit, context: DashboardContext
) -> tuple[SloLine, ...]:
    """Return the lines of all SLOs of the service on the one metric whose values are shown."""
    shown = {metric.name for m in measures if (metric := observed(m)) is not None}
    if len(shown) != 1 or any(observed(measure) is None for measure in measures):
        return ()
    return tuple(
        line
        for slo in context.service.slos
        for promise in slo.sli.promises
        if promise.metric.name in shown and _is_about(promise, measures)
        for line in _lines(slo, promise, unit)
    )


def steps_of_lines(lines: Sequence[SloLine]) -> tuple[Threshold, ...]:
    """Return the thresholds that draw the lines, and judge nothing."""
    values = sorted({line.value for line in lines})
    return (*NEUTRAL, *(Threshold(value=value, color=_COLOR) for value in values))


def _is_about(promise: Promise, measures: Sequence[Measure]) -> bool:
    """Say whether one of the measures may show series that the SLO counts."""
    return any(contradiction((*promise.where, *_matchers(m))) is None for m in measures)


def _matchers(measure: Measure) -> Iterator[Matcher]:
    """Yield the matchers of a measure's query."""
    try:
        root = parse(substitute_variables(measure.expr(Query()).text))
    except PromqlError:  # it was reported where it was read
        return
    for selected in selectors(root):
        for matcher in selected.matchers:
            yield Matcher(matcher.label, matcher.op, matcher.value)


def _lines(slo: Slo, promise: Promise, unit: Unit) -> Iterator[SloLine]:
    limit = promise.limit
    parts = [(value, text, f" for {limit.by} {name}") for name, value, text in limit.values]
    if limit.value is not None:
        parts.append((limit.value, limit.text, " for others" if parts else ""))
    factor = Fraction(promise.metric.unit.scale) / Fraction(unit.scale)
    for value, text, for_whom in parts:
        yield SloLine(
            as_decimal(Fraction(value) * factor),
            f"The dashed line at {text} is the limit of SLO {slo.name}{for_whom}, objective "
            f"{number_text(slo.objective)}%.",
        )
