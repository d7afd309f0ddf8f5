"""The error budget: what there is, what is left of it, how fast it burns, and metadata."""

from __future__ import annotations

from collections.abc import Iterator

from obsgen import names
from obsgen.artefacts import RecordingRule
from obsgen.compile.slo.scope import SloScope
from obsgen.counting.calendar import period_minutes
from obsgen.units import Duration, number_text


def budget_rules(scope: SloScope) -> Iterator[RecordingRule]:
    """Yield objective, budget, what is left of it, burn rate, time to exhaustion, metadata."""
    slo, budget = scope.slo, scope.budget
    yield scope.constant(names.OBJECTIVE, number_text(slo.objective / 100))
    yield scope.constant(names.ERROR_BUDGET, budget)
    period = scope.of(names.PERIOD_ERROR_RATIO)
    yield scope.record(names.BUDGET_REMAINING, f"1 - {period} / {budget}")
    left = scope.of(names.BUDGET_REMAINING)
    minutes = period_minutes(slo.period, slo.sli.rhythm.share)
    yield scope.record(names.MINUTES_REMAINING, f"{left} * {budget} * {minutes}")
    bad, total = scope.of(names.PERIOD_BAD_EVENTS), scope.of(names.PERIOD_TOTAL_EVENTS)
    yield scope.record(names.EVENTS_REMAINING, f"{budget} * {total} - {bad}")
    hour = scope.of(names.error_ratio(Duration.parse("1h")))
    yield scope.record(names.BURN_RATE, f"{hour} / {budget}")
    # A burn rate of 1 spends the whole budget in one period. Nothing burns: no time is told.
    burn = scope.of(names.BURN_RATE)
    seconds = f"{period_minutes(slo.period)} * 60"
    yield scope.record(names.EXHAUSTION, f"clamp_min({left}, 0) * {seconds} / ({burn} > 0)")
    yield _info(scope)


def _info(scope: SloScope) -> RecordingRule:
    slo = scope.slo
    metadata = {
        **slo.labels,
        "objective": number_text(slo.objective),
        "period": str(slo.period),
        "kind": slo.sli.kind,
        "team": slo.team,
        "runbook": slo.runbook,
    }
    present = {k: v for k, v in metadata.items() if v}
    return RecordingRule(
        record=names.INFO,
        expr="vector(1)",
        labels={**scope.labels, **present},
        origin=slo.origin,
    )
