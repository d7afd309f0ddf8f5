"""
Type, unit and bounds of what functions and aggregations make of samples.

Rules: Prometheus documentation, "Query functions" and "Aggregation operators"; a counter's rate is
its unit per second, and seconds per second are a ratio.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from obsgen.promql.functions import FUNCTIONS, GROWTH, Type
from obsgen.promql.meaning.bounds import (
    ANYTHING,
    AT_LEAST_ONE,
    NOT_NEGATIVE,
    ONE,
    ZERO,
    ZERO_OR_ONE,
    Bounds,
)
from obsgen.promql.meaning.series import Sample, Series
from obsgen.units import COUNT, RATIO, SECONDS, Unit


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
_DIFFERENCES: Final = frozenset({"delta", "idelta", "deriv"})
_SAME: Final = frozenset(
    {"last_over_time", "first_over_time", "min_over_time", "max_over_time", "ceil", "floor"}
    | {"round", "sort", "sort_desc", "sort_by_label", "sort_by_label_desc", "label_replace"}
    | {"label_join", "scalar", "clamp_min", "clamp_max", "clamp", "info"}
)
_AVERAGES: Final = frozenset(
    {
        "avg_over_time",
        "double_exponential_smoothing",
        "holt_winters",
        "predict_linear",
        "quantile_over_time",
    }
    | {"mad_over_time", "stddev_over_time"}
)
_SPREADS: Final = frozenset({"stddev_over_time", "mad_over_time"})
_TIMES: Final = frozenset(
    {"time", "timestamp", "start", "end", "range", "step", "start_timestamp"}
    | {"ts_of_first_over_time"}
    | {"ts_of_last_over_time", "ts_of_max_over_time", "ts_of_min_over_time"}
)
_COUNTS: Final = frozenset({"changes", "resets"})
_WITHIN: Final = {
    "minute": (0, 59), "hour": (0, 23), "day_of_week": (0, 6), "day_of_month": (1, 31),
    "day_of_year": (1, 366), "days_in_month": (28, 31), "month": (1, 12),
    "sgn": (-1, 1), "sin": (-1, 1), "cos": (-1, 1), "tanh": (-1, 1),
}  # fmt: skip
_SQUARES: Final = frozenset({"sqrt", "stdvar_over_time", "histogram_stdvar"})


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
    if function in _WITHIN:
        low, high = _WITHIN[function]
        return Quantity(sample=Sample.GAUGE, bounds=Bounds(Decimal(low), Decimal(high)))
    if not children:
        return Quantity(sample=Sample.GAUGE)
    source = children[_place_of_source(function)]
    if function in {"histogram_quantile", "histogram_quantiles"}:
        shares = numbers[:1] if function == "histogram_quantile" else numbers[2:]
        return _quantile(source, is_within=all(map(_is_share, shares)))
    if function == "quantile_over_time" and not _is_share(numbers[0]):
        source = replace(source, bounds=ANYTHING)
    return _of_range(function, source) or _of_vector(function, source, numbers)


def _place_of_source(function: str) -> int:
    """Return which argument has the samples; the only one of `vector` is a number."""
    kinds = FUNCTIONS[function].arguments
    return next((n for n, kind in enumerate(kinds) if kind in {Type.VECTOR, Type.MATRIX}), 0)


def _is_share(number: Decimal | None) -> bool:
    """Say whether a quantile lies between 0 and 1; it is an infinity for any other number."""
    return number is not None and 0 <= number <= 1


def _of_range(function: str, source: Quantity) -> Quantity | None:
    """Return what a function over time makes of samples; None for all others."""
    if function in GROWTH | _DIFFERENCES:
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
    if function == "integral":
        bounds = NOT_NEGATIVE if source.bounds.is_never_negative else ANYTHING
        return source.gauge(unit=_integrated(source.unit), bounds=bounds)
    if function == "sum_over_time":
        bounds = NOT_NEGATIVE if source.bounds.is_never_negative else ANYTHING
        return replace(source, sample=_averaged(source.sample), bounds=bounds)
    return None


def _grown(function: str, source: Quantity) -> Quantity:
    sample = _GROWN.get(source.sample, Sample.GAUGE)
    unit = source.unit
    if unit is not None and function in _PER_SECOND:
        unit = None if unit.per_seconds else unit.rated()
    # Where a sample falls, the growth since then is the whole sample, which a gauge has below 0.
    is_growth = function in GROWTH and source.bounds.is_never_negative
    bounds = NOT_NEGATIVE if is_growth else ANYTHING
    return replace(source, sample=sample, unit=unit, bounds=bounds)


def _integrated(unit: Unit | None) -> Unit | None:
    """Return the unit of so much a second for so many seconds."""
    return None if unit is None or unit.per_seconds != 1 else replace(unit, per_seconds=0)


def _averaged(sample: Sample) -> Sample:
    return Sample.GAUGE if sample is Sample.COUNTER else sample


def _of_vector(function: str, source: Quantity, numbers: tuple[Decimal | None, ...]) -> Quantity:
    if function in _SAME:
        return replace(source, bounds=_clamped(function, source.bounds, numbers))
    if function == "abs":
        bounds = source.bounds if source.bounds.is_never_negative else NOT_NEGATIVE
        return replace(source, bounds=bounds)
    if function == "vector":
        return source
    if function.startswith("histogram_"):
        return _of_histogram(function, source)
    return source.gauge(bounds=NOT_NEGATIVE if function in _SQUARES else ANYTHING)


def _of_histogram(function: str, source: Quantity) -> Quantity:
    """Return what a function tells of the observations of histograms."""
    match function:
        case "histogram_count":
            unit = None if source.unit is None else Unit("count", "count", per_seconds=_per(source))
            return source.gauge(unit=unit, bounds=NOT_NEGATIVE)
        case "histogram_sum":
            observed, per = source.observed, _per(source)
            return source.gauge(unit=observed.rated(per) if observed and per else observed)
        case "histogram_avg":
            return source.gauge(unit=source.observed)
        case "histogram_stddev":
            return source.gauge(unit=source.observed, bounds=NOT_NEGATIVE)
        case "histogram_fraction":
            return source.gauge(unit=RATIO, bounds=ZERO_OR_ONE)
    return source.gauge(bounds=NOT_NEGATIVE)


def _per(source: Quantity) -> int:
    return 0 if source.unit is None else source.unit.per_seconds


def _clamped(function: str, bounds: Bounds, numbers: tuple[Decimal | None, ...]) -> Bounds:
    match function, numbers:
        case "clamp_min", (_, low):
            highest = None if low is None or bounds.high is None else max(low, bounds.high)
            return Bounds(bounds.within(low, None).low, highest)
        case "clamp_max", (_, high):
            lowest = None if high is None or bounds.low is None else min(high, bounds.low)
            return Bounds(lowest, bounds.within(None, high).high)
        case "clamp", (_, low, high):
            return Bounds(low, high)
        case "round" | "ceil" | "floor", _:
            return NOT_NEGATIVE if bounds.is_never_negative else ANYTHING
    return bounds


def _quantile(source: Quantity, *, is_within: bool) -> Quantity:
    """A quantile never lies beyond the last finite bucket, where interpolation ends."""
    bounds = ANYTHING
    if source.buckets and is_within:
        low = Decimal(0) if source.buckets[0] > 0 else None
        bounds = Bounds(low, source.buckets[-1])
    return source.gauge(unit=source.observed, bounds=bounds)


_COUNTING: Final = frozenset({"count", "count_values"})
_KEEPS: Final = frozenset({"min", "max", "topk", "bottomk", "limitk", "limit_ratio", "quantile"})


def aggregated(op: str, source: Quantity, number: Decimal | None = None) -> Quantity:
    """
    Return what an aggregation makes of samples.

    Args:
        number: The constant that its parameter is, or None.
    """
    if op in _COUNTING:
        return source.gauge(unit=COUNT, bounds=AT_LEAST_ONE)
    if op == "quantile" and not _is_share(number):
        return replace(source, bounds=ANYTHING)
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
