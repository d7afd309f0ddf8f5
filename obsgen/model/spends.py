"""Budgets of money: how much may be spent in which period."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from typing import Final, Literal

from obsgen import names
from obsgen.catalogue import Metric
from obsgen.diagnostics import NOWHERE, Origin
from obsgen.matchers import Matcher
from obsgen.model.measures import Limit
from obsgen.model.periods import Period
from obsgen.units import Duration, Unit, as_decimal, number_text

LEAST_ELAPSED: Final = Decimal("0.1")
"""From less than a tenth of a period, or of the days that tell the pace, nothing is projected."""

Shown = Literal["spent", "remaining", "projected"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Spend:
    """
    What is spent of a budget of money.

    Attributes:
        name: That of its alert.
        cost: A counter of money, or what prices make of another counter.
        where: Which of its series count.
        by: Each value of these labels has a budget of its own.
        pace: What was spent within the last so long goes on; None: what was spent on average in
            the period goes on.
    """

    name: str
    cost: Metric
    where: tuple[Matcher, ...]
    by: tuple[str, ...]
    budget: Limit
    period: Period
    pace: Duration | None = None

    @property
    def unit(self) -> Unit:
        """The currency."""
        return self.cost.unit

    @property
    def is_projected(self) -> bool:
        """Whether it can be told what will be spent: a rolling period has no end of its own."""
        return self.period.calendar is not None or self.pace is not None

    @property
    def least(self) -> Fraction:
        """The smallest of its budgets."""
        amounts = [amount for _, amount, _ in self.budget.values]
        if self.budget.value is not None:
            amounts.append(self.budget.value)
        return min(Fraction(amount) for amount in amounts)

    def share(self, of_budget: Decimal) -> Limit:
        """Return a share of the budget, or of each of them."""

        def part(amount: Decimal | Fraction) -> Decimal:
            return as_decimal(Fraction(amount) * Fraction(of_budget))

        def words(amount: Decimal | Fraction) -> str:
            return f"{number_text(part(amount))} {self.unit}"

        limit = self.budget
        text = limit.text if limit.value is None or limit.by else words(limit.value)
        return replace(
            limit,
            value=None if limit.value is None else part(limit.value),
            text=text,
            values=tuple((name, part(amount), words(amount)) for name, amount, _ in limit.values),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SpendPart:
    """
    A budget of money, seen from anywhere.

    Attributes:
        service: Whose it is.
        labels: What an environment adds to its series.
    """

    service: str
    spend: Spend
    labels: Mapping[str, str] = field(default_factory=dict)
    origin: Origin = field(compare=False, repr=False, default=NOWHERE)

    @property
    def identity(self) -> tuple[Matcher, ...]:
        """Matchers of its own series, where environments share a Prometheus, too."""
        own = {**self.labels, "service": self.service, names.SPEND_LABEL: self.spend.name}
        return tuple(Matcher(label, "=", value) for label, value in own.items())

    def __str__(self) -> str:
        """Name it as specs do: `gateway/Spend`."""
        return f"{self.service}/{self.spend.name}"
