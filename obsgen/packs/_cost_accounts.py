"""Which metrics of a service count its money, each amount once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from obsgen.catalogue import Metric

_COUNTED: Final = frozenset({"counter", "increments"})


def costs(metrics: Iterable[Metric]) -> tuple[Metric, ...]:
    """Return the metrics that count money, those that prices make of other counters included."""
    return tuple(
        metric
        for metric in metrics
        if metric.role == "cost" and metric.type in _COUNTED and metric.unit.dimension == "money"
    )


def accounts(metrics: Iterable[Metric]) -> tuple[Metric, ...]:
    """
    Return the metrics that may be added up.

    A table of prices is a second account of the same money where a counter of money is told apart
    by as much as it: the counter is what is booked, and the prices show whether that is right.
    """
    every = costs(metrics)
    booked = tuple(metric for metric in every if not metric.recorded)
    return tuple(m for m in every if not m.recorded or not any(_is_finer(b, m) for b in booked))


def second_accounts(metrics: Iterable[Metric]) -> tuple[Metric, ...]:
    """Return the metrics that `accounts` leaves out."""
    every = tuple(metrics)
    first = accounts(every)
    return tuple(metric for metric in costs(every) if metric not in first)


def _is_finer(booked: Metric, priced: Metric) -> bool:
    return booked.unit.agrees_with(priced.unit) and _own(priced) <= _own(booked)


def _own(metric: Metric) -> frozenset[str]:
    """Return the labels that tell apart: what a rule puts on all that it records does not."""
    return frozenset(metric.labels) - {matcher.label for matcher in metric.scope}
