"""
The rules of one SLO: its ledger, everything that is summed from it, and its burn-rate alerts.

Ratios are sums over the ledger, never means of ratios: traffic varies. Ranges over recorded
series are one millisecond short (`Duration.minus_a_millisecond`) and never subqueries, which
repeat stale tiles. Multi-window, multi-burn-rate alerts: Google SRE Workbook, chapter 5.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Final

from obsgen import names
from obsgen.artefacts import AlertingRule, RecordingRule
from obsgen.matchers import Matcher, selector
from obsgen.model import BudgetAlert, Context, Ledger, LedgerScope, Slo, Tier
from obsgen.units import Duration, number_text, rounded_text

# A birth beyond this is a relabelling or a hidden series that returned, not events.
_CAP_BASE: Final = 10
_CAP_FACTOR: Final = 2
_CAP_WINDOW: Final = Duration.parse("1h")


@dataclass(frozen=True, slots=True, kw_only=True)
class SloRules:
    """
    What one SLO compiles to.

    Attributes:
        ledger: Rules of the group that runs every tile, in their order.
        budget: Rules of the slower group.
    """

    ledger: tuple[RecordingRule | AlertingRule, ...]
    budget: tuple[RecordingRule | AlertingRule, ...]


def compile_slo(slo: Slo, context: Context) -> SloRules:
    """Return the rules of an SLO."""
    compiler = _Compiler(slo, context)
    return SloRules(
        ledger=(*compiler.ledger(), *compiler.fast_ratios(), *compiler.burn_alerts()),
        budget=(*compiler.slow_ratios(), *compiler.budget(), *compiler.spent_alerts()),
    )


def recorded_series(rules: SloRules) -> Mapping[str, frozenset[str]]:
    """Return the series that an SLO's rules record, with their labels."""
    found: dict[str, frozenset[str]] = {}
    for rule in (*rules.ledger, *rules.budget):
        if isinstance(rule, RecordingRule):
            found[rule.record] = frozenset((*rule.labels, *rule.groups))
    return found


