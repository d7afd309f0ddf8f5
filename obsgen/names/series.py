"""Names of the series that rules record: SLOs, budgets of money, prices."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from obsgen.units import Duration

OBJECTIVE: Final = "slo:objective:ratio"
ERROR_BUDGET: Final = "slo:error_budget:ratio"
BUDGET_REMAINING: Final = "slo:error_budget_remaining:ratio"
MINUTES_REMAINING: Final = "slo:error_budget_remaining:minutes"
EVENTS_REMAINING: Final = "slo:error_budget_remaining:events"
EXHAUSTION: Final = "slo:error_budget_exhaustion:seconds"
BURN_RATE: Final = "slo:burn_rate:ratio"
PERIOD_ERROR_RATIO: Final = "slo:error_ratio:period"
PERIOD_TOTAL_EVENTS: Final = "slo:total_events:period"
PERIOD_BAD_EVENTS: Final = "slo:bad_events:period"
INFO: Final = "slo_info"

COARSE_TILE: Final = Duration(300_000)
COARSE_FROM: Final = Duration(21_600_000)
"""Longer windows are summed over the coarse ledger."""


def total_seen(tile: Duration) -> str:
    """Name the events of series that were there before."""
    return f"slo:total_seen:increase{tile}"


def total_born(tile: Duration) -> str:
    """Name the events that series had counted when they first appeared."""
    return f"slo:total_born:increase{tile}"


def bad_seen(tile: Duration) -> str:
    """Name the bad events of series that were there before."""
    return f"slo:bad_seen:increase{tile}"


def bad_born(tile: Duration) -> str:
    """Name the bad events that series had counted when they first appeared."""
    return f"slo:bad_born:increase{tile}"


def total_events(tile: Duration) -> str:
    """Name the ledger of all events."""
    return f"slo:total_events:increase{tile}"


def bad_events(tile: Duration) -> str:
    """Name the ledger of bad events."""
    return f"slo:bad_events:increase{tile}"


def calendar_total_events(tile: Duration) -> str:
    """Name the ledger of all events whose series tell the period of the calendar apart."""
    return f"slo:calendar_total_events:increase{tile}"


def calendar_bad_events(tile: Duration) -> str:
    """Name the ledger of bad events whose series tell the period of the calendar apart."""
    return f"slo:calendar_bad_events:increase{tile}"


CALENDAR_LABEL: Final = "calendar"

SPENT: Final = "spend:spent:period"
SPEND_REMAINING: Final = "spend:remaining:period"
SPEND_PROJECTED: Final = "spend:projected:period"
SPEND_ELAPSED: Final = "spend:elapsed:ratio"


def spend_seen(tile: Duration) -> str:
    """Name the money that series which were there before have counted."""
    return f"spend:cost_seen:increase{tile}"


def spend_born(tile: Duration) -> str:
    """Name the money that series had counted when they first appeared."""
    return f"spend:cost_born:increase{tile}"


def spend_cost(tile: Duration) -> str:
    """Name the ledger of money."""
    return f"spend:cost:increase{tile}"


def spend_calendar_cost(tile: Duration) -> str:
    """Name the ledger of money whose series tell the period of the calendar apart."""
    return f"spend:calendar_cost:increase{tile}"


def units_seen(metric: str, tile: Duration) -> str:
    """Name what series which were there before have counted of what has a price."""
    return f"cost:{metric}_units_seen:increase{tile}"


def units_born(metric: str, tile: Duration) -> str:
    """Name what series had counted of it when they first appeared."""
    return f"cost:{metric}_units_born:increase{tile}"


def units(metric: str, tile: Duration) -> str:
    """Name the ledger of what has a price."""
    return f"cost:{metric}_units:increase{tile}"


def unit_price(metric: str) -> str:
    """Name the price of one of it."""
    return f"cost:{metric}_unit:price"


def cost(metric: str, tile: Duration) -> str:
    """Name the ledger of what it cost."""
    return f"cost:{metric}:increase{tile}"


_OF_MONEY: Final = re.compile(
    r"spend:(calendar_)?cost(_seen|_born)?:increase\w+|spend:(spent|remaining|projected):period"
    r"|spend:elapsed:ratio|cost:[a-zA-Z_]\w*:(increase\w+|price)"
)
_OWN: Final = re.compile(
    r"slo:(calendar_)?(total|bad)_(seen|born|events):(increase\w+|period)"
    r"|slo:error_ratio:(rate\w+|period)|slo:error_budget_remaining:(ratio|minutes|events)"
    r"|slo:(objective|error_budget|burn_rate):ratio|slo:error_budget_exhaustion:seconds|slo_info"
)


def is_slo_series(name: str) -> bool:
    """Say whether a name is one that SLOs are recorded under."""
    return _OWN.fullmatch(name) is not None


def is_own_series(name: str) -> bool:
    """Say whether a name is one that SLOs, budgets of money or prices are recorded under."""
    return is_slo_series(name) or _OF_MONEY.fullmatch(name) is not None


def is_recorded(name: str) -> bool:
    """Say whether a series is named as recorded ones are: colons are for recording rules alone."""
    return ":" in name


_TILE: Final = re.compile(r"(?:slo|spend|cost):\w+:increase(?P<tile>\w+)")


def tile_of(name: str) -> Duration | None:
    """
    Return how far apart the samples of a ledger are; None for the name of anything else.

    >>> str(tile_of("slo:bad_events:increase5m")), tile_of("slo:burn_rate:ratio")
    ('5m', None)
    """
    match = _TILE.fullmatch(name)
    return None if match is None else Duration.parse(match["tile"])


def error_ratio(window: Duration) -> str:
    """Name the error ratio over a window."""
    return f"slo:error_ratio:rate{window}"


def usual(service: str, labels: Iterable[str], title: str, window: str) -> str:
    """
    Name the record of a measure whose past tells what is usual.

    >>> usual("tone-bridge", ["route"], "rate of requests_total", "5m")
    'tone_bridge_route:rate_of_requests_total:5m'
    """
    level = "_".join((service, *labels)).replace("-", "_")
    words = re.sub(r"[^A-Za-z0-9]+", "_", title).strip("_")
    return f"{level}:{words}:{window or 'now'}"
