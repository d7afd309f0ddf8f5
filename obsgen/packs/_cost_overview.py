"""What all services of a project spend, each currency by itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from obsgen import names
from obsgen.artefacts import Dashboard, Panel, Section
from obsgen.catalogue import Metric
from obsgen.counting.calendar import elapsed_share, projected
from obsgen.matchers import Matcher, any_value, literal_pattern, selector
from obsgen.model import Period, Project, Query, Service, SpendPart
from obsgen.packs._bars import as_bars, daily
from obsgen.packs._cost_accounts import accounts
from obsgen.packs._cost_movers import (
    BEFORE_HEADER,
    CHANGE_COLORS,
    NOW_HEADER,
    WEEK,
    change,
    difference,
)
from obsgen.packs._measures import RANGE, THIS_MONTH, TODAY, increase
from obsgen.packs._panels import Column, Line, graph, stat, steps, table
from obsgen.packs._rows import in_pairs, in_rows
from obsgen.promql.build import Expr, aggregate, any_of, call
from obsgen.units import COUNT, RATIO, Unit

_TIME: Final = "now-30d"
_REFRESH: Final = "5m"
_KIND: Final = "cost"
_SERVICE: Final = ("service",)
_BUDGET: Final = ("service", names.SPEND_LABEL)
_STATS_IN_A_ROW: Final = 6
_SHARE_COLORS: Final = steps("green", ("0.8", "orange"), ("1", "red"))
_LEFT_COLORS: Final = steps("red", ("0", "green"))
_OVERSPENT_COLORS: Final = steps("green", ("1", "red"))
_ZONE: Final = "The calendar is that of your browser."


def costs_of_all(project: Project, services: Sequence[Service]) -> Dashboard:
    """Return the dashboard, given the services that count money and have a dashboard of it."""
    currencies = tuple(_currencies(services))
    sections: list[Section] = []
    for currency in currencies:
        is_only = len(currencies) == 1
        title = "" if is_only else currency.unit.name
        made = _Overview(project, currency, is_only=is_only)
        sections += [
            Section(title=title, panels=in_rows(tuple(made.stats()), _STATS_IN_A_ROW)),
            Section(title="", panels=in_rows(tuple(made.budgets()), 1)),
            Section(title="", panels=in_pairs(tuple(made.by_service()))),
            Section(title="", panels=in_rows(tuple(made.movers()), 1)),
        ]
    return Dashboard(
        uid=names.COST_OVERVIEW,
        title="Cost overview",
        description="What all services spend, and how much of their budgets that is.",
        folder=project.name,
        tags=(_KIND, "overview"),
        sections=tuple(sections),
        time=_TIME,
        refresh=_REFRESH,
        sources=tuple(dict.fromkeys(s for service in services for s in service.sources)),
        origin=project.origin / "dashboards",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Currency:
    """
    What is counted in one currency.

    Attributes:
        accounts: The metrics that count, each with its service.
        budgets: The budgets, of any service.
    """

    unit: Unit
    accounts: tuple[tuple[str, Metric], ...]
    budgets: tuple[SpendPart, ...]


def _currencies(services: Sequence[Service]) -> Iterator[_Currency]:
    every = _owned(services)
    budgets = [part for service in services for part in service.spends]
    units = [metric.unit for _, metric in every] + [part.spend.unit for part in budgets]
    for name, unit in {unit.name: unit for unit in reversed(units)}.items():
        yield _Currency(
            unit=unit,
            accounts=tuple((owner, m) for owner, m in every if m.unit.name == name),
            budgets=tuple(part for part in budgets if part.spend.unit.name == name),
        )


def _owned(services: Iterable[Service]) -> tuple[tuple[str, Metric], ...]:
    """Return each metric with its service: one that uses another service sees its metrics, too."""
    owners: dict[tuple[str, tuple[Matcher, ...]], tuple[Service, Metric]] = {}
    for service in services:
        for metric in accounts(service.catalogue.metrics.values()):
            key = (metric.name, metric.scope)
            known = owners.get(key)
            if known is None or (_is_own(metric, service) and not _is_own(metric, known[0])):
                owners[key] = (service, metric)
    return tuple((service.name, metric) for service, metric in owners.values())


def _is_own(metric: Metric, service: Service) -> bool:
    if metric.recorded:
        return Matcher("service", "=", service.name) in metric.scope
    return metric.scope == service.scope


class _Overview:
    """The panels of one currency."""

    def __init__(self, project: Project, currency: _Currency, *, is_only: bool) -> None:
        self._is_only = is_only
        self._unit = currency.unit
        self._accounts = currency.accounts
        self._budgets = currency.budgets
        self._month = Period.of_calendar("month", project.utc_offset_seconds)

    def stats(self) -> Iterator[Panel]:
        """Yield what all spend together."""
        unit = self._unit
        if self._accounts:
            spent = aggregate("sum", self._by_service(RANGE)).text
            yield replace(
                stat(
                    self._titled("Spent today"),
                    f"What all services have spent since midnight. {_ZONE}",
                    spent,
                    unit,
                ),
                time=TODAY,
            )
            yield replace(
                stat(
                    self._titled("Spent this month"),
                    f"What all services have spent since the first of the month. {_ZONE}",
                    spent,
                    unit,
                ),
                time=THIS_MONTH,
            )
            yield replace(
                stat(
                    self._titled("Projected this month"),
                    "What the month will have cost at its end, if it goes on as on average since "
                    "it began. If that is too much, the table of services says where it grew.",
                    projected(spent, elapsed_share(self._month)),
                    unit,
                    no_value="too early to tell",
                ),
                time=THIS_MONTH,
            )
        if self._budgets:
            left = self._of_budgets(names.SPEND_REMAINING)
            yield stat(
                self._titled("Budgets overspent"),
                "How many budgets are spent before their period is over: talk with their owners.",
                f"count({left} < 0) or vector(0)",
                COUNT,
                thresholds=_OVERSPENT_COLORS,
            )

    def budgets(self) -> Iterator[Panel]:
        """Yield the table of all budgets."""
        if self._budgets:
            yield table(
                self._titled("Budgets"),
                "Every budget with what is spent of it, the fullest first; one with groups as the "
                "sum of them. Where the projection is above the budget there is still time.",
                tuple(self._budget_columns()),
                labels=_BUDGET,
                sort_by="Used",
                height=min(_HEAD_ROWS + len(self._budgets), _HIGHEST),
            )

    def _budget_columns(self) -> Iterator[Column]:
        spent, left = map(self._of_budgets, (names.SPENT, names.SPEND_REMAINING))
        unit = self._unit
        yield Column(header="Budget", expr=f"{spent} + {left}", unit=unit)
        yield Column(header="Spent", expr=spent, unit=unit)
        yield Column(header="Left", expr=left, unit=unit, thresholds=_LEFT_COLORS)
        yield Column(
            header="Used",
            expr=f"{spent} / ({spent} + {left})",
            unit=RATIO,
            decimals=1,
            thresholds=_SHARE_COLORS,
            is_gauge=True,
        )
        if any(part.spend.is_projected for part in self._budgets):
            yield Column(
                header="Projected", expr=self._of_budgets(names.SPEND_PROJECTED), unit=unit
            )

    def by_service(self) -> Iterator[Panel]:
        """Yield who spends it: by day, this month, and week on week."""
        if not self._accounts:
            return
        legend = "{{service}}"
        yield daily(
            graph(
                self._titled("Spent a day by service"),
                "Each bar is what was spent in the 24 hours before its time. A day that is higher "
                "than its neighbours is a loop, a new customer or a dearer choice.",
                (Line(self._by_service("1d").text, legend),),
                self._unit,
            )
        )
        bars = stat(
            self._titled("Spent this month by service"),
            f"Who has spent most since the first of the month. {_ZONE}",
            f"sort_desc({self._by_service(RANGE)})",
            self._unit,
        )
        targets = tuple(replace(target, legend=legend) for target in bars.targets)
        yield replace(as_bars(bars, height=8), targets=targets, time=THIS_MONTH)

    def movers(self) -> Iterator[Panel]:
        """Yield the table of what became dearer and cheaper, week on week."""
        if not self._accounts:
            return
        now, then = self._by_service(WEEK), self._by_service(WEEK, offset=WEEK)
        unit = self._unit
        yield table(
            self._titled("Week on week by service"),
            "What was spent in the last seven days and in the seven before them; what rose most is "
            "on top.",
            (
                Column(header="Difference", expr=difference(now, then).text, unit=unit),
                Column(
                    header="Change",
                    expr=change(now, then).text,
                    unit=RATIO,
                    decimals=0,
                    thresholds=CHANGE_COLORS,
                ),
                Column(header=NOW_HEADER, expr=now.text, unit=unit),
                Column(header=BEFORE_HEADER, expr=then.text, unit=unit),
            ),
            labels=_SERVICE,
            sort_by="Difference",
            height=8,
        )

    def _by_service(self, window: str, offset: str = "") -> Expr:
        """Return what was spent within a window, by service."""
        several = len({owner for owner, _ in self._accounts}) < len(self._accounts)
        parts = []
        for owner, metric in self._accounts:
            spent = increase(metric, window=window, offset=offset).expr(Query())
            marks = {"service": owner, **({"account": metric.name} if several else {})}
            for label, value in marks.items():
                spent = call("label_replace", spent, f'"{label}"', f'"{value}"', '""', '""')
            parts.append(spent)
        union = any_of(parts)
        return aggregate("sum", union, by=_SERVICE) if several else union

    def _of_budgets(self, series: str) -> str:
        """Return a recorded number of each budget; one with groups is the sum of them."""
        parts = [
            part
            for part in self._budgets
            if series != names.SPEND_PROJECTED or part.spend.is_projected
        ]
        chosen = any_of(Expr(selector(series, matchers)) for matchers in self._those(parts))
        return aggregate("sum", chosen, by=_BUDGET).text

    def _those(self, parts: Sequence[SpendPart]) -> Iterator[tuple[Matcher, ...]]:
        """Yield matchers of budgets: short ones where all budgets of their services are meant."""
        if not self._is_only:
            yield from (part.identity for part in parts)
            return
        owners = any_value("service", [literal_pattern(part.service) for part in parts])
        labels = parts[0].labels.items()
        yield (owners, *(Matcher(label, "=", value) for label, value in labels))

    def _titled(self, title: str) -> str:
        return title if self._is_only else f"{title}, {self._unit.name}"


_HEAD_ROWS: Final = 3
_HIGHEST: Final = 12
