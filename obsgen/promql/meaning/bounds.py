"""
Between which numbers the values of an expression lie.

Both ends belong to it, and it errs to the wide side: a value that could come is never outside.
NaN, which passes no comparison but `!=`, is not spoken of.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal
from typing import Final

_EXACT: Final = Context(prec=34)
_DOWN: Final = Context(prec=34, rounding=ROUND_FLOOR)
_UP: Final = Context(prec=34, rounding=ROUND_CEILING)


@dataclass(frozen=True, slots=True)
class Bounds:
    """The least and the greatest value; None where there is no such end."""

    low: Decimal | None = None
    high: Decimal | None = None

    @property
    def is_never_negative(self) -> bool:
        """Say whether no value is below 0."""
        return self.low is not None and self.low >= 0

    def plus(self, other: Bounds) -> Bounds:
        """Return where sums lie."""
        return Bounds(_added(self.low, other.low), _added(self.high, other.high))

    def negated(self) -> Bounds:
        """Return where the negatives lie."""
        return Bounds(
            None if self.high is None else self.high.copy_negate(),
            None if self.low is None else self.low.copy_negate(),
        )

    def times(self, factor: Decimal) -> Bounds:
        """Return where multiples lie."""
        if factor < 0:
            return self.negated().times(-factor)
        return Bounds(_scaled(self.low, factor, _DOWN), _scaled(self.high, factor, _UP))

    def over(self, divisor: Decimal) -> Bounds:
        """Return where quotients by a number other than 0 lie; rounded to the wide side."""
        if divisor < 0:
            return self.negated().over(-divisor)
        low = None if self.low is None else _DOWN.divide(self.low, divisor)
        return Bounds(low, None if self.high is None else _UP.divide(self.high, divisor))

    def united(self, other: Bounds) -> Bounds:
        """Return where values of both lie."""
        low = None if None in (self.low, other.low) else min(_sure(self.low), _sure(other.low))
        high = None if None in (self.high, other.high) else max(_sure(self.high), _sure(other.high))
        return Bounds(low, high)

    def within(self, low: Decimal | None, high: Decimal | None) -> Bounds:
        """Return where values lie that have passed both limits."""
        lows = [end for end in (self.low, low) if end is not None]
        highs = [end for end in (self.high, high) if end is not None]
        return Bounds(max(lows, default=None), min(highs, default=None))

    def never(self, op: str, other: Bounds) -> bool:
        """Say whether no value of this compares so with any of *other*."""
        match op:
            case ">":
                return _at_most(self.high, other.low)
            case "<":
                return _at_most(other.high, self.low)
            case ">=":
                return _below(self.high, other.low)
            case "<=":
                return _below(other.high, self.low)
            case "==":
                return _below(self.high, other.low) or _below(other.high, self.low)
        return False

    def always(self, op: str, other: Bounds) -> bool:
        """Say whether every value of this compares so with every one of *other*."""
        opposite = {">": "<=", "<": ">=", ">=": "<", "<=": ">", "!=": "=="}.get(op)
        return opposite is not None and self.never(opposite, other)


def _sure(end: Decimal | None) -> Decimal:
    assert end is not None
    return end


def _added(one: Decimal | None, other: Decimal | None) -> Decimal | None:
    return None if one is None or other is None else _EXACT.add(one, other)


def _scaled(end: Decimal | None, factor: Decimal, context: Context) -> Decimal | None:
    return None if end is None else context.multiply(end, factor)


def _at_most(high: Decimal | None, low: Decimal | None) -> bool:
    return high is not None and low is not None and high <= low


def _below(high: Decimal | None, low: Decimal | None) -> bool:
    return high is not None and low is not None and high < low


ANYTHING: Final = Bounds()
NOT_NEGATIVE: Final = Bounds(Decimal(0))
AT_LEAST_ONE: Final = Bounds(Decimal(1))
ZERO: Final = Bounds(Decimal(0), Decimal(0))
ONE: Final = Bounds(Decimal(1), Decimal(1))
ZERO_OR_ONE: Final = Bounds(Decimal(0), Decimal(1))
