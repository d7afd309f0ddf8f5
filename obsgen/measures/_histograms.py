"""Quantiles of histograms, and histograms with a given quantile."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

Counts = dict[Decimal | None, Fraction]
"""Observations at most of each bound; None is +Inf."""


def interpolated(quantile: Decimal, counts: Mapping[Decimal | None, Fraction]) -> Fraction | None:
    """
    Return a quantile as Prometheus interpolates it within its bucket; None without observations.

    The first bucket begins at 0 where its bound is above, and beyond the last bound nothing is
    known but the bound.

    >>> interpolated(
    ...     Decimal("0.75"),
    ...     {Decimal(1): Fraction(60), Decimal(2): Fraction(90), None: Fraction(100)},
    ... )
    Fraction(3, 2)
    """
    everything = counts.get(None, Fraction(0))
    bounds = sorted(bound for bound in counts if bound is not None)
    if everything <= 0 or not bounds:
        return None
    rank = Fraction(quantile) * everything
    start, below = Fraction(0), Fraction(0)
    for place, bound in enumerate(bounds):
        if counts[bound] >= rank:
            if place == 0 and bound <= 0:
                return Fraction(bound)
            inside = counts[bound] - below
            return start + (Fraction(bound) - start) * (rank - below) / inside
        start, below = Fraction(bound), counts[bound]
    return start


def spread(quantile: Decimal, level: Fraction, bounds: Sequence[Decimal]) -> list[Fraction]:
    """
    Return which part of the observations is at most each bound, +Inf last, for a quantile.

    All lie in the bucket of the level, save for a rest just below or beyond that moves the
    quantile to its place within: with a part b of them in a bucket, the level a fraction f of
    its width above its start,

        rest below (f < q):   1 - b + b f = q        b = (1 - q) / (1 - f)
        rest beyond (f >= q): b f = q                b = q / f

    >>> spread(Decimal("0.5"), Fraction(3, 2), [Decimal(1), Decimal(2)])
    [Fraction(0, 1), Fraction(1, 1), Fraction(1, 1)]
    """
    last = len(bounds) - 1
    place = next((index for index, bound in enumerate(bounds) if level <= bound), last)
    start = Fraction(bounds[place - 1]) if place else min(Fraction(0), Fraction(bounds[0]))
    inside = (level - start) / (Fraction(bounds[place]) - start)
    wanted = Fraction(quantile)
    lower = [Fraction(0)] * max(0, place - 1)
    if inside < wanted and place:
        below = 1 - (1 - wanted) / (1 - inside)
        return [*lower, below, *[Fraction(1)] * (len(bounds) - place + 1)]
    own = wanted / max(inside, wanted)
    upto = [*lower, *([Fraction(0)] if place else [])]
    return [*upto, *[own] * (len(bounds) - place), Fraction(1)]
