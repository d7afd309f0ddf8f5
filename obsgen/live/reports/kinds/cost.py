"""`cost`: what was spent, on what and when, and what it leaves of budgets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Final

from obsgen.catalogue import Metric
from obsgen.live.reports import roles
from obsgen.live.reports.budgets import Budget, budgets, plausible
from obsgen.live.reports.counting import Growth, added
from obsgen.live.reports.document import Cell, Chart, Field, Part
from obsgen.live.reports.figures import money
from obsgen.live.reports.view import View
from obsgen.model import Service
from obsgen.units import as_decimal


@dataclass(frozen=True, slots=True)
class CostKind:
    """The money of each service, by whatever tells it apart, and day by day."""

    title: str = "Cost"

    def parts(self, view: View, service: Service) -> Iterator[Part]:
        """Yield total and budgets, then a table for each label that tells money apart, and days."""
        budgeted = tuple(budgets(view, service))
        by_currency: dict[str, list[Metric]] = {}
        for metric in roles.money(service):
            by_currency.setdefault(metric.unit.name, []).append(metric)
        for currency, metrics in by_currency.items():
            accounts = _Accounts(view, service, currency, tuple(metrics))
            yield accounts.total()
        for currency in dict.fromkeys(one.currency for one in budgeted):
            yield _budgets(service, [one for one in budgeted if one.currency == currency])
        for currency, metrics in by_currency.items():
            accounts = _Accounts(view, service, currency, tuple(metrics))
            yield from accounts.by_dimension()
            yield accounts.by_day()


@dataclass(frozen=True, slots=True)
class _Accounts:
    """What counts a service's money in one currency."""

    view: View
    service: Service
    currency: str
    metrics: tuple[Metric, ...]

    def total(self) -> Part:
        """Return what was spent in all."""
        spent = added(growth.total() for _, growth in self._grown())
        return Part(
            service=self.service.name,
            key="total",
            title="Total",
            fields=(Field("cost", "Cost", "money", self.currency),),
            rows=((spent,),),
            is_headline=True,
        )

    def by_dimension(self) -> Iterator[Part]:
        """Yield a table for each label that tells money apart, the dearest first."""
        sums: dict[tuple[str, str], dict[str, Decimal | None]] = {}
        for metric, growth in self._grown():
            for one in roles.dimensions(metric):
                found = sums.setdefault((one.key, one.title), {})
                for (value,), spent in growth.along((one.label,)).items():
                    found[value] = added((found.get(value), spent))
        for (key, title), spent_by in sums.items():
            if spent_by:
                yield self._table(key, title, spent_by)

    def _table(self, key: str, title: str, spent: Mapping[str, Decimal | None]) -> Part:
        whole = added(spent.values())
        ordered = sorted(spent.items(), key=lambda one: (-(one[1] or 0), one[0]))
        return Part(
            service=self.service.name,
            key=f"by_{key}",
            title=f"By {title}",
            fields=(
                Field(key, title),
                Field("cost", "Cost", "money", self.currency),
                Field("share", "Share", "share"),
            ),
            rows=tuple((value, amount, _share(amount, whole)) for value, amount in ordered),
            chart=Chart("bars", key, ("cost",)),
        )

    def by_day(self) -> Part:
        """Return what was spent on each day."""
        days = self.view.span.days()
        columns = [growth.parts() for _, growth in self._grown()]
        amounts = [added(parts) for parts in zip(*columns, strict=True) if columns]
        amounts = amounts or [None] * (len(days) - 1)
        rows = tuple(
            (f"{self.view.span.local(day):%Y-%m-%d}", amount)
            for day, amount in zip(days, amounts, strict=False)
        )
        return Part(
            service=self.service.name,
            key="by_day",
            title="By Day",
            fields=(Field("day", "Day"), Field("cost", "Cost", "money", self.currency)),
            rows=rows,
            chart=Chart("columns", "day", ("cost",)),
        )

    def _grown(self) -> Iterator[tuple[Metric, Growth]]:
        for metric in self.metrics:
            labels = tuple(one.label for one in roles.dimensions(metric))
            counting = self.view.counting(self.service)
            growth = counting.grown(
                metric, self.view.span.days(), labels, plausible=plausible(self.service, metric)
            )
            if growth.groups:
                yield metric, growth


def _budgets(service: Service, every: Sequence[Budget]) -> Part:
    currency = every[0].currency
    fields = (
        Field("budget", "Budget"),
        Field("group", "Group"),
        Field("period", "Period"),
        Field("since", "Since", "moment"),
        Field("amount", "Amount", "money", currency),
        Field("spent", "Spent", "money", currency),
        Field("share", "Used", "share"),
        Field("remaining", "Remaining", "money", currency),
        Field("warning", "", "flag"),
        Field("projected", "Projected", "money", currency),
    )
    rows: list[tuple[Cell, ...]] = [
        (
            one.name,
            one.group,
            one.period,
            Decimal(one.since),
            one.amount,
            one.spent,
            one.share,
            one.remaining,
            Decimal(one.is_short),
            "too early" if one.projected is None and one.spent is not None else one.projected,
        )
        for one in every
    ]
    lines = tuple(
        f"The alert {one.name} counts {money(one.told, currency)} itself: rules that are new, or "
        "were not evaluated for a time, know less than the counters."
        for one in every
        if one.differs and one.told is not None
    )
    absent = set() if any(one.group for one in every) else {"group"}
    if not any(one.is_projected for one in every):
        absent.add("projected")
    return Part(
        service=service.name,
        key="budgets",
        title="Budgets",
        fields=fields,
        rows=tuple(rows),
        lines=lines,
        is_headline=True,
    ).without(absent)


def _share(amount: Decimal | None, whole: Decimal | None) -> Decimal | None:
    if amount is None or not whole:
        return None
    return as_decimal(Fraction(amount) / Fraction(whole))


KIND: Final = CostKind()
