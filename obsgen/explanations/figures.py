"""Numbers and lengths of time as explanations show them; what is rounded says so."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction
from typing import Final

from obsgen.explanations.timing import Wait
from obsgen.units import Duration, number_text, rounded_text

_MOST_DIGITS: Final = 9


def shown(value: Fraction) -> str:
    """
    Write a number for people, exactly where that is short, else marked as rounded.

    >>> shown(Fraction("43.2")), shown(Fraction(14, 3)), shown(Fraction(25920000))
    ('43.2', '≈4.667', '25920000')
    """
    exact = number_text(value)
    is_exact = Fraction(exact) == value
    if is_exact and len(exact.replace(".", "")) <= _MOST_DIGITS:
        return exact
    if value.denominator == 1:
        return exact
    return f"≈{rounded_text(value)}"


def percent(ratio: Fraction) -> str:
    """
    Write a ratio in percent.

    >>> percent(Fraction("0.0144"))
    '1.44%'
    """
    return f"{shown(ratio * 100)}%"


def one_of(share: Fraction) -> str:
    """
    Write a share as whole events of whole events.

    >>> one_of(Fraction("0.001")), one_of(Fraction("0.0015"))
    ('1 of 1000', '3 of 2000')
    """
    return f"{share.numerator} of {share.denominator}"


def span(wait: Wait | None) -> str:
    """
    Write both bounds of a wait in whole seconds, the first rounded down, the second up.

    >>> span(Wait(Fraction("56.84"), Fraction("131.84"))), span(None)
    ('56s to 2m12s', 'never')
    """
    if wait is None:
        return "never"
    least, most = math.floor(wait.least), math.ceil(wait.most)
    return f"{Duration(least * 1000)} to {Duration(most * 1000)}"


def exact(value: Fraction) -> Decimal:
    """Return a number for JSON: exact where it ends, else with 15 significant digits."""
    return Decimal(number_text(value))
