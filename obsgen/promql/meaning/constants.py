"""The numbers of an expression, exact: literals, and what arithmetic of literals gives."""

from __future__ import annotations

from decimal import Context, Decimal, DecimalException
from typing import Final

from obsgen.promql.durations import duration_ms
from obsgen.promql.lexer import Kind, tokenize
from obsgen.promql.tree import NumberLiteral

_EXACT: Final = Context(prec=34, Emin=-400, Emax=400)
_GREATEST: Final = Decimal("1.7976931348623157e308")
_LONGEST: Final = 40


def constant_of(node: NumberLiteral) -> Decimal | None:
    """
    Return the value of a literal; None for NaN, infinities and what no float64 holds.

    >>> constant_of(NumberLiteral(text="0x10")), constant_of(NumberLiteral(text="1h"))
    (Decimal('16'), Decimal('3600'))
    """
    text = node.text
    if len(text) > _LONGEST:
        return None
    if text[:2].lower() == "0x":
        return Decimal(int(text, 16))
    try:
        value = _EXACT.create_decimal(text)
    except DecimalException:
        token = tokenize(text)[0]
        is_duration = token.kind is Kind.DURATION
        return _EXACT.divide(Decimal(duration_ms(token)), Decimal(1_000)) if is_duration else None
    return value if _is_held(value) else None


def _is_held(value: Decimal) -> bool:
    """Say whether a float64 holds a value, rounded; a greater one is an infinity there."""
    return value.is_finite() and abs(value) <= _GREATEST


def folded(op: str, left: Decimal | None, right: Decimal | None) -> Decimal | None:
    """Return what an operator makes of two constants; None where that is no plain number."""
    if left is None or right is None:
        return None
    try:
        value = _result(op, left, right)
    except DecimalException:
        return None
    return value if value is not None and _is_held(value) else None


def _result(op: str, left: Decimal, right: Decimal) -> Decimal | None:
    match op:
        case "+":
            return _EXACT.add(left, right)
        case "-":
            return _EXACT.subtract(left, right)
        case "*":
            return _EXACT.multiply(left, right)
        case "/":
            return _EXACT.divide(left, right)
        case "%":
            return _EXACT.remainder(left, right)
        case "^" if right == right.to_integral_value() and abs(right) < _EXACT.prec:
            return _EXACT.power(left, right)
    return None
