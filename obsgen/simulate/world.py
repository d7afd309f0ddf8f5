"""
The world: targets with their processes, advanced step by step.

What happens does not depend on who looks, or when: a world that is scraped twice as often counts
the same events at the same moments. A step is short against a scrape interval and divides the
minute; what happens within one is attributed to its beginning.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final, TypeVar

from obsgen.catalogue import MetricType
from obsgen.model.scenarios import USUAL
from obsgen.simulate.chance import PPM, Chance
from obsgen.simulate.counters import Counter, Priced
from obsgen.simulate.distributions import Histogram, Summary
from obsgen.simulate.families import Family
from obsgen.simulate.gauges import Gauge
from obsgen.simulate.instruments import Arrivals, Instrument
from obsgen.simulate.kinds import Labels, mixes
from obsgen.simulate.play import Played
from obsgen.simulate.population import Target
from obsgen.simulate.traffic import FULL, HOUR, Burst, Restart, Traffic
from obsgen.simulate.truth import MINUTE, Account, Selection, Tally

Happening = TypeVar("Happening")

STEP: Final = 5_000
_DOWN: Final = 30_000
"""Milliseconds."""
_SIZES: Final = 8
"""Of what arrives in one step, no more than a part of so many takes equally long."""

_INSTRUMENTS: Final[Mapping[MetricType, Callable[[Family, Labels, Chance], Instrument]]] = {
    "counter": Counter,
    "gauge": Gauge,
    "histogram": Histogram,
    "summary": Summary,
}


class Process:
    """
    What runs at a target, from its start to its death.

    Attributes:
        started: Milliseconds since the epoch.
    """

    def __init__(self, target: Target, started: int, chance: Chance) -> None:
        self.started = started
        self.instruments = _instruments(target, chance)

    def take(self, arrivals: Arrivals) -> None:
        """Let a step's work arrive."""
        for instrument in self.instruments:
            instrument.take(arrivals)

    def watch(self, account: Account, tally: Tally) -> None:
        """From now on note the events of an account with a tally."""
        for instrument in self.instruments:
            instrument.watch(account, tally)


def _instruments(target: Target, chance: Chance) -> tuple[Instrument, ...]:
    """Return what the process counts with; a price list reads the counter that it is for."""
    made: dict[str, Instrument] = {}
    for family in sorted(target.families, key=lambda each: each.habit.price is not None):
        price = family.habit.price
        of = made.get(price.of.name) if price is not None else None
        made[family.metric.name] = (
            Priced(family, price, of)
            if price is not None and isinstance(of, Counter)
            else _INSTRUMENTS[family.metric.type](family, target.labels, chance)
        )
    return tuple(made[family.metric.name] for family in target.families)


