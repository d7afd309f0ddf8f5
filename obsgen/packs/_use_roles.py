"""
Resources that metrics themselves declare, by their roles: `utilization`, `saturation`, `errors`.

A `utilization` with a `limit` is shown as the used part of it; requests in flight are saturation,
too. The metrics of a service stand together, and those of each exporter.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Final

from obsgen.artefacts import Panel, Threshold
from obsgen.catalogue import Metric
from obsgen.model import Measure, Service
from obsgen.packs._measures import Panels, highest, increase, quotient, rate, total
from obsgen.packs._use_resources import (
    HOST,
    HOUR,
    INSTANCE,
    MOST_SERIES,
    USED_COLORS,
    USED_LINES,
    Resource,
)
from obsgen.packs._use_servers import NGINX, POSTGRES
from obsgen.prose import capitalized
from obsgen.units import RATIO, Unit

_SUBJECTS: Final = {
    "alertmanager": "Alertmanager",
    "node": "Hosts",
    "nginx": NGINX,
    "pg": POSTGRES,
    "prometheus": "Prometheus",
    "redis": "Redis",
}
"""What exporters tell of, by how their metrics begin."""

_WORDS: Final = {
    "alertmanager_cluster_messages_queued": "messages to other members",
    "nginx_connections_active": "connections",
    "nginx_connections_writing": "being answered",
    "node_filefd_allocated": "open files",
    "node_nf_conntrack_entries": "tracked connections",
    "pg_replication_lag_seconds": "replication lag",
    "pg_stat_activity_count": "connections",
    "pg_stat_activity_max_tx_duration": "longest transaction",
    "pg_stat_database_conflicts": "conflicts with the standby",
    "pg_stat_database_deadlocks": "deadlocks",
    "pg_stat_database_temp_bytes": "written to temporary files",
    "pg_stat_database_xact_rollback": "transactions rolled back",
    "prometheus_engine_queries": "queries",
    "prometheus_notifications_queue_length": "notifications",
    "redis_blocked_clients": "blocked clients",
    "redis_connected_clients": "clients",
    "redis_evicted_keys_total": "evicted keys",
    "redis_memory_used_bytes": "memory",
}
"""What people call what the shipped presets declare."""

_UNIT_WORDS: Final = re.compile(r"_(total|seconds|bytes|ratio|percent)(?=_total$|$)")

_MOST_LABELS: Final = 2
"""With more labels than these, lines by all of them would be too many."""

_MOST_ERRORS: Final = 10


def declared_resources(service: Service, panels: Panels) -> Iterator[Resource]:
    """Yield what metrics with roles tell of: the service itself, then what it uses."""
    subjects: dict[str, list[Metric]] = {service.title: []}
    for metric in service.catalogue.metrics.values():
        if metric.role in _ROLES:
            subjects.setdefault(_subject(metric, service), []).append(metric)
    for title, metrics in subjects.items():
        if metrics:
            yield _OfRoles(title, metrics, service, panels).resource()


_ROLES: Final = frozenset({"utilization", "saturation", "in_flight", "errors"})


def _subject(metric: Metric, service: Service) -> str:
    if not metric.origin.is_shipped:
        return service.title
    beginning = metric.name.split("_", 1)[0]
    return _SUBJECTS.get(beginning, service.title)


class _OfRoles:
    """The panels of one subject."""

    def __init__(
        self,
        title: str,
        metrics: Sequence[Metric],
        service: Service,
        panels: Panels,
    ) -> None:
        self._title = title
        self._service = service
        self._declared = service.catalogue.metrics
        self._panels = panels
        own = {m.name.split("_", 1)[0] for m in metrics if not m.origin.is_shipped}
        several = len(metrics) > 1 and len(own) == 1
        self._prefix = f"{own.pop() if several else service.name.replace('-', '_')}_"
        self._used = [m for m in metrics if m.role == "utilization" and m.type in _LEVELS]
        self._waiting = [
            m for m in metrics if m.role in {"saturation", "in_flight"} and m.type in _LEVELS
        ]
        self._errors = [m for m in metrics if m.role == "errors" and m.type == "counter"]

    def resource(self) -> Resource:
        """Return the row of it."""
        limits = (self._declared.get(metric.limit) for metric in self._used)
        read = (*self._used, *self._waiting, *self._errors, *(m for m in limits if m is not None))
        return Resource(
            title=self._title,
            stats=tuple(self._stats()),
            graphs=(*self._used_graphs(), *self._waiting_graphs(), *self._error_graph()),
            metrics=read,
        )

    def _stats(self) -> Iterator[Panel]:
        for metric in self._used:
            measure = self._utilization(metric, top=1)
            if self._is_part(metric, measure):
                yield self._panels.stat(
                    f"{self._words(metric)}, fullest",
                    f"{_told(metric)} The fullest one now; at 100% nothing more fits.",
                    measure,
                    colors=_in(measure.unit, USED_COLORS),
                    unit=_unit_of_part(measure),
                    no_value="no limit is set",
                )

    def _used_graphs(self) -> Iterator[Panel]:
        for metric in self._used:
            measure = self._utilization(metric)
            is_part = self._is_part(metric, measure)
            yield self._panels.graph(
                f"{self._words(metric)}{' of the limit' if metric.limit and is_part else ''}",
                f"{_told(metric)} Lastingly near its limit there is no room for a peak.",
                measure,
                colors=_in(measure.unit, USED_LINES) if is_part else (),
                unit=_unit_of_part(measure) if is_part else None,
                no_value="no limit is set" if metric.limit else "",
            )

    def _waiting_graphs(self) -> Iterator[Panel]:
        for metric in self._waiting:
            is_in_flight = metric.role == "in_flight"
            make = total if is_in_flight else highest
            measure = (
                rate(metric, by=_labels(metric), top=MOST_SERIES)
                if metric.type == "counter"
                else make(metric, by=_labels(metric), top=MOST_SERIES)
            )
            yield self._panels.graph(
                self._words(metric),
                f"{_told(metric)} When it grows while the traffic does not, something is too "
                "small or too slow.",
                measure,
            )

    def _error_graph(self) -> Iterator[Panel]:
        shown = self._errors[:_MOST_ERRORS]
        if not shown:
            return
        several = f"the first {_MOST_ERRORS}" if len(self._errors) > _MOST_ERRORS else "all"
        yield self._panels.graph(
            f"Errors of {self._title}, in an hour",
            f"What failed within an hour, of {several} of the counters of errors. Look at the "
            "logs of the time when a line rose.",
            *(increase(metric, window=HOUR, legend=self._failed(metric)) for metric in shown),
        )

    def _failed(self, metric: Metric) -> str:
        """Return what a counter of errors is called: of what presets ship, by their words."""
        if not metric.origin.is_shipped:
            return _spoken(metric.name)
        return _WORDS.get(metric.name) or _spoken(metric.name.split("_", 1)[-1])

    def _words(self, metric: Metric) -> str:
        """Return what a metric is called: `Redis: memory`, or `Pool used` of the service itself."""
        if metric.origin.is_shipped and self._title != self._service.title:
            words = _WORDS.get(metric.name) or _spoken(metric.name.split("_", 1)[-1])
            return f"{self._title}: {words}"
        return capitalized(_spoken(metric.name.removeprefix(self._prefix)))

    def _utilization(self, metric: Metric, top: int = 0) -> Measure:
        limit = self._declared.get(metric.limit)
        if limit is None:
            if metric.type == "counter":
                return rate(metric, by=_labels(metric), top=top or MOST_SERIES)
            return highest(metric, by=_labels(metric), top=top or MOST_SERIES)
        common = (*HOST, *(label for label in metric.labels if label in limit.labels))
        used = rate(metric, by=common) if metric.type == "counter" else total(metric, by=common)
        return quotient(used, total(limit, by=common), top=top)

    def _is_part(self, metric: Metric, measure: Measure) -> bool:
        """Say whether 1 is all of it: a part of a limit, or a ratio by itself."""
        is_ratio = measure.unit.dimension == "ratio" and not measure.unit.per_seconds
        return is_ratio or metric.limit in self._declared


_LEVELS: Final = frozenset({"gauge", "counter"})


def _unit_of_part(measure: Measure) -> Unit:
    """Return a ratio or a percentage."""
    return measure.unit if measure.unit.dimension == "ratio" else RATIO


def _in(unit: Unit, colors: tuple[Threshold, ...]) -> tuple[Threshold, ...]:
    """Return the colours of a ratio, of which the unit may be percent."""
    scale = unit.scale if unit.dimension == "ratio" else Decimal(1)
    return tuple(
        step if step.value is None else replace(step, value=step.value / scale) for step in colors
    )


def _labels(metric: Metric) -> tuple[str, ...]:
    own: Iterable[str] = metric.labels if len(metric.labels) <= _MOST_LABELS else ()
    return (INSTANCE, *own)


def _spoken(name: str) -> str:
    """
    Return a name as words, without its unit.

    >>> _spoken("pool_wait_seconds_total")
    'pool wait'
    """
    return _UNIT_WORDS.sub("", name).replace("_", " ")


def _told(metric: Metric) -> str:
    text = metric.help or f"As {metric.name} says."
    return text if text.endswith(".") else f"{text}."
