"""
PromQL over the recorded series of SLOs, for dashboards.

Everything is aggregated to the labels that are shown: that drops the metric's name, so that
tables join, and of an SLO with groups it shows the group that is worst off.
"""

from __future__ import annotations

from collections.abc import Sequence

from obsgen import names
from obsgen.matchers import Matcher, any_value, selector
from obsgen.units import Duration

FIRING = (
    Matcher("alertname", "=", names.BURN_ALERT),
    Matcher("alertstate", "=", "firing"),
)


class SloQueries:
    """The queries, within *scope* and by the labels *by*."""

    def __init__(self, scope: Sequence[Matcher], by: Sequence[str]) -> None:
        self.scope = tuple(scope)
        self._by = tuple(by)

    def worst(self, series: str, op: str = "max") -> str:
        """Return the worst group of a series: its largest value, or with `min` its smallest."""
        return f"{self._head(op)}({selector(series, self.scope)})"

    def smoothed_worst(self, series: str) -> str:
        """Return the same over time, so that no peak falls between two points of a graph."""
        return f"{self._head('max')}(max_over_time({selector(series, self.scope)}[$__interval]))"

    def objective(self) -> str:
        """Return the objective, 0 to 1."""
        return self.worst(names.OBJECTIVE)

    def budget_left(self) -> str:
        """Return the share of the error budget that is left."""
        return self.worst(names.BUDGET_REMAINING, "min")

    def indicator(self, series: str) -> str:
        """Return the share of good events, of a series of error ratios."""
        return f"1 - {self.worst(series)}"

    def burn_rate(self, window: Duration, budget: SloQueries) -> str:
        """
        Return the burn rate over a window; every peak of it within the graph's step.

        Args:
            budget: Finds the error budget, which is recorded once for all groups.
        """
        ratio = self.smoothed_worst(names.error_ratio(window))
        return f"{ratio} / {budget.worst(names.ERROR_BUDGET)}"

    def current_burn_rate(self, window: Duration) -> str:
        """Return the burn rate over a window that ends now."""
        return f"{self.worst(names.error_ratio(window))} / {self.worst(names.ERROR_BUDGET)}"

    def time_left(self) -> str:
        """
        Return the seconds until the budget is spent at the current burn rate.

        0 where it is spent, -1 where nothing burns, nothing without events.
        """
        left = self.budget_left()
        spent, unburnt = f"0 * abs({left} <= 0)", f"0 * abs({left}) - 1"
        return f"{spent} or {self.worst(names.EXHAUSTION, 'min')} or {unburnt}"

    def firing(self, *more: Matcher) -> str:
        """Return 1 where a burn-rate alert fires, and nothing elsewhere."""
        return f"{self._head('max')}({selector('ALERTS', (*FIRING, *self.scope, *more))})"

    def alert_state(self, page_severities: Sequence[str]) -> str:
        """
        Return 0 where nothing fires, 1 where a ticket does, 2 where a page does.

        Nothing where there are no events to judge by.
        """
        tickets = f"{self.firing()} or 0 * {self.objective()} and {self.budget_left()}"
        if not page_severities:
            return tickets
        pages = self.firing(any_value("severity", page_severities))
        return f"2 * {pages} or {tickets}"

    def _head(self, op: str) -> str:
        return f"{op} by ({', '.join(self._by)}) " if self._by else op
