"""What a number counts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal, Self

Dimension = Literal["time", "bytes", "ratio", "money", "count"]

PER_NAMES: Final = {
    "s": 1,
    "sec": 1,
    "second": 1,
    "m": 60,
    "min": 60,
    "minute": 60,
    "h": 3600,
    "hour": 3600,
    "d": 86400,
    "day": 86400,
}
_PER_TEXT: Final = {1: "/s", 60: "/min", 3600: "/h", 86400: "/d"}


@dataclass(frozen=True, slots=True)
class Unit:
    """
    What a number counts.

    Attributes:
        name: As people write it: `s`, `ms`, `bytes`, `ratio`, `USD`, `count`, `tokens`.
        dimension: What it may be compared with.
        scale: How many base units (second, byte, ratio 1, the currency) one of it is.
        per_seconds: 0 for a plain amount, else the length of time that it is counted over.
    """

    name: str
    dimension: Dimension
    scale: Decimal = Decimal(1)
    per_seconds: int = 0

    @classmethod
    def parse(cls, text: str) -> Self:
        """
        Read a unit: `ms`, `bytes`, `ratio`, `percent`, `USD/h`, or any word for what is counted.

        Raises:
            ValueError: if the text is not a word, or what follows `/` is no length of time.
        """
        name, slash, per = text.partition("/")
        name = name.strip()
        if slash and per.strip() not in PER_NAMES:
            raise ValueError(text)
        seconds = PER_NAMES[per.strip()] if slash else 0
        for dimension, scale in known_units(name):
            return cls(name, dimension, scale, seconds)
        if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_ -]{0,39}", name):
            raise ValueError(text)
        return cls(name, "count", Decimal(1), seconds)

    def __str__(self) -> str:
        """Write the unit as in `USD/h`."""
        return self.name + _PER_TEXT.get(self.per_seconds, "")

    def rated(self, per_seconds: int = 1) -> Unit:
        """
        Return the unit of an increase over a length of time.

        Seconds counted per second are a ratio: `rate(node_cpu_seconds_total[5m])`.
        """
        if self.dimension == "time" and per_seconds == 1:
            return Unit("ratio", "ratio", self.scale)
        return Unit(self.name, self.dimension, self.scale, per_seconds)

    def over(self, other: Unit) -> Unit:
        """Return the unit of a quotient: a ratio if both agree, else `USD/request`."""
        if self.agrees_with(other):
            scale = self.scale / other.scale
            if self.per_seconds and other.per_seconds:
                scale = scale * other.per_seconds / self.per_seconds
            return Unit("ratio", "ratio", scale)
        if other.dimension == "ratio":
            return self
        if self.dimension == "ratio" and other.dimension == "count" and other.per_seconds == 1:
            # Seconds a second per event a second: seconds an event.
            return Unit(_time_name(self.scale), "time", self.scale)
        return Unit(f"{self.name}/{other.name}", "count")

    def agrees_with(self, other: Unit) -> bool:
        """Say whether an amount of the one can be expressed in the other."""
        if self.dimension != other.dimension or bool(self.per_seconds) != bool(other.per_seconds):
            return False
        if self.dimension == "money":
            return self.name == other.name
        return self.dimension != "count" or self.name == other.name

    @property
    def is_plain_count(self) -> bool:
        """Say whether a bare number is understood: counts and unitless scores."""
        return self.dimension == "count" and not self.per_seconds

    @property
    def is_ratio(self) -> bool:
        """Say whether 1 is the whole: no percentage, and nothing per second."""
        return self.dimension == "ratio" and self.scale == 1 and not self.per_seconds

    @property
    def value_template(self) -> str:
        """
        Return the Go template that shows an alert's `$value` in this unit to a person.

        Functions: Prometheus documentation, "Template reference".
        """
        per = _PER_TEXT.get(self.per_seconds, "")
        is_base = self.scale == 1
        match self.dimension:
            case "time" if is_base:
                return "{{ $value | humanizeDuration }}" + per
            case "ratio" if is_base:
                return "{{ $value | humanizePercentage }}" + per
            case "ratio":
                return '{{ $value | printf "%.2f" }}%' + per
            case "bytes" if is_base:
                return "{{ $value | humanize1024 }}B" + per
            case "money":
                return '{{ $value | printf "%.2f" }} ' + self.name + per
            case "count":
                return "{{ $value | humanize }}" + per
        return "{{ $value | humanize }}" + self.name + per


COUNT: Final = Unit("count", "count")
RATIO: Final = Unit("ratio", "ratio")
SECONDS: Final = Unit("s", "time")
BYTES: Final = Unit("bytes", "bytes")

_TIME: Final = {
    "ns": Decimal("1e-9"),
    "us": Decimal("1e-6"),
    "µs": Decimal("1e-6"),
    "ms": Decimal("0.001"),
    "s": Decimal(1),
    "seconds": Decimal(1),
    "min": Decimal(60),
    "minutes": Decimal(60),
    "h": Decimal(3600),
    "hours": Decimal(3600),
    "d": Decimal(86400),
    "days": Decimal(86400),
}
_BYTES: Final = {
    "B": Decimal(1),
    "bytes": Decimal(1),
    **{f"{p}B": Decimal(1000) ** n for n, p in enumerate(("k", "M", "G", "T", "P"), 1)},
    "KB": Decimal(1000),
    **{f"{p}iB": Decimal(1024) ** n for n, p in enumerate(("K", "M", "G", "T", "P"), 1)},
}
_RATIO: Final = {"ratio": Decimal(1), "percent": Decimal("0.01"), "%": Decimal("0.01")}


def _time_name(scale: Decimal) -> str:
    return next((name for name, seconds in _TIME.items() if seconds == scale), SECONDS.name)


def unit_names(dimension: Dimension) -> tuple[str, ...]:
    """
    Return the words for the units of a dimension, of several for one unit the first.

    >>> unit_names("time"), unit_names("ratio"), unit_names("count")
    (('ns', 'us', 'ms', 's', 'min', 'h', 'd'), ('ratio', 'percent'), ())
    """
    tables: dict[Dimension, dict[str, Decimal]] = {"time": _TIME, "bytes": _BYTES, "ratio": _RATIO}
    found: dict[Decimal, str] = {}
    for name, scale in tables.get(dimension, {}).items():
        found.setdefault(scale, name)
    return tuple(found.values())


def known_units(name: str) -> tuple[tuple[Dimension, Decimal], ...]:
    """Return the dimension and scale of a unit that has one; nothing for a mere word."""
    tables: tuple[tuple[Dimension, dict[str, Decimal]], ...] = (
        ("time", _TIME),
        ("bytes", _BYTES),
        ("ratio", _RATIO),
    )
    found = tuple((dimension, table[name]) for dimension, table in tables if name in table)
    if not found and re.fullmatch("[A-Z]{3}", name):
        return (("money", Decimal(1)),)
    return found
