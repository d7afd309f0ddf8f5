"""What scrapes see of simulated services, as the series that Prometheus would have stored."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, replace
from typing import Final

from obsgen.model import Service
from obsgen.preview.simulated.remote_write import Series
from obsgen.preview.simulated.scenes import SCRAPE_MS, story
from obsgen.preview.simulated.states import States, stately
from obsgen.simulate import Scrape, Scraper, Size, Span, Target, World, populate
from obsgen.simulate.families import Family
from obsgen.simulate.habits import Habits, habits_of
from obsgen.simulate.instruments import ABSENT, Exposed, Instrument
from obsgen.simulate.probes import PREFIX
from obsgen.simulate.vocabulary import vocabulary_of, words_of

SEED: Final = 7
SIZE: Final = Size(targets=2, healthy=8, failing=4, values=2)
"""Few, so that a preview takes seconds."""

_SELDOM_PPM: Final = 20_000
"""Of what arrives, what is counted that no alert asks about and that good days have none of."""

_ENDINGS: Final = ("", "_bucket", "_count", "_sum", "_created")
_MS: Final = 1_000


@dataclass(frozen=True, slots=True)
class Cast:
    """A service and the targets of it that are played, with what arrives at each in an hour."""

    service: Service
    targets: tuple[Target, ...]
    arrivals: int


def casts(
    services: Iterable[Service],
    wanted: Set[str],
    states: Sequence[States] = (),
    queries: Iterable[str] = (),
) -> Iterator[Cast]:
    """
    Yield the targets of each service.

    Args:
        wanted: Somebody asks for these metrics alone.
        states: Which numbers gauges may be.
        queries: What is asked: the words in it are among the values of labels.
    """
    words = words_of(queries)
    for service in services:
        habits = _lively(habits_of(service), service, states)
        vocabulary = vocabulary_of(service, words, ())
        every = populate(service, SIZE, vocabulary=vocabulary, habits=habits)
        found = tuple(
            replace(
                target,
                labels={**_everywhere(service), **target.labels},
                families=tuple(f for f in target.families if _is(f, wanted)),
            )
            for target in (tuple(_without_probes(every)) if service.probes else every)
        )
        if found:
            yield Cast(service, found, habits.arrivals)


def _everywhere(service: Service) -> dict[str, str]:
    """Return what the targets of a service all carry, as those of one environment."""
    own = (m for m in service.scope if m.op == "=" and m.label not in {"job", "instance"})
    return {m.label: m.value for m in own if m.value}


def _lively(habits: Habits, service: Service, states: Sequence[States]) -> Habits:
    """Return habits with a little of what good days have none of: a picture shall show it."""
    found = {
        name: habit if habit.share_ppm else replace(habit, share_ppm=_SELDOM_PPM)
        for name, habit in habits.by_metric.items()
    }
    for name, low, high in states:
        metric = service.catalogue.metrics.get(name)
        if metric is not None and metric.type == "gauge" and name in found:
            found[name] = stately(found[name], low, high)
    return replace(habits, by_metric=found)


def _without_probes(targets: Iterable[Target]) -> Iterator[Target]:
    """Yield targets without what the blackbox exporter tells, which has targets of its own."""
    for target in targets:
        own = tuple(f for f in target.families if not f.metric.name.startswith(PREFIX))
        if own or not target.families:
            yield replace(target, families=own)


def _is(family: Family, wanted: Set[str]) -> bool:
    name = family.metric.name
    return any(f"{name}{ending}" in wanted for ending in _ENDINGS)


def played(cast: Cast, span: Span, advance: Callable[[int], None]) -> tuple[Series, ...]:
    """
    Let a story happen to a service, and scrape it.

    Args:
        advance: Is told how many minutes more have passed.
    """
    told = story(span, len(cast.targets), cast.arrivals)
    world = World(cast.targets, told.traffic, seed=SEED, start=span.start, step=SCRAPE_MS)
    store = _Store(world)
    minute = span.start
    for scrape in Scraper(world, told.scraping, seed=SEED).until(span.end):
        store.take(scrape)
        if passed := (scrape.at - minute) // 60_000:
            advance(passed)
            minute += passed * 60_000
    return store.series


class _Store:
    """Keeps what scrapes bring; a series that a scrape no longer brings is marked as stale."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._found: dict[tuple[int, str, tuple[tuple[str, str], ...]], Series] = {}
        self._alive: list[set[Series]] = [set() for _ in world.targets]
        self._known: dict[Instrument, list[Series]] = {}

    @property
    def series(self) -> tuple[Series, ...]:
        """All series."""
        return tuple(self._found.values())

    def take(self, scrape: Scrape) -> None:
        """Keep what a scrape brought."""
        place, at = scrape.target, scrape.at
        now: set[Series] = set()
        for name, told in _OF_A_SCRAPE.items():
            self._one(place, Exposed(name, {})).add(at, told(scrape))
        if scrape.process is not None:
            started = self._one(place, Exposed("process_start_time_seconds", {}))
            started.add(at, scrape.started / _MS)
            now.add(started)
            for instrument, values in zip(scrape.process.instruments, scrape.values, strict=True):
                if instrument not in self._known:
                    every = [self._one(place, exposed) for exposed in instrument.series]
                    self._known[instrument] = every
                for exposed, one, value in zip(
                    instrument.series, self._known[instrument], values, strict=True
                ):
                    if value != ABSENT:
                        one.add(at, value / 10**exposed.decimals)
                        now.add(one)
        for gone in self._alive[place] - now:
            gone.add(at, None)
        self._alive[place] = now

    def _one(self, place: int, exposed: Exposed) -> Series:
        key = (place, exposed.name, tuple(exposed.labels.items()))
        if key not in self._found:
            target = self._world.targets[place].labels
            labels = {"__name__": exposed.name, **exposed.labels, **target}
            self._found[key] = Series(labels=labels)
        return self._found[key]


# Prometheus, "Jobs and instances": what it stores beside the samples of a scrape.
_OF_A_SCRAPE: Final[dict[str, Callable[[Scrape], float]]] = {
    "up": lambda scrape: float(scrape.process is not None),
    "scrape_duration_seconds": lambda scrape: scrape.took / _MS,
    "scrape_samples_scraped": lambda scrape: float(scrape.samples),
    "scrape_samples_post_metric_relabeling": lambda scrape: float(scrape.samples),
    "scrape_series_added": lambda scrape: float(scrape.added),
}
