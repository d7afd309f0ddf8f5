"""
What the name alone says of a series that nobody declares (plain rule files have no catalogue).

Suffixes: Prometheus documentation, "Metric and label naming". Only what a suffix nearly always
means is guessed; a gauge is never guessed, so that no finding rests on one.
"""

from __future__ import annotations

from typing import Final

from obsgen.promql.labels import Labels
from obsgen.promql.series import Sample, Series
from obsgen.units import BYTES, COUNT, RATIO, SECONDS, Unit

_UNITS: Final = {"_seconds": SECONDS, "_bytes": BYTES, "_ratio": RATIO}
_DISTRIBUTIONS: Final = {"_seconds": SECONDS, "_bytes": BYTES}
_TOTAL: Final = "_total"
_BUCKET: Final = "_bucket"
_OPEN: Final = Labels(is_open=True, may_be_named=True)


def guessed(name: str) -> Series | None:
    """Return what a name says, or None where it says nothing."""
    if ":" in name:
        return None
    if name.endswith(_BUCKET):
        base = name.removesuffix(_BUCKET)
        return _series(name, base, Sample.BUCKETS, COUNT, observed=_unit(base))
    if name.endswith(_TOTAL):
        return _series(name, name, Sample.COUNTER, _unit(name.removesuffix(_TOTAL)) or COUNT)
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
    name: str, metric: str, sample: Sample, unit: Unit, observed: Unit | None = None
) -> Series:
    return Series(
        name=name, metric=metric, sample=sample, unit=unit, observed=observed, labels=_OPEN
    )
