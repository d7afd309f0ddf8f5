"""What a query gives over played series, and what is made of it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from fractions import Fraction

Labels = tuple[tuple[str, str], ...]
"""Labels with their values, sorted, none of them empty."""
Vector = Mapping[Labels, Fraction]
"""What a query gives: a value for each set of labels."""


def kept(labels: Labels, names: Iterable[str]) -> Labels:
    """Return some of the labels."""
    chosen = frozenset(names)
    return tuple(pair for pair in labels if pair[0] in chosen)


def grouped(
    vector: Vector, by: Iterable[str], fold: Callable[[list[Fraction]], Fraction]
) -> Vector:
    """Aggregate the values of each group."""
    names = frozenset(by)
    groups: dict[Labels, list[Fraction]] = {}
    for labels, value in vector.items():
        group = tuple([pair for pair in labels if pair[0] in names])
        groups.setdefault(group, []).append(value)
    return {labels: fold(values) for labels, values in groups.items()}


def total(values: Iterable[Fraction]) -> Fraction:
    """Sum exactly."""
    found = tuple(values)
    # Adding two by two would reduce every sum to lowest terms.
    parts = math.lcm(*(value.denominator for value in found))
    return Fraction(sum(value.numerator * (parts // value.denominator) for value in found), parts)


def summed(vector: Vector, by: Iterable[str]) -> Vector:
    """Sum each group."""
    return grouped(vector, by, total)


def scaled(vector: Vector, by: Fraction | Decimal | int) -> Vector:
    """Multiply every value."""
    factor = Fraction(by)
    return {labels: value * factor for labels, value in vector.items()}


def divided(part: Vector, whole: Vector, *, fill: bool = False) -> Vector:
    """
    Divide values with the same labels; a whole of 0 gives nothing.

    Args:
        fill: A part that is not there counts 0.
    """
    return {
        labels: part.get(labels, Fraction(0)) / value
        for labels, value in whole.items()
        if value > 0 and (fill or labels in part)
    }
