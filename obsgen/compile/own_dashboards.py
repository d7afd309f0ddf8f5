"""Dashboards that authors wrote: their variables, sections and panels, within one service."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from obsgen import names
from obsgen.artefacts import (
    DEFAULT_REFRESH,
    DEFAULT_TIME,
    Dashboard,
    Link,
    Panel,
    Section,
    Variable,
)
from obsgen.catalogue import Metric
from obsgen.compile.named_variables import named_in
from obsgen.compile.own_annotations import annotations_of
from obsgen.diagnostics import Code, Origin, Severity, finding
from obsgen.model import (
    CHOSEN_INTERVAL,
    DashboardContext,
    DashboardSpec,
    LinkSpec,
    SectionSpec,
    Service,
)
from obsgen.packs._variables import label_variable
from obsgen.panels._style import panel_of
from obsgen.promql import variable_names
from obsgen.reader.repeats import REPEAT

UNUSED_VARIABLE: Final = Code(
    "DSH615",
    "unused-variable",
    why="choosing a value would change nothing, and whoever reads the panels would not see that",
    fix="Remove the variable, or show a metric that has the label.",
    severity=Severity.WARNING,
)
CODES: Final = (UNUSED_VARIABLE,)


def own_dashboard(spec: DashboardSpec, service: Service, context: DashboardContext) -> Dashboard:
    """Return what an author's dashboard compiles to; what is of no use in it is reported."""
    wanted = tuple(written.label for written in spec.variables)
    within = replace(context, variables=wanted, has_intervals=bool(spec.intervals))
    sections = tuple(_section(section, within) for section in spec.sections)
    panels = [panel for section in sections for panel in section.panels]
    found = tuple(_variables(spec, named_in(panels), context))
    # A variable that filters no panel is left out, and then filters no annotation either.
    kept = replace(within, variables=tuple(variable.name for variable in found))
    _check_intervals(spec, sections, context)
    sources = (spec.origin.file, *service.sources) if spec.origin.file else service.sources
    return Dashboard(
        uid=names.uid(spec.name),
        service=service.name,
        title=spec.title,
        description=spec.description,
        folder=spec.folder or service.folder,
        tags=tuple(dict.fromkeys((service.name, *spec.tags))),
        sections=sections,
        variables=found,
        intervals=spec.intervals,
        links=tuple(_link(link, service) for link in spec.links),
        annotations=tuple(annotations_of(spec.annotations, kept)),
        time=spec.time or DEFAULT_TIME,
        refresh=spec.refresh or DEFAULT_REFRESH,
        sources=tuple(dict.fromkeys(sources)),
        origin=spec.origin,
    )


def _variables(
    spec: DashboardSpec, named: frozenset[str], context: DashboardContext
) -> Iterator[Variable]:
    """
    Yield the variables that filter something, each filled from a metric that is shown.

    Args:
        named: Those that stand in queries and texts; what no metric that is shown can fill, such
            as a variable of log lines alone, is filled from any metric of the service.
    """
    metrics = _shown(spec)
    every = sorted(context.catalogue.metrics.values(), key=_first_counters)
    earlier: list[str] = []
    for written in spec.variables:
        others = every if written.label in named else ()
        variable = label_variable(written.label, (*metrics, *others), earlier)
        if variable is None:
            message = f"variable `{written.label}` filters no panel of `{spec.name}`"
            hint = "no metric that is shown has the label"
            context.report(finding(UNUSED_VARIABLE, written.origin, message, hint))
            continue
        earlier.append(written.label)
        yield replace(
            variable,
            label=written.title or variable.label,
            multi=written.multi,
            default=written.default,
            origin=written.origin,
        )


def _first_counters(metric: Metric) -> tuple[bool, str]:
    return (metric.type != "counter", metric.name)


def _shown(spec: DashboardSpec) -> tuple[Metric, ...]:
    panels = (panel for section in spec.sections for panel in section.panels)
    found = {metric.name: metric for panel in panels for metric in panel.body.metrics}
    return tuple(found.values())


def _section(spec: SectionSpec, context: DashboardContext) -> Section:
    panels = tuple(panel_of(panel, context) for panel in spec.panels)
    for panel, written in zip(panels, spec.panels, strict=True):
        if panel.repeat:
            _check_repeated((panel,), panel.repeat, written.origin, context)
    if spec.repeat:
        _check_repeated(panels, spec.repeat, spec.origin, context)
    return Section(
        title=spec.title or (f"${spec.repeat}" if spec.repeat else ""),
        panels=panels,
        collapsed=spec.collapsed,
        repeat=spec.repeat,
    )


def _check_repeated(
    panels: Iterable[Panel], variable: str, origin: Origin, context: DashboardContext
) -> None:
    """Report what is repeated for a variable and never asks for it: all would be the same."""
    if variable not in context.variables or variable in {
        name for panel in panels for text in _asked(panel) for name in variable_names(text)
    }:
        return
    message = f"what is repeated for each `{variable}` is the same each time"
    hint = f"show a metric that has the label `{variable}`"
    context.report(finding(REPEAT, origin / "repeat", message, hint))


def _asked(panel: Panel) -> Iterator[str]:
    """Yield the texts of a panel that Grafana puts values of variables into."""
    yield from (target.expr for target in panel.targets)
    yield from (str(target.query) for target in panel.foreign)
    if not panel.datasource:
        yield str(panel.options)


def _check_intervals(
    spec: DashboardSpec, sections: Iterable[Section], context: DashboardContext
) -> None:
    exprs = (t.expr for s in sections for panel in s.panels for t in panel.targets)
    if spec.intervals and not any(CHOSEN_INTERVAL in expr for expr in exprs):
        message = f"variable `{CHOSEN_INTERVAL}` changes no panel of `{spec.name}`"
        hint = "graphs take it where their measures set no `window`"
        context.report(finding(UNUSED_VARIABLE, spec.origin / "intervals", message, hint))


def _link(link: LinkSpec, service: Service) -> Link:
    return Link(
        title=link.title,
        url=link.url,
        dashboard=names.dashboard_uid_of(link.dashboard, service.name),
        written=link.dashboard,
        origin=link.origin,
    )
