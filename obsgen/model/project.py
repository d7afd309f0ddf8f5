"""The project, its services and alerts, and what a kind may know while it compiles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol

from obsgen.artefacts import (
    AlertingRule,
    GrafanaDatasource,
    InputSeries,
    RecordingRule,
    RuleTest,
    ScrapeJob,
)
from obsgen.catalogue import Catalogue, Metric
from obsgen.diagnostics import NOWHERE, Diagnostic, Origin
from obsgen.matchers import Matcher
from obsgen.model.checks import CheckSettings
from obsgen.model.hours import Hours
from obsgen.model.measures import Condition, Measure, Query
from obsgen.model.proofs import Proof
from obsgen.model.severities import SeverityScheme
from obsgen.model.slos import Slo
from obsgen.source import Scalar
from obsgen.units import Duration


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """
    What holds for all services.

    Attributes:
        utc_offset_seconds: How far the calendar of periods is ahead of UTC.
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
    runbook_base: str = ""
    utc_offset_seconds: int = 0
    checks: CheckSettings = field(default_factory=CheckSettings)
    sources: tuple[str, ...] = ()
    origin: Origin = field(compare=False, repr=False, default=NOWHERE)

    def seen_from(self, service: Service) -> Project:
        """Return the project with the scrape interval of one of its services."""
        return replace(self, scrape_interval=service.scrape_interval)

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """
    What every alert has, whatever its kind.

    Attributes:
        severity: A name of the scheme.
        summary, description: Prose as written; empty ones are made from the condition.
        during: When its condition counts, or None for always.
    """

    name: str
    body: AlertBody
    for_: Duration
    keep_firing_for: Duration
    severity: str
    team: str = ""
    category: str = ""
    summary: Scalar | None = None
    description: Scalar | None = None
    runbook: str = ""
    dashboard: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, Scalar] = field(default_factory=dict)
    only_when: Condition | None = None
    during: Hours | None = None
    tests: tuple[AlertTest, ...] = ()
    refs: tuple[str, ...] = ()
    origin: Origin = field(compare=False, repr=False, default=NOWHERE)


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertTest:
    """
    A test as the author wrote it.

    Attributes:
        expected: Times, and whether the alert fires then.
        interval: The distance of samples.
    """

    series: tuple[InputSeries, ...]
    expected: tuple[tuple[Duration, bool], ...]
    interval: Duration
    origin: Origin = field(compare=False, repr=False, default=NOWHERE)


class AlertBody(Protocol):
    """The part of an alert that its kind reads: when it fires."""

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """The metrics that it reads."""
        ...

    def compile(self, alert: Alert, context: Context) -> AlertParts:
        """Return the rules."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertParts:
    """
    What one alert compiles to.

    Attributes:
        proofs: What shows that it fires, and that it stays quiet.
        tests: What its author says that shows it.
    """

    records: tuple[RecordingRule, ...] = ()
    alerts: tuple[AlertingRule, ...] = ()
    proofs: tuple[Proof, ...] = ()
    tests: tuple[RuleTest, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """
    A service with everything that was brought in by `uses` and `Part`s.

    Attributes:
        scrape_interval: The longest at which its own metrics are scraped.
    """

    name: str
    title: str
    team: str
    folder: str
    description: str
    scope: tuple[Matcher, ...]
    scrape: tuple[ScrapeJob, ...]
    scrape_interval: Duration
    catalogue: Catalogue
    measures: Mapping[str, Measure]
    slos: tuple[Slo, ...]
    alerts: tuple[Alert, ...]
    ready_dashboards: tuple[str, ...]
    sources: tuple[str, ...]
    origin: Origin = field(compare=False, repr=False, default=NOWHERE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What a kind may know while it compiles; the catalogue holds what earlier stages recorded."""

    project: Project
    environment: Environment
    service: Service
    catalogue: Catalogue

    def query(self) -> Query:
        """Return how rules ask a measure."""
        return Query(window=str(self.project.default_window))


class Reports(Protocol):
    """Takes findings."""

    def __call__(self, diagnostic: Diagnostic, /) -> None:
        """Note one."""
        ...
