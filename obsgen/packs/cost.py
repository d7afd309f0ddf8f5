"""
`cost`: what a service spends, on what, and how much of its budgets; for the project, what all do.

Money is counted by metrics with `role: cost` in a currency, and by tables of prices; budgets are
those of alerts of kind `spend`, whose recorded numbers are shown as they are.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from obsgen import names
from obsgen.artefacts import Dashboard, Link, Panel, Section
from obsgen.catalogue import Metric
from obsgen.model import DashboardContext, Period, Project, Service
from obsgen.packs._cost_accounts import accounts, second_accounts
from obsgen.packs._cost_budgets import BudgetPanels, period_time, period_words, whole_calendar
from obsgen.packs._cost_overview import costs_of_all
from obsgen.packs._cost_prices import PricePanels
from obsgen.packs._cost_spend import SpendPanels
from obsgen.packs._llm_metrics import LlmMetrics
from obsgen.packs._measures import THIS_MONTH, Panels
from obsgen.packs._of_services import of_service
from obsgen.packs._rows import closed_beyond_the_first, in_pairs, in_rows

_TIME: Final = "now-30d"
_REFRESH: Final = "5m"
_STATS_IN_A_ROW: Final = 6


class CostPack:
    """Money."""

    key: Final = "cost"
    description: Final = "Spending by day and by what it is for, against budgets; costs of a unit."
    shows: Final = "metrics with `role: cost`, `prices:` and alerts of kind `spend`"

    def dashboards(self, context: DashboardContext) -> tuple[Dashboard, ...]:
        """Return one dashboard; none where nothing counts money."""
        service = context.service
        if not _has_money(service):
            return ()
        made = _Cost(context)
        dashboard = of_service(
            self.key,
            service,
            title="cost",
            description=f"What {service.title} spends, on what, and how much of its budgets it is.",
            sections=closed_beyond_the_first(made.sections()),
            links=(Link(title="All costs", dashboard=names.COST_OVERVIEW),),
            time=_TIME,
            refresh=_REFRESH,
        )
        return (dashboard,)

    def project_dashboards(
        self, project: Project, services: tuple[Service, ...]
    ) -> tuple[Dashboard, ...]:
        """Return what all services spend together."""
        spending = tuple(service for service in services if _has_money(service))
        return (costs_of_all(project, spending),) if spending else ()


def _has_money(service: Service) -> bool:
    return bool(accounts(service.catalogue.metrics.values()) or service.spends)


class _Cost:
    """The sections of one service's dashboard."""

    def __init__(self, context: DashboardContext) -> None:
        service = context.service
        every = tuple(service.catalogue.metrics.values())
        self._service = service
        self._panels = Panels(context)
        self._llm = LlmMetrics.of(every)
        self._accounts = accounts(every) or tuple(
            {part.spend.cost.name: part.spend.cost for part in service.spends}.values()
        )
        self._second = second_accounts(every)
        self._spend = SpendPanels(self._panels, self._accounts, self._llm)
        self._requests = self._llm.requests or tuple(
            metric for metric in every if metric.role == "requests" and metric.type == "counter"
        )
        self._month = Period.of_calendar("month", context.project.utc_offset_seconds)
        is_alone = len(service.spends) == 1
        self._budgets = [
            (part, BudgetPanels(self._panels, part, is_alone=is_alone)) for part in service.spends
        ]
        self._prices = [PricePanels(self._panels, price) for price in service.prices]

    def sections(self) -> tuple[Section, ...]:
        """Return them all; those without panels are left out by the layout."""
        spend = self._spend
        spends = self._service.spends
        told = frozenset(filter(None, map(whole_calendar, spends)))
        partly = frozenset(filter(None, (part.spend.period.calendar for part in spends)))
        stats = (
            *spend.stats(self._month, told, partly),
            *(prices.stat() for prices in self._prices),
        )
        units = tuple(spend.unit_costs(self._requests))
        tables = tuple(panel for prices in self._prices for panel in prices.table())
        return (
            *(
                Section(title="", panels=in_rows(tuple(budget.stats()), _STATS_IN_A_ROW))
                for _, budget in self._budgets
            ),
            Section(title="", panels=in_rows(stats, _STATS_IN_A_ROW)),
            Section(title="Against the budget", panels=self._burn_downs()),
            Section(title="By day", panels=in_pairs(tuple(spend.by_day()))),
            Section(title="What it is spent on", panels=in_pairs(self._what())),
            Section(title="Costs of a unit", panels=in_pairs(units)),
            Section(title="Prices", panels=in_pairs((*tables, *spend.compared(self._second)))),
        )

    def _burn_downs(self) -> tuple[Panel, ...]:
        """Return each budget's line, beside it what its money was spent on."""
        found: list[Panel] = []
        for part, budget in self._budgets:
            beside = self._spend.shares(
                period_time(part), period_words(part), part.spend.cost, part.spend.where
            )
            line = budget.burn_down()
            taken = {panel.title for panel in found}
            if beside is None or beside.title in taken:
                found.append(replace(line, width=names.COLUMNS))
            else:
                found += [line, replace(beside, width=names.COLUMNS - line.width)]
        return tuple(found)

    def _what(self) -> tuple[Panel, ...]:
        """Return where money goes: of this month what no budget shows, and week on week."""
        shown: tuple[Metric, ...] = tuple(part.spend.cost for part in self._service.spends)
        months = (
            self._spend.shares(THIS_MONTH, "this month", metric)
            for metric in self._accounts
            if metric not in shown
        )
        bars = tuple(panel for panel in months if panel is not None)
        return (*bars, *self._spend.movers())


KIND: Final = CostPack()
