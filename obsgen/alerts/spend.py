"""`spend`: a budget of money of a period; an alert for each part that is spent, or will be."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Final

from obsgen import names
from obsgen.alerts._cause import Cause
from obsgen.alerts._proof import unproven
from obsgen.alerts._prose import Firing
from obsgen.alerts._rule import one_rule, shown_labels
from obsgen.alerts._spend_levels import SpendLevel
from obsgen.alerts._spend_proof import Told, spend_proofs
from obsgen.alerts._spend_read import SCHEMA, read_spend
from obsgen.alerts._spend_rules import recorder_of, spend_rules
from obsgen.artefacts import AlertingRule
from obsgen.catalogue import Metric
from obsgen.counting.money import Recorder
from obsgen.matchers import Matcher
from obsgen.model import Alert, AlertParts, Context, Limit, Reader, Schema, Spend
from obsgen.promql.build import Expr, aggregate, any_of, binary, number
from obsgen.source import Node
from obsgen.units import number_text

_PERIOD_WORDS: Final = {
    "day": "of this day",
    "week": "of this week",
    "month": "of this month",
    "quarter": "of this quarter",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SpendAlert(Cause):
    """Records what is spent of a budget, and fires at each of its levels."""

    spend: Spend
    levels: tuple[SpendLevel, ...]

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """The counter."""
        return (self.spend.cost,)

    def compile(self, alert: Alert, context: Context) -> AlertParts:
        """Return the rules: those that record, and an alert for each level."""
        spend = replace(self.spend, name=alert.name)
        recorder = recorder_of(spend, context)
        every = [self._level(level, alert, context, recorder) for level in self.levels]
        parts = AlertParts(
            records=tuple(spend_rules(spend, recorder)),
            alerts=tuple(rule for each in every for rule in each.alerts),
            tests=every[0].tests,
            diagnostics=tuple(dict.fromkeys(d for each in every for d in each.diagnostics)),
            is_counted=True,
        )
        if alert.only_when is not None:
            return unproven(parts, "what a budget spends is not played beside `only_when`")
        proofs = (
            proof
            for level, rule in zip(self.levels, parts.alerts, strict=True)
            for proof in spend_proofs(
                Told(spend=spend, share=level.share, shown=level.shown), alert, rule, context
            )
        )
        return replace(parts, proofs=tuple(proofs))

    def _level(
        self, level: SpendLevel, alert: Alert, context: Context, recorder: Recorder
    ) -> AlertParts:
        limit = self.spend.share(level.share)
        firing = Firing(
            expr=any_of(self._beyond(level, limit, recorder)),
            labels=frozenset(self.spend.by),
            fallback=self._summary(level, context),
            unit=self.spend.unit,
            limit=limit.text,
            window=str(self.spend.period),
        )
        found = one_rule(replace(alert, severity=level.severity), context, firing)
        return replace(found, alerts=tuple(_marked(rule, level) for rule in found.alerts))

    def _beyond(self, level: SpendLevel, limit: Limit, recorder: Recorder) -> Iterator[Expr]:
        def beyond(amount: Decimal | Fraction, *more: Matcher) -> Expr:
            # Its own labels `service` and `spend` are not those of the alert.
            series = Expr(recorder.of(level.series, *more))
            compared = aggregate("max", series, by=self.spend.by)
            return binary(compared, ">=", number(number_text(amount)))

        for value, amount, _ in limit.values:
            yield beyond(amount, Matcher(limit.by, "=", value))
        if limit.value is not None:
            yield beyond(limit.value, *((limit.unnamed,) if limit.by else ()))

    def _summary(self, level: SpendLevel, context: Context) -> str:
        spend = self.spend
        kept = sorted(shown_labels(frozenset(spend.by)))
        groups = "".join(f", {label} {{{{ $labels.{label} }}}}" for label in kept)
        when = _PERIOD_WORDS.get(str(spend.period), f"of {spend.period}")
        budget = spend.budget.text
        whose = f"its budget {when}" if spend.budget.by else f"{budget}, the budget {when}"
        verb = "has spent {value}" if level.shown == "spent" else "is about to spend {value}"
        return f"{context.service.title} {verb}, {level.text} or more of {whose}{groups}"


def _marked(rule: AlertingRule, level: SpendLevel) -> AlertingRule:
    label = {names.LEVEL_LABEL: level.label}
    carries = None if rule.carries is None else rule.carries | label.keys()
    return replace(rule, labels={**rule.labels, **label}, carries=carries, origin=level.origin)


class SpendKind:
    """Reads `spend: {of: COUNTER, budget: 500 USD, per: month, levels: […]}`."""

    key: Final = "spend"
    schema: Final[Schema] = SCHEMA

    def read(self, node: Node, reader: Reader) -> SpendAlert | None:
        """Read the budget and its levels."""
        read = read_spend(node, reader)
        if read is None:
            return None
        spend, levels = read
        return SpendAlert(spend=spend, levels=levels)


KIND: Final = SpendKind()
