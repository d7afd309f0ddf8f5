"""Names of generated alerts, labels and annotations, of the jobs and modules of probes."""

from __future__ import annotations

from typing import Final

from obsgen.names._digest import digest

BURN_ALERT: Final = "ErrorBudgetBurn"
SPENT_ALERT: Final = "ErrorBudgetSpent"
LOST_ALERT: Final = "SliSeriesLost"
VANISHED_ALERT: Final = "SliTrafficVanished"
DOWN_ALERT: Final = "SliTargetDown"
PROBE_LABEL: Final = "probe"
UNPRICED_ALERT: Final = "Unpriced"
SPEND_LABEL: Final = "spend"
LEVEL_LABEL: Final = "level"
NO_SEVERITY: Final = "none"
"""Of a watchdog, which says that all is well; whatever goes by urgency leaves it alone."""
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


def probe_job(service: str, probe: str) -> str:
    """Name the scrape job of a probe; no name of a service or probe holds a slash."""
    return f"probe/{service}/{probe}"


def probe_module(prober: str, settings: str) -> str:
    """
    Name a module of the blackbox exporter after what it does.

    >>> probe_module("tcp", '{"prober": "tcp", "timeout": "5s"}')
    'tcp_04b11b16'
    """
    return f"{prober}_{digest(settings)}"
