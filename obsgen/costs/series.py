"""
How many series a selector takes: told, known from declared label values, or assumed.

A selector that narrows what all events are takes the declared values that pass, or else a tenth:
of errors there are fewer series than of requests. Where the rest is subtracted from all, what is
narrowed are the good events, and it takes nine tenths.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from math import prod
from typing import Final

from obsgen import names
from obsgen.catalogue import Metric
from obsgen.costs.reads import Selection, reads
from obsgen.matchers import Matcher
from obsgen.model import Environment, LedgerScope, Service, Slo, Spec
from obsgen.units import Duration

DEFAULT_SERIES: Final = 1000
"""Of a metric with a label whose values are not declared."""
DEFAULT_GROUPS: Final = 10
"""Of an SLO `by` a label whose values are not declared."""
BAD_SHARE: Final = Fraction(1, 10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumptions:
    """
    What is told of the traffic.

    Attributes:
        series: How many series all events of an SLO are counted in; None where it is not told.
        by_metric: The same for single metrics.
        groups: How many groups an SLO has by labels whose values are not declared.
        scrape_interval: Instead of the declared one.
    """

    series: int | None = None
    by_metric: Mapping[str, int] = field(default_factory=dict)
    groups: int = DEFAULT_GROUPS
    scrape_interval: Duration | None = None

    def scrape_interval_of(self, service: Service) -> Duration:
        """Return how often the metrics of a service are scraped."""
        return self.scrape_interval or service.scrape_interval


@dataclass(frozen=True, slots=True, kw_only=True)
class SloSeries:
    """
    The raw series of one SLO.

    Attributes:
        total, bad: What tells all events, and the bad ones.
        shared: Of each series name the matchers that all of *total* have.
        metrics: The names of the metrics that the SLI counts.
        is_rest: The bad events are what the good ones leave of all.
    """

    service: Service
    assumptions: Assumptions
    total: frozenset[Selection]
    bad: frozenset[Selection]
    shared: Mapping[str, frozenset[Matcher]]
    metrics: frozenset[str]
    is_rest: bool

    @classmethod
    def of(
        cls, service: Service, slo: Slo, environment: Environment, assumptions: Assumptions
    ) -> SloSeries:
        """Return the series of an SLO, as its SLI counts them."""
        # In the words of the rules: what was parsed once is not parsed again.
        own = {**environment.labels, "service": service.name, "slo": slo.name}
        identity = tuple(Matcher(label, "=", value) for label, value in own.items())
        scope = LedgerScope(by=slo.by, identity=identity, tile=slo.tile)
        ledger = slo.sli.ledger(scope)
        total = _selections(ledger.total_seen, ledger.total_born)
        shared: dict[str, frozenset[Matcher]] = {}
        for each in total:
            shared[each.name] = shared.get(each.name, each.matchers) & each.matchers
        bad = _selections(ledger.bad_seen, ledger.bad_born)
        # Births of good events are no bad ones: none are read.
        has_no_births = ledger.bad_born is not None and not _selections(ledger.bad_born)
        return cls(
            service=service,
            assumptions=assumptions,
            total=total,
            bad=bad,
            shared=shared,
            metrics=frozenset(metric.name for metric in slo.sli.metrics),
            is_rest=bool(total & bad) or has_no_births,
        )

    @property
    def counted(self) -> frozenset[Selection]:
        """What a plain query of the error ratio must read: events, without what tells births."""
        return frozenset(
            each for each in self.total | self.bad if self._metric(each.name) in self.metrics
        )

    def _metric(self, name: str) -> str:
        metric = self.service.catalogue.metric_of(name)
        return "" if metric is None else metric.name

    def number(self, selection: Selection) -> Fraction:
        """Return how many series a selection takes."""
        metric = self.service.catalogue.metric_of(selection.name)
        if metric is None:
            return Fraction(self.assumptions.by_metric.get(selection.name, self.targets))
        shared = self.shared.get(selection.name)
        narrowing = selection.matchers - (shared or frozenset())
        if shared is None:
            shared, narrowing = selection.matchers, frozenset()
        whole = self._whole(metric, shared) * _buckets(metric, selection)
        share = self._share(metric, shared, narrowing)
        if selection.name not in self.shared and metric.name not in self.assumptions.by_metric:
            share *= self._second_counter(metric)
        return whole * share

    @property
    def targets(self) -> int:
        """The targets of the service: those that it declares, else one."""
        return sum(len(job.targets) for job in self.service.scrape) or 1

    def _whole(self, metric: Metric, matchers: Iterable[Matcher]) -> Fraction:
        told = self.assumptions.by_metric.get(metric.name)
        if told is None and metric.name in self.metrics:
            told = self.assumptions.series
        if told is not None:
            return Fraction(told)
        if metric.cardinality:
            return Fraction(metric.cardinality * self.targets)
        values = [_passing(metric, label, tuple(matchers)) for label in metric.labels]
        if any(passing is None for passing in values):
            return Fraction(DEFAULT_SERIES)
        return Fraction(prod(len(passing or ()) for passing in values) * self.targets)

    def _share(
        self, metric: Metric, shared: frozenset[Matcher], narrowing: frozenset[Matcher]
    ) -> Fraction:
        share = Fraction(1)
        is_assumed = False
        for label in sorted({matcher.label for matcher in narrowing} - {"le"}):
            before = _passing(metric, label, tuple(shared))
            after = _passing(metric, label, tuple(shared | narrowing))
            if before and after is not None:
                share *= Fraction(len(after), len(before))
            else:
                is_assumed = True
        if not is_assumed:
            return share
        return share * (1 - BAD_SHARE if self.is_rest else BAD_SHARE)

    def _second_counter(self, metric: Metric) -> Fraction:
        """Return the share of a counter that only bad events are told by."""
        is_own = metric.name in self.metrics
        return BAD_SHARE if is_own and not self.is_rest else Fraction(1)


def _selections(*expressions: str | None) -> frozenset[Selection]:
    """Return what expressions select of series that are not recorded."""
    # Subqueries do not matter here: what is selected is, not how often.
    step = Duration(60_000)
    found = (read.selection for expr in expressions if expr for read in reads(expr, step=step))
    return frozenset(each for each in found if not names.is_slo_series(each.name))


def _buckets(metric: Metric, selection: Selection) -> int:
    """Return how many series of a bucket a histogram has for one of its count."""
    is_bucket = selection.name == f"{metric.name}_bucket"
    if not is_bucket or any(matcher.label == "le" for matcher in selection.matchers):
        return 1
    return len(metric.buckets) + 1


def _passing(metric: Metric, label: str, matchers: tuple[Matcher, ...]) -> tuple[str, ...] | None:
    """Return the declared values of a label that matchers let pass; None where it has none."""
    values = metric.labels.get(label)
    own = tuple(matcher for matcher in matchers if matcher.label == label)
    if values is None or not all(matcher.is_certain for matcher in own):
        return None
    return tuple(value for value in values if all(m.matches(value) for m in own))


def groups(service: Service, slo: Slo, assumptions: Assumptions) -> int:
    """Return how many groups an SLO has."""
    targets = sum(len(job.targets) for job in service.scrape) or 1
    values = {"job": 1, "instance": targets}
    for metric in slo.sli.metrics[:1]:
        values |= {label: len(known) for label, known in metric.labels.items() if known is not None}
    undeclared = assumptions.groups if any(label not in values for label in slo.by) else 1
    return prod(values.get(label, 1) for label in slo.by) * undeclared


def known_metrics(specs: Iterable[Spec]) -> frozenset[str]:
    """Return the metrics whose series may be told."""
    declared = (name for spec in specs for s in spec.services for name in s.catalogue.metrics)
    return frozenset(("up", "process_start_time_seconds", *declared))
