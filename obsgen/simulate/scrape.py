"""
Scrapes of the world: what Prometheus gets to see of it, and when.

Each target is scraped at a phase of its own. A sample carries the moment of the scrape and shows
what had been counted by the last step before it. Moments are eighths of a second, which every
reader of decimal time stamps takes for what they are.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from obsgen.simulate.chance import PPM, Chance
from obsgen.simulate.instruments import ABSENT
from obsgen.simulate.traffic import Scraping
from obsgen.simulate.world import Process, World

GRID: Final = 125
"""Milliseconds between the moments at which a scrape may begin."""

_TOOK: Final = (2, 40)
"""Milliseconds that a scrape takes, from the quickest to the slowest."""
_OF_A_PROCESS: Final = 1
"""Samples beside those of the instruments: when the process was started."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scrape:
    """
    What one scrape saw.

    Attributes:
        at: Milliseconds since the epoch.
        target: The place of the target.
        process: Who answered; None where nobody did.
        values: Of each instrument of the process.
        samples: How many the answer held.
        added: How many of them were of series that the scrape before it did not bring.
        took: Milliseconds.
    """

    at: int
    target: int
    process: Process | None = None
    values: tuple[array[int], ...] = ()
    samples: int = 0
    added: int = 0
    took: int = 0

    @property
    def started(self) -> int:
        """When the process was started, in milliseconds since the epoch."""
        return ABSENT if self.process is None else self.process.started


class Scraper:
    """Scrapes all targets of a world while it advances."""

    def __init__(self, world: World, scraping: Scraping, *, seed: int) -> None:
        self.world = world
        self._scraping = scraping
        self._chances = [Chance(seed, "scrapes", place) for place in range(len(world.targets))]
        phases = (chance.below(scraping.interval // GRID) * GRID for chance in self._chances)
        self._due = [world.now + phase for phase in phases]
        self._next = [due + self._late(place) for place, due in enumerate(self._due)]
        self._known = [0] * len(world.targets)

    def until(self, end: int) -> Iterator[Scrape]:
        """Advance the world until *end*, and yield all scrapes before it, in order of time."""
        while self.world.now < end:
            # A scrape within a step sees the state at its beginning.
            for at, place in self._due_before(self.world.now + self.world.step):
                if not self._is_missed(at, place):
                    yield self._scrape(at, place)
            self.world.advance()

    def _due_before(self, end: int) -> list[tuple[int, int]]:
        found = []
        for place in range(len(self._next)):
            while self._next[place] < end:
                found.append((self._next[place], place))
                self._due[place] += self._scraping.interval
                self._next[place] = self._due[place] + self._late(place)
        return sorted(found)

    def _late(self, place: int) -> int:
        return self._chances[place].below(self._scraping.jitter // GRID + 1) * GRID

    def _is_missed(self, at: int, place: int) -> bool:
        gap = self._scraping.gap(at, place)
        is_away = gap is not None and not gap.is_noticed
        return self._chances[place].below(PPM) < self._scraping.missed_ppm or is_away

    def _scrape(self, at: int, place: int) -> Scrape:
        process = self.world.running[place]
        if process is None or self._scraping.gap(at, place) or self.world.is_gone(place, at):
            self._known[place] = 0
            return Scrape(at=at, target=place)
        self.world.scraped(place)
        values = tuple(instrument.values() for instrument in process.instruments)
        samples = _OF_A_PROCESS + sum(len(each) - each.count(ABSENT) for each in values)
        added = max(0, samples - self._known[place])
        self._known[place] = samples
        return Scrape(
            at=at,
            target=place,
            process=process,
            values=values,
            samples=samples,
            added=added,
            took=self._chances[place].between(*_TOOK),
        )
