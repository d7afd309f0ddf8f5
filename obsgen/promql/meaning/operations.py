"""Type, unit and bounds of what operators make of two sides."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Final

from obsgen.promql.functions import COMPARISONS
from obsgen.promql.meaning.bounds import ANYTHING, NOT_NEGATIVE, ZERO_OR_ONE, Bounds
from obsgen.promql.meaning.constants import folded
from obsgen.promql.meaning.conversions import scaled, time_unit
from obsgen.promql.meaning.quantities import Quantity
from obsgen.promql.meaning.series import Sample
from obsgen.promql.meaning.shares import factored, grown_within, is_share
from obsgen.promql.tree import Binary
from obsgen.units import Unit

_PLAIN: Final = Quantity(sample=Sample.GAUGE)


def compared(node: Binary, lhs: Quantity, rhs: Quantity, *, left_is_number: bool) -> Quantity:
    """Return what a comparison or a set operator leaves."""
    if node.op in COMPARISONS:
        if node.is_bool:
            return replace(_PLAIN, bounds=ZERO_OR_ONE)
        op = _MIRRORED.get(node.op, node.op) if left_is_number else node.op
        kept, other = (rhs, lhs) if left_is_number else (lhs, rhs)
        return replace(kept, bounds=_passed(op, kept.bounds, other.bounds))
    return _united(lhs, rhs) if node.op == "or" else lhs


_MIRRORED: Final = {">": "<", "<": ">", ">=": "<=", "<=": ">="}


def _passed(op: str, bounds: Bounds, limit: Bounds) -> Bounds:
    match op:
        case ">" | ">=":
            return bounds.within(limit.low, None)
        case "<" | "<=":
            return bounds.within(None, limit.high)
        case "==":
            return bounds.within(limit.low, limit.high)
    return bounds


def _united(lhs: Quantity, rhs: Quantity) -> Quantity:
    plain = [q for q in (lhs, rhs) if q.unit is not None]
    agree = len({q.unit for q in plain}) <= 1
    return Quantity(
        sample=lhs.sample if lhs.sample is rhs.sample else Sample.UNKNOWN,
        unit=plain[0].unit if plain and agree else None,
        observed=lhs.observed if lhs.observed == rhs.observed else None,
        bounds=lhs.bounds.united(rhs.bounds),
        buckets=lhs.buckets if lhs.buckets == rhs.buckets else (),
    )


def computed(
    node: Binary,
    lhs: Quantity,
    rhs: Quantity,
    numbers: tuple[Decimal | None, Decimal | None],
) -> Quantity:
    """
    Return what arithmetic gives.

    Args:
        numbers: The constants that the sides are, or None.
    """
    left, right = numbers
    if left is not None and right is not None:
        value = folded(node.op, left, right)
        return replace(_PLAIN, bounds=ANYTHING if value is None else Bounds(value, value))
    if right is not None:
        if node.op == "/" and lhs.unit is not None and right == grown_within(node.lhs):
            # What came in five minutes, over 300 seconds.
            return replace(lhs, unit=_rated(lhs.unit), bounds=lhs.bounds.over(right))
        return _with_number(node.op, lhs, right)
    if left is not None:
        return _number_with(node.op, left, rhs)
    return _of_both(node, lhs, rhs)


def _with_number(op: str, of: Quantity, number: Decimal) -> Quantity:
    """Return what `x op number` gives."""
    if op in {"*", "/"} and number != 0:
        bounds = of.bounds.times(number) if op == "*" else of.bounds.over(number)
        unit = None if of.unit is None else scaled(of.unit, op, number)
        return replace(of, unit=unit, bounds=bounds)
    if op in {"+", "-"}:
        moved = Bounds(number, number) if op == "+" else Bounds(-number, -number)
        return replace(_moved(of, number), bounds=of.bounds.plus(moved))
    return replace(_PLAIN, unit=of.unit if op == "%" else None)


def _number_with(op: str, number: Decimal, of: Quantity) -> Quantity:
    """Return what `number op x` gives."""
    if op in {"+", "*"}:
        return _with_number(op, of, number)
    if op == "-":
        bounds = of.bounds.negated().plus(Bounds(number, number))
        return replace(_moved(of, number), bounds=bounds)
    return _PLAIN


def _rated(unit: Unit) -> Unit | None:
    return None if unit.per_seconds else unit.rated()


def _moved(of: Quantity, number: Decimal) -> Quantity:
    """Return samples that a number is added to; a ratio less 100 is neither ratio nor percent."""
    is_mixed = abs(number) == _HUNDRED and of.unit is not None and of.unit.is_ratio
    return replace(of, sample=_level(of.sample), unit=None if is_mixed else of.unit)


_HUNDRED: Final = Decimal(100)


def _level(sample: Sample) -> Sample:
    """A counter with something added is a level like any other."""
    return Sample.GAUGE if sample is Sample.COUNTER else sample


def _of_both(node: Binary, lhs: Quantity, rhs: Quantity) -> Quantity:
    bounds = _arithmetic(node.op, lhs.bounds, rhs.bounds)
    factor, above = factored(node.lhs)
    if node.op == "/" and is_share(above, node.rhs):
        bounds = ZERO_OR_ONE.times(factor)
    sample = Sample.GAUGE
    if _keeps_buckets(node.op, lhs.sample, rhs.sample):
        sample = Sample.BUCKET_RATES
    elif node.op == "+" and Sample.COUNTER is lhs.sample is rhs.sample:
        sample = Sample.COUNTER
    elif Sample.UNKNOWN in {lhs.sample, rhs.sample}:
        sample = Sample.UNKNOWN
    observed = (lhs.observed or rhs.observed) if sample is Sample.BUCKET_RATES else None
    unit = _unit(node.op, lhs.unit, rhs.unit)
    if node.op == "/" and unit is not None and unit.dimension == "time" and _is_ratio(lhs.unit):
        # `1000 * seconds / count`: the factor made nothing of seconds a second.
        unit = scaled(unit, "*", factor)
    return Quantity(sample=sample, unit=unit, observed=observed, bounds=bounds)


def _is_ratio(unit: Unit | None) -> bool:
    return unit is not None and unit.dimension == "ratio" and unit.scale != _PERCENT


_OF_BUCKETS: Final = frozenset({Sample.BUCKETS, Sample.BUCKET_RATES})


def _keeps_buckets(op: str, left: Sample, right: Sample) -> bool:
    """Say whether the result still counts by bucket: a join, a quotient, a difference."""
    if op in {"+", "-"}:
        return left is right and left in _OF_BUCKETS
    return op in {"*", "/"} and bool({left, right} & _OF_BUCKETS)


def _unit(op: str, left: Unit | None, right: Unit | None) -> Unit | None:
    if left is None or right is None:
        # `x + unknown` is what x is, or it is a mistake; a product may be anything.
        return (left or right) if op in {"+", "-"} else None
    match op:
        case "+" | "-":
            return left if left.agrees_with(right) and left.scale == right.scale else None
        case "/":
            return _quotient(left, right)
        case "*":
            return _product(left, right)
        case "%":
            return left
    return None


def _quotient(left: Unit, right: Unit) -> Unit | None:
    if left.dimension == right.dimension == "count" and left.per_seconds == right.per_seconds:
        return _ratio(left.scale / right.scale)
    if left.agrees_with(right):
        return _ratio(left.over(right).scale)
    if right.dimension == "ratio":
        return left
    if right.per_seconds and left.per_seconds and right.dimension == "count":
        # Seconds a second per event a second: seconds an event.
        return Unit(left.name, left.dimension, left.scale)
    if left.dimension == "ratio" and right.per_seconds:
        # The rate of a sum of seconds over the rate of its count is a mean in seconds.
        return time_unit(left.scale) if right.dimension == "count" else None
    if right.dimension == "count" and not right.per_seconds:
        return left
    return None


def _ratio(scale: Decimal) -> Unit:
    return Unit("percent" if scale == _PERCENT else "ratio", "ratio", scale)


_PERCENT: Final = Decimal("0.01")


def _product(left: Unit, right: Unit) -> Unit | None:
    for one, other in ((left, right), (right, left)):
        if other.dimension == "ratio" and other.scale == 1:
            return one
        if other.dimension == "count" and not other.per_seconds and other.name == "count":
            return one
    return None


def _arithmetic(op: str, left: Bounds, right: Bounds) -> Bounds:
    match op:
        case "+":
            return left.plus(right)
        case "-":
            return left.plus(right.negated())
        case "*" | "/" if left.is_never_negative and right.is_never_negative:
            return NOT_NEGATIVE
    return ANYTHING
