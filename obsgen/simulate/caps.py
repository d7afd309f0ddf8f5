"""Label sets that an alert watches get few events: as many as a good day has of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction

from obsgen.simulate.chance import PPM
from obsgen.simulate.families import Cap, Family
from obsgen.simulate.habits import FAILING_PPM
from obsgen.simulate.kinds import Labels, shares
from obsgen.simulate.limits import Limited
from obsgen.simulate.verdicts import alone, is_met


def capped(family: Family, kinds: int) -> Family:
    """
    Return a family that keeps to the limits of its habit.

    Where a limit is on all label sets, the metric counts a part of what arrives; where it is on
    some of them, what is too much goes to the one that is most like them and is not watched.
    """
    for limited in family.habit.limits:
        family = _kept(family, limited, kinds)
    # Nothing asks for the conditions any more, and not every measure can go to another process.
    return replace(family, habit=replace(family.habit, limits=()))


def _kept(family: Family, limited: Limited, kinds: int) -> Family:
    metric, habit = family.metric, family.habit
    every = (*family.healthy, *family.failing)
    bad = {
        place
        for place, own in enumerate(every)
        if is_met(limited.condition, alone(metric, own, limited.condition))
    }
    share = limited.share / (habit.amount or 1)
    if len(bad) == len(every):
        if metric.role == "requests" or limited.condition.measure.unit.is_ratio:
            return family
        share_ppm = min(habit.share_ppm, int(share * PPM))
        return replace(family, habit=replace(habit, share_ppm=share_ppm, is_there=True))
    met = _met(family, kinds)
    total = sum((met[place] for place in bad), Fraction(0))
    if total <= share:
        return family
    keep = int(share / total * PPM)
    caps = dict(family.caps)
    for place in bad:
        before = caps[place].keep_ppm if place in caps else PPM
        caps[place] = Cap(keep_ppm=min(before, keep), instead=_likest(place, every, bad))
    return replace(family, caps=caps)


def _met(family: Family, kinds: int) -> Mapping[int, Fraction]:
    """Return the share of what arrives that each label set has."""
    well, badly = shares(kinds)
    failing, first = Fraction(FAILING_PPM, PPM), len(family.healthy)
    found = dict.fromkeys(range(first + len(family.failing)), Fraction(0))
    for kind, place in enumerate(family.healthy_at):
        found[place] += well[kind] * (1 - failing)
    for kind, place in enumerate(family.failing_at):
        found[first + place] += badly[kind] * failing
    return found


def _likest(place: int, every: tuple[Labels, ...], bad: set[int]) -> int:
    others = (other for other in range(len(every)) if other not in bad)
    return max(others, key=lambda other: len(every[place].items() & every[other].items()))
