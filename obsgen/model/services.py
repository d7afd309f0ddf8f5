"""A service and its alerts, and what a kind may know while it compiles."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from obsgen.artefacts import (
    AlertingRule,
    InputSeries,
    Probe,
    RecordingRule,
    RuleTest,
    ScrapeJob,
)
from obsgen.catalogue import Catalogue, Metric
from obsgen.diagnostics import NOWHERE, Diagnostic, Origin
from obsgen.matchers import Matcher
from obsgen.model.hours import Hours
from obsgen.model.measures import Condition, Measure, Query
from obsgen.model.prices import Price
from obsgen.model.project import Environment, Project
from obsgen.model.proofs import Proof
from obsgen.model.scenarios import Scenario
from obsgen.model.slos import Slo, SloPart
from obsgen.model.spends import SpendPart
from obsgen.model.watched import Watched
from obsgen.source import Scalar
from obsgen.units import Duration


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """
    What every alert has, whatever its kind.

    Attributes:
        severity: A name of the scheme; empty where the levels of its kind have severities.
        summary, description: Prose as written; empty ones are made from the condition.
        notify: The names of receivers beside those of the routes.
        symptom_of: The SLOs whose pages silence it.
        tells: Labels of its own that tell it from others of its name in the service.
        impact: What it means for people.
        steps: What to do first.
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
    impact: str = ""
    steps: tuple[str, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, Scalar] = field(default_factory=dict)
    only_when: Condition | None = None
    during: Hours | None = None
    tests: tuple[AlertTest, ...] = ()
    notify: tuple[Scalar, ...] = ()
    symptom_of: tuple[SloPart, ...] = ()
    refs: tuple[str, ...] = ()
    tells: tuple[str, ...] = ()
    origin: Origin = field(compare=False, repr=False, default=NOWHERE)

    @property
    def telling(self) -> Mapping[str, str]:
        """Those labels with their values."""
        return {label: self.labels[label] for label in self.tells}


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


class AlertRole(enum.Enum):
    """
    What an alert tells, which decides what may silence it.

    A SYMPTOM says that something goes badly; what causes it may silence it. An OUTLOOK says that
    something is unusual or going to be bad: no SLO says so, but a target that is down explains it.
    A CAUSE says what nothing else says, and TARGET_DOWN that a target cannot be scraped: neither
    is ever silenced by another alert.
    """

    SYMPTOM = "symptom"
    OUTLOOK = "outlook"
    CAUSE = "cause"
    TARGET_DOWN = "target down"


class AlertBody(Protocol):
    """The part of an alert that its kind reads: when it fires."""

    @property
    def role(self) -> AlertRole:
        """What it tells."""
        ...

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """The metrics that it reads."""
        ...

    @property
    def threshold(self) -> Condition | None:
        """The one measure with its limit that it fires beyond; None where it is not so plain."""
        ...

    @property
    def watched(self) -> Watched:
        """What keeps it quiet, as far as that can be told."""
        ...

    def compile(self, alert: Alert, context: Context) -> AlertParts:
        """Return the rules."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertParts:
    """
    What one alert compiles to.

    Attributes:
        log_alerts: Those that Loki evaluates.
        proofs: What shows that it fires, and that it stays quiet.
        tests: What its author says that shows it.
        is_counted: Its rules count tile by tile, and stand in the group that runs every tile.
    """

    records: tuple[RecordingRule, ...] = ()
    alerts: tuple[AlertingRule, ...] = ()
    log_alerts: tuple[AlertingRule, ...] = ()
    proofs: tuple[Proof, ...] = ()
    tests: tuple[RuleTest, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    is_counted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """
    A service with everything that was brought in by `uses` and `Part`s.

    Attributes:
        scrape_interval: The longest at which its own metrics are scraped.
        spends: The budgets of money of its alerts.
        scenarios: What a simulation of it may play.
        presets: Where what `uses` brought in begins.
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
    probes: tuple[Probe, ...] = ()
    sources: tuple[str, ...]
    prices: tuple[Price, ...] = ()
    spends: tuple[SpendPart, ...] = ()
    scenarios: tuple[Scenario, ...] = ()
    presets: tuple[Origin, ...] = field(compare=False, repr=False, default=())
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
