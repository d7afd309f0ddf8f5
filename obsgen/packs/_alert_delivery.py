"""
Whether alerts are evaluated and reach somebody: what Prometheus and Alertmanager say of themselves.

Each panel stands only where a service declares its metrics, as the presets `prometheus` and
`alertmanager` do.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from obsgen import names
from obsgen.artefacts import Json, Panel, Section
from obsgen.matchers import Matcher, selector
from obsgen.model import Service
from obsgen.packs._annotations import FIRING
from obsgen.packs._looks import BAD, COMING
from obsgen.packs._panels import Line, graph, stat, steps
from obsgen.units import COUNT, RATIO, SECONDS

_SENT: Final = "alertmanager_notifications_total"
_FAILED: Final = "alertmanager_notifications_failed_total"
_HELD_BACK: Final = "alertmanager_notifications_suppressed_total"
_KNOWN: Final = "alertmanager_alerts"
_SILENCES: Final = "alertmanager_silences"
_RULE_FAILURES: Final = "prometheus_rule_evaluation_failures_total"
_MISSED: Final = "prometheus_rule_group_iterations_missed_total"
_TOOK: Final = "prometheus_rule_group_last_duration_seconds"
_INTERVAL: Final = "prometheus_rule_group_interval_seconds"
_MOST: Final = 10
_THIRD: Final = 8
_FAILED_IN_RED: Final[Mapping[str, Json]] = {
    "matcher": {"id": "byRegexp", "options": "/ failed$/"},
    "properties": [{"id": "color", "value": {"mode": "fixed", "fixedColor": BAD}}],
}
_FAILING: Final = steps("green", ("0.000001", BAD))
_LATE: Final = steps("green", ("180", BAD))
_SHARE: Final = steps("green", ("0.5", "orange"), ("1", BAD))


class Delivery:
    """The panels, of the metrics that services declare."""

    def __init__(self, services: Sequence[Service]) -> None:
        self._services = tuple(services)

    def stats(self) -> Iterator[Panel]:
        """Yield what keeps alerts from being told, and whether the way is alive."""
        if known := self._series(_KNOWN, Matcher("state", "=", "suppressed")):
            yield stat(
                "Silenced, inhibited",
                "Alerts that Alertmanager knows and tells nobody, because of a silence or of "
                "another alert.",
                f"max({known})",
                COUNT,
                thresholds=COMING,
            )
        if silences := self._series(_SILENCES, Matcher("state", "=", "active")):
            yield stat(
                "Silences",
                "Silences in force. An old one hides what nobody remembers.",
                f"max({silences})",
                COUNT,
            )
        if failed := self._series(_FAILED):
            yield stat(
                "Notifications failing",
                "Notifications a minute that were given up: people are not told. Alertmanager's "
                "log says why.",
                f"sum(rate({failed}[5m])) * 60",
                COUNT,
                thresholds=_FAILING,
                decimals=1,
            )

    def watchdog(self) -> Iterator[Panel]:
        """Yield when the alert that always fires was last seen, where a service has one."""
        severities = {alert.severity for service in self._services for alert in service.alerts}
        if names.NO_SEVERITY not in severities:
            return
        fires = selector("ALERTS", (FIRING, Matcher(names.WATCHDOG_LABEL, "!=", "")))
        yield stat(
            "Dead man's switch",
            "How long ago the alert that always fires was last evaluated. `silent`: rules are not "
            "evaluated, and nobody would notice.",
            f"time() - max(timestamp({fires}))",
            SECONDS,
            thresholds=_LATE,
            decimals=0,
            no_value="silent",
        )

    def sections(self) -> tuple[Section, ...]:
        """Return rows about notifications and rules, where there is something to tell."""
        rows = (
            Section(title="Notifications", panels=tuple(self._notifications())),
            Section(title="Rules", panels=tuple(self._rules())),
        )
        return tuple(row for row in rows if row.panels)

    def _notifications(self) -> Iterator[Panel]:
        sent, failed = self._series(_SENT), self._series(_FAILED)
        if sent and failed:
            yield graph(
                "Notifications by integration",
                "Notifications a minute that were sent, and those that were given up.",
                (
                    Line(
                        f"sum by (integration) (rate({sent}[$__rate_interval])) * 60",
                        "{{integration}}",
                    ),
                    Line(
                        f"sum by (integration) (rate({failed}[$__rate_interval])) * 60 > 0",
                        "{{integration}} failed",
                    ),
                ),
                COUNT,
                overrides=(_FAILED_IN_RED,),
            )
        if held_back := self._series(_HELD_BACK):
            yield graph(
                "Held back by reason",
                "Notifications a minute that a silence, another alert or a time interval held "
                "back.",
                (
                    Line(
                        f"sum by (reason) (rate({held_back}[$__rate_interval])) * 60",
                        "{{reason}}",
                    ),
                ),
                COUNT,
            )

    def _rules(self) -> Iterator[Panel]:
        if failures := self._series(_RULE_FAILURES):
            yield graph(
                "Failed evaluations",
                "Rules a minute that could not be evaluated, by group. Their alerts are blind; "
                "Prometheus's page of rules shows the error.",
                (Line(self._of_groups(failures), "{{rule_group}}"),),
                COUNT,
                width=_THIRD,
            )
        took, interval = self._series(_TOOK), self._series(_INTERVAL)
        if took and interval:
            share = f"max by (rule_group) ({took}) / max by (rule_group) ({interval})"
            yield graph(
                "Duration, of the interval",
                f"How much of its interval each group of rules takes, the {_MOST} with most. From "
                "100% on, evaluations are left out.",
                (Line(f"topk({_MOST}, {share})", "{{rule_group}}"),),
                RATIO,
                thresholds=_SHARE,
                width=_THIRD,
            )
        if missed := self._series(_MISSED):
            yield graph(
                "Missed evaluations",
                "Evaluations a minute that were left out, because the one before had not ended.",
                (Line(self._of_groups(missed), "{{rule_group}}"),),
                COUNT,
                width=_THIRD,
            )

    def _of_groups(self, counter: str) -> str:
        rate = f"sum by (rule_group) (rate({counter}[$__rate_interval])) * 60"
        return f"topk({_MOST}, {rate})"

    def _series(self, name: str, *matchers: Matcher) -> str:
        """Return the selector of a metric that a service declares; empty where none does."""
        for service in self._services:
            if (metric := service.catalogue.metrics.get(name)) is not None:
                return metric.select(name, matchers)
        return ""
