"""
What a constant factor does to a unit: `* 1000` makes milliseconds of seconds, `* 0.9` a limit.

A factor is taken for a conversion only where people write it as one; any other leaves the unit as
it is.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from obsgen.units import Unit

_TIME_STEPS: Final = frozenset(
    map(Decimal, (60, 3_600, 86_400, 604_800, 1_000, 1_000_000, 1_000_000_000))
)
_SMALL_STEPS: Final = {Decimal("0.001"): Decimal(1000), Decimal("1e-6"): Decimal(1_000_000)}
_BYTE_STEPS: Final = frozenset(Decimal(base) ** n for base in (1000, 1024) for n in range(1, 6))
_HUNDRED: Final = Decimal(100)
_BITS: Final = Decimal(8)
_SECONDS_OF: Final = frozenset(map(Decimal, (60, 3_600, 86_400, 604_800)))
_TIME_NAMES: Final = {
    Decimal("1e-9"): "ns", Decimal("0.000001"): "us", Decimal("0.001"): "ms", Decimal(1): "s",
    Decimal(60): "min", Decimal(3_600): "h", Decimal(86_400): "d",
}  # fmt: skip


def scaled(unit: Unit, op: str, number: Decimal) -> Unit:
    """
    Return the unit of `x * number` or `x / number`.

    >>> (
    ...     scaled(Unit.parse("s"), "*", Decimal(1000)).name,
    ...     scaled(Unit.parse("s"), "*", Decimal(2)).name,
    ... )
    ('ms', 's')
    """
    if number in _SMALL_STEPS:
        op, number = ("/" if op == "*" else "*"), _SMALL_STEPS[number]
    if unit.per_seconds == 1 and op == "*" and _is_time(number):
        return Unit(unit.name, unit.dimension, unit.scale, int(number))
    if unit.per_seconds > 1 and op == "/" and number == unit.per_seconds:
        return Unit(unit.name, unit.dimension, unit.scale, 1)
    match unit.dimension:
        case "time" if number in _TIME_STEPS:
            return _rescaled(unit, op, number)
        case _ if number == _HUNDRED:
            # Divided by its like it will be a percentage: `100 * a / b`.
            return _rescaled(unit, op, number)
        case "bytes" if number in _BYTE_STEPS:
            return _rescaled(unit, op, number)
        case "bytes" if number == _BITS and op == "*":
            return Unit("bits", "count", per_seconds=unit.per_seconds)
    return unit


def time_unit(scale: Decimal) -> Unit:
    """
    Return the unit of so many seconds.

    >>> str(time_unit(Decimal("0.001")))
    'ms'
    """
    return Unit(_TIME_NAMES.get(scale, "s"), "time", scale)


def _is_time(number: Decimal) -> bool:
    """Say whether a number is the seconds of a minute, an hour, a day or some days."""
    return number in _SECONDS_OF or (number > 0 and number % 86_400 == 0)


def _rescaled(unit: Unit, op: str, number: Decimal) -> Unit:
    scale = unit.scale / number if op == "*" else unit.scale * number
    return Unit(_name(unit, scale), unit.dimension, scale, unit.per_seconds)


def _name(unit: Unit, scale: Decimal) -> str:
    if unit.dimension == "time":
        return _TIME_NAMES.get(scale, unit.name)
    if unit.dimension == "ratio":
        return "ratio" if scale == 1 else "percent"
    if unit.dimension == "bytes" and (prefix := _power(scale)):
        return f"{prefix}B"
    return unit.name


def _power(scale: Decimal) -> str:
    for base, letters in (
        (1024, ("Ki", "Mi", "Gi", "Ti", "Pi")),
        (1000, ("k", "M", "G", "T", "P")),
    ):
        for exponent, prefix in enumerate(letters, 1):
            if scale == Decimal(base) ** exponent:
                return prefix
    return ""
