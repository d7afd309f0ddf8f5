"""What is known of every series that the queries of one service can name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Final

from obsgen.artefacts import AlertingRule, QueryScope, RecordingRule
from obsgen.catalogue import Metric, bucket_spellings
from obsgen.checks._guesses import guessed
from obsgen.promql import Node, PromqlError, parse
from obsgen.promql.bounds import ANYTHING, NOT_NEGATIVE, ZERO_OR_ONE
from obsgen.promql.labels import Labels, declared_labels
from obsgen.promql.meaning import Meaning, Meanings
from obsgen.promql.series import Sample, Series
from obsgen.units import COUNT, SECONDS, number_text

_OPEN: Final = Labels(is_open=True, may_be_named=True)
_ALERTS: Final = ("ALERTS", "ALERTS_FOR_STATE")
_SURE_OF_ALERTS: Final = frozenset({"alertname"})
_INFINITY: Final = "+Inf"
_PROCESS_START: Final = Series(
    name="process_start_time_seconds",
    metric="process_start_time_seconds",
    sample=Sample.GAUGE,
    unit=SECONDS,
    bounds=NOT_NEGATIVE,
)
"""Every client library of Prometheus exposes it, so nobody declares it."""


def series_of_metric(metric: Metric, *, is_complete: bool) -> Mapping[str, Series]:
    """
    Return the series under which a metric is exposed, by their names.

    Args:
        is_complete: A label that is not declared is not there.
    """
    told = metric.label_values if is_complete else {}
    values = {name: frozenset(v) for name, v in told.items() if v is not None}
    labels = declared_labels(metric.label_values)
    if not is_complete:
        labels = replace(_OPEN, sure=labels.sure)

    def series(name: str, sample: Sample, **more: object) -> Series:
        base = Series(name=name, metric=metric.name, sample=sample, labels=labels)
        return replace(base, **{"unit": metric.unit, "values": values, **more})  # type: ignore[arg-type] # names of fields

    def labelled(name: str, more: Iterable[str]) -> dict[str, object]:
        """Return a label that the parts of a distribution have beside the metric's own."""
        spelled = frozenset(more) if is_complete else frozenset()
        added = labels if labels.is_open else labels.added({name}, surely=True)
        return {"labels": added, "values": {**values, name: spelled} if spelled else values}

    base = metric.name
    counted = {
        f"{base}_sum": series(f"{base}_sum", Sample.COUNTER, bounds=ANYTHING),
        f"{base}_count": series(f"{base}_count", Sample.COUNTER, unit=COUNT),
    }
    match metric.type:
        case "counter":
            return {base: series(base, Sample.COUNTER)}
        case "gauge":
            bounds = ZERO_OR_ONE if base == "up" else ANYTHING
            return {base: series(base, Sample.GAUGE, bounds=bounds)}
        case "native_histogram":
            native = series(base, Sample.HISTOGRAM, unit=COUNT, observed=metric.unit)
            return {base: native}
        case "summary":
            quantiles = labelled("quantile", map(number_text, metric.quantiles))
            return {base: series(base, Sample.GAUGE, **quantiles), **counted}
    parts = labelled("le", _bounds_written(metric.buckets))
    buckets = series(
        f"{base}_bucket",
        Sample.BUCKETS,
        unit=COUNT,
        observed=metric.unit,
        buckets=metric.buckets if is_complete else (),
        bounds=NOT_NEGATIVE,
        **parts,
    )
    whole = series(base, Sample.UNKNOWN, is_whole=True)
    return {f"{base}_bucket": buckets, **counted, base: whole}


def _bounds_written(buckets: tuple[Decimal, ...]) -> frozenset[str]:
    """Return all that may stand in `le`; nothing where the buckets are not declared."""
    if not buckets:
        return frozenset()
    return frozenset((_INFINITY, *(s for bound in buckets for s in bucket_spellings(bound))))


