"""Events are shared out among the label sets of a metric: the first of them have the most."""

from __future__ import annotations

import re
from bisect import bisect
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import Final

from obsgen.simulate.chance import PPM, Chance
from obsgen.simulate.instruments import Arrivals
from obsgen.simulate.play import Played, Touched
from obsgen.simulate.population import Family, Labels

_CHUNKS: Final = 8
"""Label sets that move within one step, at most: the others have their turn in the next ones."""
_REFUSED: Final = re.compile(r"4\d\d|denied|refused|unauthorized|forbidden|blocked")
_SELDOM: Final = 100
_FIRST_WEIGHT: Final = 1_000
"""The n-th label set gets a n-th of what the first one gets (Zipf's law)."""


def _is_refused(labels: Labels) -> bool:
    """Say whether a label set is of what is turned away: seldom, though no failure."""
    return any(_REFUSED.fullmatch(value) for value in labels.values())


class Crowd:
    """The places of label sets that events are shared out among."""

    def __init__(self, first: int, sets: Sequence[Labels], chance: Chance) -> None:
        self._first = first
        self._below = chance.below
        weights = (
            max(1, _FIRST_WEIGHT // n) // (_SELDOM if _is_refused(own) else 1)
            for n, own in enumerate(sets, 1)
        )
        self._upto = list(accumulate(max(1, weight) for weight in weights))

    def __bool__(self) -> bool:
        return bool(self._upto)

    def share(self, events: int) -> Iterator[tuple[int, int]]:
        """Yield places, and how many events each gets."""
        chunk = -(-events // _CHUNKS)
        while events > 0:
            part = min(chunk, events)
            yield self._first + bisect(self._upto, self._below(self._upto[-1])), part
            events -= part


class Crowds:
    """
    The healthy and the failing label sets of a metric.

    Where only the one kind is there, a metric that says nothing of failures counts all that
    arrives, and a metric of errors alone only what fails.
    """

    def __init__(self, family: Family, chance: Chance, touched: Touched) -> None:
        healthy = len(family.healthy)
        self._healthy = Crowd(0, family.healthy, chance)
        self._failing = Crowd(healthy, family.failing, chance) if family.failing else None
        self._share = family.habit.share_ppm
        self._chance = chance
        self._touched = touched
        # Where an act lets a label set fail that goes well: the failing one that is most like it.
        self._like = _likest(family)

    def share(self, arrivals: Arrivals) -> Iterator[tuple[int, int, bool]]:
        """Yield places, how many events each gets, and whether they fail."""
        if not arrivals.acts:
            yield from self._usual(arrivals)
            return
        for place, usual, is_failing in self._usual(arrivals):
            events = usual * self._touched.scaled(arrivals.acts, place, "arrivals") // 1_000
            failed = 0 if is_failing else self._failed(arrivals.acts, place, events)
            if failed:
                yield self._like.get(place, place), failed, True
            if events > failed:
                yield place, events - failed, is_failing

    def _usual(self, arrivals: Arrivals) -> Iterator[tuple[int, int, bool]]:
        healthy, failing = self._part(arrivals.healthy), self._part(arrivals.failing)
        if self._healthy:
            for place, events in self._healthy.share(healthy):
                yield place, events, False
        crowd = self._failing or self._healthy
        if crowd:
            for place, events in crowd.share(failing):
                yield place, events, True

    def _part(self, events: int) -> int:
        return events if self._share == PPM else self._chance.rounded(events * self._share)

    def _failed(self, acts: tuple[Played, ...], place: int, events: int) -> int:
        shares = [
            each.act.effect.failing_ppm for each in acts if place in self._touched.places(each)
        ]
        return self._chance.rounded(events * max(shares, default=0))


def _likest(family: Family) -> dict[int, int]:
    first = len(family.healthy)
    found = {}
    for place, own in enumerate(family.healthy):
        alike = [len(own.items() & other.items()) for other in family.failing]
        if alike:
            found[place] = first + alike.index(max(alike))
    return found
