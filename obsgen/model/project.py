"""The project: what holds for all services; its environments; who takes findings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final, Protocol

from obsgen.artefacts import (
    GrafanaDatasource,
    GrafanaServer,
    LokiConfig,
)
from obsgen.diagnostics import NOWHERE, Diagnostic, Origin
from obsgen.model.checks import CheckSettings
from obsgen.model.severities import SeverityScheme
from obsgen.model.slos import USUAL_TILE, Tile
from obsgen.names import runbook_index, runbook_page
from obsgen.source import Scalar
from obsgen.units import Duration

CATEGORIES: Final = ("security", "cost", "slo", "availability")
"""The categories of alerts that every project has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    """
    Who answers for a service.

    Attributes:
        lead: The receiver that hears of what the team leaves unresolved, as the specs name it.
        channel: The receiver of alerts that no route takes, as the specs name it.
    """

    name: str
    lead: Scalar | None = None
    channel: Scalar | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """
    What holds for all services.

    Attributes:
        teams: Their names; None where any will do.
        team_details: What is told of them beside their names.
        categories: All that alerts may have.
        repository: The URL below which people read the files of specs.
        ready_dashboards: Those of every service that has something for them.
        utc_offset_seconds: How far the calendar of periods is ahead of UTC.
        blackbox_address: Where the exporter is that probes are asked through.
        tile: How money is counted, and events where an SLO does not say otherwise.
    """

    name: str
    prometheus_version: tuple[int, int]
    scrape_interval: Duration
    evaluation_interval: Duration
    retention: Duration
    external_labels: Mapping[str, str]
    target_labels: tuple[str, ...]
    alertmanager_version: tuple[int, int]
    alertmanagers: tuple[str, ...]
    datasources: tuple[GrafanaDatasource, ...]
    severities: SeverityScheme
    teams: tuple[str, ...] | None
    outputs: tuple[str, ...]
    team_details: tuple[Team, ...] = ()
    categories: tuple[str, ...] = CATEGORIES
    runbook_base: str = ""
    repository: str = ""
    ready_dashboards: tuple[str, ...] = ()
    grafana: GrafanaServer = field(default_factory=GrafanaServer)
    utc_offset_seconds: int = 0
    blackbox_version: tuple[int, int] = (0, 23)
    blackbox_address: str = ""
    tile: Tile = USUAL_TILE
    loki: LokiConfig = field(default_factory=LokiConfig)
    checks: CheckSettings = field(default_factory=CheckSettings)
    sources: tuple[str, ...] = ()
    origin: Origin = field(compare=False, repr=False, default=NOWHERE)

    def runbook_url(self, service: str, alert: str, environment: str) -> str:
        """Return where the page of an alert stands; empty where no specs say where pages are."""
        base = self._runbooks(environment)
        return f"{base}/{runbook_page(service, alert)}" if base else ""

    def runbook_index_url(self, service: str, environment: str) -> str:
        """Return where the list of a service's runbooks stands, or of all; empty likewise."""
        base = self._runbooks(environment)
        return f"{base}/{runbook_index(service)}" if base else ""

    def _runbooks(self, environment: str) -> str:
        return self.runbook_base.replace("{environment}", environment).rstrip("/")

    def scraped_every(self, interval: Duration) -> Project:
        """Return the project as a service sees it that is scraped so often."""
        return replace(self, scrape_interval=interval, tile=self.tile.scraped_every(interval))

    @property
    def shortest_window(self) -> Duration:
        """Four scrapes: less can hold too few samples for a rate."""
        return Duration(4 * self.scrape_interval.ms)

    @property
    def default_window(self) -> Duration:
        """The window of measures that set none."""
        return max(Duration(300_000), self.shortest_window)


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """What differs in one environment; the unnamed one changes nothing."""

    name: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    max_severity: str | None = None


class Reports(Protocol):
    """Takes findings."""

    def __call__(self, diagnostic: Diagnostic, /) -> None:
        """Note one."""
        ...
