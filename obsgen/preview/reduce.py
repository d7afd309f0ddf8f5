"""One number of many: the calculations of Grafana's stats, legends and gauges."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Final

Numbers = Sequence[float]

TITLES: Final[Mapping[str, str]] = {
    "lastNotNull": "Last *",
    "last": "Last",
    "firstNotNull": "First *",
    "first": "First",
    "min": "Min",
    "max": "Max",
    "mean": "Mean",
    "median": "Median",
    "sum": "Total",
    "count": "Count",
    "range": "Range",
    "delta": "Delta",
    "diff": "Difference",
    "diffperc": "Difference %",
    "stdDev": "Std dev",
    "variance": "Variance",
    "changeCount": "Changes",
    "distinctCount": "Distinct",
}
"""Of the calculations, as legends and tables head them."""


def reduced(values: Sequence[float | None], calculation: str) -> float | None:
    """Return what a calculation makes of values; None of no values, or for one not known."""
    if calculation == "last":
        return values[-1] if values else None
    if calculation == "first":
        return values[0] if values else None
    there = [value for value in values if value is not None]
    if calculation == "count":
        return float(len(values))
    if not there:
        return None
    if calculation.startswith("p") and calculation[1:].isdigit():
        return _percentile(there, int(calculation[1:]) / 100)
    calculate = _CALCULATIONS.get(calculation)
    return None if calculate is None else calculate(there)


def title(calculation: str) -> str:
    """Return the words for a calculation."""
    return TITLES.get(calculation, calculation)


def _percentile(values: Numbers, share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, round(share * (len(ordered) - 1)))]


def _mean(values: Numbers) -> float:
    return sum(values) / len(values)


def _variance(values: Numbers) -> float:
    mean = _mean(values)
    return _mean([(value - mean) ** 2 for value in values])


def _changes(values: Numbers) -> float:
    return float(sum(a != b for a, b in pairwise(values)))


def _delta(values: Numbers) -> float:
    # As of a counter: what comes after a reset is counted from zero.
    steps = pairwise(values)
    return sum(now - then if now >= then else now for then, now in steps)


_CALCULATIONS: Final[Mapping[str, Callable[[Numbers], float]]] = {
    "lastNotNull": lambda values: values[-1],
    "firstNotNull": lambda values: values[0],
    "min": min,
    "max": max,
    "mean": _mean,
    "median": lambda values: _percentile(values, 0.5),
    "sum": sum,
    "range": lambda values: max(values) - min(values),
    "delta": _delta,
    "diff": lambda values: values[-1] - values[0],
    "diffperc": lambda values: (values[-1] - values[0]) / values[0] if values[0] else 0.0,
    "stdDev": lambda values: _variance(values) ** 0.5,
    "variance": _variance,
    "changeCount": _changes,
    "distinctCount": lambda values: float(len(set(values))),
}
