"""
What all dashboards have around their panels: what graphs mark, and where one can go from there.

The menu of a service's dashboards, the overviews, the runbooks and the spec are links of the
dashboard itself, so that they stand in the same place everywhere.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final
from urllib.parse import quote

from obsgen import names
from obsgen.artefacts import AlertingRule, Annotation, Dashboard, Link
from obsgen.matchers import Matcher
from obsgen.model import Service, Spec
from obsgen.packs._annotations import alert_annotations, deployments, restarts, severities_of

_SERVICE_VARIABLE: Final = "service"


class Frame:
    """Puts around each dashboard what it has in common with the others."""

    def __init__(
        self,
        spec: Spec,
        dashboards: tuple[Dashboard, ...],
        alerts: Mapping[str, tuple[AlertingRule, ...]],
    ) -> None:
        """
        Know all dashboards.

        Args:
            alerts: The alerting rules of each service, by its name.
        """
        self._project = spec.project
        self._environment = spec.environment.name
        self._services = {service.name: service for service in spec.services}
        self._boards_of = Counter(board.service for board in dashboards)
        # Presets that come with the program are no specs.
        self._files = frozenset(
            file
            for sources in (
                spec.project.sources,
                *(service.sources for service in spec.services),
                *(board.sources for board in dashboards),
            )
            for file in sources
        )
        self._overviews = sorted(
            (board for board in dashboards if board.kind and not board.service),
            key=lambda board: (board.uid != names.SERVICES_OVERVIEW, board.title),
        )
        self._alerts = alerts

    def around(self, dashboard: Dashboard) -> Dashboard:
        """Return a dashboard in its frame; what it says itself wins."""
        service = self._services.get(dashboard.service)
        own = {annotation.name for annotation in dashboard.annotations}
        common = self._annotations(dashboard, service)
        return replace(
            dashboard,
            description=dashboard.description or (service.description if service else ""),
            annotations=(
                *dashboard.annotations,
                *(annotation for annotation in common if annotation.name not in own),
            ),
            links=(*self._menu(dashboard), *dashboard.links, *self._links(dashboard)),
        )

    def _annotations(self, dashboard: Dashboard, service: Service | None) -> Iterator[Annotation]:
        if service is not None:
            severities = severities_of(self._alerts.get(service.name, ()))
            scope = (Matcher("service", "=", service.name),)
            yield from alert_annotations(scope, severities, self._project)
            metrics = tuple(service.catalogue.metrics.values())
            yield from deployments(metrics, service.scrape_interval)
            yield from restarts(metrics, service.scrape_interval)
        elif any(variable.name == _SERVICE_VARIABLE for variable in dashboard.variables):
            every = (rule for rules in self._alerts.values() for rule in rules)
            scope = (Matcher("service", "=~", f"${_SERVICE_VARIABLE}"),)
            yield from alert_annotations(scope, severities_of(every), self._project)

    def _menu(self, dashboard: Dashboard) -> Iterator[Link]:
        """Yield the menu of all dashboards of the service, if there are more."""
        if dashboard.service and self._boards_of[dashboard.service] > 1:
            yield Link(title=dashboard.service, tag=dashboard.service)

    def _links(self, dashboard: Dashboard) -> Iterator[Link]:
        """Yield the ways out: to the overviews, to the runbooks, to the spec."""
        there = {dashboard.uid, *(link.dashboard for link in dashboard.links)}
        for overview in self._overviews:
            if overview.uid not in there:
                yield Link(title=overview.title, dashboard=overview.uid)
        runbooks = self._project.runbook_index_url(
            dashboard.service if self._alerts.get(dashboard.service) else "", self._environment
        )
        if runbooks:
            yield Link(title="Runbooks", url=runbooks, new_tab=True)
        if (url := self._spec_url(dashboard.origin.file)) != "":
            yield Link(title="Spec", url=url, new_tab=True)

    def _spec_url(self, file: str) -> str:
        """Return where the spec stands that the dashboard comes from; empty where none does."""
        base = self._project.repository
        is_a_spec = file in self._files
        return f"{base.rstrip('/')}/{quote(file)}" if base and is_a_spec else ""
