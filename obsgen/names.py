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


# --- labels and alerts -----------------------------------------------------------------------

BURN_ALERT: Final = "ErrorBudgetBurn"
SPENT_ALERT: Final = "ErrorBudgetSpent"
LOST_ALERT: Final = "SliSeriesLost"
VANISHED_ALERT: Final = "SliTrafficVanished"
DOWN_ALERT: Final = "SliTargetDown"
PROBE_LABEL: Final = "probe"
UNPRICED_ALERT: Final = "Unpriced"
SPEND_LABEL: Final = "spend"
LEVEL_LABEL: Final = "level"
WATCHDOG_LABEL: Final = "watchdog"
"""Holds how often a watchdog is to be sent: routes go by it."""
IDENTITY: Final = ("service", "slo")
ESCALATED: Final = "escalated"
"""The label of an alert that escalates another one: how long that has fired, `15m`."""
RESERVED_LABELS: Final = frozenset({*IDENTITY, "alertname", "severity", "tier", "team", ESCALATED})

VALUE_ANNOTATION: Final = "value"
"""The value beside its limit, where an alert's own texts do not say both."""

BUDGET_ANNOTATION: Final = "budget_left"
"""The share of an error budget that is left."""

# --- probes ----------------------------------------------------------------------------------


def probe_job(service: str, probe: str) -> str:
    """Name the scrape job of a probe; no name of a service or probe holds a slash."""
    return f"probe/{service}/{probe}"


def probe_module(prober: str, settings: str) -> str:
    """
    Name a module of the blackbox exporter after what it does.

    >>> probe_module("tcp", '{"prober": "tcp", "timeout": "5s"}')
    'tcp_04b11b16'
    """
    return f"{prober}_{_digest(settings)}"


# --- files -----------------------------------------------------------------------------------


def rule_file(service: str, part: str = "") -> str:
    """Name a service's rules, or a part of them, below `prometheus/`."""
    return f"rules/{service}{f'.{part}' if part else ''}.rules.yml"


def rule_test_file(service: str, part: str = "") -> str:
    """Name the unit tests of a service's rules, or of a part of them, below `prometheus/`."""
    return f"tests/{service}{f'.{part}' if part else ''}.test.yml"


def runbook_page(service: str, alert: str) -> str:
    """Name the page that helps with an alert, below the folder of all runbooks."""
    return f"{service}/{alert}.md"


def runbook_index(service: str = "") -> str:
    """
    Name the list of a service's runbooks, or of all.

    No alert is called `index`, no service `README.md`; forges show a README with its folder.
    """
    return f"{service}/index.md" if service else "README.md"


# --- dashboards ------------------------------------------------------------------------------

COLUMNS: Final = 24
"""Of Grafana's grid."""

SLO_OVERVIEW: Final = "obs-slos"
ALERTS_OVERVIEW: Final = "obs-all-alerts"
SERVICES_OVERVIEW: Final = "obs-services"
COST_OVERVIEW: Final = "obs-costs"
"""Those of the whole project, which specs name as they name a Dashboard: `all-alerts`."""

DATASOURCES_CONFIGMAP: Final = "obsgen-datasources"

READY_DASHBOARDS: Final = frozenset(
    {"slo", "red", "use", "llm", "cost", "security", "alerts", "overview", "probes"}
)
"""The words of `dashboards:` of a Service and the Project, built or still to come."""

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
    return f"{whole[: _UID_LENGTH - _HASH_LENGTH - 1].rstrip('-')}-{_digest(whole)}"


def _digest(text: str) -> str:
    import hashlib  # loads OpenSSL: only where something is hashed

    return hashlib.sha256(text.encode()).hexdigest()[:_HASH_LENGTH]


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


def configmap_file(name: str) -> str:
    """Name the file of a Kubernetes ConfigMap, below `grafana/`."""
    return f"configmaps/{name}.yml"


def import_file(folder: str, uid: str) -> str:
    """Name the file of a dashboard to import by hand, below `grafana/`."""
    return f"import/{folder}/{uid}.json"


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
