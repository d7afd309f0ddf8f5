"""A simulation that goes on with the clock: what each target shows right now."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from obsgen.catalogue import Metric
from obsgen.simulate.instruments import ABSENT, Exposed, Instrument
from obsgen.simulate.kinds import Labels
from obsgen.simulate.stage import Plan
from obsgen.simulate.traffic import Span
from obsgen.simulate.truth import MINUTE
from obsgen.simulate.world import World

_STEPS: Final = (5_000, 2_500, 1_000, 500, 250, 100)
"""Milliseconds, each a part of a minute."""
_LEAD: Final = 10 * MINUTE
"""It has been going on for so long when it is first seen, so that series are there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A metric as a target shows it: its series with their values."""

    metric: Metric
    samples: tuple[tuple[Exposed, float], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a target is: its world, and its number there."""

    world: World
    number: int

    @property
    def labels(self) -> Labels:
        """What the scrape adds."""
        return self.world.targets[self.number].labels


class Live:
    """All services of a plan, each a world."""

    def __init__(self, plan: Plan, *, seed: int, now: int) -> None:
        step = next((s for s in _STEPS if s * plan.speed <= _STEPS[0]), _STEPS[-1])
        start = (now - _LEAD // plan.speed) // MINUTE * MINUTE
        self._lock = threading.Lock()
        self._worlds = tuple(
            cast.world(
                seed=seed, start=start, step=step, acts=plan.acts_of(cast.service, Span(now, now))
            )
            for cast in plan.casts
        )
        self.places = tuple(
            Place(world=world, number=number)
            for world in self._worlds
            for number in range(len(world.targets))
        )
        self.advance(now)

    def advance(self, now: int) -> None:
        """Let happen what happens until a moment, in milliseconds since the epoch."""
        with self._lock:
            self._advance(now)

    def _advance(self, now: int) -> None:
        for world in self._worlds:
            while world.now + world.step <= now:
                world.advance()

    def shown(self, place: Place, now: int) -> tuple[Shown, ...] | None:
        """Return what a target shows; None where it does not answer."""
        with self._lock:
            self._advance(now)
            process = place.world.running[place.number]
            if process is None or place.world.is_gone(place.number, now):
                return None
            families = place.world.targets[place.number].families
            return tuple(
                Shown(metric=family.metric, samples=tuple(_samples(instrument)))
                for family, instrument in zip(families, process.instruments, strict=True)
            )

    def started(self, place: Place) -> float:
        """Return when the process of a target began, in seconds since the epoch."""
        process = place.world.running[place.number]
        return 0.0 if process is None else process.started / 1_000


def _samples(instrument: Instrument) -> Iterator[tuple[Exposed, float]]:
    for series, value in zip(instrument.series, instrument.values(), strict=True):
        if value != ABSENT:
            yield series, value / 10**series.decimals
