"""What the dashboards of SLOs have in common to look at: colours, and the words for states."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from obsgen.artefacts import Json, Threshold
from obsgen.model import Slo
from obsgen.packs._panels import steps, value_map
from obsgen.packs._shapes import State
from obsgen.units import Duration, number_text

BUDGET_COLORS: Final = steps("red", ("0", "orange"), ("0.25", "yellow"), ("0.5", "green"))
BUDGET_STATES: Final = (
    State("0", "missed", "red"),
    State("1", "below 25%", "orange"),
    State("2", "below 50%", "yellow"),
    State("3", "50% and more", "green"),
)
"""The same steps by name."""
STATE_COLORS: Final = steps("green", ("1", "orange"), ("2", "red"))
STATES: Final = value_map(("0", "OK", "green"), ("1", "Ticket", "orange"), ("2", "Page", "red"))

NO_EVENTS: Final = "no events"
NOT_TOLD: Final[Mapping[str, Json]] = {
    "type": "special",
    "options": {"match": "null+nan", "result": {"text": NO_EVENTS, "color": "text"}},
}
"""What cannot be told: neither good nor bad."""
TIMES_LEFT: Final = value_map(("0", "spent", "red"), ("-1", "∞", "green"))
"""What is no length of time: 0 and -1 stand for it (`SloQueries.time_left`)."""

HOUR: Final = Duration.parse("1h")
DAY: Final = Duration.parse("1d")
WEEK: Final = Duration.parse("7d")
TIME_LEFT_COLORS: Final = steps(
    "red", (number_text(DAY.seconds), "orange"), (number_text(WEEK.seconds), "green")
)


def objective_decimals(slos: Iterable[Slo]) -> int:
    """
    Return the decimals of percent that the objectives are written with.

    By itself Grafana shows 99.95% as 100%.
    """
    texts = (number_text(slo.objective) for slo in slos)
    return max(len(text.partition(".")[2]) for text in texts)


def burn_colors(slos: Iterable[Slo], pages: Sequence[str]) -> tuple[Threshold, ...]:
    """
    Return the colours of a burn rate: what the alerts would say about it.

    Yellow from 1 on, where the budget does not last for the period; orange and red from where the
    most careful tiers open a ticket and page.
    """
    tiers = [tier for slo in slos for tier in slo.tiers]
    tickets = [tier.factor for tier in tiers if tier.severity not in pages and tier.factor > 1]
    paging = [tier.factor for tier in tiers if tier.severity in pages and tier.factor > 1]
    rising = [("1", "yellow")]
    if tickets and (not paging or min(tickets) < min(paging)):
        rising.append((number_text(min(tickets)), "orange"))
    if paging:
        rising.append((number_text(min(paging)), "red"))
    return steps("green", *rising)
