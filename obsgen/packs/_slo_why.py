"""Why a budget goes: which groups spend it, and which alerts said so when."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from obsgen import names
from obsgen.artefacts import Panel
from obsgen.matchers import Matcher
from obsgen.model import DashboardContext
from obsgen.packs._alert_queries import AlertQueries
from obsgen.packs._annotations import severities_of
from obsgen.packs._looks import ALERT_STATES
from obsgen.packs._panels import Column, Line, graph, table
from obsgen.packs._shapes import state_timeline
from obsgen.packs._slo_ledgers import Ledgers
from obsgen.packs._slo_looks import BUDGET_COLORS, HOUR
from obsgen.packs._slo_queries import SloQueries
from obsgen.units import RATIO, Duration

SLOW_GROUP: Final = Duration.parse("2m")
"""How often the slower rule group runs: a finer step of a graph would see holes."""

_MOST_GROUPS: Final = 10


class Why:
    """The panels of one SLO."""

    def __init__(
        self,
        context: DashboardContext,
        scope: Sequence[Matcher],
        whole: Sequence[Matcher],
        groups: tuple[str, ...],
    ) -> None:
        """
        Know the SLO.

        Args:
            scope: Matchers of the SLO and of the groups that are chosen.
            whole: Of the SLO alone.
            groups: The labels that the service's SLOs are grouped by.
        """
        self._groups = groups
        self._by_group = SloQueries(scope, groups)
        self._alerts = AlertQueries(whole) if severities_of(context.alerts) else None
        slos = context.service.slos
        # SLOs without groups are no part of what is told by group.
        self._ledgers = Ledgers([slo for slo in slos if slo.by] or slos, scope)
        self._step = str(max(SLOW_GROUP, self._ledgers.longest))

    def group_panels(self) -> tuple[Panel, ...]:
        """Return which groups spend the budget; nothing where no SLO has groups."""
        if not self._groups:
            return ()
        legend = " ".join(f"{{{{{label}}}}}" for label in self._groups)
        ratio = self._by_group.smoothed_worst(names.error_ratio(HOUR))
        return (
            graph(
                "Error ratio by group",
                f"The share of bad events over an hour, the {_MOST_GROUPS} groups with most.",
                (Line(f"topk({_MOST_GROUPS}, {ratio})", legend),),
                RATIO,
                min_interval=self._step,
            ),
            table(
                "Who spends the budget",
                "Each group's events over the dashboard's time range, and its budget over the "
                "period. Begin with the group on top.",
                (
                    Column(header="Bad events", expr=self._counted(names.bad_events), decimals=0),
                    Column(header="Events", expr=self._counted(names.total_events), decimals=0),
                    Column(
                        header="Budget left",
                        expr=self._by_group.budget_left(),
                        unit=RATIO,
                        decimals=1,
                        thresholds=BUDGET_COLORS,
                    ),
                ),
                labels=self._groups,
                sort_by="Bad events",
                width=12,
                height=8,
            ),
        )

    def alert_panels(self) -> tuple[Panel, ...]:
        """Return when the alerts of the SLO fired."""
        if self._alerts is None:
            return ()
        by = ("alertname", "tier", "severity")
        return (
            state_timeline(
                "Alerts of the SLO",
                "When each alert of the SLO was pending and when it fired, by its tier: a fast "
                "one tells of an outage, a slow one of what goes on all the time.",
                (Line(self._alerts.state_over_time(by), "{{alertname}} {{tier}} {{severity}}"),),
                ALERT_STATES,
                min_interval=str(self._ledgers.longest),
                height=6,
            ),
        )

    def _counted(self, name: Callable[[Duration], str]) -> str:
        def counted(series: str, tile: Duration) -> str:
            by = ", ".join(self._ledgers.groups(tile))
            return f"sum by ({by}) (sum_over_time({series}[$__range]))"

        return self._ledgers.ask(name, counted)