@dataclass(slots=True)
class Recordings:
    """All recording rules of a build, each understood when it is first asked for."""

    rules: Mapping[str, tuple[tuple[RecordingRule, str], ...]]
    scopes: Mapping[str, QueryScope]
    alerts: frozenset[str] = frozenset()
    _series: dict[str, Series | None] = field(default_factory=dict)
    _known: dict[str, Known] = field(default_factory=dict)
    _open: set[str] = field(default_factory=set)
    _meanings: dict[int, Meanings | None] = field(default_factory=dict)

    def known_to(self, service: str) -> Known:
        """Return what the queries of a service can know."""
        if service not in self._known:
            self._known[service] = Known(self.scopes.get(service), self)
        return self._known[service]

    def series_of(self, name: str) -> Series | None:
        """Return the series that is recorded under a name; None for no such, and for circles."""
        if name in self._series or name in self._open:
            return self._series.get(name)
        self._open.add(name)
        found: Series | None = None
        for rule, service in self.rules.get(name, ()):
            series = self._recorded(rule, service)
            found = series if found is None else _united(found, series)
        self._open.discard(name)
        self._series[name] = found
        return found

    def _recorded(self, rule: RecordingRule, service: str) -> Series:
        meanings = self.meanings(rule, service)
        if meanings is None:
            return Series(name=rule.record, metric=rule.record)
        return _as_series(rule, meanings.whole, meanings.root)

    def meanings(self, rule: RecordingRule | AlertingRule, service: str) -> Meanings | None:
        """Return what the expression of a rule means; None for what is no PromQL."""
        if id(rule) not in self._meanings:
            try:
                self._meanings[id(rule)] = Meanings(parse(rule.expr), self.known_to(service))
            except PromqlError:
                self._meanings[id(rule)] = None
        return self._meanings[id(rule)]


def _as_series(rule: RecordingRule, meaning: Meaning, tree: Node) -> Series:
    labels = replace(meaning.labels.added(rule.labels, surely=True), may_be_named=True)
    values = {**meaning.values, **{k: frozenset({v}) for k, v in rule.labels.items()}}
    return Series(
        name=rule.record,
        metric=rule.record,
        sample=meaning.sample,
        unit=meaning.unit,
        observed=meaning.quantity.observed,
        labels=labels,
        values=values,
        bounds=meaning.bounds,
        buckets=meaning.quantity.buckets,
        source=tree,
    )


def _united(one: Series, other: Series) -> Series:
    """Return what is known of a name that several rules record."""
    if one == other:
        return one
    shared = one.values.keys() & other.values.keys()
    return replace(
        one,
        sample=one.sample if one.sample is other.sample else Sample.UNKNOWN,
        unit=one.unit if one.unit == other.unit else None,
        observed=one.observed if one.observed == other.observed else None,
        labels=one.labels.united(other.labels),
        values={name: one.values[name] | other.values[name] for name in sorted(shared)},
        bounds=one.bounds.united(other.bounds),
        buckets=one.buckets if one.buckets == other.buckets else (),
    )


class Known:
    """What one service's queries can name: its catalogue, and what any rule records."""

    def __init__(self, scope: QueryScope | None, recordings: Recordings) -> None:
        """Look up nothing yet."""
        self.scope = scope
        self.recordings = recordings
        self._series: dict[str, Series | None] = {}

    def series_of(self, name: str) -> Series | None:
        """Return what is known of the series of a name; None where nothing is."""
        if name not in self._series:
            self._series[name] = self._found(name)
        return self._series[name]

    def _found(self, name: str) -> Series | None:
        if name in _ALERTS:
            labels = replace(_OPEN, sure=_SURE_OF_ALERTS)
            is_complete = self.scope is not None and self.scope.is_complete
            values = {"alertname": self.recordings.alerts} if is_complete else {}
            return Series(name=name, metric=name, sample=Sample.GAUGE, labels=labels, values=values)
        if (recorded := self.recordings.series_of(name)) is not None:
            return recorded
        if (declared := self._declared(name)) is not None:
            return declared
        if name == _PROCESS_START.name:
            return _PROCESS_START
        is_complete = self.scope is None or self.scope.is_complete
        return None if is_complete else guessed(name)

    def _declared(self, name: str) -> Series | None:
        metric = None if self.scope is None else self.scope.catalogue.metric_of(name)
        whole = None if self.scope is None else self.scope.catalogue.metrics.get(name)
        declared = metric or whole
        if declared is None or self.scope is None:
            return None
        return series_of_metric(declared, is_complete=self.scope.is_complete).get(name)
