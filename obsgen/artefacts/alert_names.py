"""How alerting rules are told apart where people read or write about them."""

from __future__ import annotations

from collections.abc import Mapping

from obsgen import names
from obsgen.matchers import Matcher, selector


def alert_path(service: str, alert: str, labels: Mapping[str, str]) -> str:
    """
    Name an alert: its service, its SLO if it is of one, itself.

    >>> alert_path("cart", "ErrorBudgetBurn", {"slo": "latency", "tier": "fast"})
    'cart/latency/ErrorBudgetBurn'
    """
    return "/".join(filter(None, (service, labels.get("slo", ""), alert)))


def alert_title(service: str, alert: str, labels: Mapping[str, str]) -> str:
    """
    Name an alert with labels that tell it from others of its path.

    >>> alert_title("cart", "ErrorBudgetBurn", {"slo": "latency", "tier": "fast"})
    'cart/latency/ErrorBudgetBurn{tier="fast"}'
    """
    rest = [Matcher(k, "=", v) for k, v in labels.items() if k not in names.IDENTITY]
    return selector(alert_path(service, alert, labels), rest)
