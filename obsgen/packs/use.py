"""
`use`: utilization, saturation and errors of the resources that a service lives on.

The method is Brendan Gregg's, "The USE Method": for every resource, how much of it is used, how
much work waits for it, and what fails. Hosts, containers and processes are found by the metrics
that exporters and client libraries are known to expose; everything else by the role of a metric:
`utilization` (with a `limit`, the used part of it), `saturation`, `in_flight`, `errors`. What is
not declared leaves no panel behind.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from obsgen.artefacts import Dashboard, Section, Variable
from obsgen.matchers import any_value, literal_pattern, selector
from obsgen.model import DashboardContext, Service
from obsgen.packs._measures import Panels
from obsgen.packs._of_services import OfServices, of_service
from obsgen.packs._rows import closed_beyond_the_first, in_rows
from obsgen.packs._use_containers import CONTAINER_RESOURCES
from obsgen.packs._use_hosts import HOST_RESOURCES
from obsgen.packs._use_processes import PROCESS_RESOURCES
from obsgen.packs._use_resources import INSTANCE, Resource, resources
from obsgen.packs._use_roles import declared_resources
from obsgen.packs._use_servers import SERVER_RESOURCES
from obsgen.packs._variables import label_variable

_IN_A_ROW: Final = 3
"""Utilization, saturation, errors."""

_STATS_IN_A_ROW: Final = 6
_MOST_STATS: Final = 12
"""The first, which are of what is nearest to the service; the rows have all."""


class UsePack(OfServices):
    """Utilization, saturation, errors."""

    key: Final = "use"
    description: Final = (
        "Utilization, saturation and errors of hosts, containers, processes, pools."
    )
    shows: Final = (
        "metrics of node_exporter, cadvisor and client libraries, and metrics with "
        "`role: utilization`, `saturation`, `in_flight` or `errors`"
    )

    def dashboards(self, context: DashboardContext) -> tuple[Dashboard, ...]:
        """Return one dashboard; none where no metric tells of a resource."""
        service = context.service
        panels = Panels(replace(context, variables=(INSTANCE,)))
        found = _found(service, panels)
        if not found:
            return ()
        stats = tuple(panel for resource in found for panel in resource.stats)[:_MOST_STATS]
        sections = (
            Section(title="", panels=in_rows(stats, _STATS_IN_A_ROW)),
            *(Section(title=r.title, panels=in_rows(r.graphs, _IN_A_ROW)) for r in found),
        )
        dashboard = of_service(
            self.key,
            service,
            title="resources",
            description=f"What {service.title} lives on: how much is used, what waits, what fails.",
            sections=closed_beyond_the_first(sections),
            variables=_variables(service, found),
        )
        return (dashboard,)


def _found(service: Service, panels: Panels) -> tuple[Resource, ...]:
    """Return the resources: what is nearest to the service first; one row for each title."""
    own = {each.title: each for each in declared_resources(service, panels)}
    kinds = (*PROCESS_RESOURCES, *CONTAINER_RESOURCES, *HOST_RESOURCES, *SERVER_RESOURCES)
    known = {each.title: each for each in resources(kinds, service.catalogue.metrics, panels)}
    first = [service.title] if service.title in own else []
    titles = dict.fromkeys((*first, *known, *own))
    return tuple(_together(own.get(title), known.get(title)) for title in titles)


def _together(*parts: Resource | None) -> Resource:
    there = [part for part in parts if part is not None]
    return Resource(
        title=there[0].title,
        stats=tuple(panel for part in there for panel in part.stats),
        graphs=tuple(panel for part in there for panel in part.graphs),
        metrics=tuple(metric for part in there for metric in part.metrics),
    )


def _variables(service: Service, found: Sequence[Resource]) -> tuple[Variable, ...]:
    """Return the instances: of what is shown if it has one scope, else of all that is scraped."""
    metrics = [metric for resource in found for metric in resource.metrics]
    jobs = tuple(dict.fromkeys(job.job for job in service.scrape))
    up = service.catalogue.metrics.get("up")
    if len({metric.scope for metric in metrics}) > 1 and jobs and up is not None:
        wanted = any_value("job", [literal_pattern(job) for job in jobs])
        elsewhere = tuple(m for m in up.scope if m.label != "job")
        metrics = [replace(up, scope=(*elsewhere, wanted))]
    variable = label_variable(INSTANCE, metrics)
    if variable is None:
        return ()
    first = {m.name.split("_", 1)[0]: m for m in reversed(metrics) if INSTANCE in m.all_labels}
    if len(first) > 1 and len({metric.scope for metric in metrics}) == 1:
        names_ = any_value("__name__", sorted(metric.counted for metric in first.values()))
        scope = metrics[0].narrowed((names_,))
        variable = replace(variable, query=f"label_values({selector('', scope)}, {INSTANCE})")
    return (variable,)


KIND: Final = UsePack()
