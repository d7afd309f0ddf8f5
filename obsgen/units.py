"""
Durations, units and quantities, exact from the spec's own text to the output.

Nothing here is a float: durations are whole milliseconds, amounts are `Decimal`, and a number is
printed in plain notation, so that `99.9` percent never becomes `0.9990000000000001` in a rule.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal, DecimalException
from fractions import Fraction
from typing import Final, Literal, Self

# float64 carries 15 digits without loss: a value that does not end is rounded there.
_OUTPUT: Final = Context(prec=15, rounding=ROUND_HALF_EVEN)
_EXACT_DIGITS: Final = 40

_MS: Final = {"ms": 1, "s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}
_MS_READ: Final = {**_MS, "w": 604_800_000, "y": 31_536_000_000}
_DURATION: Final = re.compile(
    r"(?:(?P<y>\d+)y)?(?:(?P<w>\d+)w)?(?:(?P<d>\d+)d)?(?:(?P<h>\d+)h)?"
    r"(?:(?P<m>\d+)m(?!s))?(?:(?P<s>\d+)s)?(?:(?P<ms>\d+)ms)?",
    re.ASCII,
)
_MAX_DURATION_MS: Final = 100 * _MS_READ["y"]
_MAX_NUMBER_LENGTH: Final = 40


@dataclass(frozen=True, slots=True, order=True)
class Duration:
    """A length of time in whole milliseconds, written as Prometheus writes it."""

    ms: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """
        Read a Prometheus duration: `5m`, `1h30m`, `250ms`, `7d`, `1w`, `1y`.

        Raises:
            ValueError: for anything else, zero-length text and more than a hundred years.

        >>> Duration.parse("1h30m").ms
        5400000
        """
        match = _DURATION.fullmatch(text)
        if not text or match is None or len(text) > _MAX_NUMBER_LENGTH:
            raise ValueError(text)
        ms = sum(int(n) * _MS_READ[unit] for unit, n in match.groupdict().items() if n)
        if ms > _MAX_DURATION_MS:
            raise ValueError(text)
        return cls(ms)

    @property
    def seconds(self) -> Decimal:
        """The length in seconds."""
        return Decimal(self.ms) / 1000

    def __str__(self) -> str:
        """
        Write the duration with days as the largest unit, as in the names of windows.

        >>> str(Duration.parse("65s")), str(Duration.parse("4w"))
        ('1m5s', '28d')
        """
        rest, parts = self.ms, []
        for unit in ("d", "h", "m", "s", "ms"):
            count, rest = divmod(rest, _MS[unit])
            if count:
                parts.append(f"{count}{unit}")
        return "".join(parts) or "0s"

    def minus_a_millisecond(self) -> Duration:
        """
        Return the range that holds the same tiles in Prometheus 2.x and 3.x.

        Ranges are closed on the left in 2.x and open in 3.x; one millisecond short, both see
        `length / tile` samples of a ledger (measured; Prometheus 3.0 migration guide).
        """
        return Duration(self.ms - 1)


def number_text(value: Decimal | Fraction | int) -> str:
    """
    Write a number exactly where it ends within 40 digits, else with 15 significant ones.

    >>> number_text(Decimal("0.0010")), number_text(Fraction(1, 3)), number_text(Decimal("1E+3"))
    ('0.001', '0.333333333333333', '1000')
    """
    if isinstance(value, Fraction):
        value = _decimal_of(value)
    text = f"{Decimal(value):f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text


def _decimal_of(value: Fraction) -> Decimal:
    rest = value.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    exact = Context(prec=_EXACT_DIGITS) if rest == 1 else _OUTPUT
    return exact.divide(Decimal(value.numerator), Decimal(value.denominator))


Dimension = Literal["time", "bytes", "ratio", "money", "count"]

_PER_NAMES: Final = {
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
        if slash and per.strip() not in _PER_NAMES:
            raise ValueError(text)
        seconds = _PER_NAMES[per.strip()] if slash else 0
        for dimension, scale in _known(name):
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


def _known(name: str) -> tuple[tuple[Dimension, Decimal], ...]:
    tables: tuple[tuple[Dimension, dict[str, Decimal]], ...] = (
        ("time", _TIME),
        ("bytes", _BYTES),
        ("ratio", _RATIO),
    )
    found = tuple((dimension, table[name]) for dimension, table in tables if name in table)
    if not found and re.fullmatch("[A-Z]{3}", name):
        return (("money", Decimal(1)),)
    return found


@dataclass(frozen=True, slots=True)
class Quantity:
    """An amount as the author wrote it: *value* in *unit*, and the *text* to show again."""

    value: Decimal
    unit: Unit
    text: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """
        Read `250ms`, `1h30m`, `4GiB`, `5%`, `100 USD`, `$100`, `0.5 USD/h`, `6/min`, `10`.

        Raises:
            ValueError: if it is none of these.

        >>> Quantity.parse("5%").converted_to(RATIO)
        Decimal('0.05')
        """
        shown = " ".join(text.split())
        if len(shown) > _MAX_NUMBER_LENGTH:
            raise ValueError(text)
        amount, slash, per = shown.partition("/")
        if slash and per.strip() not in _PER_NAMES:
            raise ValueError(text)
        value, unit = _amount(amount.strip())
        if slash:
            unit = Unit(unit.name, unit.dimension, unit.scale, _PER_NAMES[per.strip()])
        return cls(value, unit, shown)

    def converted_to(self, unit: Unit) -> Decimal | Fraction | None:
        """Return the value in *unit*, or None where the dimensions differ."""
        if not self._fits(unit):
            return None
        value = Fraction(self.value) * Fraction(self.unit.scale) / Fraction(unit.scale)
        if self.unit.per_seconds:
            value = value * unit.per_seconds / self.unit.per_seconds
        return _decimal_of(value) if _ends(value) else value

    def _fits(self, unit: Unit) -> bool:
        if self.unit.dimension == unit.dimension == "count":
            return bool(self.unit.per_seconds) == bool(unit.per_seconds)
        return self.unit.agrees_with(unit)


def _ends(value: Fraction) -> bool:
    rest = value.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    return rest == 1


_NUMBER: Final = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,2})?", re.ASCII)


def _amount(text: str) -> tuple[Decimal, Unit]:
    if text.startswith("$"):
        return parse_number(text[1:].strip()), Unit("USD", "money")
    match = _NUMBER.match(text)
    if match is None:
        raise ValueError(text)
    number, word = text[: match.end()], text[match.end() :].strip()
    if not word:
        return parse_number(number), COUNT
    if word in ("m", "w", "y") or _is_compound(text):
        return Duration.parse(text).seconds, SECONDS
    for dimension, scale in _known(word):
        return parse_number(number), Unit(word, dimension, scale)
    raise ValueError(text)


def _is_compound(text: str) -> bool:
    return bool(re.fullmatch(r"(?:\d+[a-z]+){2,}", text, re.ASCII))


def parse_number(text: str) -> Decimal:
    """
    Read a plain decimal number exactly.

    Raises:
        ValueError: for anything else, `inf` and `nan` included, and for more than 40 characters.
    """
    if len(text) > _MAX_NUMBER_LENGTH or not _NUMBER.fullmatch(text):
        raise ValueError(text)
    try:
        return Decimal(text)
    except DecimalException as error:
        raise ValueError(text) from error
