"""Amounts as their authors write them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Self

from obsgen.units.durations import Duration
from obsgen.units.numbers import MAX_LENGTH, NUMBER, as_decimal, ends, parse_number, rounded_text
from obsgen.units.unit import COUNT, PER_NAMES, SECONDS, Unit, known_units


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

        >>> Quantity.parse("5%").converted_to(Unit.parse("ratio"))
        Decimal('0.05')
        """
        shown = " ".join(text.split())
        if len(shown) > MAX_LENGTH:
            raise ValueError(text)
        amount, slash, per = shown.partition("/")
        if slash and per.strip() not in PER_NAMES:
            raise ValueError(text)
        value, unit = _amount(amount.strip())
        if slash:
            unit = Unit(unit.name, unit.dimension, unit.scale, PER_NAMES[per.strip()])
        return cls(value, unit, shown)

    def converted_to(self, unit: Unit) -> Decimal | Fraction | None:
        """Return the value in *unit*, or None where the dimensions differ."""
        if not self._fits(unit):
            return None
        value = Fraction(self.value) * Fraction(self.unit.scale) / Fraction(unit.scale)
        if self.unit.per_seconds:
            value = value * unit.per_seconds / self.unit.per_seconds
        return as_decimal(value) if ends(value) else value

    def _fits(self, unit: Unit) -> bool:
        if self.unit.dimension == unit.dimension == "count":
            return bool(self.unit.per_seconds) == bool(unit.per_seconds)
        return self.unit.agrees_with(unit)


def shown_in(value: Fraction, unit: Unit) -> str:
    """
    Return an amount in a unit as people read it, rounded; a ratio in percent.

    >>> shown_in(Fraction("0.015"), Unit.parse("ratio")), shown_in(Fraction(2), SECONDS)
    ('1.5%', '2 s')
    """
    if unit.is_ratio:
        return f"{rounded_text(value * 100)}%"
    return rounded_text(value) if unit.name == "count" else f"{rounded_text(value)} {unit}"


def _amount(text: str) -> tuple[Decimal, Unit]:
    if text.startswith("$"):
        return parse_number(text[1:].strip()), Unit("USD", "money")
    match = NUMBER.match(text)
    if match is None:
        raise ValueError(text)
    number, word = text[: match.end()], text[match.end() :].strip()
    if not word:
        return parse_number(number), COUNT
    if word in ("m", "w", "y") or _is_compound(text):
        return Duration.parse(text).seconds, SECONDS
    for dimension, scale in known_units(word):
        return parse_number(number), Unit(word, dimension, scale)
    raise ValueError(text)


def _is_compound(text: str) -> bool:
    return bool(re.fullmatch(r"(?:\d+[a-z]+){2,}", text, re.ASCII))
