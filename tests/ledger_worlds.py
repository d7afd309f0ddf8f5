"""
Worlds whose events are known: forty targets that are scraped for six hours, and what goes wrong.

The events come from a seeded generator and are counted there, apart from what the scrapes show.
Ten quiet minutes stand before the traffic and after it, so that no edge blurs a count.
All times are milliseconds since 1970.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from random import Random
from typing import Final

from remote_write import Series
from scraped import Events, Exposition, Labels, Target, bursts, scraped

SECOND: Final = 1_000
MINUTE: Final = 60_000
TARGETS: Final = 40
START: Final = 1_704_067_200_000  # 2024-01-01, a whole hour
TRAFFIC: Final = range(START + 10 * MINUTE, START + 370 * MINUTE)
END: Final = TRAFFIC.stop + 10 * MINUTE
PHASE: Final = 7_300
MOMENTS: Final = range(START + PHASE, END, MINUTE)
"""Of evaluation."""

# What a counter counted long ago. Forty targets have some 5,000 events a minute: it is refused.
OLD: Final = 50_000
_LONG_AGO: Final = START - 24 * 60 * MINUTE
_GOOD_GAP: Final = 10 * SECOND
_GOOD_MOST: Final = 39
_BAD_MOST: Final = 9
_GOOD: Final = (("__name__", "requests_total"), ("code", "200"))
_BAD: Final = (("__name__", "requests_total"), ("code", "500"))
_BORN_AT: Final = (("__name__", "process_start_time_seconds"),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """
    What the targets and their Prometheus go through.

    Attributes:
        intervals: Between scrapes, dealt out to the targets in turn.
        first: Of the first scrape after the start; None: each target has its own.
        jitter: A scrape is at most so much early or late.
        missed: The share of scrapes that fail.
        bad_gap: Between two bursts of bad events of a target, on average.
        stood: What each counter of the first process had counted before.
        routes: Bad series of a target, born with their first error; 0: one, there from the start.
        unreachable, hidden: For how long, once each half hour, a target does not answer, or
            answers without its counters.
        crashes: In each of a target's spans of twenty minutes: when its process ends (after a
            phase of the target's own), and for how long there is none.
        is_replaced: The next process is another instance.
        tells_start: Processes export their start time.
        relabelled: When every series gets another label.
        outages: When Prometheus is down.
    """

    intervals: tuple[int, ...] = (15 * SECOND,)
    first: int | None = None
    jitter: int = 0
    missed: float = 0
    bad_gap: int = MINUTE
    stood: int = OLD
    routes: int = 0
    unreachable: int = 0
    hidden: int = 0
    crashes: tuple[tuple[int, int], ...] = ()
    is_replaced: bool = False
    tells_start: bool = False
    relabelled: int | None = None
    outages: tuple[range, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """
    What is stored, and what happened.

    Attributes:
        bad, total: The events that happened.
        bad_told: The bad ones among them that a scrape could tell before their process ended.
        runs: When rules are evaluated.
    """

    series: tuple[Series, ...]
    bad: int
    bad_told: int
    total: int
    runs: tuple[range, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """Where processes run, one after the other."""

    good: Events
    bad: tuple[tuple[Labels, Events], ...]
    lives: tuple[range, ...]
    unreachable: tuple[range, ...]
    hidden: tuple[range, ...]


def world(name: str, scenario: Scenario) -> World:
    """Return the world of a scenario; its targets have the job *name*."""
    random = Random(name)
    series: list[Series] = []
    bad = told = good = 0
    for number in range(TARGETS):
        place = _place(scenario, random)
        stored = [
            one
            for target in _targets(name, number, place, scenario, random)
            for one in scraped(target)
        ]
        series.extend(stored)
        answered = list(_answered(stored))
        for life in place.lives:
            last = max(life.start, answered[bisect_right(answered, life.stop) - 1])
            good += place.good.between(life.start, life.stop)
            for _, events in place.bad:
                bad += events.between(life.start, life.stop)
                told += events.between(life.start, last)
    runs = tuple(_runs(scenario.outages))
    return World(series=tuple(series), bad=bad, bad_told=told, total=good + bad, runs=runs)


def _place(scenario: Scenario, random: Random) -> _Place:
    keys = [(*_BAD, ("route", f"/{n}")) for n in range(scenario.routes)] or [_BAD]
    gap = scenario.bad_gap * len(keys)
    return _Place(
        good=bursts(random, TRAFFIC, gap=_GOOD_GAP, most=_GOOD_MOST),
        bad=tuple((key, bursts(random, TRAFFIC, gap=gap, most=_BAD_MOST)) for key in keys),
        lives=tuple(_lives(scenario.crashes, random)),
        unreachable=_each_half_hour(scenario.unreachable, random),
        hidden=_each_half_hour(scenario.hidden, random),
    )


def _lives(crashes: Sequence[tuple[int, int]], random: Random) -> Iterator[range]:
    start = START
    phase = random.randrange(MINUTE, 18 * MINUTE)
    for span in range(TRAFFIC.start, TRAFFIC.stop, 20 * MINUTE):
        for after, down in crashes:
            end = span + phase + after
            yield range(start, end)
            start = end + down
    yield range(start, END)


def _each_half_hour(length: int, random: Random) -> tuple[range, ...]:
    starts = [
        half_hour + random.randrange(30 * MINUTE - length)
        for half_hour in range(TRAFFIC.start, TRAFFIC.stop, 30 * MINUTE)
    ]
    return tuple(range(start, start + length) for start in starts)


def _targets(
    name: str, number: int, place: _Place, scenario: Scenario, random: Random
) -> Iterator[Target]:
    """Yield the scrape loops of a place, in the order of time."""
    interval = scenario.intervals[number % len(scenario.intervals)]
    parts = place.lives if scenario.is_replaced else (range(START, END),)
    for part_number, part in enumerate(parts):
        scrapes = list(_scrapes(part, interval, scenario, random))
        missed = {t for t in scrapes if random.random() < scenario.missed}
        expose = partial(_exposed, place, scenario, missed)
        instance = f"{number}-{part_number}"
        labels = (("job", name), ("instance", instance))
        gone = scrapes[-1] + interval if part.stop < END else None
        relabelled = scenario.relabelled or END
        before = [t for t in scrapes if t < relabelled]
        yield Target(labels=labels, scrapes=before, expose=expose, gone=gone)
        if after := scrapes[len(before) :]:
            yield Target(labels=labels, scrapes=after, expose=_with_label(expose))


def _scrapes(part: range, interval: int, scenario: Scenario, random: Random) -> Iterator[int]:
    first = random.randrange(interval) if scenario.first is None else scenario.first
    for planned in range(part.start + first, part.stop, interval):
        time = planned + random.randint(-scenario.jitter, scenario.jitter)
        if time in part and not any(time in outage for outage in scenario.outages):
            yield time


def _exposed(place: _Place, scenario: Scenario, missed: set[int], time: int) -> Exposition | None:
    life = next((life for life in place.lives if time in life), None)
    if life is None or time in missed or any(time in gap for gap in place.unreachable):
        return None
    found: dict[Labels, float] = {}
    if scenario.tells_start:
        found[_BORN_AT] = (_LONG_AGO if life.start == START else life.start) / SECOND
    if any(time in gap for gap in place.hidden):
        return found
    stood = scenario.stood if life.start == START else 0
    found[_GOOD] = stood + place.good.between(life.start, time)
    for key, events in place.bad:
        count = events.between(life.start, time)
        if count or not scenario.routes:
            found[key] = (0 if scenario.routes else stood) + count
    return found


def _answered(stored: Sequence[Series]) -> Iterator[int]:
    """Yield the times of the scrapes that told the counters of a place."""
    for one in stored:
        if set(_GOOD) <= one.labels.items():
            yield from (
                t for t, value in zip(one.times, one.values, strict=True) if value is not None
            )


def _with_label(expose: Callable[[int], Exposition | None]) -> Callable[[int], Exposition | None]:
    def relabelled(time: int) -> Exposition | None:
        exposed = expose(time)
        return exposed and {(*key, ("zone", "a")): value for key, value in exposed.items()}

    return relabelled


def _runs(outages: Sequence[range]) -> Iterator[range]:
    start = MOMENTS.start
    for outage in outages:
        yield range(start, outage.start, MINUTE)
        start += -(-(outage.stop - start) // MINUTE) * MINUTE
    yield range(start, MOMENTS.stop, MINUTE)
