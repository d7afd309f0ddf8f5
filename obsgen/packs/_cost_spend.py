"""What is spent, by day and by what it is spent on, and what a unit of work costs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from obsgen.artefacts import Json, Panel
from obsgen.catalogue import Metric
from obsgen.counting.calendar import elapsed_share, projected
from obsgen.matchers import Matcher
from obsgen.model import Measure, Period, Query
from obsgen.packs._bars import as_bars, daily
from obsgen.packs._cost_movers import (
    BEFORE_HEADER,
    CHANGE_COLORS,
    NOW_HEADER,
    WEEK,
    change,
    difference,
)
from obsgen.packs._llm_measures import a_thousand, labels, named, token_counter
from obsgen.packs._llm_metrics import MODEL, OPERATION, PROVIDER, TOKEN_TYPE, LlmMetrics, label_of
from obsgen.packs._measures import (
    DAY,
    HOUR,
    RANGE,
    THIS_MONTH,
    TODAY,
    Panels,
    increase,
    quotient,
    rate,
)
from obsgen.packs._panels import override, steps
from obsgen.units import RATIO

_A_DAY: Final = "1d"
_OF_WHOM: Final = ("team", "product", "project", "tenant", "environment", "region", "resource")
_MOST_SERIES: Final = 10
_PACE_COLORS: Final = steps("green", ("1.5", "orange"), ("2", "red"))
_ZONE: Final = "The calendar is that of your browser."


def breakdowns(metric: Metric) -> tuple[str, ...]:
    """Return the labels by which money is told apart, the most telling first, at most two."""
    families = (MODEL, PROVIDER, OPERATION, ("service",), _OF_WHOM)
    pinned = {matcher.label for matcher in metric.scope}
    found = [label for family in families if (label := label_of(metric, family))]
    others = [label for label in metric.labels if label not in (*found, *TOKEN_TYPE)]
    return tuple(label for label in (*found, *others) if label not in pinned)[:2]


class SpendPanels:
    """Panels of the metrics that count money."""

    def __init__(self, panels: Panels, accounts: Sequence[Metric], llm: LlmMetrics) -> None:
        self._panels = panels
        self._accounts = accounts
        self._llm = llm

    # --- now -----------------------------------------------------------------------------

    def stats(
        self, period: Period, told: frozenset[str], partly: frozenset[str]
    ) -> Iterator[Panel]:
        """
        Yield what is spent today and this month, and at which pace.

        Args:
            period: The month, as the project counts it.
            told: `day` and `month`, where budgets say already what is spent in them.
            partly: The same, where they say it of a part, or part by part.
        """
        for metric in self._accounts:
            if "day" not in told:
                yield self._panels.stat(
                    self._named(_in_total("Spent today", "day" in partly), metric),
                    f"What has been spent since midnight. {_ZONE} Compare with yesterday's bar.",
                    increase(metric, window=RANGE),
                    time=TODAY,
                )
            if "month" not in told:
                yield from self._month(metric, period, is_total="month" in partly)
            yield self._panels.stat(
                self._named("Pace against the week before", metric),
                "What was spent in the last 24 hours, over an average day of the week before: 100% "
                "is as usual. Above 150%, see below which part of it grew.",
                quotient(
                    rate(metric, per=DAY, window=_A_DAY),
                    rate(metric, per=DAY, window=WEEK, offset=_A_DAY),
                ),
                colors=_PACE_COLORS,
                no_value="no week before",
            )

    def _month(self, metric: Metric, period: Period, *, is_total: bool) -> Iterator[Panel]:
        yield self._panels.stat(
            self._named(_in_total("Spent this month", is_total), metric),
            f"What has been spent since the first of the month. {_ZONE}",
            increase(metric, window=RANGE),
            time=THIS_MONTH,
        )
        spent = increase(metric, window=RANGE).expr(Query()).text
        yield self._panels.stat(
            self._named(_in_total("Projected this month", is_total), metric),
            "What the month will have cost at its end, if it goes on as on average since it began. "
            "A budget (an alert of kind `spend`) would tell somebody in time.",
            self._panels.raw(projected(spent, elapsed_share(period)), metric.unit),
            time=THIS_MONTH,
            no_value="too early to tell",
        )

    # --- by day and by what --------------------------------------------------------------

    def by_day(self) -> Iterator[Panel]:
        """Yield bars of each day, by each of the labels that tell money apart."""
        for metric in self._accounts:
            for label in breakdowns(metric) or ("",):
                title = f"Spent a day by {label}" if label else "Spent a day"
                graph = self._panels.graph(
                    self._named(title, metric),
                    "Each bar is what was spent in the 24 hours before its time. A day that is "
                    "higher than its neighbours is a loop, a new customer or a dearer choice.",
                    increase(metric, window=_A_DAY, by=labels(label)),
                )
                yield daily(graph)

    def shares(
        self, time: str, words: str, metric: Metric, where: tuple[Matcher, ...] = ()
    ) -> Panel | None:
        """Return what the money of a period was spent on, the most first; None if all is one."""
        for label in breakdowns(metric)[:1]:
            stat = self._panels.stat(
                self._named(f"Spent {words} by {label}", metric),
                f"What the money was spent on, the {_MOST_SERIES} largest. Begin to save with the "
                "longest bar.",
                increase(metric, window=RANGE, by=(label,), where=where, top=_MOST_SERIES),
                time=time,
            )
            return as_bars(stat, height=9)
        return None

    def movers(self) -> Iterator[Panel]:
        """Yield tables of what became dearer and cheaper, week on week."""
        for metric in self._accounts:
            for label in breakdowns(metric)[:1]:
                yield _movers(
                    self._panels,
                    self._named(f"Week on week by {label}", metric),
                    increase(metric, window=WEEK, by=(label,)),
                    increase(metric, window=WEEK, offset=WEEK, by=(label,)),
                )

    # --- unit costs ----------------------------------------------------------------------

    def unit_costs(self, requests: Sequence[Metric]) -> Iterator[Panel]:
        """
        Yield what a thousand requests and tokens cost.

        Args:
            requests: Those that the service answers, the ones of models first.
        """
        for metric in self._accounts:
            wholes = [(m, "requests") for m in requests[:1]]
            wholes += [(token_counter(m), "tokens") for m in self._llm.tokens[:1]]
            for whole, words in wholes:
                yield self._panels.graph(
                    self._named(f"Cost of 1,000 {words}", metric),
                    f"What a thousand {words} cost, on average of an hour. Traffic alone does not "
                    "move it: when it rises, work has become dearer.",
                    a_thousand(self._panels, metric, whole, window="1h"),
                    unit=metric.unit,
                )

    def compared(self, second: Sequence[Metric]) -> Iterator[Panel]:
        """Yield what is booked beside what prices make of the same work."""
        for priced in second:
            booked = [m for m in self._accounts if m.unit.agrees_with(priced.unit)]
            yield self._panels.graph(
                f"Booked, and by the prices of {priced.name}",
                "What the counter books and what the table of prices makes of the same work, an "
                "hour. They agree unless one of them lacks a price or has an old one.",
                *(rate(m, per=HOUR, window="1h", legend=f"booked: {m.name}") for m in booked),
                rate(priced, per=HOUR, window="1h", legend=f"by prices: {priced.name}"),
            )

    def _named(self, title: str, metric: Metric) -> str:
        return named(title, metric, self._accounts)


def _in_total(title: str, is_total: bool) -> str:
    return f"{title} in total" if is_total else title


def _movers(panels: Panels, title: str, this: Measure, before: Measure) -> Panel:
    now, then = (measure.expr(Query()) for measure in (this, before))
    unit = this.unit
    table = panels.table(
        title,
        "What was spent in the last seven days and in the seven before them. What is on top rose "
        "most; without a change in percent it is new.",
        panels.raw(difference(now, then).text, unit, legend="Difference"),
        panels.raw(change(now, then).text, RATIO, legend="Change"),
        panels.raw(now.text, unit, legend=NOW_HEADER),
        panels.raw(then.text, unit, legend=BEFORE_HEADER),
    )
    colors: list[Json] = [{"color": s.color, "value": s.value} for s in CHANGE_COLORS]
    colored = override(
        "Change",
        {
            "thresholds": {"mode": "absolute", "steps": colors},
            "custom.cellOptions": {"type": "color-text"},
            "decimals": 0,
        },
    )
    return replace(table, overrides=(*table.overrides, colored))
