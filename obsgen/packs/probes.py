"""
`probes`: what is asked from outside: whether it answers, how fast, how long certificates last.

Each panel shows what the kinds of the service's probes expose: nobody looks for a status code of a
ping.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from obsgen import names
from obsgen.artefacts import Dashboard, Link, Panel, Section, Variable
from obsgen.matchers import Matcher, selector
from obsgen.model import DashboardContext, Service
from obsgen.packs._certificates import EXPIRY_COLORS
from obsgen.packs._of_services import OfServices, of_service
from obsgen.packs._panels import GRAPH_HEIGHT, Column, Line, graph, stat, steps, table, value_map
from obsgen.packs._shapes import State, state_timeline
from obsgen.units import COUNT, RATIO, SECONDS

_PHASES: Final = {
    "http": "probe_http_duration_seconds",
    "icmp": "probe_icmp_duration_seconds",
    "dns": "probe_dns_duration_seconds",
    "grpc": "probe_grpc_duration_seconds",
}
"""By prober: how long each phase of an answer took."""

_SUCCESS: Final = "probe_success"
_UP_COLORS: Final = steps("red", ("1", "green"))
_SHARE_COLORS: Final = steps("red", ("0.99", "orange"), ("0.999", "green"))
_FAILING_COLORS: Final = steps("green", ("1", "red"))
_ANSWERS: Final = (State("0", "fails", "red"), State("1", "answers", "green"))
_STATE: Final = value_map(*((state.value, state.text, state.color) for state in _ANSWERS))
# Probes are asked every 15s to 1m: a finer step would see holes.
_STEP: Final = "1m"
_HTTP: Final = "http"
_TARGET: Final = f"{names.PROBE_LABEL}, instance"
_LEGEND: Final = f"{{{{{names.PROBE_LABEL}}}}}"


class ProbesPack(OfServices):
    """Probes of a service."""

    key: Final = "probes"
    description: Final = "Probes: whether they succeed, how long they take, certificates."
    shows: Final = "`probes:`"

    def dashboards(self, context: DashboardContext) -> tuple[Dashboard, ...]:
        """Return one dashboard; none without probes."""
        service = context.service
        if not service.probes:
            return ()
        panels = _Panels(service)
        dashboard = of_service(
            self.key,
            service,
            title="probes",
            description=f"What is asked of {service.title} from outside, and what it answers.",
            sections=(
                Section(title="", panels=panels.stats()),
                Section(title="", panels=(panels.states(),)),
                Section(title="", panels=(panels.over_time(),)),
                Section(title="Answers", panels=panels.answers()),
                *(Section(title="Phases", panels=phases) for phases in [panels.phases()] if phases),
            ),
            variables=(panels.variable,),
        )
        return (dashboard,)


class _Panels:
    """The panels of one service's probes."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._probers = {probe.prober for probe in service.probes}
        self._has_certificates = any(probe.has_certificate for probe in service.probes)

    @property
    def variable(self) -> Variable:
        """The probes to choose from."""
        series = self._series("probe_success", is_chosen=False)
        label = names.PROBE_LABEL
        return Variable(name=label, label=label, query=f"label_values({series}, {label})")

    def _series(self, name: str, *, is_chosen: bool = True) -> str:
        """Return the selector of a metric, of the chosen probes alone."""
        own = [Matcher("service", "=", self._service.name)]
        if is_chosen:
            own.append(Matcher(names.PROBE_LABEL, "=~", f"${names.PROBE_LABEL}"))
        metric = self._service.catalogue.metrics.get(name)
        return selector(name, own) if metric is None else metric.select(name, own)

    def _certificates(self, by: str = "") -> str:
        """Return the time until the first certificate expires, of all or by labels."""
        grouping = f" by ({by}) " if by else ""
        return f"min{grouping}({self._series('probe_ssl_earliest_cert_expiry')}) - time()"

    def _last(self, name: str, by: str) -> str:
        return f"max by ({by}) ({self._series(name)})"

    def stats(self) -> tuple[Panel, ...]:
        """Return the current values."""
        success = self._series("probe_success")
        found = [
            _failing(success),
            stat(
                "Answered, 1d",
                "Share of the answers of the last day that were as they should be.",
                f"avg(avg_over_time({success}[1d]))",
                RATIO,
                thresholds=_SHARE_COLORS,
                decimals=2,
                no_value="nobody asks",
            ),
            stat(
                "Slowest",
                "The answer that takes longest now.",
                f"max({self._series('probe_duration_seconds')})",
                SECONDS,
            ),
        ]
        if self._has_certificates:
            found.append(
                stat(
                    "First certificate expires in",
                    "Of all certificates that the probes see, the one that expires first.",
                    self._certificates(),
                    SECONDS,
                    thresholds=EXPIRY_COLORS,
                    no_value="none seen",
                    width=6,
                )
            )
        return tuple(found)

    def states(self) -> Panel:
        """Return a row for each target."""
        columns = [
            Column(
                header="Answer",
                expr=f"min by ({_TARGET}) ({self._series('probe_success')})",
                thresholds=_UP_COLORS,
                mappings=_STATE,
            ),
            Column(
                header="Duration", expr=self._last("probe_duration_seconds", _TARGET), unit=SECONDS
            ),
        ]
        if _HTTP in self._probers:
            columns.append(
                Column(header="Status", expr=self._last("probe_http_status_code", _TARGET))
            )
        if self._has_certificates:
            columns.append(
                Column(
                    header="Certificate expires in",
                    expr=self._certificates(_TARGET),
                    unit=SECONDS,
                    thresholds=EXPIRY_COLORS,
                )
            )
        return table(
            "Probes",
            "The last answer of each target.",
            columns,
            labels=(names.PROBE_LABEL, "instance"),
            sort_by="Answer",
            descending=False,
            height=GRAPH_HEIGHT,
        )

    def over_time(self) -> Panel:
        """Return when each probe failed."""
        success = self._series(_SUCCESS)
        return state_timeline(
            "Answers over time",
            "When each target answered as it should, and when not. Gaps are times in which "
            "nobody asked.",
            (
                Line(
                    f"min by ({_TARGET}) (min_over_time({success}[$__interval]))",
                    f"{_LEGEND} {{{{instance}}}}",
                ),
            ),
            _ANSWERS,
            min_interval=_STEP,
        )

    def answers(self) -> tuple[Panel, ...]:
        """Return graphs of what came back, two in a line."""
        success = self._series("probe_success")
        found = [
            graph(
                "Answered",
                "Share of the answers that were as they should be.",
                (Line(f"avg by (probe) (avg_over_time({success}[$__rate_interval]))", _LEGEND),),
                RATIO,
            ),
            graph(
                "Duration",
                "How long a whole answer takes.",
                (Line(self._last("probe_duration_seconds", names.PROBE_LABEL), _LEGEND),),
                SECONDS,
            ),
        ]
        if _HTTP in self._probers:
            found.append(
                graph(
                    "Status",
                    "Status code of the last answer; 0 where there was none.",
                    (Line(self._last("probe_http_status_code", names.PROBE_LABEL), _LEGEND),),
                    COUNT,
                    decimals=0,
                )
            )
        if self._has_certificates:
            found.append(
                graph(
                    "Certificates",
                    "How long it is to the first certificate that expires.",
                    (Line(self._certificates(names.PROBE_LABEL), _LEGEND),),
                    SECONDS,
                    thresholds=EXPIRY_COLORS,
                )
            )
        return tuple(found)

    def phases(self) -> tuple[Panel, ...]:
        """Return a graph of the phases of each kind of probe that has them."""
        labels = f"{names.PROBE_LABEL}, phase"
        return tuple(
            graph(
                f"Phases of {prober}",
                "How long each part of an answer takes.",
                (Line(self._last(metric, labels), f"{_LEGEND} {{{{phase}}}}"),),
                SECONDS,
            )
            for prober, metric in _PHASES.items()
            if prober in self._probers
        )


def failing(service: Service, links: tuple[Link, ...]) -> Panel:
    """Return how many probes of a service fail, for other dashboards."""
    own = (Matcher("service", "=", service.name),)
    metric = service.catalogue.metrics.get(_SUCCESS)
    series = selector(_SUCCESS, own) if metric is None else metric.select(_SUCCESS, own)
    return replace(_failing(series), title="Failing probes", links=links)


def _failing(success: str) -> Panel:
    return stat(
        "Failing",
        "Probes whose last answer was not as it should be.",
        f"count({success}) - sum({success})",
        COUNT,
        thresholds=_FAILING_COLORS,
        no_value="nobody asks",
    )


KIND: Final = ProbesPack()
