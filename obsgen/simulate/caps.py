"""Label sets that an alert watches get few events: as many as a good day has of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction

from obsgen.simulate.chance import PPM
from obsgen.simulate.families import Cap, Family
from obsgen.simulate.habits import FAILING_PPM
from obsgen.simulate.kinds import Labels, most_like, shares
from obsgen.simulate.limits import Limited, is_share
from obsgen.simulate.verdicts import alone, is_met


def capped(family: Family, kinds: int) -> Family:
    """
    Return a family that keeps to the limits of its habit.

    Where a limit is on all label sets, the metric counts a part of what arrives; where it is on
    some of them, what is too much goes to the one that is most like them and is not watched by any
    limit. Where all are watched by one or another, the metric counts a part of what arrives, too.
    """
    every = (*family.healthy, *family.failing)
    watched = [(limited, _bad(family, limited)) for limited in family.habit.limits]
    some = frozenset[int]().union(*(bad for _, bad in watched if len(bad) < len(every)))
    for limited, bad in watched:
        if len(bad) == len(every):
            family = _counting(family, limited, Fraction(1))
        else:
            family = _kept(family, limited, bad, some, kinds)
    # Nothing asks for the conditions any more, and not every measure can go to another process.
    return replace(family, habit=replace(family.habit, limits=()))


def _bad(family: Family, limited: Limited) -> frozenset[int]:
    """Return the places of the label sets that meet a condition."""
    condition = limited.condition
    return frozenset(
        place
        for place, own in enumerate((*family.healthy, *family.failing))
        if is_met(condition, alone(family.metric, own, condition))
    )


def _counting(family: Family, limited: Limited, total: Fraction) -> Family:
    """Return a family that counts less of what arrives, so much of which a limit is on."""
    habit = family.habit
    is_whole = total == 1 and family.metric.role == "requests"
    if is_whole or is_share(limited.condition):
        return family
    share_ppm = min(habit.share_ppm, int(_share(family, limited) / total * PPM))
    return replace(family, habit=replace(habit, share_ppm=share_ppm, is_there=True))


def _kept(
    family: Family, limited: Limited, bad: frozenset[int], some: frozenset[int], kinds: int
) -> Family:
    """Return a family some label sets of which get few events; *some* may not get the others."""
    met = _met(family, kinds)
    total = sum((met[place] for place in bad), Fraction(0))
    share = _share(family, limited)
    if total <= share:
        return family
    every = (*family.healthy, *family.failing)
    if len(some) == len(every):
        if not is_share(limited.condition):
            return _counting(family, limited, total)
        some = bad
    keep = int(share / total * PPM)
    caps = dict(family.caps)
    for place in bad:
        before = caps[place].keep_ppm if place in caps else PPM
        caps[place] = Cap(keep_ppm=min(before, keep), instead=_likest(place, every, some))
    return replace(family, caps=caps)


def _share(family: Family, limited: Limited) -> Fraction:
    return limited.share / (family.habit.amount or 1)


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


def _likest(place: int, every: tuple[Labels, ...], watched: frozenset[int]) -> int:
    others = [other for other in range(len(every)) if other not in watched]
    return others[most_like(every[place], [every[other] for other in others])]
