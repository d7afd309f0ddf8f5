"""
Worlds of histograms whose slow requests are known: eight pods, scraped for two hours.

Each pod answers a busy route, some two requests a second, and some routes that are asked a few
times in all, whose series are born with their first request. A request is fast (within the bucket
of one second) or slow. Quiet minutes stand on both sides. All times are milliseconds since 1970.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from random import Random
from typing import Final

from remote_write import Series
from scraped import Events, Exposition, Labels, Target, bursts, scraped

SECOND: Final = 1_000
MINUTE: Final = 60_000
PODS: Final = 8
START: Final = 1_704_067_200_000  # 2024-01-01, a whole hour
TRAFFIC: Final = range(START + 10 * MINUTE, START + 130 * MINUTE)
END: Final = TRAFFIC.stop + 10 * MINUTE
MOMENTS: Final = range(START + 7_300, END, MINUTE)
"""Of evaluation."""
MIDDLE: Final = TRAFFIC.start + 60 * MINUTE + 30 * SECOND
"""When things change: half way through a tile."""

_INTERVAL: Final = 15 * SECOND
_STOOD: Final = 1_000_000
_COUNT: Final = ("__name__", "latency_seconds_count")
_BUCKET: Final = ("__name__", "latency_seconds_bucket")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """
    What the pods go through.

    Attributes:
        routes: How many rare routes a pod has, asked once a minute all together.
        respelled: From the middle on the bucket is `1.0` instead of `1`.
        relabelled: From the middle on every series has another label, by a reload.
        restarted: Every process restarts in the middle, and is down for 5s.
        lacking: In the middle every second pod is replaced by one without the bucket.
        torn: How much later than the count a bucket is read.
        late: How much later than its count the bucket of a rare route appears.
    """

    routes: int = 0
    respelled: bool = False
    relabelled: bool = False
    restarted: bool = False
    lacking: bool = False
    torn: int = 0
    late: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """
    What is stored, and what happened that can be told: on pods that have the bucket.

    Attributes:
        bad, total: Slow requests, and all.
    """

    series: tuple[Series, ...]
    bad: int
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Route:
    """One route of one pod; a busy one has counted long before the start."""

    fast: Events
    slow: Events
    stood: int

    def requests(self, start: int, end: int) -> int:
        return self.fast.between(start, end) + self.slow.between(start, end)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pod:
    """What is asked of it, and when its processes live."""

    routes: dict[str, _Route]
    lives: tuple[range, ...]
    has_bucket: bool = True


def world(name: str, scenario: Scenario) -> World:
    """Return the world of a scenario; its pods have the job *name*."""
    random = Random(name)
    series: list[Series] = []
    bad = total = 0
    for number in range(PODS):
        routes = _routes(scenario, random)
        scrapes = range(START + random.randrange(_INTERVAL), END, _INTERVAL)
        for part, pod in enumerate(_pods(routes, scenario, number)):
            lived = range(pod.lives[0].start, pod.lives[-1].stop)
            during = [time for time in scrapes if time in lived]
            labels = (("job", name), ("instance", f"{number}-{part}"))
            for target in _targets(labels, during, pod, scenario):
                series.extend(scraped(target))
            if pod.has_bucket:
                for route in routes.values():
                    bad += sum(route.slow.between(life.start, life.stop) for life in pod.lives)
                    total += sum(route.requests(life.start, life.stop) for life in pod.lives)
    return World(series=tuple(series), bad=bad, total=total)


def _routes(scenario: Scenario, random: Random) -> dict[str, _Route]:
    busy = _Route(
        fast=bursts(random, TRAFFIC, gap=10 * SECOND, most=39),
        slow=bursts(random, TRAFFIC, gap=2 * MINUTE, most=9),
        stood=_STOOD,
    )
    gap = 2 * MINUTE * scenario.routes  # fast and slow in equal parts
    rare = {
        f"/{number}": _Route(
            fast=bursts(random, TRAFFIC, gap=gap, most=1),
            slow=bursts(random, TRAFFIC, gap=gap, most=1),
            stood=0,
        )
        for number in range(scenario.routes)
    }
    return {"/": busy, **rare}


def _pods(routes: dict[str, _Route], scenario: Scenario, number: int) -> Iterator[_Pod]:
    """Yield the pods that stand at one place, one after the other."""
    before, after = range(START, MIDDLE), range(MIDDLE + 5 * SECOND, END)
    if scenario.lacking and number % 2:
        yield _Pod(routes=routes, lives=(before,))
        yield _Pod(routes=routes, lives=(range(MIDDLE, END),), has_bucket=False)
    elif scenario.restarted:
        yield _Pod(routes=routes, lives=(before, after))
    else:
        yield _Pod(routes=routes, lives=(range(START, END),))


def _targets(
    labels: Labels, scrapes: Sequence[int], pod: _Pod, scenario: Scenario
) -> Iterator[Target]:
    """Yield the scrape loops of a pod: a reload that relabels begins another."""
    expose = partial(_exposed, pod, scenario)
    gone = scrapes[-1] + _INTERVAL if pod.lives[-1].stop < END else None
    if not scenario.relabelled:
        yield Target(labels=labels, scrapes=scrapes, expose=expose, gone=gone)
        return
    middle = bisect_left(scrapes, MIDDLE)
    yield Target(labels=labels, scrapes=scrapes[:middle], expose=expose)
    yield Target(labels=labels, scrapes=scrapes[middle:], expose=expose, gone=gone)


def _exposed(pod: _Pod, scenario: Scenario, time: int) -> Exposition | None:
    life = next((life for life in pod.lives if time in life), None)
    if life is None:
        return None
    found: dict[Labels, float] = {}
    spelled = "1.0" if scenario.respelled and time >= MIDDLE else "1"
    zone = (("zone", "a"),) if scenario.relabelled and time >= MIDDLE else ()
    for path, route in pod.routes.items():
        stood = route.stood if life.start == START else 0
        count = route.requests(life.start, time)
        if not count and not route.stood:
            continue
        labels = (("route", path), *zone)
        found[_COUNT, *labels] = stood + count
        found[_BUCKET, *labels, ("le", "+Inf")] = stood + count
        appeared = route.stood or route.requests(life.start, time - scenario.late)
        if pod.has_bucket and appeared:
            fast = route.fast.between(life.start, time + scenario.torn)
            found[_BUCKET, *labels, ("le", spelled)] = stood + fast
    return found
