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
from obsgen.model.dashboards import DashboardSpec
from obsgen.model.project import Environment, Project, Service


@dataclass(frozen=True, slots=True, kw_only=True)
class Routing:
    """The routing documents, merged."""

    global_: Mapping[str, Json]
    route: Route
    receivers: tuple[ReceiverConfig, ...]
    time_intervals: tuple[TimeInterval, ...]
    inhibit_rules: tuple[InhibitRule, ...]
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
