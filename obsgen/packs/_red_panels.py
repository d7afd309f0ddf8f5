"""The panels of requests, made of measures as an author would write them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Final

from obsgen import names
from obsgen.artefacts import Json, Link, Panel, Threshold
from obsgen.catalogue import Metric
from obsgen.matchers import Matcher, selector
from obsgen.measures._aggregate import Aggregated
from obsgen.measures.distribution import Distribution
from obsgen.measures.quantile import Quantile
from obsgen.measures.rate import Rate
from obsgen.measures.ratio import Pairing, Ratio
from obsgen.measures.share import Share
from obsgen.measures.sum import SUM
from obsgen.model import DashboardContext, Measure, Modifiers, PanelBody, PanelSpec, Service
from obsgen.packs._looks import AREAS, BAD, ERROR_RATIO, QUANTILES, STATUS_CLASSES
from obsgen.packs._panels import color_override, stat
from obsgen.packs._rows import STATS_IN_A_ROW, in_rows
from obsgen.packs._shapes import heatmap
from obsgen.packs._slo_looks import BUDGET_COLORS
from obsgen.packs._ways import cell_links, way_to
from obsgen.panels.stat import Stat
from obsgen.panels.table import Table
from obsgen.panels.timeseries import Timeseries
from obsgen.units import RATIO

ROUTE_LABELS: Final = (
    "route",
    "http_route",
    "endpoint",
    "handler",
    "path",
    "uri",
    "operation",
    "method",
)
"""What tells requests apart, the most telling first."""

_STATUS_LABELS: Final = frozenset(
    {"status", "code", "status_code", "http_status", "http_response_status_code"}
)
_QUANTILES: Final = (Decimal("0.5"), Decimal("0.95"), Decimal("0.99"))
_USUAL: Final = _QUANTILES[1]
_MOST: Final = 5
_HALF: Final = Fraction(1, 2)


def route_of(metric: Metric) -> str:
    """Return the label that tells requests apart, or nothing."""
    return next((label for label in ROUTE_LABELS if label in metric.labels), "")


def key_metric(service: Service, role: str, type_: str) -> Metric | None:
    """
    Return the metric of a role that tells most: one of the service's own, before those of presets.

    Of several of a preset, one that says which of its events are bad.
    """
    metrics = service.catalogue.metrics.values()
    of_role = [m for m in metrics if m.role == role and m.type == type_]
    own = [m for m in of_role if m.origin.file in service.sources]
    telling = [m for m in of_role if m.bad]
    return next(iter((*own, *telling, *of_role)), None)


def status_of(metric: Metric) -> str:
    """Return the label that holds the status codes of HTTP, or nothing."""
    return next((label for label in metric.labels if is_status(label, metric)), "")


class RedPanels:
    """Panels of the metrics with each role; several of one role stand beside each other."""

    def __init__(
        self,
        context: DashboardContext,
        requests: tuple[Metric, ...],
        durations: tuple[Metric, ...],
        in_flight: tuple[Metric, ...],
    ) -> None:
        self._context = context
        self._requests = requests
        self._durations = durations
        self._in_flight = in_flight

    def stats(self) -> tuple[Panel, ...]:
        """Return the current values, over the whole width."""
        return in_rows((*self._request_stats(), *self._other_stats()), STATS_IN_A_ROW)

    def _request_stats(self) -> Iterator[Panel]:
        for metric in self._requests:
            yield self._panel(Stat(measures=(_rate(metric),)), self._named("Requests", metric))
            if metric.bad:
                errors = Stat(measures=(_errors(metric),))
                yield self._panel(errors, self._named("Errors", metric), colors=ERROR_RATIO)

    def _other_stats(self) -> Iterator[Panel]:
        for metric in self._durations:
            usual = Stat(measures=(_quantile(metric, _USUAL),))
            yield self._panel(usual, self._named("Duration, p95", metric))
        for metric in self._in_flight:
            waiting = Stat(measures=(_in_flight(metric),))
            yield self._panel(waiting, self._named("In flight", metric))
        service = self._context.service
        if service.slos:
            series = selector(names.BUDGET_REMAINING, (Matcher("service", "=", service.name),))
            has_dashboard = "slo" in service.ready_dashboards
            link = Link(title="SLOs", dashboard=names.uid("slo", service.name))
            yield stat(
                "Error budget left",
                "What is left of the emptiest error budget of the service. Below 25%, hold back "
                "risky changes.",
                f"min({series})",
                RATIO,
                thresholds=BUDGET_COLORS,
                decimals=1,
                no_value="no events",
                links=(link,) if has_dashboard else (),
            )

    def rates_and_errors(self) -> tuple[Panel, ...]:
        """Return the graphs of rates and errors, two in a line."""
        found = []
        for metric in self._requests:
            found.append(self._rate_graph(metric))
            if metric.bad:
                route = route_of(metric)
                measure = _errors(metric, by=route, top=_MOST if route else 0)
                title = f"Error ratio by {route}, top {_MOST}" if route else "Error ratio"
                body = Timeseries(measures=(measure,))
                found.append(self._panel(body, self._named(title, metric), width=_HALF))
        for metric in self._in_flight:
            body = Timeseries(measures=(_in_flight(metric),))
            title = self._named("In flight over time", metric)
            found.append(self._panel(body, title, width=_HALF))
        return tuple(found)

    def _rate_graph(self, metric: Metric) -> Panel:
        """Return the rate by class of status, else by what decides about errors."""
        label = metric.bad[0].label if metric.bad else route_of(metric)
        body = Timeseries(measures=(_rate(metric, by=label),))
        title = self._named(f"Requests by {label}" if label else "Requests over time", metric)
        panel = self._panel(body, title, width=_HALF)
        panel = replace(panel, custom={**panel.custom, **AREAS})
        if not is_status(label, metric):
            return replace(panel, overrides=(*panel.overrides, *_bad_in_red(label, metric)))
        target = panel.targets[0]
        named = target.expr
        if not metric.labels[label]:
            # Nobody says which values there are: a word stands for itself, and is not left out.
            named = f'label_replace({named}, "class", "$1", "{label}", "(.+)")'
        classes = f'label_replace({named}, "class", "${{1}}xx", "{label}", "([1-5])..")'
        target = replace(target, expr=f"sum by (class) ({classes})", legend="{{class}}")
        colors = tuple(color_override(name, color) for name, color in STATUS_CLASSES.items())
        return replace(panel, targets=(target,), overrides=colors)

    def duration_graphs(self) -> tuple[Panel, ...]:
        """Return quantiles of all requests, how they spread, and the slowest routes."""
        found = []
        for metric in self._durations:
            found += [self._quantiles(metric), self._spread(metric)]
            if route := route_of(metric):
                slowest = Timeseries(measures=(_quantile(metric, _USUAL, by=route, top=_MOST),))
                title = self._named(f"Duration by {route}, p95, top {_MOST}", metric)
                found.append(self._panel(slowest, title, width=Fraction(1)))
        return tuple(found)

    def _quantiles(self, metric: Metric) -> Panel:
        """Return quantiles, the highest with exemplars: traces of the slowest requests."""
        quantiles = tuple(_quantile(metric, quantile) for quantile in _QUANTILES)
        title = self._named("Duration", metric)
        panel = self._panel(Timeseries(measures=quantiles), title, width=_HALF)
        *usual, slowest = panel.targets
        colors = tuple(color_override(name, color) for name, color in QUANTILES.items())
        return replace(panel, targets=(*usual, replace(slowest, exemplar=True)), overrides=colors)

    def _spread(self, metric: Metric) -> Panel:
        measure = Distribution(metric=metric, modifiers=Modifiers())
        return heatmap(
            self._named("Duration, spread", metric),
            "How many requests took how long. Two bands are two kinds of requests, or two states "
            "of what they wait for; a quantile would show neither.",
            measure.expr(self._context.query("$__rate_interval")).text,
            metric.unit,
        )

    def tables(self) -> tuple[Panel, ...]:
        """Return a row for each route: how often, how many errors, how long."""
        found = []
        for metric in self._requests:
            if not (route := route_of(metric)):
                continue
            measures: list[Measure] = [_rate(metric, by=route, legend="Rate")]
            if metric.bad:
                measures.append(_errors(metric, by=route, legend="Errors"))
            measures.append(_part(metric, by=route, legend="Share"))
            measures += [
                _quantile(duration, _USUAL, by=route, legend="p95")
                for duration in self._durations
                if route in duration.labels
            ]
            title = self._named(f"By {route}", metric)
            body = Table(measures=tuple(measures))
            panel = self._panel(body, title, width=Fraction(1))
            here = way_to(names.uid("red", self._context.service.name), **{route: route})
            only = cell_links(route, [(f"Only this {route}", here)])
            found.append(replace(panel, overrides=(*panel.overrides, only)))
        return tuple(found)

    def _named(self, title: str, metric: Metric) -> str:
        """Return the title, with the metric's name where there are several of its role."""
        of_role = (self._requests, self._durations, self._in_flight)
        alone = any(metrics == (metric,) for metrics in of_role)
        return title if alone else f"{title}: {metric.name}"

    def _panel(
        self,
        body: PanelBody,
        title: str,
        *,
        width: Fraction | None = None,
        colors: tuple[Threshold, ...] = (),
    ) -> Panel:
        spec = PanelSpec(body=body, title=title, width=width)
        panel = body.panel(spec, self._context)
        return replace(panel, thresholds=colors or panel.thresholds)


