"""A variable of Grafana that a dashboard uses and does not have."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from obsgen.artefacts import Dashboard, Link, strings_in
from obsgen.catalogue import near
from obsgen.checks._check import Check, Example
from obsgen.checks._panels import ShownPanel, ShownTarget
from obsgen.checks._queries import Subject
from obsgen.checks.dashboards._rule import Found, each_of, of_dashboards, of_panels, of_targets
from obsgen.diagnostics import Code, Diagnostic, Origin, Severity, finding
from obsgen.promql import variables

UNDEFINED_VARIABLE: Final = Code(
    "DSH669",
    "undefined-variable",
    why="Grafana leaves the name as it stands: the query matches nothing or is refused, the title "
    "and the link show a dollar sign",
    fix="Write the variable into `variables:`, or correct its name.",
)
CODES: Final = (UNDEFINED_VARIABLE,)

# Grafana documentation, "Global variables" and "Configure data links".
_GLOBAL: Final = frozenset(
    {"__dashboard", "__from", "__to", "__interval", "__interval_ms", "__name", "__org", "__user"}
    | {"__range", "__range_s", "__range_ms", "__rate_interval", "__rate_interval_ms", "__auto"}
    | {"__timezone", "__timeFilter", "timeFilter", "__searchFilter", "__all_variables"}
    | {"__url_time_range", "__url", "__field", "__data", "__series", "__value", "__cell", "__row"}
    | {"__cell_0", "__cell_1", "__error", "__tags", "__trace", "__span"}
)


def _of_targets(subject: Subject, panel: ShownPanel, target: ShownTarget) -> Found:
    texts = (target.expr, *strings_in(target.words))
    place = f"query {target.ref} of panel `{panel.shown_title}`"
    yield from _undefined(subject, panel.dashboard, texts, place, target.origin)


def _of_panels(subject: Subject, panel: ShownPanel) -> Found:
    dashboard = panel.dashboard
    title = f"the title of panel `{panel.title}`"
    for found in _undefined(subject, dashboard, (panel.title,), title, panel.origin / "title"):
        # It is only read, by somebody who may even guess what is meant.
        yield replace(found, severity=Severity.WARNING)
    if panel.panel.repeat and panel.panel.repeat not in dashboard.variable_names:
        message = f"panel `{panel.shown_title}` repeats by `{panel.panel.repeat}`, no variable"
        hint = _hint(panel.panel.repeat, dashboard, subject)
        yield finding(UNDEFINED_VARIABLE, panel.origin, message, hint)
    for link in (*panel.panel.links, *panel.panel.data_links):
        yield from _of_link(subject, dashboard, link, panel.origin)


def _of_dashboards(subject: Subject, dashboard: Dashboard) -> Found:
    for section in dashboard.sections:
        named = f"the title of section `{section.title}`"
        for found in _undefined(subject, dashboard, (section.title,), named, dashboard.origin):
            yield replace(found, severity=Severity.WARNING)
        if section.repeat and section.repeat not in dashboard.variable_names:
            message = f"section `{section.title}` repeats by `{section.repeat}`, no variable"
            hint = _hint(section.repeat, dashboard, subject)
            yield finding(UNDEFINED_VARIABLE, dashboard.origin, message, hint)
    for link in dashboard.links:
        yield from _of_link(subject, dashboard, link, dashboard.origin)
    for annotation in dashboard.annotations:
        origin = annotation.origin if annotation.origin.file else dashboard.origin
        named = f"annotation `{annotation.name}`"
        yield from _undefined(subject, dashboard, (annotation.expr,), named, origin)
    for variable in dashboard.variables:
        origin = variable.origin if variable.origin.file else dashboard.origin
        named = f"the query of variable `{variable.name}`"
        yield from _undefined(subject, dashboard, (variable.query,), named, origin)


def _of_link(
    subject: Subject, dashboard: Dashboard, link: Link, otherwise: Origin
) -> Iterator[Diagnostic]:
    texts = (link.title, link.url, *(text for _, text in link.variables))
    origin = link.origin if link.origin.file else otherwise
    yield from _undefined(subject, dashboard, texts, f"link `{link.title}`", origin)


def _undefined(
    subject: Subject, dashboard: Dashboard, texts: Iterable[str], where: str, origin: Origin
) -> Iterator[Diagnostic]:
    known = {*dashboard.variable_names, *_GLOBAL}
    for name in dict.fromkeys(found.name for text in texts for found in variables(text)):
        if name not in known:
            message = f"{where} uses `${name}`, which `{dashboard.title}` does not have"
            yield finding(UNDEFINED_VARIABLE, origin, message, _hint(name, dashboard, subject))


def _hint(name: str, dashboard: Dashboard, subject: Subject) -> str:
    known = sorted(_GLOBAL) if name.startswith("__") else dashboard.variable_names
    if guess := near(name, known):
        return f"did you mean `${guess}`?"
    scope = subject.compiled.scopes.get(dashboard.service)
    metrics = scope.catalogue.metrics.values() if scope is not None else ()
    if scope is None or any(name in metric.all_labels for metric in metrics):
        return f"write `variables: [{name}]`"
    labels = sorted({label for metric in metrics for label in metric.all_labels})
    if guess := near(name, labels):
        return f"did you mean the label `{guess}`? write `variables: [{guess}]`"
    return f"take it out: no metric of `{dashboard.service}` has a label `{name}`"


KIND: Final = Check(
    run=each_of(of_dashboards(_of_dashboards), of_panels(_of_panels), of_targets(_of_targets)),
    examples=(
        Example(
            code=UNDEFINED_VARIABLE,
            wrong="variables: [route]\n"
            "panels:\n"
            "  - timeseries:\n"
            "      expr: 'sum(rate(http_requests_total{route=~\"$rout\"}[$__rate_interval]))'\n"
            "      unit: requests/s",
            right="variables: [route]\n"
            "panels:\n"
            "  - timeseries:\n"
            "      expr: 'sum(rate(http_requests_total{route=~\"$route\"}[$__rate_interval]))'\n"
            "      unit: requests/s",
            of_panels=True,
        ),
    ),
)
