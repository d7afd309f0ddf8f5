"""The table of SLOs: what is left of each budget, how fast it goes, and where to look next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from obsgen import names
from obsgen.artefacts import Panel
from obsgen.matchers import Matcher
from obsgen.model import RECORDED_ALWAYS, Project, Service
from obsgen.packs._annotations import page_severities
from obsgen.packs._panels import Column, table
from obsgen.packs._slo_looks import (
    BUDGET_COLORS,
    NOT_TOLD,
    STATE_COLORS,
    STATES,
    TIME_LEFT_COLORS,
    TIMES_LEFT,
    burn_colors,
    objective_decimals,
)
from obsgen.packs._slo_queries import SloQueries
from obsgen.packs._ways import cell_links, uids_of, way, with_uids
from obsgen.units import RATIO, SECONDS

_LONG: Final = RECORDED_ALWAYS[-1]
_LABELS: Final = ("service", "slo", "team", "period")


class SloTable:
    """Queries within *scope*; of an SLO with groups the group that is worst off counts."""

    def __init__(
        self, project: Project, services: Sequence[Service], scope: Sequence[Matcher]
    ) -> None:
        self._services = services
        self._slos = [slo for service in services for slo in service.slos]
        self._pages = page_severities(project)
        self._colors = burn_colors(self._slos, self._pages)
        self._queries = SloQueries(scope, names.IDENTITY)

    def panel(self, *, height: int = 12) -> Panel:
        """Return a row for each SLO."""
        found = table(
            "Error budgets",
            "Budget left and burn rate of each SLO, the emptiest budget first; of an SLO with "
            "groups, of the group that is worst off. The SLO's name leads to its dashboard.",
            self._columns(),
            labels=(*_LABELS, "dashboard", "home"),
            hidden=("Info",),
            invisible=("dashboard", "home"),
            sort_by="Budget left",
            descending=False,
            height=height,
        )
        ways = (
            cell_links("slo", [("Open the SLO", way("dashboard", slo="slo"))]),
            cell_links("service", [("Open the service", way("home"))]),
        )
        return replace(found, overrides=(*found.overrides, *ways))

    def _columns(self) -> tuple[Column, ...]:
        info = SloQueries(self._queries.scope, _LABELS)
        return (
            *self._budget_columns(),
            *self._burn_columns(),
            Column(header="Info", expr=info.worst(names.INFO)),
        )

    def _budget_columns(self) -> tuple[Column, ...]:
        queries = self._queries
        decimals = objective_decimals(self._slos)
        led = with_uids(queries.objective(), "dashboard", uids_of("slo", self._services))
        led = with_uids(led, "home", uids_of("overview", self._services))
        return (
            Column(header="Objective", expr=led, unit=RATIO, decimals=decimals),
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
                mappings=(*TIMES_LEFT, NOT_TOLD),
            ),
            Column(
                header="Alert",
                expr=queries.alert_state(self._pages),
                thresholds=STATE_COLORS,
                mappings=(*STATES, NOT_TOLD),
            ),
        )

    def _burn_column(self, header: str, expr: str) -> Column:
        return Column(header=header, expr=expr, decimals=1, thresholds=self._colors)
