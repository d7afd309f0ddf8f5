"""Everything that was read, for one environment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from obsgen.artefacts import (
    InhibitRule,
    Json,
    ReceiverConfig,
    Route,
    RouteTest,
    TimeInterval,
    Written,
)
from obsgen.diagnostics import NOWHERE, Origin
from obsgen.matchers import Matcher
from obsgen.model.dashboards import DashboardSpec
from obsgen.model.project import Environment, Project
from obsgen.model.services import Service
from obsgen.units import Duration


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalation:
    """
    Whom an alert is told to when nobody has resolved it.

    Attributes:
        matchers: The alerts that it is for, by the labels that they have in Alertmanager.
        after: How long such an alert has fired then.
        route: Where it goes, for the same alerts.
    """

    matchers: tuple[Matcher, ...]
    after: Duration
    route: Route
    origin: Origin = field(compare=False, repr=False, default=NOWHERE)

    @property
    def receivers(self) -> tuple[str, ...]:
        """The receivers that are told."""
        return tuple(r.receiver for r in self.route.routes) or (self.route.receiver,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaderless:
    """
    Alerts that an escalation asks for, and of which it tells nobody: their team has no lead.

    Attributes:
        matchers: What the escalation asks for, and that the team is none with a lead.
        origin: Of the escalation.
    """

    matchers: tuple[Matcher, ...]
    origin: Origin = field(compare=False, repr=False, default=NOWHERE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Routing:
    """The routing documents, merged."""

    global_: Mapping[str, Json]
    route: Route
    receivers: tuple[ReceiverConfig, ...]
    time_intervals: tuple[TimeInterval, ...]
    inhibit_rules: tuple[InhibitRule, ...]
    escalations: tuple[Escalation, ...] = ()
    leaderless: tuple[Leaderless, ...] = ()
    sources: tuple[str, ...]
    tests: tuple[RouteTest, ...] = ()
    origin: Origin = field(compare=False, repr=False, default=NOWHERE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec:
    """
    Everything that was read, for one environment.

    Attributes:
        written: The PromQL that authors wrote, by service.
    """

    project: Project
    environment: Environment
    services: tuple[Service, ...]
    dashboards: tuple[DashboardSpec, ...]
    routing: Routing | None
    written: Mapping[str, tuple[Written, ...]] = field(default_factory=dict)
