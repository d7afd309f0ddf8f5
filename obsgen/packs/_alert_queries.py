"""PromQL over the alerts that Prometheus itself keeps: `ALERTS` and `ALERTS_FOR_STATE`."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from obsgen.matchers import Matcher, any_value, selector
from obsgen.packs._annotations import FIRING, REAL

PENDING: Final = Matcher("alertstate", "=", "pending")

# How finely beginnings are looked for; what fires for less than a minute counts once or not.
_RESOLUTION: Final = "1m"


class AlertQueries:
    """The queries, within *scope*; watchdogs and escalations are left out."""

    def __init__(self, scope: Sequence[Matcher] = ()) -> None:
        self._scope = tuple(scope)

    def firing(self, *more: Matcher) -> str:
        """Return 1 for each alert that fires."""
        return selector("ALERTS", (FIRING, *self._scope, *more, *REAL))

    def pending(self) -> str:
        """Return 1 for each alert whose `for` is not over."""
        return selector("ALERTS", (PENDING, *self._scope, *REAL))

    @staticmethod
    def of(severities: Sequence[str]) -> tuple[Matcher, ...]:
        """Return what keeps severities alone."""
        return (any_value("severity", severities),) if severities else ()

    @staticmethod
    def but(severities: Sequence[str]) -> tuple[Matcher, ...]:
        """Return what leaves severities out."""
        return (any_value("severity", severities, negated=True),) if severities else ()

    def paging(self, severities: Sequence[str]) -> str:
        """Return how many alerts of severities that page fire; 0 for none."""
        return _count(self.firing(*self.of(severities)))

    def waiting(self, severities: Sequence[str]) -> str:
        """Return how many alerts of other severities fire; 0 for none."""
        return _count(self.firing(*self.but(severities)))

    def coming(self) -> str:
        """Return how many alerts are pending; 0 for none."""
        return _count(self.pending())

    def state(self, by: Sequence[str]) -> str:
        """Return 2 where an alert fires now, 1 where one is pending."""
        labels = ", ".join(by)
        firing, pending = self.firing(), self.pending()
        return f"2 * max by ({labels}) ({firing}) or max by ({labels}) ({pending})"

    def ranked_state(self, by: Sequence[str], severities: Sequence[str]) -> str:
        """
        Return the same, and by how severe an alert is some hundredths more.

        Args:
            severities: The most severe first; the last one counts as one of no scheme does.
        """
        labels = ", ".join(by)
        ranks = [
            f"{Decimal(place) / 100} * max by ({labels}) ({self._any(*self.of((severity,)))})"
            for place, severity in enumerate(reversed(severities))
            if place
        ]
        rank = " or ".join((*reversed(ranks), f"0 * max by ({labels}) ({self._any()})"))
        return f"({self.state(by)}) + ({rank})"

    def _any(self, *more: Matcher) -> str:
        return selector("ALERTS", (*self._scope, *more, *REAL))

    def state_over_time(self, by: Sequence[str]) -> str:
        """Return the same in each step of a graph: nothing falls between two points."""
        labels = ", ".join(by)
        firing, pending = (
            f"max by ({labels}) (max_over_time({series}[$__interval]))"
            for series in (self.firing(), self.pending())
        )
        return f"2 * {firing} or {pending}"

    def age(self, by: Sequence[str] = ()) -> str:
        """Return for how many seconds the oldest alert of labels has been pending or firing."""
        grouping = f" by ({', '.join(by)}) " if by else ""
        since = selector("ALERTS_FOR_STATE", (*self._scope, *REAL))
        return f"time() - min{grouping}({since})"

    def series(self, by: Sequence[str]) -> str:
        """Return how many alerts of labels there are, pending or firing."""
        return f"count by ({', '.join(by)}) ({self._any()})"

    def beginnings(self, by: Sequence[str], window: str) -> str:
        """Return how often alerts of labels began to fire within a window."""
        firing = self.firing()
        begun = f"{firing} unless {firing} offset {_RESOLUTION}"
        counted = f"sum_over_time(({begun})[{window}:{_RESOLUTION}])"
        return f"sum by ({', '.join(by)}) ({counted})"

    def count_over_time(self, by: str) -> str:
        """Return how many alerts fired at most in each step of a graph, by a label."""
        return f"count by ({by}) (max_over_time({self.firing()}[$__interval]))"


def _count(series: str) -> str:
    return f"count({series}) or vector(0)"
