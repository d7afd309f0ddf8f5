"""Numbers read and written exactly, in plain notation."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_EVEN, Context, Decimal, DecimalException
from fractions import Fraction
from typing import Final

# float64 carries 15 digits without loss: a value that does not end is rounded there.
_OUTPUT: Final = Context(prec=15, rounding=ROUND_HALF_EVEN)
_EXACT_DIGITS: Final = 40
_PROSE: Final = Context(prec=4, rounding=ROUND_HALF_EVEN)
MAX_LENGTH: Final = 40

NUMBER: Final = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,2})?", re.ASCII)


def number_text(value: Decimal | Fraction | int) -> str:
    """
    Write a number exactly where it ends within 40 digits, else with 15 significant ones.

    >>> number_text(Decimal("0.0010")), number_text(Fraction(1, 3)), number_text(Decimal("1E+3"))
    ('0.001', '0.333333333333333', '1000')
    """
    if isinstance(value, Fraction):
        value = as_decimal(value)
    text = f"{Decimal(value):f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text


def rounded_text(value: Decimal | Fraction | int) -> str:
    """
    Write a number for people, with at most four significant digits.

    >>> rounded_text(Fraction("0.11") * 28 / 3), rounded_text(Decimal("14.4"))
    ('1.027', '14.4')
    """
    exact = as_decimal(value) if isinstance(value, Fraction) else Decimal(value)
    return number_text(_PROSE.plus(exact))


def as_decimal(value: Fraction) -> Decimal:
    """Return a fraction exactly where it ends within 40 digits, else with 15 significant ones."""
    exact = Context(prec=_EXACT_DIGITS) if ends(value) else _OUTPUT
    return exact.divide(Decimal(value.numerator), Decimal(value.denominator))


def ends(value: Fraction) -> bool:
    """Say whether a fraction has a finite decimal expansion."""
    rest = value.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    return rest == 1


def parse_number(text: str) -> Decimal:
    """
    Read a plain decimal number exactly.

    Raises:
        ValueError: for anything else, `inf` and `nan` included, and for more than 40 characters.
    """
    if len(text) > MAX_LENGTH or not NUMBER.fullmatch(text):
        raise ValueError(text)
    try:
        return Decimal(text)
    except DecimalException as error:
        raise ValueError(text) from error
