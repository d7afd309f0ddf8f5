"""What is known of every series that the queries of one service can name."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Final

from obsgen import names
from obsgen.artefacts import AlertingRule, QueryScope, RecordingRule
from obsgen.catalogue import Metric, bucket_spellings
from obsgen.checks._guesses import guessed
from obsgen.checks._places import WrittenTexts
from obsgen.promql import Node, PromqlError, parse, selectors
from obsgen.promql.labels import Labels, declared_labels
from obsgen.promql.meaning import Meaning, Meanings, Sample, Series
from obsgen.promql.meaning.bounds import ANYTHING, NOT_NEGATIVE, ZERO_OR_ONE
from obsgen.units import COUNT, SECONDS, number_text

_OPEN: Final = Labels(is_open=True, may_be_named=True)
_ALERTS: Final = ("ALERTS", "ALERTS_FOR_STATE")
_SURE_OF_ALERTS: Final = frozenset({"alertname"})
_TYPO: Final = 0.9
_INFINITY: Final = "+Inf"
_PROCESS_START: Final = Series(
    name="process_start_time_seconds",
    metric="process_start_time_seconds",
    sample=Sample.GAUGE,
    unit=SECONDS,
    bounds=NOT_NEGATIVE,
)
"""Every client library of Prometheus exposes it, so nobody declares it."""


_YES_OR_NO: Final = frozenset(
    {"up", "pg_up", "mysql_up", "redis_up", "nginx_up", "memcached_up"}
    | {"mongodb_up", "haproxy_up", "rabbitmq_up"}
)
"""Gauges of well-known exporters that are 1 or 0."""


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
        unit = metric.unit if metric.has_unit else None
        return replace(base, **{"unit": unit, "values": values, **more})  # type: ignore[arg-type] # names of fields

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
            bounds = ZERO_OR_ONE if base in _YES_OR_NO else ANYTHING
            return {base: series(base, Sample.GAUGE, bounds=bounds)}
        case "increments":
            name = metric.recorded
            return {name: series(name, Sample.GAUGE, bounds=NOT_NEGATIVE)}
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
    _series: dict[str, Series] = field(default_factory=dict)
    _known: dict[str, Known] = field(default_factory=dict)
    _understood: set[str] = field(default_factory=set)
    _meanings: dict[int, Meanings | None] = field(default_factory=dict)

    def known_to(self, service: str) -> Known:
        """Return what the queries of a service can know."""
        if service not in self._known:
            self._known[service] = Known(self.scopes.get(service), self)
        return self._known[service]

    def series_of(self, name: str) -> Series | None:
        """Return the series that is recorded under a name; None for no such."""
        if name in self.rules and name not in self._series:
            self._understand(name)
        return self._series.get(name)

    def _understand(self, name: str) -> None:
        """
        Understand a recorded series after those that it reads.

        A chain of recordings may be long, so this does not recurse. What reads itself, round a
        circle or directly, is taken for a series of which only the name is known.
        """
        pending = [name]
        while pending:
            current = pending[-1]
            if current not in self._series:
                # Until all that it reads is understood.
                self._series[current] = Series(name=current, metric=current)
                read = [other for other in self._read_by(current) if other not in self._series]
                pending.extend(reversed(read))
                continue
            pending.pop()
            if current not in self._understood:
                self._understood.add(current)
                self._series[current] = self._joined(current)

    def _read_by(self, name: str) -> Iterator[str]:
        for rule, _ in self.rules[name]:
            try:
                tree = parse(rule.expr)
            except PromqlError:
                continue
            for selected in selectors(tree):
                read = selected.metric_name or ""
                if read in self.rules:
                    yield read

    def _joined(self, name: str) -> Series:
        first, *others = (self._recorded(rule, service) for rule, service in self.rules[name])
        for series in others:
            first = _united(first, series)
        return first

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
    """
    What one service's queries can name: its catalogue, and what any rule records.

    Attributes:
        written: The PromQL that its authors wrote.
    """

    def __init__(self, scope: QueryScope | None, recordings: Recordings) -> None:
        """Look up nothing yet."""
        self.scope = scope
        self.recordings = recordings
        self._series: dict[str, Series | None] = {}
        self.written = WrittenTexts(() if scope is None else scope.written)

    def series_of(self, name: str) -> Series | None:
        """Return what is known of the series of a name; None where nothing is."""
        if name not in self._series:
            self._series[name] = self._found(name)
        return self._series[name]

    def _found(self, name: str) -> Series | None:
        if name in _ALERTS:
            labels = replace(_OPEN, sure=_SURE_OF_ALERTS)
            knows_all = self.scope is not None and self.scope.knows_rules
            values = {"alertname": self.recordings.alerts} if knows_all else {}
            return Series(name=name, metric=name, sample=Sample.GAUGE, labels=labels, values=values)
        if (recorded := self.recordings.series_of(name)) is not None:
            return recorded
        if (declared := self._declared(name)) is not None:
            return declared
        if name == _PROCESS_START.name:
            return _PROCESS_START
        if self.scope is not None and not self.scope.knows_rules and names.is_recorded(name):
            # Recorded by rules that are not here, unless one here is called nearly so.
            near = difflib.get_close_matches(name, self.recordings.rules, 1, _TYPO)
            return None if near else Series(name=name, metric=name)
        is_complete = self.scope is None or self.scope.is_complete
        return None if is_complete else guessed(name)

    def _declared(self, name: str) -> Series | None:
        metric = None if self.scope is None else self.scope.catalogue.metric_of(name)
        whole = None if self.scope is None else self.scope.catalogue.metrics.get(name)
        declared = metric or whole
        if declared is None or self.scope is None:
            return None
        return series_of_metric(declared, is_complete=self.scope.is_complete).get(name)
