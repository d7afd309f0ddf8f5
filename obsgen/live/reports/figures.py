"""Numbers as people read them: money in cents, shares with one decimal, times in whole units."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from decimal import ROUND_FLOOR, ROUND_HALF_EVEN, ROUND_UP, Decimal
from typing import Final

from obsgen.live.reports.document import Cell, Field
from obsgen.units import number_text, rounded_text

NO_DATA: Final = "no data"
WARNING: Final = "⚠"
_CENT: Final = Decimal("0.01")
_FINE: Final = Decimal("0.0001")
_TENTH: Final = Decimal("0.1")
_WHOLE: Final = Decimal(1)
_FAR: Final = Decimal("0.99")
_HUNDRED: Final = 100
_STEPS: Final = (("d", 86_400), ("h", 3_600), ("m", 60))
_TEN: Final = 10
_MOST_DIGITS: Final = 20
_MINUTE: Final = 60
_HOUR: Final = 3600


def rounded(value: Decimal, to: Decimal) -> Decimal:
    """
    Round half to even.

    >>> rounded(Decimal("2.125"), Decimal("0.01"))
    Decimal('2.12')
    """
    # What has as many digits as a Decimal is not to get more.
    if value.adjusted() >= _MOST_DIGITS:
        return value
    return value.quantize(to, rounding=ROUND_HALF_EVEN)


def money(value: Decimal, currency: str) -> str:
    """
    Write money in cents; what is less than one is told by four decimals.

    >>> money(Decimal("1234.565"), "USD"), money(Decimal("0.00125"), "USD")
    ('1,234.56 USD', '0.0012 USD')
    """
    is_small = value and abs(value) < _CENT
    return f"{rounded(value, _FINE if is_small else _CENT):,f} {currency}".strip()


def share(value: Decimal) -> str:
    """
    Write a share of 1 in percent, with one decimal; near 100 % and 0 with as many as tell it apart.

    >>> share(Decimal("0.8728")), share(Decimal("0.99953")), share(Decimal("0.00001"))
    ('87.3%', '99.953%', '0.001%')
    """
    percent = value * _HUNDRED
    if value == 1 or not value:
        return f"{percent.normalize():f}%"
    if _FAR <= value < 1:
        # Down, for what is not all must not be shown as all.
        return f"{number_text(percent.quantize(_FINE, rounding=ROUND_FLOOR))}%"
    if not rounded(percent, _TENTH):
        # Up, for what is something must not be shown as nothing.
        return f"{number_text(percent.quantize(_FINE, rounding=ROUND_UP))}%"
    return f"{rounded(percent, _TENTH)}%"


def seconds(value: Decimal) -> str:
    """
    Write a length of time: whole milliseconds below ten seconds, then the two largest units.

    >>> seconds(Decimal("0.2453")), seconds(Decimal(2592)), seconds(Decimal(93_784))
    ('245ms', '43.2m', '1d 2h')
    """
    sign, value = ("-" if value < 0 else ""), abs(value)
    if value < _TEN:
        return f"{sign}{rounded(value * 1000, _WHOLE):,}ms" if value else "0"
    if value < _MINUTE:
        return f"{sign}{rounded_text(value)}s"
    if value < _HOUR:
        return f"{sign}{number_text(rounded(value / _MINUTE, _CENT))}m"
    whole = int(rounded(value / _MINUTE, _WHOLE)) * _MINUTE
    parts = []
    for unit, length in _STEPS:
        count, whole = divmod(whole, length)
        if count:
            parts.append(f"{count}{unit}")
    return sign + " ".join(parts[:2])


def count(value: Decimal) -> str:
    """
    Write how many.

    >>> count(Decimal(1234))
    '1,234'
    """
    return f"{rounded(value, _WHOLE):,}"


def moment(value: Decimal, zone: dt.tzinfo) -> str:
    """Write a moment by the clock of a zone."""
    return f"{dt.datetime.fromtimestamp(int(value), zone):%Y-%m-%d %H:%M}"


def shown(cell: Cell, field: Field, zone: dt.tzinfo) -> str:
    """Return a cell as people read it."""
    if cell is None:
        return NO_DATA
    if isinstance(cell, str):
        return cell
    return _FORMS[field.form](cell, field, zone)


_FORMS: Final[Mapping[str, Callable[[Decimal, Field, dt.tzinfo], str]]] = {
    "text": lambda value, field, zone: number_text(value),
    "number": lambda value, field, zone: rounded_text(value),
    "rate": lambda value, field, zone: f"{rounded_text(value)}x",
    "money": lambda value, field, zone: money(value, field.currency),
    "count": lambda value, field, zone: count(value),
    "share": lambda value, field, zone: share(value),
    "seconds": lambda value, field, zone: seconds(value),
    "moment": lambda value, field, zone: moment(value, zone),
    "flag": lambda value, field, zone: WARNING if value else "",
}