class World:
    """
    The state of all targets at one moment.

    Attributes:
        now: Milliseconds since the epoch: everything before it has happened.
        step: Milliseconds by which it advances.
        running: The process of each target; None where it is down.
    """

    def __init__(
        self,
        targets: tuple[Target, ...],
        traffic: Traffic,
        *,
        seed: int,
        start: int,
        step: int = STEP,
        acts: tuple[Played, ...] = (),
    ) -> None:
        if start % MINUTE or MINUTE % step:
            raise ValueError(f"a minute does not begin at {start} ms, or has no steps of {step} ms")
        self.targets = targets
        self.now = start
        self.step = step
        self.running: list[Process | None] = [None] * len(targets)
        self._traffic = traffic
        self._acts = tuple(
            tuple(each for each in acts if _may_touch(each, target)) for target in targets
        )
        self._seed = seed
        self._accounts: list[Account] = []
        self._chances = [Chance(seed, "arrivals", place) for place in range(len(targets))]
        self._mixes = [
            mixes(target.kinds, Chance(seed, "kinds", place))
            for place, target in enumerate(targets)
        ]
        self._bursts = _by_step(step, ((burst.at, burst) for burst in traffic.bursts))
        restarts = (*traffic.restarts, *_restarts(acts, targets))
        self._deaths = _by_step(step, ((r.at, r.target) for r in restarts))
        self._births = _by_step(step, ((r.at + r.down, r.target) for r in restarts))
        for place in range(len(targets)):
            self._start(place)

    def account(self, selection: Selection) -> Account:
        """Open an account of a selection; it knows what happens from now on."""
        if self.now % MINUTE:
            raise ValueError("an account begins with a whole minute")
        account = Account(selection, self.now, len(self.targets))
        self._accounts.append(account)
        for place, process in enumerate(self.running):
            if process is not None:
                process.watch(account, account.tallies[place])
        return account

    def advance(self) -> None:
        """Let one step happen, and who dies or starts right after it."""
        bursts = self._bursts.get(self.now, ())
        load = self._traffic.load(self.now)
        for place, process in enumerate(self.running):
            if process is not None:
                here = tuple(burst for burst in bursts if burst.target == place)
                process.take(self._arrivals(place, load, here))
        self.now += self.step
        if self.now % MINUTE == 0:
            for account in self._accounts:
                account.close_minute()
        for place in self._deaths.get(self.now, ()):
            self._end(place)
        for place in self._births.get(self.now, ()):
            self._start(place)

    def scraped(self, place: int) -> None:
        """Note that somebody has seen all that a target has counted so far."""
        for account in self._accounts:
            account.scraped(place)

    def is_gone(self, place: int, at: int) -> bool:
        """Say whether an act lets a target not answer at a moment."""
        labels = self.targets[place].labels
        return any(
            at in each.span and each.act.effect.is_gone and each.touches(labels)
            for each in self._acts[place]
        )

    def _arrivals(self, place: int, load: int, bursts: tuple[Burst, ...]) -> Arrivals:
        chance, traffic = self._chances[place], self._traffic
        acts = tuple(each for each in self._acts[place] if self.now in each.span)
        labels = self.targets[place].labels
        whole = [each.act.effect for each in acts if each.touches(labels)]
        for effect in whole:
            load = load * effect.arrivals // FULL
        mean = traffic.arrivals * load * self.step * (PPM // FULL) // HOUR
        arriving = chance.around(mean)
        shares = (traffic.failing(self.now, place), *(effect.failing_ppm for effect in whole))
        failing = chance.rounded(arriving * max(shares))
        healthy = arriving - failing
        for burst in bursts:
            failing += burst.events * burst.is_failing
            healthy += burst.events * (not burst.is_failing)
        well, badly = self._mixes[place]
        return Arrivals(
            at=self.now,
            load=load,
            healthy=well.share(healthy),
            failing=badly.share(failing),
            alike=max(1, (healthy + failing) // _SIZES),
            acts=tuple(each for each in acts if not _is_arrival(each, labels)),
            pace=traffic.pace,
            step=self.step,
        )

    def _start(self, place: int) -> None:
        if self.running[place] is None:
            chance = Chance(self._seed, "process", place, self.now)
            process = Process(self.targets[place], self.now, chance)
            for account in self._accounts:
                process.watch(account, account.tallies[place])
            self.running[place] = process

    def _end(self, place: int) -> None:
        self.running[place] = None
        for account in self._accounts:
            account.died(place, self.now)


def _may_touch(played: Played, target: Target) -> bool:
    every = (
        {**target.labels, **own}
        for family in target.families
        for own in (*family.healthy, *family.failing)
    )
    return played.touches(target.labels) or any(played.touches(labels) for labels in every)


def _is_arrival(played: Played, labels: Labels) -> bool:
    """Say whether all that an act does is done when it is told what arrives."""
    effect = played.act.effect
    is_of_some = effect.metric or effect.duration != USUAL or effect.spending != USUAL
    return not is_of_some and played.touches(labels)


def _restarts(acts: tuple[Played, ...], targets: tuple[Target, ...]) -> Iterable[Restart]:
    for each in acts:
        if each.act.effect.restarts:
            for place, target in enumerate(targets):
                if each.touches(target.labels):
                    yield Restart(at=each.span.start, target=place, down=_DOWN)


def _by_step(step: int, moments: Iterable[tuple[int, Happening]]) -> dict[int, list[Happening]]:
    """Return what happens in each step, by the step's beginning."""
    found: dict[int, list[Happening]] = {}
    for at, happening in moments:
        found.setdefault(at // step * step, []).append(happening)
    return found
