"""Events are shared out among the label sets of a metric: the first of them have the most."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Iterator
from itertools import accumulate
from typing import Final

from obsgen.simulate.chance import Chance
from obsgen.simulate.instruments import Arrivals
from obsgen.simulate.population import Family

_CHUNKS: Final = 8
"""Label sets that move within one step, at most: the others have their turn in the next ones."""
_FIRST_WEIGHT: Final = 1_000
"""The n-th label set gets a n-th of what the first one gets (Zipf's law)."""


class Crowd:
    """The places of label sets that events are shared out among."""

    def __init__(self, first: int, size: int, chance: Chance) -> None:
        self._first = first
        self._below = chance.below
        self._upto = list(accumulate(max(1, _FIRST_WEIGHT // n) for n in range(1, size + 1)))

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

    def __init__(self, family: Family, chance: Chance) -> None:
        healthy = len(family.healthy)
        self._healthy = Crowd(0, healthy, chance)
        self._failing = Crowd(healthy, len(family.failing), chance) if family.failing else None

    def share(self, arrivals: Arrivals) -> Iterator[tuple[int, int, bool]]:
        """Yield places, how many events each gets, and whether they fail."""
        if self._healthy:
            for place, events in self._healthy.share(arrivals.healthy):
                yield place, events, False
        crowd = self._failing or self._healthy
        if crowd:
            for place, events in crowd.share(arrivals.failing):
                yield place, events, True
