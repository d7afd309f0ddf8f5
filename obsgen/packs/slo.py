"""
`slo`: the error budgets of a service, and once for the project an overview of all.

What to show follows Google's SRE Workbook, chapter 5: not the ratio alone but what is left of the
error budget, how fast it burns over each window that alerts watch, and how many events there were,
since a burn rate of few events says little. Colours judge the budget, never the raw ratio.
"""

from __future__ import annotations

from typing import Final

from obsgen import names
from obsgen.artefacts import Dashboard, Variable
from obsgen.matchers import Matcher, selector
from obsgen.model import DashboardContext, Project, Service
from obsgen.packs._annotations import alert_annotations, severities_of
from obsgen.packs._of_services import of_service
from obsgen.packs._slo_detail import detail_sections
from obsgen.packs._slo_overview import overview

_TIME: Final = "now-7d"


class SloPack:
    """Error budgets."""

    key: Final = "slo"
    description: Final = "Objectives, error budgets, burn rates and their alerts."
    shows: Final = "SLOs"

    def dashboards(self, context: DashboardContext) -> tuple[Dashboard, ...]:
        """Return one dashboard with all SLOs of the service to choose from."""
        service = context.service
        if not service.slos:
            return ()
        groups = tuple(dict.fromkeys(label for slo in service.slos for label in slo.by))
        dashboard = of_service(
            self.key,
            service,
            title="SLOs",
            description=f"What is left of the error budgets of {service.title}, and why.",
            sections=detail_sections(context, _scope(service), groups),
            variables=_variables(service, groups),
            annotations=tuple(
                alert_annotations(_scope(service), severities_of(context.alerts), context.project)
            ),
            time=_TIME,
        )
        return (dashboard,)

    def project_dashboards(
        self, project: Project, services: tuple[Service, ...]
    ) -> tuple[Dashboard, ...]:
        """Return the overview of all SLOs."""
        with_slos = tuple(service for service in services if service.slos)
        return (overview(project, with_slos),) if with_slos else ()


def _scope(service: Service) -> tuple[Matcher, ...]:
    return (Matcher("service", "=", service.name), Matcher("slo", "=", "$slo"))


def _variables(service: Service, groups: tuple[str, ...]) -> tuple[Variable, ...]:
    info = selector(names.INFO, (Matcher("service", "=", service.name),))
    left = selector(names.BUDGET_REMAINING, _scope(service))
    return (
        Variable(name="slo", label="SLO", query=f"label_values({info}, slo)", multi=False),
        *(
            Variable(name=label, label=label, query=f"label_values({left}, {label})")
            for label in groups
        ),
    )


KIND: Final = SloPack()
