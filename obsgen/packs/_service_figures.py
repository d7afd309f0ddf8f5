"""The figures of each service side by side: requests, errors, duration, budget, alerts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Final

from obsgen.artefacts import Panel, Threshold
from obsgen.matchers import Matcher
from obsgen.measures.quantile import Quantile
from obsgen.measures.rate import Rate
from obsgen.measures.share import Share
from obsgen.model import Measure, Modifiers, Project, Query, Service
from obsgen.packs._alert_queries import AlertQueries
from obsgen.packs._annotations import page_severities
from obsgen.packs._looks import ERROR_RATIO, PAGING, WAITING
from obsgen.packs._panels import Column, table
from obsgen.packs._red_panels import key_metric
from obsgen.packs._slo_looks import BUDGET_COLORS
from obsgen.packs._slo_queries import SloQueries
from obsgen.packs._ways import cell_links, uids_of, way, with_uids
from obsgen.panels._heads import head
from obsgen.units import RATIO, SECONDS, Unit

_SERVICE: Final = "service"
_USUAL: Final = Decimal("0.95")
_MOST_ROWS: Final = 20
_HEADER: Final = 3
_SAID: Final = (
    "Every service with its figures now. The name leads to the service, each figure to where more "
    "is told of it."
)
_LEFT_OUT: Final = "Requests, errors and durations of so many are on the dashboards of each."
_MOST_FIGURES: Final = 60
"""Each service is asked by a query of its own: of more, one column would be 50 kB of PromQL."""
_REQUESTS: Final = Unit.parse("requests/s")


class ServiceFigures:
    """A table with a row for each service."""

    def __init__(
        self, project: Project, services: Sequence[Service], scope: Sequence[Matcher]
    ) -> None:
        self._scope = tuple(scope)
        self._project = project
        self._services = tuple(services)
        self._pages = page_severities(project)

    def panel(self) -> Panel | None:
        """Return the table; None where there is nothing to tell of any service."""
        columns = tuple(self._columns())
        if not columns:
            return None
        ways = {
            _SERVICE: ("Open the service", "overview"),
            "Budget left": ("Its SLOs", "slo"),
            "Paging": ("Its alerts", "alerts"),
            "Other alerts": ("Its alerts", "alerts"),
            "Requests": ("Its requests", "red"),
        }
        words = tuple(dict.fromkeys(word for _, word in ways.values()))
        first, *others = columns
        led = first.expr
        for word in words:
            led = with_uids(led, f"to_{word}", uids_of(word, self._services))
        headers = {_SERVICE, *(column.header for column in columns)}
        found = table(
            "Services",
            _SAID if self._has_figures else f"{_SAID} {_LEFT_OUT}",
            (replace(first, expr=led), *others),
            labels=(_SERVICE, *(f"to_{word}" for word in words)),
            invisible=tuple(f"to_{word}" for word in words),
            sort_by=head(_SERVICE),
            descending=False,
            height=min(_HEADER + len(self._services), _MOST_ROWS),
        )
        links = tuple(
            cell_links(column, [(title, way(f"to_{word}"))])
            for column, (title, word) in ways.items()
            if column in headers
        )
        return replace(found, overrides=(*found.overrides, *links))

    @property
    def _has_figures(self) -> bool:
        """Say whether requests, errors and durations of each service are shown."""
        return len(self._services) <= _MOST_FIGURES

    def _columns(self) -> Iterator[Column]:
        """Yield the columns; the first has a row for each service."""
        alerting = tuple(s for s in self._services if "alerts" in s.ready_dashboards)
        yield from self._of_alerts(alerting)
        if any(service.slos for service in self._services):
            queries = SloQueries(self._scope, (_SERVICE,))
            yield Column(
                header="Budget left",
                expr=queries.budget_left(),
                unit=RATIO,
                decimals=1,
                thresholds=BUDGET_COLORS,
                is_gauge=True,
            )
        if not self._has_figures:
            return
        for header, unit, decimals, colors, measure in _FIGURES:
            if expr := self._of_each(measure):
                yield Column(
                    header=header, expr=expr, unit=unit, decimals=decimals, thresholds=colors
                )

    def _of_alerts(self, services: Sequence[Service]) -> Iterator[Column]:
        """Yield how many alerts fire, 0 for a service without."""
        if not services:
            return
        queries = AlertQueries(self._scope)
        zeros = " or ".join(_of_service("vector(0)", service) for service in self._services)
        for header, severities, colors in (
            ("Paging", queries.firing(*queries.of(self._pages)), PAGING),
            ("Other alerts", queries.firing(*queries.but(self._pages)), WAITING),
        ):
            if header == "Paging" and not self._pages:
                continue
            expr = f"count by ({_SERVICE}) ({severities}) or {zeros}"
            yield Column(header=header, expr=expr, decimals=0, thresholds=colors)

    def _of_each(self, measure: Callable[[Service], Measure | None]) -> str:
        """Return one series for each service that has the measure."""
        found = []
        for service in self._services:
            if (one := measure(service)) is not None:
                window = str(self._project.scraped_every(service.scrape_interval).default_window)
                found.append(_of_service(one.expr(Query(window=window)).text, service))
        return " or ".join(found)


def _of_service(expr: str, service: Service) -> str:
    return f'label_replace({expr}, "{_SERVICE}", "{service.name}", "", "")'


def _requests(service: Service) -> Measure | None:
    metric = key_metric(service, "requests", "counter")
    return None if metric is None else Rate(metric=metric, modifiers=Modifiers())


def _errors(service: Service) -> Measure | None:
    metric = key_metric(service, "requests", "counter")
    if metric is None or not metric.bad:
        return None
    return Share(metric=metric, modifiers=Modifiers(), matching=metric.bad)


def _duration(service: Service) -> Measure | None:
    metric = key_metric(service, "duration", "histogram")
    # Those of other units would stand in one column with seconds.
    if metric is None or metric.unit != SECONDS:
        return None
    return Quantile(metric=metric, modifiers=Modifiers(), quantile=_USUAL)


_FIGURES: Final[
    tuple[
        tuple[str, Unit, int | None, tuple[Threshold, ...], Callable[[Service], Measure | None]],
        ...,
    ]
] = (
    ("Requests", _REQUESTS, None, (), _requests),
    ("Errors", RATIO, 2, ERROR_RATIO, _errors),
    ("Duration, p95", SECONDS, None, (), _duration),
)
