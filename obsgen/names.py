"""
Every name that is made up here: recorded series, labels, alerts, files, uids.

The names of recorded series are a contract that dashboards and people build on; they follow
Prometheus practice, `level:metric:operations`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

from obsgen.units import Duration

# --- recorded series -------------------------------------------------------------------------

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

_OWN: Final = re.compile(
    r"slo:(calendar_)?(total|bad)_(seen|born|events):(increase\w+|period)"
    r"|slo:error_ratio:(rate\w+|period)|slo:error_budget_remaining:(ratio|minutes|events)"
    r"|slo:(objective|error_budget|burn_rate):ratio|slo:error_budget_exhaustion:seconds|slo_info"
)


def is_slo_series(name: str) -> bool:
    """Say whether a name is one that SLOs are recorded under."""
    return _OWN.fullmatch(name) is not None


def is_recorded(name: str) -> bool:
    """Say whether a series is named as recorded ones are: colons are for recording rules alone."""
    return ":" in name


_TILE: Final = re.compile(r"slo:\w+:increase(?P<tile>\w+)")


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


# --- labels and alerts -----------------------------------------------------------------------

BURN_ALERT: Final = "ErrorBudgetBurn"
SPENT_ALERT: Final = "ErrorBudgetSpent"
LOST_ALERT: Final = "SliSeriesLost"
VANISHED_ALERT: Final = "SliTrafficVanished"
DOWN_ALERT: Final = "SliTargetDown"
WATCHDOG_LABEL: Final = "watchdog"
"""Holds how often a watchdog is to be sent: routes go by it."""
IDENTITY: Final = ("service", "slo")
RESERVED_LABELS: Final = frozenset({*IDENTITY, "alertname", "severity", "tier", "team"})

# --- files -----------------------------------------------------------------------------------


def rule_file(service: str) -> str:
    """Name the rule file of a service, below `prometheus/`."""
    return f"rules/{service}.rules.yml"


def rule_test_file(service: str, part: str = "") -> str:
    """Name the unit tests of a service's rules, or of a part of them, below `prometheus/`."""
    return f"tests/{service}{f'.{part}' if part else ''}.test.yml"


# --- dashboards ------------------------------------------------------------------------------

COLUMNS: Final = 24
"""Of Grafana's grid."""

SLO_OVERVIEW: Final = "obs-slos"

READY_DASHBOARDS: Final = frozenset(
    {"slo", "red", "use", "llm", "cost", "security", "alerts", "overview", "probes"}
)
"""The words of `dashboards:` of a Service, built or still to come."""

_UID_LENGTH: Final = 40
_HASH_LENGTH: Final = 8


def uid(*words: str) -> str:
    """
    Name a dashboard for ever: `obs-` and the words, cut to Grafana's 40 characters with a hash.

    >>> uid("slo", "gateway"), uid("slo", "a-service-with-a-really-long-name-indeed")
    ('obs-slo-gateway', 'obs-slo-a-service-with-a-really-44972e44')
    """
    whole = "-".join(("obs", *(slug(word) for word in words)))
    if len(whole) <= _UID_LENGTH:
        return whole
    import hashlib  # loads OpenSSL: only where something is hashed

    digest = hashlib.sha256(whole.encode()).hexdigest()[:_HASH_LENGTH]
    return f"{whole[: _UID_LENGTH - _HASH_LENGTH - 1].rstrip('-')}-{digest}"


def dashboard_uid_of(reference: str, service: str) -> str:
    """
    Return the uid of a dashboard as specs refer to it; empty for an empty reference.

    Args:
        reference: `WORD` or `SERVICE/WORD` for a ready dashboard, else the name of a Dashboard.
        service: Whose ready dashboards a bare word means.
    """
    if not reference:
        return ""
    owner, slash, word = reference.rpartition("/")
    if slash or word in READY_DASHBOARDS:
        return uid(word, owner or service)
    return uid(word)


def slug(text: str) -> str:
    """
    Return a text as it may stand in a uid or be compared as a file's name.

    >>> slug("Müller & Co: SLOs")
    'muller-co-slos'
    """
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")


def dashboard_file(folder: str, uid: str) -> str:
    """Name a dashboard's file, below `grafana/`; Grafana names the folder after its directory."""
    return f"dashboards/{folder}/{uid}.json"


_LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def target_letter(index: int) -> str:
    """
    Name a panel's query as Grafana does.

    >>> target_letter(0), target_letter(25), target_letter(26)
    ('A', 'Z', 'AA')
    """
    letters, place = "", index + 1
    while place:
        place, rest = divmod(place - 1, len(_LETTERS))
        letters = _LETTERS[rest] + letters
    return letters