def is_status(label: str, metric: Metric) -> bool:
    """Say whether a label holds the status codes of HTTP."""
    values = metric.labels.get(label) or ()
    return label in _STATUS_LABELS and all(value.isdigit() for value in values)


def _bad_in_red(label: str, metric: Metric) -> Iterator[Mapping[str, Json]]:
    """Yield the colours of the series whose label says that an event is bad."""
    bad = tuple(matcher for matcher in metric.bad if matcher.label == label)
    values = metric.labels.get(label)
    if values is not None:
        named = (value for value in values if all(matcher.matches(value) for matcher in bad))
        yield from (color_override(value, BAD) for value in (named if bad else ()))
        return
    for matcher in bad:
        if matcher.op == "=":
            yield color_override(matcher.value, BAD)
        elif matcher.op == "=~":
            colored = color_override("", BAD)
            # Without the slashes Grafana would anchor `a|b` as `^a|b$`.
            by_pattern: Json = {"id": "byRegexp", "options": f"/^(?:{matcher.value})$/"}
            yield {**colored, "matcher": by_pattern}


def _by(label: str, *, top: int = 0, legend: str = "") -> Modifiers:
    return Modifiers(by=(label,) if label else (), top=top, legend=legend)


def _rate(metric: Metric, *, by: str = "", legend: str = "") -> Rate:
    return Rate(metric=metric, modifiers=_by(by, legend=legend))


def _errors(metric: Metric, *, by: str = "", top: int = 0, legend: str = "") -> Share:
    modifiers = _by(by, top=top, legend=legend)
    return Share(metric=metric, modifiers=modifiers, matching=metric.bad)


def _part(metric: Metric, *, by: str, legend: str) -> Ratio:
    """Return which part of all requests each value of a label has."""
    return Ratio(
        part=_rate(metric, by=by),
        whole=_rate(metric),
        pairing=Pairing(on=(), many_parts=True),
        legend=legend,
        top=0,
        named="",
    )


def _quantile(
    metric: Metric, quantile: Decimal, *, by: str = "", top: int = 0, legend: str = ""
) -> Quantile:
    modifiers = _by(by, top=top, legend=legend)
    return Quantile(metric=metric, modifiers=modifiers, quantile=quantile)


def _in_flight(metric: Metric) -> Aggregated:
    return Aggregated(metric=metric, modifiers=_by(""), how=SUM)
