"""Budgets of money: what is spent of them, what is left, and what a period will have cost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from obsgen import names
from obsgen.alerts._spend_rules import first_of
from obsgen.catalogue import Metric
from obsgen.live.reports.counting import Group, Growth
from obsgen.live.reports.periods import MINUTE
from obsgen.live.reports.view import View
from obsgen.matchers import Matcher, selector
from obsgen.model import LEAST_ELAPSED, Service, Spend, SpendPart
from obsgen.units import as_decimal

WARNING_FROM = Fraction(9, 10)
"""Of a budget: so much spent is worth a sign."""
_PLAUSIBLE = Fraction(1, 100)
_PLAUSIBLE_WITHOUT_BUDGET = Fraction(10)
_CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """
    A budget of money in the period that a report ends in.

    Attributes:
        group: The value of its label, where there are several.
        since: When the period began, in seconds.
        told: What the rules of its alert have recorded; None where they have not.
        projected: What the period will have cost at its end; None where it cannot be told yet.
        is_projected: Whether it ever can.
    """

    name: str
    group: str
    currency: str
    period: str
    since: int
    amount: Decimal
    spent: Decimal | None
    told: Decimal | None
    projected: Decimal | None
    is_projected: bool

    @property
    def remaining(self) -> Decimal | None:
        """What is left; less than 0 where more was spent."""
        return None if self.spent is None else self.amount - self.spent

    @property
    def share(self) -> Decimal | None:
        """Which part is spent."""
        if self.spent is None or not self.amount:
            return None
        return as_decimal(Fraction(self.spent) / Fraction(self.amount))

    @property
    def is_short(self) -> bool:
        """Whether nine tenths are spent."""
        share = self.share
        return share is not None and Fraction(share) >= WARNING_FROM

    @property
    def differs(self) -> bool:
        """Whether the alert counts something else, by more than a cent and a hundredth."""
        if self.spent is None or self.told is None:
            return False
        return abs(self.told - self.spent) > max(_CENT, abs(self.spent) / 100)


def budgets(view: View, service: Service) -> Iterator[Budget]:
    """Yield each budget of a service, one for each group."""
    for part in service.spends:
        if part.service == service.name:
            yield from _Counter(view, service, part).budgets()


def plausible(service: Service, metric: Metric) -> Fraction:
    """Return how much of a service's money may be born at once, as its budget says it."""
    own = (part.spend for part in service.spends if part.spend.cost.name == metric.name)
    return max((spend.least * _PLAUSIBLE for spend in own), default=_PLAUSIBLE_WITHOUT_BUDGET)


@dataclass(frozen=True, slots=True)
class _Counter:
    """Counts one budget as its rules do, in the period in which the report ends."""

    view: View
    service: Service
    part: SpendPart

    @property
    def spend(self) -> Spend:
        return self.part.spend

    def budgets(self) -> Iterator[Budget]:
        start, end = self._since(), self.view.span.end
        spent = self._grown(start, end).along(self.spend.by)
        told = self._told()
        for group in sorted(spent) or [("",) * len(self.spend.by)]:
            amount = self._amount(group)
            if amount is None:
                continue
            yield Budget(
                name=self.spend.name,
                group=", ".join(group),
                currency=self.spend.unit.name,
                period=str(self.spend.period),
                since=start,
                amount=amount,
                spent=spent.get(group),
                told=told.get(group),
                projected=self._projected(spent.get(group), group, start, end),
                is_projected=self.spend.is_projected,
            )

    def _since(self) -> int:
        end = self.view.span.end
        if self.spend.period.calendar is None:
            return end - int(self.spend.period.seconds) // MINUTE * MINUTE
        # What ends with the period belongs to it.
        return self.spend.period.bounds(end - 1)[0]

    def _grown(self, start: int, end: int) -> Growth:
        counting = self.view.counting(self.service)
        return counting.grown(
            self.spend.cost,
            (start, end),
            self.spend.by,
            self.spend.where,
            plausible=self.spend.least * _PLAUSIBLE,
        )

    def _amount(self, group: Group) -> Decimal | None:
        limit = self.spend.budget
        own = dict(zip(self.spend.by, group, strict=True)).get(limit.by)
        amounts = {value: amount for value, amount, _ in limit.values}
        amount = amounts.get(own or "", limit.value)
        return None if amount is None else as_decimal(Fraction(amount))

    def _projected(
        self, spent: Decimal | None, group: Group, start: int, end: int
    ) -> Decimal | None:
        """Return the rules' projection (`alerts/_spend_rules.py`), of what was counted here."""
        if spent is None or not self.spend.is_projected:
            return None
        period, pace = self.spend.period, self.spend.pace
        following = period.bounds(end - 1)[1] if period.calendar else end
        if pace is None:
            elapsed = Fraction(end - start, following - start)
            if elapsed < Fraction(LEAST_ELAPSED):
                return None
            return as_decimal(Fraction(spent) / elapsed)
        since = end - int(pace.seconds)
        if self._grown(since, since + int(first_of(pace).seconds)).total() is None:
            # Nothing was counted so long ago: what there is since is no pace.
            return None
        recent = self._grown(since, end).along(self.spend.by).get(group)
        if period.calendar is None:
            return None if recent is None else as_decimal(Fraction(recent) * period.ms / pace.ms)
        going_on = Fraction(recent or 0) / Fraction(pace.seconds) * (following - end)
        return spent + as_decimal(going_on)

    def _told(self) -> dict[Group, Decimal]:
        label = names.SPEND_LABEL
        own = self.view.identity(service=self.service.name, **{label: self.spend.name})
        matchers: tuple[Matcher, ...] = own
        return {
            tuple(line.labels.get(label, "") for label in self.spend.by): value
            for line in self.view.data.at(selector(names.SPENT, matchers), self.view.span.end)
            for value in line.points.values()
        }
