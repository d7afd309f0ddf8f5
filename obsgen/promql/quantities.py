"""
Type, unit and bounds of what functions and aggregations make of samples.

Rules: Prometheus documentation, "Query functions" and "Aggregation operators"; a counter's rate is
its unit per second, and seconds per second are a ratio.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from obsgen.promql.bounds import (
    ANYTHING,
    AT_LEAST_ONE,
    NOT_NEGATIVE,
    ONE,
    ZERO,
    ZERO_OR_ONE,
    Bounds,
)
from obsgen.promql.series import Sample, Series
from obsgen.units import COUNT, SECONDS, Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """
    Samples apart from their labels.

    Attributes:
        unit: None where it is not known, and for plain numbers.
        observed: The unit of a histogram's observations.
        buckets: The bounds of a classic histogram, ascending, without +Inf.
    """

    sample: Sample = Sample.UNKNOWN
    unit: Unit | None = None
    observed: Unit | None = None
    bounds: Bounds = ANYTHING
    buckets: tuple[Decimal, ...] = ()

    def gauge(self, *, unit: Unit | None = None, bounds: Bounds = ANYTHING) -> Quantity:
        """Return plain values of another unit."""
        return Quantity(sample=Sample.GAUGE, unit=unit, bounds=bounds)


def of_series(series: Series) -> Quantity:
    """Return the samples of a series."""
    bounds = series.bounds
    if series.sample.is_cumulative and bounds == ANYTHING:
        bounds = NOT_NEGATIVE
    return Quantity(
        sample=series.sample,
        unit=series.unit,
        observed=series.observed,
        bounds=bounds,
        buckets=series.buckets,
    )


_GROWN: Final = {
    Sample.BUCKETS: Sample.BUCKET_RATES,
    Sample.HISTOGRAM: Sample.HISTOGRAM,
    Sample.BUCKET_RATES: Sample.BUCKET_RATES,
    # It may be a native histogram.
    Sample.UNKNOWN: Sample.UNKNOWN,
}

_PER_SECOND: Final = frozenset({"rate", "irate", "deriv"})
_GROWTH: Final = frozenset({"rate", "irate", "increase"})
_DIFFERENCES: Final = frozenset({"delta", "idelta", "deriv"})
_SAME: Final = frozenset(
    {"last_over_time", "first_over_time", "min_over_time", "max_over_time", "ceil", "floor"}
    | {"round", "sort", "sort_desc", "sort_by_label", "sort_by_label_desc", "label_replace"}
    | {"label_join", "scalar", "clamp_min", "clamp_max", "clamp", "info"}
)
_AVERAGES: Final = frozenset(
    {"avg_over_time", "quantile_over_time", "predict_linear", "double_exponential_smoothing"}
    | {"mad_over_time", "stddev_over_time"}
)
_SPREADS: Final = frozenset({"stddev_over_time", "mad_over_time", "histogram_stddev"})
_TIMES: Final = frozenset(
    {"time", "timestamp", "start", "end", "start_timestamp", "ts_of_first_over_time"}
    | {"ts_of_last_over_time", "ts_of_max_over_time", "ts_of_min_over_time"}
)
_COUNTS: Final = frozenset({"changes", "resets"})
_PARTS_OF_DATES: Final = {
    "minute": (0, 59), "hour": (0, 23), "day_of_week": (0, 6), "day_of_month": (1, 31),
    "day_of_year": (1, 366), "days_in_month": (28, 31), "month": (1, 12),
}  # fmt: skip
_OBSERVED: Final = frozenset({"histogram_avg", "histogram_sum", "histogram_stddev"})


def called(
    function: str, children: tuple[Quantity, ...], numbers: tuple[Decimal | None, ...]
) -> Quantity:
    """
    Return what a function makes of its arguments.

    Args:
        numbers: For each argument, the constant that it is, or None.
    """
    if function in _TIMES:
        return Quantity(sample=Sample.GAUGE, unit=SECONDS, bounds=NOT_NEGATIVE)
    if function in _PARTS_OF_DATES:
        low, high = _PARTS_OF_DATES[function]
        return Quantity(sample=Sample.GAUGE, bounds=Bounds(Decimal(low), Decimal(high)))
    if not children:
        return Quantity(sample=Sample.GAUGE)
    source = next((c for c, n in zip(children, numbers, strict=True) if n is None), children[0])
    if function in {"histogram_quantile", "histogram_quantiles"}:
        return _quantile(children[-1] if function == "histogram_quantile" else children[0])
    return _of_range(function, source) or _of_vector(function, source, numbers)


def _of_range(function: str, source: Quantity) -> Quantity | None:
    """Return what a function over time makes of samples; None for all others."""
    if function in _GROWTH | _DIFFERENCES:
        return _grown(function, source)
    if function in _AVERAGES:
        kept = source.bounds if function in {"avg_over_time", "quantile_over_time"} else ANYTHING
        bounds = NOT_NEGATIVE if function in _SPREADS else kept
        return replace(source, sample=_averaged(source.sample), bounds=bounds)
    if function in _COUNTS:
        return source.gauge(unit=COUNT, bounds=NOT_NEGATIVE)
    if function == "count_over_time":
        return source.gauge(unit=COUNT, bounds=AT_LEAST_ONE)
    if function == "present_over_time":
        return source.gauge(bounds=ONE)
    if function == "sum_over_time":
        bounds = NOT_NEGATIVE if source.bounds.is_never_negative else ANYTHING
        return replace(source, sample=_averaged(source.sample), bounds=bounds)
    return None


def _grown(function: str, source: Quantity) -> Quantity:
    sample = _GROWN.get(source.sample, Sample.GAUGE)
    unit = source.unit
    if unit is not None and function in _PER_SECOND:
        unit = None if unit.per_seconds else unit.rated()
    bounds = NOT_NEGATIVE if function in _GROWTH else ANYTHING
    return replace(source, sample=sample, unit=unit, bounds=bounds)


def _averaged(sample: Sample) -> Sample:
    return Sample.GAUGE if sample is Sample.COUNTER else sample


def _of_vector(function: str, source: Quantity, numbers: tuple[Decimal | None, ...]) -> Quantity:
    if function in _SAME:
        return replace(source, bounds=_clamped(function, source.bounds, numbers))
    if function == "abs":
        return replace(source, bounds=NOT_NEGATIVE)
    if function == "vector":
        return source
    if function == "histogram_count":
        unit = COUNT if source.unit is None else Unit("count", "count", per_seconds=_per(source))
        return source.gauge(unit=unit, bounds=NOT_NEGATIVE)
    if function in _OBSERVED:
        return source.gauge(unit=source.observed)
    if function == "histogram_fraction":
        return source.gauge(bounds=ZERO_OR_ONE)
    if function == "sqrt":
        return source.gauge(bounds=NOT_NEGATIVE)
    return source.gauge()


def _per(source: Quantity) -> int:
    return 0 if source.unit is None else source.unit.per_seconds


def _clamped(function: str, bounds: Bounds, numbers: tuple[Decimal | None, ...]) -> Bounds:
    match function, numbers:
        case "clamp_min", (_, low):
            return Bounds(low if bounds.low is None or low is None else max(low, bounds.low))
        case "clamp_max", (_, high):
            return Bounds(
                None if high is None or bounds.low is None else min(high, bounds.low), high
            )
        case "clamp", (_, low, high):
            return Bounds(low, high)
        case "round" | "ceil" | "floor", _:
            return NOT_NEGATIVE if bounds.is_never_negative else ANYTHING
    return bounds


def _quantile(source: Quantity) -> Quantity:
    """A quantile never lies beyond the last finite bucket, where interpolation ends."""
    bounds = ANYTHING
    if source.buckets:
        low = Decimal(0) if source.buckets[0] > 0 else None
        bounds = Bounds(low, source.buckets[-1])
    return source.gauge(unit=source.observed, bounds=bounds)


_COUNTING: Final = frozenset({"count", "count_values"})
_KEEPS: Final = frozenset({"min", "max", "topk", "bottomk", "limitk", "limit_ratio", "quantile"})


def aggregated(op: str, source: Quantity) -> Quantity:
    """Return what an aggregation makes of samples."""
    if op in _COUNTING:
        return source.gauge(unit=COUNT, bounds=AT_LEAST_ONE if op == "count" else ANYTHING)
    if op == "group":
        return source.gauge(bounds=ONE)
    if op in _KEEPS:
        return source
    if op == "sum":
        bounds = NOT_NEGATIVE if source.bounds.is_never_negative else ANYTHING
        bounds = ZERO if source.bounds == ZERO else bounds
        return replace(source, bounds=bounds)
    if op == "stdvar":
        return source.gauge(bounds=NOT_NEGATIVE)
    bounds = NOT_NEGATIVE if op == "stddev" else source.bounds
    return replace(source, sample=_averaged(source.sample), bounds=bounds)
