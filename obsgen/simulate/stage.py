"""What is simulated: services with their targets, their traffic and what befalls them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

from obsgen.artefacts import OutputFile
from obsgen.model import Act, Service
from obsgen.simulate.balance import balanced
from obsgen.simulate.families import Family, Size
from obsgen.simulate.habits import FAILING_PPM, habits_of
from obsgen.simulate.play import Played, can_change, played
from obsgen.simulate.population import Target, populate
from obsgen.simulate.probes import PREFIX, probe_targets
from obsgen.simulate.traffic import DAY_AND_NIGHT, FULL, WEEK, Span, Traffic
from obsgen.simulate.vocabulary import Words, vocabulary_of, words_of
from obsgen.simulate.world import World

SIZE: Final = Size(targets=2, healthy=8, failing=3, values=3)
_ENDINGS: Final = ("", "_bucket", "_count", "_sum", "_created")
_NAME: Final = re.compile(r"[a-zA-Z_:]\w*", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """A service that is played: its targets, and how much arrives at each."""

    service: str
    targets: tuple[Target, ...]
    traffic: Traffic

    def world(self, *, seed: int, start: int, step: int, acts: tuple[Played, ...]) -> World:
        """Return its world at the beginning."""
        return World(self.targets, self.traffic, seed=seed, start=start, step=step, acts=acts)


@dataclass(frozen=True, kw_only=True)
class Plan:
    """
    What is asked of a simulation.

    Attributes:
        queries: What rules and dashboards ask: the words in them are among the labels' values.
        acts: Each with the name of its service, or an empty one for all.
        only_asked: Leave out the metrics that nothing asks for.
        speed: By this the times of acts, days and weeks are divided.
    """

    services: tuple[Service, ...]
    queries: tuple[str, ...]
    acts: tuple[tuple[str, Act], ...] = ()
    only_asked: bool = False
    speed: int = 1

    @cached_property
    def casts(self) -> tuple[Cast, ...]:
        """The services that have something to show."""
        asked = _names(self.queries) if self.only_asked else None
        shown = (_shown(cast, asked) for cast in self._whole)
        return tuple(cast for cast in shown if cast.targets)

    def acts_of(self, service: str, span: Span) -> tuple[Played, ...]:
        """Return what befalls a service; a span as for `played`."""
        own = (act for name, act in self.acts if name in {"", service})
        return played(own, span, speed=self.speed)

    def idle_acts(self) -> Iterator[Act]:
        """Yield the acts that change nothing: no series, and no target, is what they mean."""
        for name, act in self.acts:
            targets = (t for c in self._whole if name in {"", c.service} for t in c.targets)
            if not any(can_change(act, target) for target in targets):
                yield act

    @cached_property
    def _whole(self) -> tuple[Cast, ...]:
        """All services with all that they have."""
        words = words_of(self.queries)
        return tuple(self._cast(service, words) for service in self.services)

    def _cast(self, service: Service, words: Words) -> Cast:
        acts = [act for name, act in self.acts if name in {"", service.name}]
        habits = balanced(service, habits_of(service, self.speed))
        vocabulary = vocabulary_of(service, words, acts)
        found = populate(service, SIZE, vocabulary=vocabulary, habits=habits)
        own = (_without_probes(target) if service.probes else target for target in found)
        traffic = Traffic(
            arrivals=habits.arrivals,
            day=_above(habits.floor),
            failing_ppm=FAILING_PPM,
            week=WEEK,
            pace=self.speed,
        )
        return Cast(service=service.name, targets=(*own, *probe_targets(service)), traffic=traffic)


def _above(floor: int) -> tuple[int, ...]:
    """Return the day, its night raised to a load."""
    return tuple(floor + load * (FULL - floor) // FULL for load in DAY_AND_NIGHT)


def queries_of(files: Iterable[OutputFile]) -> tuple[str, ...]:
    """Return the texts of rules and dashboards, with what they ask as it is asked."""
    return tuple(
        file.data.decode().replace('\\"', '"')
        for file in files
        if file.path.endswith((".rules.yml", ".json"))
    )


def _names(queries: Iterable[str]) -> frozenset[str]:
    return frozenset(name for query in queries for name in _NAME.findall(query))


def _shown(cast: Cast, asked: frozenset[str] | None) -> Cast:
    """Return a cast without what nobody asks for."""
    targets = (_narrowed(target, asked) for target in cast.targets)
    return replace(cast, targets=tuple(target for target in targets if target.families))


def _narrowed(target: Target, asked: frozenset[str] | None) -> Target:
    if asked is None:
        return target
    kept = (f for f in target.families if any(f.metric.name + end in asked for end in _ENDINGS))
    return replace(target, families=tuple(kept))


def _without_probes(target: Target) -> Target:
    def is_own(family: Family) -> bool:
        return not family.metric.name.startswith(PREFIX)

    return replace(target, families=tuple(filter(is_own, target.families)))
