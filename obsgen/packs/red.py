"""
`red`: rate, errors and duration of the requests that a service answers.

The method is Tom Wilkie's, "The RED Method". Which metric is what, its role says: `requests` (a
counter; its `bad` says which of them are errors), `duration` (a histogram), `in_flight` (a gauge).
What is not declared leaves no panel behind.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from obsgen.artefacts import Dashboard, Section, Variable
from obsgen.catalogue import TARGET_LABELS, Metric
from obsgen.model import DashboardContext
from obsgen.packs._of_services import OfServices, of_service
from obsgen.packs._red_panels import RedPanels, key_metric, route_of
from obsgen.packs._variables import label_variable

_INSTANCE: Final = TARGET_LABELS[-1]


class RedPack(OfServices):
    """Rate, errors, duration."""

    key: Final = "red"
    description: Final = "Request rate, errors, duration and requests in flight."
    shows: Final = "metrics with `role: requests`, `duration` or `in_flight`"

    def dashboards(self, context: DashboardContext) -> tuple[Dashboard, ...]:
        """Return one dashboard; none where no metric has a role for it."""
        service = context.service
        variables = _variables(_metrics(context))
        within = replace(context, variables=tuple(variable.name for variable in variables))
        if (panels := red_panels(within)) is None:
            return ()
        dashboard = of_service(
            self.key,
            service,
            title="requests",
            description=f"Rate, errors and duration of the requests to {service.title}.",
            sections=(
                Section(title="", panels=panels.stats()),
                Section(title="Rate and errors", panels=panels.rates_and_errors()),
                Section(title="Duration", panels=panels.duration_graphs()),
                Section(title="Routes", panels=panels.tables()),
            ),
            variables=variables,
        )
        return (dashboard,)


_ROLES: Final = (("requests", "counter"), ("duration", "histogram"), ("in_flight", "gauge"))
"""What is shown, and the type that it has to have."""


def red_panels(context: DashboardContext) -> RedPanels | None:
    """Return the panels of a service; None where no metric has a role for them."""
    found = tuple(_with_role(context, role, type_) for role, type_ in _ROLES)
    return RedPanels(context, *found) if any(found) else None


def key_panels(context: DashboardContext) -> RedPanels | None:
    """Return the panels of the one metric of each role that tells most."""
    keys = (key_metric(context.service, role, type_) for role, type_ in _ROLES)
    found = tuple((metric,) if metric is not None else () for metric in keys)
    return RedPanels(context, *found) if any(found) else None


def _metrics(context: DashboardContext) -> tuple[Metric, ...]:
    return tuple(metric for role, type_ in _ROLES for metric in _with_role(context, role, type_))


def _with_role(context: DashboardContext, role: str, type_: str) -> tuple[Metric, ...]:
    metrics = context.service.catalogue.metrics.values()
    return tuple(metric for metric in metrics if metric.role == role and metric.type == type_)


def _variables(metrics: tuple[Metric, ...]) -> tuple[Variable, ...]:
    labels = dict.fromkeys((_INSTANCE, *(route for m in metrics if (route := route_of(m)))))
    found = (label_variable(label, metrics) for label in labels)
    return tuple(variable for variable in found if variable is not None)


KIND: Final = RedPack()
