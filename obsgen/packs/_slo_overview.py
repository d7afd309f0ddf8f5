"""The overview of all SLOs of a project: which budget needs somebody first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from obsgen import names
from obsgen.artefacts import Dashboard, Panel, Section, Variable
from obsgen.matchers import Matcher
from obsgen.model import RECORDED_ALWAYS, Project, Service
from obsgen.packs._panels import Column, Line, graph, stat, steps, table
from obsgen.packs._slo_looks import (
    BUDGET_COLORS,
    HOUR,
    STATE_COLORS,
    STATES,
    TIME_LEFT_COLORS,
    burn_colors,
    objective_decimals,
    page_severities,
)
from obsgen.packs._slo_queries import SloQueries
from obsgen.units import COUNT, RATIO, SECONDS

_TIME: Final = "now-7d"
_LONG: Final = RECORDED_ALWAYS[-1]
_MOST: Final = 10
_KIND: Final = "slo"


def overview(project: Project, services: Sequence[Service]) -> Dashboard:
    """Return the dashboard, given the services that have SLOs and a dashboard of them."""
    made = _Overview(project, services)
    return Dashboard(
        uid=names.SLO_OVERVIEW,
        title="SLO overview",
        description="Every error budget, the emptiest first.",
        folder=project.name,
        tags=(_KIND, "overview"),
        sections=(
            Section(title="", panels=(*made.state_stats(), *made.burn_stats())),
            Section(title="", panels=(made.list(),)),
            Section(title="", panels=made.graphs()),
        ),
        variables=(
            Variable(
                name="service",
                label="Service",
                query=f"label_values({names.INFO}, service)",
            ),
        ),
        time=_TIME,
        sources=tuple(dict.fromkeys(s for service in services for s in service.sources)),
        origin=project.origin,
    )


class _Overview:
    """The panels, by service and SLO; of an SLO with groups the group that is worst off counts."""

    def __init__(self, project: Project, services: Sequence[Service]) -> None:
        self._services = services
        self._slos = [slo for service in services for slo in service.slos]
        self._pages = page_severities(project)
        self._colors = burn_colors(self._slos, self._pages)
        self._queries = SloQueries((Matcher("service", "=~", "$service"),), names.IDENTITY)

    def state_stats(self) -> tuple[Panel, ...]:
        """Return how many SLOs there are, and in which state."""
        left = self._queries.budget_left()
        has_ratio = self._queries.worst(names.error_ratio(HOUR))
        return (
            stat(
                "SLOs",
                "How many SLOs are recorded.",
                f"count({self._queries.objective()})",
                COUNT,
            ),
            stat(
                "Missed",
                "SLOs whose error budget is spent: the objective is missed over the period. "
                "Their services should put reliability first.",
                f"count({left} <= 0) or vector(0)",
                COUNT,
                thresholds=steps("green", ("1", "red")),
            ),
            stat(
                "Nearly spent",
                "SLOs with less than a quarter of the budget left: hold back risky changes.",
                f"count(({left} > 0) < 0.25) or vector(0)",
                COUNT,
                thresholds=steps("green", ("1", "orange")),
            ),
            stat(
                "Without events",
                "SLOs that counted nothing in the last hour: no traffic, or metrics that are gone.",
                f"count({self._queries.objective()} unless {has_ratio}) or vector(0)",
                COUNT,
                thresholds=steps("text", ("1", "yellow")),
            ),
        )

    def burn_stats(self) -> tuple[Panel, ...]:
        """Return what is urgent."""
        return (
            stat(
                "Alerts",
                "SLOs with a burn-rate alert that fires, whether it pages or opens a ticket.",
                f"count({self._queries.firing()}) or vector(0)",
                COUNT,
                thresholds=steps("green", ("1", "red")),
            ),
            stat(
                "Fastest burn, 1h",
                "The highest burn rate of all: 1 spends exactly the budget in the period.",
                f"max({self._queries.worst(names.BURN_RATE)})",
                COUNT,
                thresholds=self._colors,
                decimals=1,
                no_value="no events",
            ),
        )

    def list(self) -> Panel:
        """Return the table of all SLOs."""
        return table(
            "All SLOs",
            "Budget left and burn rate of each SLO, the emptiest budget first; of an SLO with "
            "groups, of the group that is worst off. The SLO's name leads to its dashboard.",
            self._columns(),
            labels=("service", "slo", "team", "period", "dashboard"),
            hidden=("Info",),
            invisible=("dashboard",),
            sort_by="Budget left",
            descending=False,
            cell_links={
                "slo": (
                    "Open the SLO",
                    "/d/${__data.fields.dashboard}?${datasource:queryparam}"
                    "&var-slo=${__data.fields.slo}&${__url_time_range}",
                )
            },
        )

    def _columns(self) -> tuple[Column, ...]:
        info = SloQueries(self._queries.scope, (*names.IDENTITY, "team", "period"))
        return (
            *self._budget_columns(),
            *self._burn_columns(),
            Column(header="Info", expr=info.worst(names.INFO)),
        )

    def _budget_columns(self) -> tuple[Column, ...]:
        queries = self._queries
        decimals = objective_decimals(self._slos)
        return (
            Column(
                header="Objective",
                expr=self._leading(queries.objective()),
                unit=RATIO,
                decimals=decimals,
            ),
            Column(
                header="Good events",
                expr=queries.indicator(names.PERIOD_ERROR_RATIO),
                unit=RATIO,
                decimals=decimals + 1,
            ),
            Column(
                header="Budget left",
                expr=queries.budget_left(),
                unit=RATIO,
                decimals=1,
                thresholds=BUDGET_COLORS,
                is_gauge=True,
            ),
        )

    def _burn_columns(self) -> tuple[Column, ...]:
        queries = self._queries
        return (
            self._burn_column("Burn 1h", queries.worst(names.BURN_RATE)),
            self._burn_column("Burn 6h", queries.current_burn_rate(_LONG)),
            Column(
                header="Budget lasts",
                expr=queries.time_left(),
                unit=SECONDS,
                decimals=1,
                thresholds=TIME_LEFT_COLORS,
            ),
            Column(
                header="Alert",
                expr=queries.alert_state(self._pages),
                thresholds=STATE_COLORS,
                mappings=STATES,
            ),
        )

    def _burn_column(self, header: str, expr: str) -> Column:
        return Column(header=header, expr=expr, decimals=1, thresholds=self._colors)

    def _leading(self, expr: str) -> str:
        """Return the expression with a label that says which dashboard a row leads to."""
        led = _labelled(expr, names.SLO_OVERVIEW, "", "")
        by_name = {service.name: names.uid(_KIND, service.name) for service in self._services}
        start = names.uid(_KIND, "")
        plain = [name for name, uid in by_name.items() if uid == start + name]
        if plain:
            led = _labelled(led, f"{start}$1", "service", f"({'|'.join(plain)})")
        for name, uid in by_name.items():
            if name not in plain:
                led = _labelled(led, uid, "service", name)
        return led

    def graphs(self) -> tuple[Panel, ...]:
        """Return the worst budgets and burn rates over time."""
        legend = "{{service}}/{{slo}}"
        return (
            graph(
                "Emptiest budgets",
                f"The {_MOST} smallest error budgets at each moment.",
                (Line(f"bottomk({_MOST}, {self._queries.budget_left()})", legend),),
                RATIO,
                thresholds=steps("red", ("0", "transparent")),
                threshold_style="line+area",
            ),
            graph(
                "Fastest burn rates, 1h",
                f"The {_MOST} highest burn rates at each moment; the lines are where alerts begin.",
                (Line(f"topk({_MOST}, {self._queries.worst(names.BURN_RATE)})", legend),),
                COUNT,
                thresholds=self._colors,
            ),
        )


def _labelled(expr: str, value: str, source: str, pattern: str) -> str:
    return f'label_replace({expr}, "dashboard", "{value}", "{source}", "{pattern}")'
