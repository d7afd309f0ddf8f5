"""
The dashboard of one service's SLOs, of which one at a time is looked at.

The numbers stand first: what is promised is the same from day to day, and would push them off the
first screen. There is no ideal line beside the budget: over a rolling period none exists, since the
budget returns as it goes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from obsgen import names
from obsgen.artefacts import Panel, Section
from obsgen.matchers import Matcher
from obsgen.model import DashboardContext
from obsgen.packs._annotations import page_severities
from obsgen.packs._looks import ALL, BAD
from obsgen.packs._panels import Line, color_override, graph, stat, steps
from obsgen.packs._slo_definitions import definitions
from obsgen.packs._slo_ledgers import Ledgers
from obsgen.packs._slo_looks import (
    BUDGET_COLORS,
    HOUR,
    STATE_COLORS,
    STATES,
    TIME_LEFT_COLORS,
    TIMES_LEFT,
    burn_colors,
    objective_decimals,
)
from obsgen.packs._slo_queries import SloQueries
from obsgen.packs._slo_record import Record
from obsgen.packs._slo_why import SLOW_GROUP, Why
from obsgen.units import COUNT, RATIO, SECONDS, Duration, Unit

_EVENTS: Final = Unit("events", "count")
_MINUTES: Final = Unit.parse("min")
_MINUTE: Final = Duration.parse("1m")
_PER_MINUTE: Final = Unit("events", "count", per_seconds=60)
_STAT_WIDTH: Final = 3


def detail_sections(
    context: DashboardContext, scope: Sequence[Matcher], groups: tuple[str, ...]
) -> tuple[Section, ...]:
    """
    Return the sections of a service's dashboard.

    Args:
        scope: Matchers of the service and of the SLO that is chosen.
        groups: The labels that the service's SLOs are grouped by.
    """
    detail = _Detail(context, scope, groups)
    why = Why(context, detail.scope, scope, groups)
    record = Record(context, detail.scope, scope)
    return (
        Section(title="", panels=(*detail.budget_stats(), *detail.burn_stats())),
        Section(title="", panels=(*detail.budget_graphs(), *detail.burn_graphs())),
        Section(title="Why", panels=(*why.group_panels(), *why.alert_panels())),
        Section(title="What is promised", panels=(definitions(context.service.slos),)),
        Section(title="The record", panels=record.panels(), collapsed=True),
    )


class _Detail:
    """Panels of one SLO; of an SLO with groups they show the group that is worst off."""

    def __init__(
        self, context: DashboardContext, scope: Sequence[Matcher], groups: tuple[str, ...]
    ) -> None:
        service = context.service
        # A group's variable takes series without the label too: those of SLOs without groups.
        chosen = tuple(Matcher(label, "=~", f"${label}") for label in groups)
        self._slos = service.slos
        self.scope = (*scope, *chosen)
        self._worst = SloQueries(self.scope, ())
        # Objective, budget and metadata are recorded once, whatever the groups.
        self._whole = SloQueries(scope, ())
        self._pages = page_severities(context.project)
        self._decimals = objective_decimals(service.slos)
        self._ledgers = Ledgers(service.slos, self.scope)
        self._step = str(max(SLOW_GROUP, self._ledgers.longest))
        self._of_the_worst = ", of the group that is worst off" if groups else ""

    def budget_stats(self) -> tuple[Panel, ...]:
        """Return what is promised and what is left."""
        return (
            stat(
                "Objective",
                "The share of good events that is promised over the period.",
                self._whole.objective(),
                RATIO,
                decimals=self._decimals,
                width=_STAT_WIDTH,
            ),
            stat(
                "Good events, whole period",
                f"The share of good events over the SLO's period{self._of_the_worst}. Whether "
                "that is enough is what the budget beside it says.",
                self._worst.indicator(names.PERIOD_ERROR_RATIO),
                RATIO,
                decimals=self._decimals + 1,
                no_value="no events",
                width=_STAT_WIDTH,
            ),
            stat(
                "Error budget left",
                "What is left of the bad events that the objective allows"
                f"{self._of_the_worst}: 100% untouched, 0% spent, negative overspent. Below 25%, "
                "hold back risky changes.",
                self._worst.budget_left(),
                RATIO,
                thresholds=BUDGET_COLORS,
                decimals=1,
                no_value="no events",
                width=_STAT_WIDTH,
            ),
            stat(
                "Minutes left",
                "What is left of the error budget as minutes in which every event fails, at steady "
                f"traffic{self._of_the_worst}. An outage longer than that breaks the promise.",
                self._worst.worst(names.MINUTES_REMAINING, "min"),
                _MINUTES,
                decimals=1,
                no_value="no events",
                width=_STAT_WIDTH,
            ),
            stat(
                "Bad events left",
                "How many more events may be bad, of as many as the period has had so far"
                f"{self._of_the_worst}.",
                self._worst.worst(names.EVENTS_REMAINING, "min"),
                COUNT,
                decimals=0,
                no_value="no events",
                width=_STAT_WIDTH,
            ),
        )

    def burn_stats(self) -> tuple[Panel, ...]:
        """Return how fast the budget goes."""
        return (
            stat(
                "Budget lasts",
                "How long the rest of the budget lasts if the burn rate of the last hour goes on"
                f"{self._of_the_worst}. Longer than the period is sustainable.",
                self._worst.time_left(),
                SECONDS,
                thresholds=TIME_LEFT_COLORS,
                decimals=1,
                mappings=TIMES_LEFT,
                no_value="no events",
                width=_STAT_WIDTH,
            ),
            stat(
                "Burn rate, 1h",
                "How many times faster than allowed the budget was spent in the last hour"
                f"{self._of_the_worst}; 1 spends exactly all of it in the period.",
                self._worst.worst(names.BURN_RATE),
                COUNT,
                thresholds=burn_colors(self._slos, self._pages),
                decimals=1,
                no_value="no events",
                width=_STAT_WIDTH,
            ),
            stat(
                "Alert",
                "The most urgent burn-rate alert that fires. A page means that the budget is gone "
                "within days or hours: follow the alert's runbook.",
                self._whole.alert_state(self._pages),
                COUNT,
                thresholds=STATE_COLORS,
                mappings=STATES,
                no_value="no events",
                width=_STAT_WIDTH,
            ),
        )

    def budget_graphs(self) -> tuple[Panel, ...]:
        """Return the ratio beside its objective, and the budget over time."""
        hourly = f"1 - {self._worst.smoothed_worst(names.error_ratio(HOUR))}"
        return (
            graph(
                "Good events and objective",
                f"The share of good events over an hour{self._of_the_worst}. Below the dashed "
                "objective the budget shrinks.",
                (
                    Line(hourly, "good events, 1h"),
                    Line(self._whole.objective(), "objective", dashed=True),
                ),
                RATIO,
                decimals=self._decimals + 1,
                min_interval=self._step,
                from_zero=False,
            ),
            graph(
                "Error budget left over time",
                f"What is left of the error budget{self._of_the_worst}. It returns as bad events "
                "leave the period; below 0 the objective is missed.",
                (Line(self._worst.budget_left(), "budget left"),),
                RATIO,
                thresholds=steps("red", ("0", "transparent")),
                threshold_style="line+area",
                min_interval=self._step,
            ),
        )

    def burn_graphs(self) -> tuple[Panel, ...]:
        """Return the burn rate over all windows of the alerts, and the events behind it."""
        unit = _PER_MINUTE if self._ledgers.tiles == (_MINUTE,) else _EVENTS
        return (
            graph(
                "Burn rate by window",
                "How many times faster than allowed the budget is spent, over each window that an "
                f"alert watches{self._of_the_worst}. An alert needs its long and its short window "
                "above its line.",
                [
                    Line(self._worst.burn_rate(window, budget=self._whole), str(window))
                    for window in sorted({w for slo in self._slos for w in slo.windows})
                ],
                COUNT,
                thresholds=burn_colors(self._slos, self._pages),
                min_interval=self._step,
            ),
            graph(
                "Events",
                f"All and bad events in {self._ledgers.shown}, of all groups together. With few "
                "events, one bad event is a high burn rate.",
                (
                    Line(self._ledgers.mean(names.total_events), "all"),
                    Line(self._ledgers.mean(names.bad_events), "bad"),
                ),
                unit,
                min_interval=self._step,
                overrides=(color_override("all", ALL), color_override("bad", BAD)),
            ),
        )
