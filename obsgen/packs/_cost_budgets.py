"""What is left of the budgets of money of a service, as their alerts count it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Final

from obsgen import names
from obsgen.artefacts import Json, Panel, Threshold
from obsgen.matchers import selector
from obsgen.measures.spend import recorded_spend
from obsgen.model import Measure, Query, SpendPart
from obsgen.packs._measures import Panels
from obsgen.packs._panels import color_override, limit_override, steps
from obsgen.units import RATIO, number_text

_SHARE_COLORS: Final = steps("green", ("0.8", "orange"), ("1", "red"))
_LEFT_COLORS: Final = steps("red", ("0", "green"))
_NEARLY: Final = Decimal("0.8")
_TIMES: Final = {"day": "now/d", "week": "now/w", "month": "now/M", "quarter": "now/fQ"}
"""The beginning of the current period; fiscal quarters are those of the year, unless told else."""

_WORDS: Final = {
    "day": "today",
    "week": "this week",
    "month": "this month",
    "quarter": "this quarter",
}
_NOTHING_YET: Final = "nothing counted yet"
_FULL_SCALE: Final = Decimal("1.25")
"""Of the dial: what is overspent is to be seen."""


def period_words(part: SpendPart) -> str:
    """Return the period of a budget as in a title: `this month`, `within 30d`."""
    period = part.spend.period
    return _WORDS.get(str(period), f"within {period}")


def period_time(part: SpendPart) -> str:
    """Return since when a panel shows the current period: `now/M`, `30d`."""
    period = part.spend.period
    return _TIMES.get(str(period), str(period))


class BudgetPanels:
    """Panels of one budget; one with groups shows each of them."""

    def __init__(self, panels: Panels, part: SpendPart, *, is_alone: bool) -> None:
        self._panels = panels
        self._part = part
        self._spend = part.spend
        self._name = "" if is_alone else f": {part.spend.name}"
        self._legend = " ".join(f"{{{{{label}}}}}" for label in part.spend.by)

    def _recorded(self, word: str, legend: str = "") -> Measure:
        measure = recorded_spend(self._part, word)
        words = " ".join(filter(None, (legend, self._legend)))
        return replace(measure, modifiers=replace(measure.modifiers, legend=words))

    def _budget(self) -> str:
        """Return what may be spent: what is and what is left, so that it is of each group."""
        return f"{self._text('spent')} + {self._text('remaining')}"

    def _text(self, word: str) -> str:
        return self._recorded(word).expr(Query()).text

    def _titled(self, words: str) -> str:
        return f"{words} {period_words(self._part)}{self._name}"

    @property
    def _amount_colors(self) -> tuple[Threshold, ...]:
        """The colours of an amount, where the budget is the same for all."""
        budget = self._spend.budget
        if budget.value is None or budget.by:
            return ()
        whole, most = Fraction(budget.value), Fraction(budget.value) * Fraction(_NEARLY)
        return steps("green", (number_text(most), "orange"), (number_text(whole), "red"))

    @property
    def _told(self) -> str:
        spend = self._spend
        zone = " The calendar is the project's." if spend.period.calendar else ""
        limits = spend.budget.words(spend.unit) if spend.budget.by else spend.budget.text
        return f"The budget is {limits}.{zone}"

    def stats(self) -> Iterator[Panel]:
        """Yield what is spent, what will be, what is left, and the used part."""
        yield self._panels.stat(
            self._titled("Spent"),
            f"What has been spent, right to the cent. {self._told} Above it, look below which "
            "part of it grew.",
            self._recorded("spent"),
            colors=self._amount_colors,
            no_value=_NOTHING_YET,
        )
        if self._spend.is_projected:
            pace = (
                "on average since the period began"
                if self._spend.pace is None
                else f"in the last {self._spend.pace}"
            )
            yield self._panels.stat(
                self._titled("Projected"),
                f"What will have been spent at the end if it goes on as {pace}. {self._told} "
                "There is still time to move work to something cheaper.",
                self._recorded("projected"),
                colors=self._amount_colors,
                no_value="too early to tell",
            )
        yield self._panels.stat(
            self._titled("Left"),
            f"What may still be spent; negative, the budget is overspent. {self._told}",
            self._recorded("remaining"),
            colors=_LEFT_COLORS,
            no_value=_NOTHING_YET,
        )
        yield self._panels.stat(
            self._titled("Budget"),
            f"What may be spent. {self._told} It stands in the spec, with the alert.",
            self._panels.raw(self._budget(), self._spend.unit, legend=self._legend),
            no_value=_NOTHING_YET,
        )
        dial = self._panels.gauge(
            self._titled("Budget used"),
            f"The part of the budget that is spent. {self._told} Compare it with the part of the "
            "period that is over.",
            self._panels.raw(
                f"{self._text('spent')} / ({self._budget()})", RATIO, legend=self._legend
            ),
            colors=_SHARE_COLORS,
        )
        yield replace(dial, maximum=_FULL_SCALE, height=4, no_value=_NOTHING_YET)

    def burn_down(self) -> Panel:
        """Return what is spent against the line of the budget."""
        lines = [
            self._recorded("spent", "spent"),
            self._panels.raw(self._budget(), self._spend.unit, legend=self._named("budget")),
        ]
        if self._spend.period.calendar is not None:
            elapsed = selector(names.SPEND_ELAPSED, self._part.identity)
            paced = f"({self._budget()}) * on () group_left () max({elapsed})"
            lines.append(self._panels.raw(paced, self._spend.unit, legend=self._named("even pace")))
        if self._spend.is_projected:
            lines.append(self._recorded("projected", "projected"))
        graph = self._panels.graph(
            self._titled("Spent against the budget"),
            "What has been spent, the budget (dashed), what an even pace would have spent by now, "
            "and the projection. Above the even pace the budget does not last: find what grew "
            "among the panels below.",
            *lines,
            time=period_time(self._part),
        )
        return replace(graph, overrides=self._line_looks(), width=16, height=9)

    def _line_looks(self) -> tuple[Mapping[str, Json], ...]:
        limit = limit_override("budget")
        if self._spend.by:
            matcher: Json = {"id": "byRegexp", "options": "/^budget /"}
            return ({**limit, "matcher": matcher},)
        return (
            limit,
            color_override("spent", "blue"),
            color_override("even pace", "green"),
            color_override("projected", "orange"),
        )

    def _named(self, words: str) -> str:
        return " ".join(filter(None, (words, self._legend)))


def whole_calendar(part: SpendPart) -> str:
    """Return the period of the calendar of which a budget counts all that its metric counts."""
    spend = part.spend
    return "" if spend.where or spend.by else spend.period.calendar or ""
