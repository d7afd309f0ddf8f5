"""Events are shared out among the label sets of a metric: each kind of them has its place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from obsgen.simulate.chance import PPM, Chance
from obsgen.simulate.families import Family
from obsgen.simulate.instruments import Arrivals
from obsgen.simulate.kinds import most_like
from obsgen.simulate.play import Played, Touched

_CHUNKS: Final = 8
"""So many draws tell, at most, which kinds are counted of those that arrive."""


class Crowds:
    """
    The healthy and the failing label sets of a metric.

    Where only the one kind is there, a metric that says nothing of failures counts all that
    arrives, and a metric of errors alone only what fails.
    """

    def __init__(self, family: Family, chance: Chance, touched: Touched) -> None:
        healthy = len(family.healthy)
        self._healthy = family.healthy_at or tuple(range(healthy))
        own = family.failing_at or tuple(range(len(family.failing)))
        self._failing = tuple(healthy + place for place in own) or self._healthy
        self._share = family.habit.share_ppm
        self._caps = family.caps
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
        for places, kinds, is_failing in (
            (self._healthy, arrivals.healthy, False),
            (self._failing, arrivals.failing, True),
        ):
            if places:
                for kind, events in enumerate(self._part(kinds)):
                    if events:
                        place = places[kind % len(places)]
                        if place in self._caps:
                            yield from self._capped(place, events, is_failing=is_failing)
                        else:
                            yield place, events, is_failing

    def _capped(
        self, place: int, events: int, *, is_failing: bool
    ) -> Iterator[tuple[int, int, bool]]:
        cap = self._caps[place]
        kept = self._chance.rounded(events * cap.keep_ppm)
        if kept:
            yield place, kept, is_failing
        if events > kept:
            yield cap.instead, events - kept, is_failing

    def _part(self, kinds: Sequence[int]) -> Sequence[int]:
        """Return how many of each kind are counted."""
        if self._share == PPM or not self._share:
            return kinds if self._share else ()
        left = self._chance.rounded(sum(kinds) * self._share)
        found = [0] * len(kinds)
        chunk = -(-left // _CHUNKS)
        while left > 0:
            part = min(chunk, left)
            found[_met(kinds, self._chance.below(sum(kinds)))] += part
            left -= part
        return found

    def _failed(self, acts: tuple[Played, ...], place: int, events: int) -> int:
        shares = [
            each.act.effect.failing_ppm for each in acts if place in self._touched.places(each)
        ]
        return self._chance.rounded(events * max(shares, default=0))


def _met(kinds: Sequence[int], event: int) -> int:
    """Return the kind of an event, by its number among all."""
    for kind, events in enumerate(kinds):
        event -= events
        if event < 0:
            return kind
    return 0


def _likest(family: Family) -> dict[int, int]:
    if not family.failing:
        return {}
    first = len(family.healthy)
    return {
        place: first + most_like(own, family.failing) for place, own in enumerate(family.healthy)
    }
