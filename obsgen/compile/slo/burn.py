"""
Burn-rate alerts, one a tier, and alerts when a share of the budget is spent.

Multi-window, multi-burn-rate alerts: Google SRE Workbook, chapter 5, "Alerting on SLOs".
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

from obsgen import names
from obsgen.artefacts import AlertingRule
from obsgen.compile.slo.scope import SloScope
from obsgen.model import BudgetAlert, Tier
from obsgen.units import Duration, number_text, rounded_text


def burn_alerts(scope: SloScope) -> Iterator[tuple[Tier, AlertingRule]]:
    """Yield one alert a tier, fastest first."""
    for tier in scope.slo.tiers:
        yield tier, _burn_alert(scope, tier)


def _burn_alert(scope: SloScope, tier: Tier) -> AlertingRule:
    limit = number_text(tier.factor * Fraction(scope.slo.error_budget))
    long = f"{scope.of(names.error_ratio(tier.long))} > {limit}"
    short = f"{scope.of(names.error_ratio(tier.short))} > {limit}"
    expr = f"{long}\nand {short}"
    if tier.min_events is not None:
        expr = f"{expr}\nand {scope.total_events(tier.long)} >= {number_text(tier.min_events)}"
    rule = scope.alert(
        names.BURN_ALERT,
        expr,
        labels={
            "tier": tier.name,
            "severity": scope.severity(tier.severity),
            "long_window": str(tier.long),
            "short_window": str(tier.short),
        },
        prose=_burn_prose(scope, tier),
        for_=tier.for_,
        keep_firing_for=tier.keep_firing_for,
        origin=scope.slo.origin,
    )
    percent = rounded_text(tier.factor * Fraction(scope.slo.error_budget) * 100)
    bound = f"above {percent}% bad events over {tier.long} and over {tier.short}"
    return replace(scope.telling_budget(rule), limit=bound)


def _burn_prose(scope: SloScope, tier: Tier) -> tuple[str, str]:
    slo = scope.slo
    factor = rounded_text(tier.factor)
    budget = number_text(slo.error_budget * 100)
    gone = Duration(int(slo.period.ms / tier.factor) // 60_000 * 60_000)
    summary = f"{scope.subject} burns its error budget at a rate above {factor}"
    description = (
        f"Over the last {tier.long}, {{{{ $value | humanizePercentage }}}} of the events were "
        f"bad ({slo.sli.words}). The objective of {number_text(slo.objective)}% over "
        f"{slo.period} allows {budget}%; a burn rate of {factor} spends all of it in {gone}."
    )
    return summary, description


def spent_alerts(scope: SloScope) -> Iterator[tuple[BudgetAlert, AlertingRule]]:
    """Yield one alert for each share of the budget that is asked for."""
    for asked in scope.slo.budget_alerts:
        yield asked, _spent_alert(scope, asked)


def _spent_alert(scope: SloScope, asked: BudgetAlert) -> AlertingRule:
    slo = scope.slo
    description = (
        "{{ $value | humanizePercentage }} of the error budget of "
        f"{number_text(slo.error_budget * 100)}% over {slo.period} is spent "
        f"({slo.sli.words}). Plan risky changes with that in mind."
    )
    rule = scope.alert(
        names.SPENT_ALERT,
        f"1 - {scope.of(names.BUDGET_REMAINING)} > {number_text(asked.spent)}",
        labels={
            "spent": number_text(asked.spent * 100) + "%",
            "severity": scope.severity(asked.severity),
        },
        prose=(f"{scope.subject} has spent {asked.text} of its error budget", description),
        origin=asked.origin,
    )
    limit = f"above {asked.text} of the error budget"
    return replace(scope.telling_budget(rule), limit=limit)
