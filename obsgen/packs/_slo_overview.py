"""
The overview of all SLOs of a project: which budget needs somebody first.

Numbers before pictures: how many SLOs are in trouble, then each with its budget, then when budgets
ran low. In the place of a legend stands how many SLOs count nothing, which no other panel tells.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Final

from obsgen import names
from obsgen.artefacts import Dashboard, Json, Link, Panel, Section, Target, Variable
from obsgen.matchers import Matcher
from obsgen.model import Project, Service
from obsgen.packs._annotations import page_severities
from obsgen.packs._looks import PAGE, TICKET
from obsgen.packs._panels import Line, graph, stat, steps
from obsgen.packs._shapes import bars, state_timeline
from obsgen.packs._slo_looks import BUDGET_COLORS, BUDGET_STATES, HOUR, burn_colors
from obsgen.packs._slo_queries import SloQueries
from obsgen.packs._slo_table import SloTable
from obsgen.units import COUNT, RATIO

_TIME: Final = "now-7d"
_MOST: Final = 10
_KIND: Final = "slo"
_LEGEND: Final = "{{service}}/{{slo}}"
# The slower rule group runs every two minutes: a finer step would see holes.
_STEP: Final = "2m"
# What burns is mostly below 1, and sometimes a thousand.
_SCALE: Final[dict[str, Json]] = {"type": "symlog", "log": 10, "linearThreshold": 1}
_JUDGED: Final = {"page": steps("green", ("1", PAGE)), "ticket": steps("green", ("1", TICKET))}


def overview(project: Project, services: Sequence[Service]) -> Dashboard:
    """Return the dashboard, given the services that have SLOs and a dashboard of them."""
    scope = (Matcher("service", "=~", "$service"),)
    made = SloOverview(project, services, scope)
    return Dashboard(
        uid=names.SLO_OVERVIEW,
        title="SLO overview",
        description="Every error budget, the emptiest first.",
        folder=project.name,
        tags=(_KIND, "overview"),
        sections=(
            Section(title="", panels=made.stats()),
            Section(title="", panels=(SloTable(project, services, scope).panel(),)),
            Section(title="", panels=(made.budget_states(),)),
            Section(title="", panels=made.worst()),
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
        origin=project.origin / "dashboards",
    )


class SloOverview:
    """The panels, by service and SLO; of an SLO with groups the group that is worst off counts."""

    def __init__(
        self, project: Project, services: Sequence[Service], scope: Sequence[Matcher]
    ) -> None:
        slos = [slo for service in services for slo in service.slos]
        self._colors = burn_colors(slos, page_severities(project))
        self._pages = page_severities(project)
        self._has_alerts = any("alerts" in service.ready_dashboards for service in services)
        self._queries = SloQueries(scope, names.IDENTITY)

    def stats(self) -> tuple[Panel, ...]:
        """Return how many SLOs there are, in which state, and what is urgent."""
        return (*self._states(), *self._urgent())

    def _states(self) -> tuple[Panel, ...]:
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

    def _urgent(self) -> tuple[Panel, ...]:
        return (
            self._alerts(),
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

    def _alerts(self) -> Panel:
        """Return how many SLOs page, and how many have opened a ticket."""
        link = Link(title="All alerts", dashboard=names.ALERTS_OVERVIEW)
        state = f"({self._queries.alert_state(self._pages)})"
        panel = stat(
            "SLO alerts",
            "SLOs with a burn-rate alert that fires: those that page, and those with a ticket.",
            f"count({state} == 2) or vector(0)",
            COUNT,
            thresholds=_JUDGED["page"],
            links=(link,) if self._has_alerts else (),
        )
        tickets = Target(expr=f"count({state} == 1) or vector(0)", legend="tickets", instant=True)
        if not self._pages:
            return replace(panel, targets=(tickets,), thresholds=_JUDGED["ticket"])
        pages = replace(panel.targets[0], legend="pages")
        return replace(panel, targets=(pages, tickets), overrides=(_TICKETS_IN_ORANGE,))

    def budget_states(self) -> Panel:
        """Return when each budget was how low."""
        left = self._queries.budget_left()
        state = " + ".join(f"({left} > bool {step})" for step in ("0", "0.25", "0.5"))
        return state_timeline(
            "Budgets over time",
            "In which state each error budget was when. Orange and red are when risky changes "
            "should have waited.",
            (Line(state, _LEGEND),),
            BUDGET_STATES,
            min_interval=_STEP,
        )

    def worst(self) -> tuple[Panel, ...]:
        """Return the emptiest budgets now, and the fastest burn rates over time."""
        burning = graph(
            "Fastest burn rates, 1h",
            f"The {_MOST} highest burn rates at each moment; the lines are where alerts begin.",
            (Line(f"topk({_MOST}, {self._queries.worst(names.BURN_RATE)})", _LEGEND),),
            COUNT,
            thresholds=self._colors,
            min_interval=_STEP,
        )
        return (
            bars(
                "Emptiest budgets",
                f"The {_MOST} smallest error budgets. The first needs somebody first.",
                Line(f"sort(bottomk({_MOST}, {self._queries.budget_left()}))", _LEGEND),
                RATIO,
                thresholds=BUDGET_COLORS,
                maximum=Decimal(1),
                decimals=1,
                no_value="no events",
            ),
            replace(burning, custom={**burning.custom, "scaleDistribution": _SCALE}),
        )


_TICKETS_IN_ORANGE: Final[dict[str, Json]] = {
    "matcher": {"id": "byName", "options": "tickets"},
    "properties": [
        {
            "id": "thresholds",
            "value": {
                "mode": "absolute",
                "steps": [{"color": s.color, "value": s.value} for s in _JUDGED["ticket"]],
            },
        }
    ],
}
