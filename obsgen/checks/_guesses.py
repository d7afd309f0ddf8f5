"""
What the name alone says of a series that nobody declares (plain rule files have no catalogue).

Suffixes: Prometheus documentation, "Metric and label naming". Only what a suffix nearly always
means is guessed; a gauge is never guessed, so that no finding rests on one.
"""

from __future__ import annotations

from typing import Final

from obsgen import names
from obsgen.promql.labels import Labels
from obsgen.promql.meaning import Sample, Series
from obsgen.units import BYTES, COUNT, RATIO, SECONDS, Unit

_UNITS: Final = {
    "_seconds": SECONDS,
    "_bytes": BYTES,
    "_ratio": RATIO,
    "_milliseconds": Unit.parse("ms"),
    "_ms": Unit.parse("ms"),
    "_microseconds": Unit.parse("us"),
}
# Counters of time that do not say so: their unit is not known.
_TIMES: Final = ("_time_", "_cpu_", "_duration_", "_usage_")
_DISTRIBUTIONS: Final = {"_seconds": SECONDS, "_bytes": BYTES}
_TOTAL: Final = "_total"
_BUCKET: Final = "_bucket"
# Every target has both; all else is open.
_SCRAPED: Final = Labels(is_open=True, sure=frozenset({"job", "instance"}), may_be_named=True)


def guessed(name: str) -> Series | None:
    """Return what a name says, or None where it says nothing."""
    if names.is_recorded(name):
        return None
    return _by_suffix(name) or _series(name, name, Sample.UNKNOWN, None)


def _by_suffix(name: str) -> Series | None:
    if name.endswith(_BUCKET):
        base = name.removesuffix(_BUCKET)
        return _series(name, base, Sample.BUCKETS, COUNT, observed=_unit(base))
    if name.endswith(_TOTAL):
        unit = _unit(name.removesuffix(_TOTAL))
        counts = None if any(word in name for word in _TIMES) else COUNT
        return _series(name, name, Sample.COUNTER, unit or counts)
    for suffix, observed in _DISTRIBUTIONS.items():
        if name.endswith(f"{suffix}_sum"):
            return _series(name, name.removesuffix("_sum"), Sample.COUNTER, observed)
    if name.endswith(("_seconds_count", "_bytes_count")):
        return _series(name, name.removesuffix("_count"), Sample.COUNTER, COUNT)
    unit = _unit(name)
    return None if unit is None else _series(name, name, Sample.UNKNOWN, unit)


def _unit(name: str) -> Unit | None:
    return next((unit for suffix, unit in _UNITS.items() if name.endswith(suffix)), None)


def _series(
    name: str, metric: str, sample: Sample, unit: Unit | None, observed: Unit | None = None
) -> Series:
    return Series(
        name=name,
        metric=metric,
        sample=sample,
        unit=unit,
        observed=observed,
        is_guessed=True,
        labels=_SCRAPED,
    )
