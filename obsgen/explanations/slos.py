"""An SLO explained: its budget, its tiers, how fast they are, what is counted and recorded."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from obsgen import names
from obsgen.artefacts import AlertingRule, Compiled, RecordingRule, RuleGroup
from obsgen.explanations.timing import Pace, Wait, limit, until_clear, until_firing
from obsgen.model import Service, Slo, Tier
from obsgen.units import Duration


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """
    A failure with an even error ratio, and what a tier makes of it.

    Attributes:
        ratio: The error ratio.
        fires, clears: How long after its beginning, and after its end; None where it never fires.
    """

    name: str
    ratio: Fraction
    fires: Wait | None
    clears: Wait | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SloExplanation:
    """
    What there is to know of an SLO.

    Attributes:
        place: Where it is written: `specs/cart.yaml:7:5`.
        groups: The rule groups of the service.
        events_per_second: The traffic that is asked about, if it is known.
    """

    environment: str
    service: Service
    slo: Slo
    place: str
    groups: tuple[RuleGroup, ...]
    events_per_second: Fraction | None = None

    @property
    def name(self) -> str:
        """As specs refer to it."""
        return f"{self.service.name}/{self.slo.name}"

    @property
    def budget(self) -> Fraction:
        """The share of events that may be bad."""
        return Fraction(self.slo.error_budget)

    def minutes(self, length: Duration) -> Fraction:
        """Return the minutes of total outage that a period of that length allows."""
        return self.budget * self.slo.sli.rhythm.share * Fraction(length.ms, 60_000)

    @property
    def events(self) -> Fraction | None:
        """The events in a period: its slices, or those at the traffic that is asked about."""
        if (unit := self.slo.sli.rhythm.unit) is not None:
            return Fraction(self.slo.period.ms, unit.ms) * self.slo.sli.rhythm.share
        if self.events_per_second is None:
            return None
        return self.events_per_second * Fraction(self.slo.period.ms, 1000)

    @property
    def pace(self) -> Pace:
        """How late its events are counted."""
        return Pace.of(self.slo, self.service.scrape_interval)

    def scenarios(self, tier: Tier) -> tuple[Scenario, ...]:
        """Return what a tier makes of a total outage, a double burn, and its own burn rate."""
        ratios = {
            "total outage": Fraction(1),
            "burn rate 2": 2 * self.budget,
            "just above the limit": limit(tier, self.slo),
        }
        return tuple(
            Scenario(
                name=name,
                ratio=ratio,
                fires=until_firing(tier, self.slo, ratio, self.pace),
                clears=until_clear(tier, self.slo, ratio, self.pace),
            )
            for name, ratio in ratios.items()
            # An error ratio never exceeds 1: with a budget of more than half, no burn rate of 2.
            if ratio <= 1
        )

    @property
    def records(self) -> tuple[tuple[RuleGroup, RecordingRule], ...]:
        """Its recording rules, each with its group."""
        return tuple(
            (group, rule)
            for group in self.groups
            for rule in group.rules
            if isinstance(rule, RecordingRule) and self._is_own(rule)
        )

    @property
    def other_alerts(self) -> tuple[AlertingRule, ...]:
        """Its alerts that are not of a tier."""
        return tuple(
            rule
            for group in self.groups
            for rule in group.rules
            if isinstance(rule, AlertingRule)
            and rule.alert != names.BURN_ALERT
            and self._is_own(rule)
        )

    def _is_own(self, rule: RecordingRule | AlertingRule) -> bool:
        own = {"service": self.service.name, "slo": self.slo.name}
        return own.items() <= rule.labels.items()

    @property
    def counts_births(self) -> bool:
        """Say whether what a series had counted when it appeared is counted."""
        born = names.bad_born(self.slo.tile.length)
        return any(rule.record == born for _, rule in self.records)


def explain_slo(
    service: Service,
    slo: Slo,
    compiled: Compiled,
    *,
    environment: str,
    place: str,
    events_per_second: Fraction | None,
) -> SloExplanation:
    """Return what there is to know of an SLO."""
    files = (file for file in compiled.rule_files if file.service == service.name)
    return SloExplanation(
        environment=environment,
        service=service,
        slo=slo,
        place=place,
        groups=tuple(group for file in files for group in file.groups),
        events_per_second=events_per_second,
    )


def spent_by(tier: Tier, slo: Slo) -> Fraction:
    """Return the share of the budget that is spent when a tier's own burn rate fires it."""
    return tier.factor * tier.long.ms / slo.period.ms
