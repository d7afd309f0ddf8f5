"""What a build holds: how many metrics, SLOs, rules, dashboards, routes and probes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from typing import Final

from obsgen.artefacts import AlertingRule, Compiled, Json, RecordingRule, Route
from obsgen.model import Service, Spec
from obsgen.sections import Column, Section


@dataclass(frozen=True, slots=True, kw_only=True)
class Inventory:
    """
    What one service holds.

    Attributes:
        metrics: That its own specs declare.
        preset_metrics: Those of presets that it uses.
        budgets: Of money.
    """

    metrics: int = 0
    preset_metrics: int = 0
    slos: int = 0
    budgets: int = 0
    recording_rules: int = 0
    alerting_rules: int = 0
    dashboards: int = 0
    panels: int = 0
    probes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """What belongs to no single service: overviews with their panels, and routing."""

    dashboards: int
    panels: int
    routes: int
    receivers: int
    inhibitions: int
    time_intervals: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Build:
    """One environment: each service by name, what is shared, and the titles of dashboards."""

    environment: str
    services: tuple[tuple[str, Inventory], ...]
    shared: Shared
    titles: tuple[tuple[str, tuple[str, ...]], ...]

    @property
    def total(self) -> Inventory:
        """The sums; what several services have of one preset counts in each."""
        names = [one.name for one in fields(Inventory)]
        sums = {n: sum(getattr(held, n) for _, held in self.services) for n in names}
        sums["dashboards"] += self.shared.dashboards
        sums["panels"] += self.shared.panels
        return Inventory(**sums)


def inventory(spec: Spec, compiled: Compiled) -> Build:
    """Count what was compiled for an environment."""
    names = [service.name for service in spec.services]
    shared = [d for d in compiled.dashboards if d.service not in names]
    routing = compiled.alertmanager
    return Build(
        environment=spec.environment.name,
        services=tuple((s.name, _of_service(s, compiled)) for s in spec.services),
        shared=Shared(
            dashboards=len(shared),
            panels=sum(len(dashboard.panels) for dashboard in shared),
            routes=sum(1 for _ in _routes(routing.route)) if routing else 0,
            receivers=len(routing.receivers) if routing else 0,
            inhibitions=len(routing.inhibit_rules) if routing else 0,
            time_intervals=len(routing.time_intervals) if routing else 0,
        ),
        titles=tuple(
            (name, tuple(d.title for d in compiled.dashboards if d.service == name))
            for name in names
        ),
    )


def _of_service(service: Service, compiled: Compiled) -> Inventory:
    files = (file for file in compiled.rule_files if file.service == service.name)
    rules = [rule for file in files for group in file.groups for rule in group.rules]
    dashboards = [d for d in compiled.dashboards if d.service == service.name]
    declared = [m for m in service.catalogue.metrics.values() if m.origin.file]
    own = [metric for metric in declared if not metric.origin.is_shipped]
    return Inventory(
        metrics=len(own),
        preset_metrics=len(declared) - len(own),
        slos=len(service.slos),
        budgets=sum(part.service == service.name for part in service.spends),
        recording_rules=sum(isinstance(rule, RecordingRule) for rule in rules),
        alerting_rules=sum(isinstance(rule, AlertingRule) for rule in rules),
        dashboards=len(dashboards),
        panels=sum(len(dashboard.panels) for dashboard in dashboards),
        probes=len(service.probes),
    )


def _routes(route: Route) -> Iterator[Route]:
    yield route
    for below in route.routes:
        yield from _routes(below)


_TITLES: Final = (
    ("metrics", "metrics"),
    ("preset_metrics", "of presets"),
    ("slos", "SLOs"),
    ("budgets", "money budgets"),
    ("recording_rules", "recording rules"),
    ("alerting_rules", "alerting rules"),
    ("dashboards", "dashboards"),
    ("panels", "panels"),
    ("probes", "probes"),
)


def sections(builds: Iterable[Build]) -> Iterator[Section]:
    """Yield a table for each environment, and what its services share."""
    for build in builds:
        where = f" in {build.environment}" if build.environment else ""
        shared = build.shared
        beside = Inventory(dashboards=shared.dashboards, panels=shared.panels)
        rows = [_row(name, held) for name, held in build.services]
        if shared.dashboards:
            rows.append(_row("overviews", beside))
        rows.append(_row("all", build.total))
        yield Section(
            title=f"what is built{where}",
            columns=(Column("service"), *(Column(t, is_number=True) for _, t in _TITLES)),
            rows=tuple(rows),
        )
        yield Section(
            title=f"routing{where}",
            columns=tuple(Column(key.replace("_", " "), is_number=True) for key in _ROUTING),
            rows=(tuple(str(getattr(shared, key)) for key in _ROUTING),),
        )
        yield Section(
            title=f"dashboards{where}",
            columns=(Column("service"), Column("titles")),
            rows=tuple((name, ", ".join(titles)) for name, titles in build.titles if titles),
        )


_ROUTING: Final = ("routes", "receivers", "inhibitions", "time_intervals")


def _row(name: str, held: Inventory) -> tuple[str, ...]:
    return (name, *(f"{getattr(held, key):,}" for key, _ in _TITLES))


def as_json(builds: Iterable[Build]) -> dict[str, Json]:
    """Return all counts."""
    return {"environments": [_json(build) for build in builds]}


def _json(build: Build) -> Json:
    titles = dict(build.titles)
    return {
        "environment": build.environment or None,
        "services": [
            {"service": name, **_counts(held), "dashboard_titles": list(titles[name])}
            for name, held in build.services
        ],
        "total": _counts(build.total),
        "routing": {key: getattr(build.shared, key) for key in _ROUTING},
    }


def _counts(held: Inventory) -> dict[str, Json]:
    return {key: getattr(held, key) for key, _ in _TITLES}