class _Compiler:
    """Writes the rules of one SLO."""

    def __init__(self, slo: Slo, context: Context) -> None:
        self.slo = slo
        self.context = context
        self.tile = slo.tile.length
        service = context.service.name
        self.labels = {"service": service, "slo": slo.name}
        # With the environment's labels: several environments may share one Prometheus.
        selected = {**context.environment.labels, **self.labels}
        self.identity = tuple(Matcher(label, "=", value) for label, value in selected.items())

    def ledger(self) -> Iterator[RecordingRule]:
        """Yield the ledger, its parts first, and the coarse ledger."""
        scope = LedgerScope(by=self.slo.by, identity=self.identity, tile=self.slo.tile)
        ledger = self.slo.sli.ledger(scope)
        yield self._record(names.total_seen(self.tile), ledger.total_seen)
        yield self._record(names.bad_seen(self.tile), ledger.bad_seen)
        if ledger.total_born is not None:
            yield self._record(names.total_born(self.tile), ledger.total_born)
        yield self._record(names.bad_born(self.tile), ledger.bad_born)
        yield self._record(names.bad_events(self.tile), self._bad_events(ledger))
        yield self._record(names.total_events(self.tile), self._total_events(ledger))
        for name in (names.bad_events, names.total_events):
            # In the same group and gated, not in a group of its own: that one could run before
            # the last tile is stored, and promtool evaluates every group at one interval.
            tiles = self._sum(name(self.tile), names.COARSE_TILE)
            seconds = number_text(names.COARSE_TILE.seconds)
            gate = f"vector(time() % {seconds}) < {number_text(self.tile.seconds)}"
            yield self._record(name(names.COARSE_TILE), f"{tiles}\nand on () ({gate})")

    def _bad_events(self, ledger: Ledger) -> str:
        seen, born = self._of(names.bad_seen(self.tile)), self._of(names.bad_born(self.tile))
        if ledger.total_born is None:
            accepted = f"{born}\n  <= {self._cap()}"
        else:
            total = self._of(names.total_born(self.tile))
            accepted = f"{born}\nand {total}\n  <= {self._cap()}"
        return f"{seen}\n  + (\n    {_hung(accepted, 4)}\n    or 0 * {born}\n  )"

    def _total_events(self, ledger: Ledger) -> str:
        total = self._of(names.total_seen(self.tile))
        if ledger.total_born is None:
            # Exactly the births that bad added: 0 <= bad <= total.
            bad, seen = names.bad_events(self.tile), names.bad_seen(self.tile)
            return f"{total}\n  + {self._of(bad)}\n  - {self._of(seen)}"
        born = self._of(names.total_born(self.tile))
        return f"{total}\n  + (\n    {born}\n      <= {self._cap()}\n    or 0 * {born}\n  )"

    def _cap(self) -> str:
        busiest = f"{self._of(names.total_seen(self.tile))}[{_CAP_WINDOW.minus_a_millisecond()}]"
        return f"{_CAP_BASE} + {_CAP_FACTOR} * max_over_time({busiest})"

    def fast_ratios(self) -> Iterator[RecordingRule]:
        """Yield the error ratios that follow every tile."""
        for window in self.slo.windows:
            if window <= names.COARSE_FROM:
                yield self._ratio(names.error_ratio(window), window, self.tile)

    def slow_ratios(self) -> Iterator[RecordingRule]:
        """Yield the error ratios over the coarse ledger, the period's last."""
        for window in self.slo.windows:
            if window > names.COARSE_FROM:
                yield self._ratio(names.error_ratio(window), window, names.COARSE_TILE)
        yield self._ratio(names.PERIOD_ERROR_RATIO, self.slo.period, names.COARSE_TILE)

    def _ratio(self, record: str, window: Duration, tile: Duration) -> RecordingRule:
        bad = self._sum(names.bad_events(tile), window)
        total = self._sum(names.total_events(tile), window)
        return self._record(record, f"{bad}\n  / ({total} > 0)")

    def _sum(self, name: str, window: Duration) -> str:
        return f"sum_over_time({self._of(name)}[{window.minus_a_millisecond()}])"

    def budget(self) -> Iterator[RecordingRule]:
        """Yield objective, budget, what is left of it, burn rate and metadata."""
        budget = number_text(self.slo.error_budget)
        objective = number_text(self.slo.objective / 100)
        yield self._constant(names.OBJECTIVE, objective)
        yield self._constant(names.ERROR_BUDGET, budget)
        period = self._of(names.PERIOD_ERROR_RATIO)
        yield self._record(names.BUDGET_REMAINING, f"1 - {period} / {budget}")
        hour = self._of(names.error_ratio(Duration.parse("1h")))
        yield self._record(names.BURN_RATE, f"{hour} / {budget}")
        yield self._info()

    def _info(self) -> RecordingRule:
        metadata = {
            **self.slo.labels,
            "objective": number_text(self.slo.objective),
            "period": str(self.slo.period),
            "kind": self.slo.sli.kind,
            "team": self.slo.team,
            "runbook": self.slo.runbook,
        }
        present = {k: v for k, v in metadata.items() if v}
        return RecordingRule(
            record=names.INFO,
            expr="vector(1)",
            labels={**self.labels, **present},
            origin=self.slo.origin,
        )

    def burn_alerts(self) -> Iterator[AlertingRule]:
        """Yield one alert a tier, fastest first."""
        for tier in self.slo.tiers:
            yield self._burn_alert(tier)

    def _burn_alert(self, tier: Tier) -> AlertingRule:
        limit = number_text(tier.factor * Fraction(self.slo.error_budget))
        long = f"{self._of(names.error_ratio(tier.long))} > {limit}"
        short = f"{self._of(names.error_ratio(tier.short))} > {limit}"
        expr = f"{long}\nand {short}"
        if tier.min_events is not None:
            tile = self.tile if tier.long <= names.COARSE_FROM else names.COARSE_TILE
            events = self._sum(names.total_events(tile), tier.long)
            expr = f"{expr}\nand {events} >= {number_text(tier.min_events)}"
        labels = {
            "tier": tier.name,
            "severity": self._severity(tier.severity),
            "long_window": str(tier.long),
            "short_window": str(tier.short),
        }
        return AlertingRule(
            alert=names.BURN_ALERT,
            expr=expr,
            labels=self._alert_labels(labels),
            annotations=self._burn_prose(tier),
            for_=tier.for_,
            keep_firing_for=tier.keep_firing_for,
            carries=self._carried(labels),
            origin=self.slo.origin,
        )

    def _burn_prose(self, tier: Tier) -> dict[str, str]:
        factor = rounded_text(tier.factor)
        budget = number_text(self.slo.error_budget * 100)
        gone = Duration(int(self.slo.period.ms / tier.factor) // 60_000 * 60_000)
        summary = f"{self._subject()} burns its error budget at a rate above {factor}"
        description = (
            f"Over the last {tier.long}, {{{{ $value | humanizePercentage }}}} of the events were "
            f"bad ({self.slo.sli.words}). The objective of {number_text(self.slo.objective)}% over "
            f"{self.slo.period} allows {budget}%; a burn rate of {factor} spends all of it in "
            f"{gone}."
        )
        return self._annotations(summary, description)

    def spent_alerts(self) -> Iterator[AlertingRule]:
        """Yield one alert for each share of the budget that is asked for."""
        for budget_alert in self.slo.budget_alerts:
            yield self._spent_alert(budget_alert)

    def _spent_alert(self, alert: BudgetAlert) -> AlertingRule:
        labels = {
            "spent": number_text(alert.spent * 100) + "%",
            "severity": self._severity(alert.severity),
        }
        summary = f"{self._subject()} has spent {alert.text} of its error budget"
        description = (
            "{{ $value | humanizePercentage }} of the error budget of "
            f"{number_text(self.slo.error_budget * 100)}% over {self.slo.period} is spent "
            f"({self.slo.sli.words}). Plan risky changes with that in mind."
        )
        return AlertingRule(
            alert=names.SPENT_ALERT,
            expr=f"1 - {self._of(names.BUDGET_REMAINING)} > {number_text(alert.spent)}",
            labels=self._alert_labels(labels),
            annotations=self._annotations(summary, description),
            carries=self._carried(labels),
            origin=alert.origin,
        )

    def _subject(self) -> str:
        groups = "".join(f", {label} {{{{ $labels.{label} }}}}" for label in self.slo.by)
        return f"{self.context.service.name}/{self.slo.name}{groups}"

    def _annotations(self, summary: str, description: str) -> dict[str, str]:
        runbook = {"runbook_url": self.slo.runbook} if self.slo.runbook else {}
        return {"summary": summary, "description": description, **runbook}

    def _alert_labels(self, own: Mapping[str, str]) -> dict[str, str]:
        team = {"team": self.slo.team} if self.slo.team else {}
        return {**self.labels, **own, **team, "category": "slo", **self.slo.labels}

    def _carried(self, own: Mapping[str, str]) -> frozenset[str]:
        return frozenset((*self._alert_labels(own), *self.slo.by))

    def _severity(self, name: str) -> str:
        maximum = self.context.environment.max_severity
        return self.context.project.severities.capped(name, maximum)

    def _of(self, name: str) -> str:
        return selector(name, self.identity)

    def _constant(self, record: str, value: str) -> RecordingRule:
        return replace(self._record(record, f"vector({value})"), groups=())

    def _record(self, record: str, expr: str) -> RecordingRule:
        return RecordingRule(
            record=record,
            expr=expr,
            labels=self.labels,
            groups=self.slo.by,
            origin=self.slo.origin,
        )


def _hung(text: str, spaces: int) -> str:
    return text.replace("\n", "\n" + " " * spaces)
