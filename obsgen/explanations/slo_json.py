"""An SLO's explanation for programs."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from obsgen import names
from obsgen.artefacts import Json
from obsgen.explanations.figures import exact
from obsgen.explanations.slos import Scenario, SloExplanation, spent_by
from obsgen.explanations.timing import Wait, limit
from obsgen.explanations.words import counting_words, formula_words
from obsgen.model import Tier


def slo_json(found: SloExplanation) -> dict[str, Json]:
    """Return all that is known; seconds and ratios exactly, or with 15 significant digits."""
    slo = found.slo
    return {
        "slo": found.name,
        "environment": found.environment,
        "source": found.place,
        "description": slo.description,
        "objective": slo.objective,
        "period": str(slo.period),
        "by": list(slo.by),
        "bad_events": slo.sli.words,
        "budget": _budget(found),
        "tiers": [_tier(found, tier) for tier in slo.tiers],
        "left_out": [{"tier": name, "reason": reason} for name, reason in slo.left_out],
        "other_alerts": [
            {
                "alert": rule.alert,
                "severity": rule.labels.get("severity", ""),
                "summary": rule.annotations.get("summary", ""),
            }
            for rule in found.other_alerts
        ],
        "counting": {
            "tile": str(slo.tile.length),
            "bridge": str(slo.tile.bridge),
            "settle": str(found.pace.settle),
            "births": found.counts_births,
            "words": list(counting_words(found)),
        },
        "formula": list(formula_words(found)),
        "recorded": [
            {"series": rule.record, "every": str(names.tile_of(rule.record) or group.interval)}
            for group, rule in found.records
        ],
    }


def _budget(found: SloExplanation) -> dict[str, Json]:
    period, events = found.slo.period, found.events
    allowed = None if events is None else events * found.budget
    return {
        "ratio": exact(found.budget),
        "bad_of": [found.budget.numerator, found.budget.denominator],
        "minutes": exact(found.minutes(period.length)),
        "minutes_at_most": exact(found.minutes(period.longest)),
        "events": _number(events),
        "bad_events": _number(allowed),
    }


def _number(value: Fraction | None) -> Decimal | None:
    return None if value is None else exact(value)


def _tier(found: SloExplanation, tier: Tier) -> dict[str, Json]:
    return {
        "tier": tier.name,
        "severity": tier.severity,
        "burn_rate": exact(tier.factor),
        "error_ratio": exact(limit(tier, found.slo)),
        "long_window": str(tier.long),
        "short_window": str(tier.short),
        "for": str(tier.for_),
        "keep_firing_for": str(tier.keep_firing_for),
        "min_events": tier.min_events,
        "budget_spent": exact(spent_by(tier, found.slo)),
        "failures": [_scenario(scenario) for scenario in found.scenarios(tier)],
    }


def _scenario(scenario: Scenario) -> dict[str, Json]:
    return {
        "failure": scenario.name,
        "error_ratio": exact(scenario.ratio),
        "fires_after_seconds": _wait(scenario.fires),
        "clears_after_seconds": _wait(scenario.clears),
    }


def _wait(wait: Wait | None) -> Json:
    return None if wait is None else {"least": exact(wait.least), "most": exact(wait.most)}
