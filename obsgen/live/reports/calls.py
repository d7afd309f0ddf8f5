"""The calls of one sort in a time: how many, how many failed, how long they took, their cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Final

from obsgen.catalogue import Metric
from obsgen.live.reports import roles
from obsgen.live.reports.budgets import plausible
from obsgen.live.reports.counting import Group, Growth, added
from obsgen.live.reports.document import Cell, Field
from obsgen.live.reports.latency import Latency
from obsgen.live.reports.view import View
from obsgen.model import Service
from obsgen.units import as_decimal

_P95: Final = Decimal("0.95")


@dataclass(frozen=True, slots=True)
class Calls:
    """Counts the calls of a subject over the parts of a time."""

    view: View
    service: Service
    subject: roles.Subject
    edges: Sequence[int]

    def fields(self) -> tuple[Field, ...]:
        """Return the columns of `cells`."""
        currency = self.subject.costs[0].unit.name if self.subject.costs else ""
        return (
            Field("calls", "Calls", "count"),
            Field("failed", "Failed", "count"),
            Field("success", "Success rate", "share"),
            Field("average", "Avg latency", "seconds"),
            Field("p95", "P95 latency", "seconds"),
            Field("cost", "Cost", "money", currency),
        )

    def absent(self, label: str) -> frozenset[str]:
        """Return the keys of the columns of which nothing is declared, for a label or for all."""
        subject = self.subject
        found = set() if subject.calls.bad else {"failed", "success"}
        if subject.duration is None or (label and label not in subject.duration.labels):
            found |= {"average", "p95"}
        if not any(not label or label in metric.labels for metric in subject.costs):
            found.add("cost")
        return frozenset(found)

    def by(self, label: str) -> Mapping[str, tuple[Cell, ...]]:
        """Return the figures of the whole time for each value of a label; of all for ``."""
        labels = (label,) if label else ()
        calls = self._counted().along(labels)
        bad = self._bad().along(labels) if self.subject.calls.bad else {}
        latency = self._latency(label)
        buckets = latency.along(labels) if latency else {}
        sums = latency.sums.along(labels) if latency else {}
        costs = self._costs(label)
        found = {}
        for group in sorted({*calls, *buckets, *costs}):
            own = buckets.get(group, {})
            found["".join(group)] = (
                *_success(calls.get(group), bad.get(group), has_bad=bool(self.subject.calls.bad)),
                latency.mean(sums.get(group), own) if latency else None,
                latency.quantile(_P95, own) if latency else None,
                costs.get(group),
            )
        return found

    def parts(self) -> list[tuple[Cell, ...]]:
        """Return the figures of all calls for each part of the time."""
        none: tuple[None, ...] = (None,) * (len(self.edges) - 1)
        calls = self._counted().parts() or none
        bad = (self._bad().parts() if self.subject.calls.bad else ()) or none
        latency = self._latency("")
        buckets = (latency.parts() if latency else ()) or tuple({} for _ in none)
        sums = (latency.sums.parts() if latency else ()) or none
        growths = [self._spent(metric).parts() or none for metric in self.subject.costs]
        costs = tuple(added(column) for column in zip(*growths, strict=True)) or none
        has_bad = bool(self.subject.calls.bad)
        return [
            (
                *_success(calls[n], bad[n], has_bad=has_bad),
                latency.mean(sums[n], buckets[n]) if latency else None,
                latency.quantile(_P95, buckets[n]) if latency else None,
                costs[n],
            )
            for n in range(len(none))
        ]

    def _counted(self) -> Growth:
        return self._grown(self.subject.calls)

    def _bad(self) -> Growth:
        metric = self.subject.calls
        labels = tuple(one.label for one in roles.dimensions(metric))
        counting = self.view.counting(self.service)
        return counting.grown(metric, self.edges, labels, metric.bad)

    def _grown(self, metric: Metric) -> Growth:
        labels = tuple(one.label for one in roles.dimensions(metric))
        return self.view.counting(self.service).grown(metric, self.edges, labels)

    def _spent(self, metric: Metric) -> Growth:
        labels = tuple(one.label for one in roles.dimensions(metric))
        believed = plausible(self.service, metric)
        counting = self.view.counting(self.service)
        return counting.grown(metric, self.edges, labels, plausible=believed)

    def _latency(self, label: str) -> Latency | None:
        metric = self.subject.duration
        if metric is None or (label and label not in metric.labels):
            return None
        labels = tuple(one.label for one in roles.dimensions(metric))
        return Latency.of(self.view.counting(self.service), metric, self.edges, labels)

    def _costs(self, label: str) -> Mapping[Group, Decimal | None]:
        found: dict[Group, Decimal | None] = {}
        for metric in self.subject.costs:
            if label and label not in metric.labels:
                continue
            for group, spent in self._spent(metric).along((label,) if label else ()).items():
                found[group] = added((found.get(group), spent))
        return found


def _success(
    calls: Decimal | None, bad: Decimal | None, *, has_bad: bool
) -> tuple[Cell, Cell, Cell]:
    """Return how many calls there were and failed, and which share of them succeeded."""
    if calls is None:
        return None, None, None
    if not has_bad:
        return calls, None, None
    # No series of errors yet is no error.
    failed = min(bad or Decimal(0), calls)
    success = as_decimal(1 - Fraction(failed) / Fraction(calls)) if calls else None
    return calls, failed, success
