"""Simulated traffic as a Prometheus has stored it, stale markers included, with its truth."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from remote_write import Series

from obsgen import build
from obsgen.artefacts import RuleGroup
from obsgen.matchers import Matcher
from obsgen.model import Service
from obsgen.simulate import (
    Scrape,
    Scraper,
    Selection,
    Size,
    Span,
    Story,
    World,
    populate,
)
from obsgen.simulate.instruments import ABSENT, Exposed, Instrument

START: Final = 1_700_006_400_000
"""Midnight, UTC, in milliseconds: the ledger's tiles and the day of the traffic begin."""
MINUTE: Final = 60_000
DAY: Final = 86_400_000
MARGIN: Final = 15 * MINUTE
"""Without traffic at both ends, so that every event falls into a window of all."""

_SPEC: Final = """\
apiVersion: obsgen/v1
kind: Project
name: accuracy
prometheus: {retention: 1y}
---
apiVersion: obsgen/v1
kind: Service
name: shop
scrape: [{job: shop, targets: [%(targets)s]}]
where: {job: shop}
metrics:
  requests_total:
    type: counter
    labels: {method: [GET, POST, PUT], code: ["200", "201", "404", "500", "502", "503"]}
    role: requests
    bad: {code: "5.."}
  request_duration_seconds:
    type: histogram
    labels: {route: [cart, order, item, user]}
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5]
    role: duration
slos:
  - name: availability
    objective: 99.9
    period: %(period)s
    sli: {events: {total: requests_total, bad: {code: "5.."}}}
  - name: latency
    objective: 99
    period: %(period)s
    sli: {latency: {histogram: request_duration_seconds, below: 500ms}}
"""

_BAD: Final = (Matcher("code", "=~", "5.."),)
_LIMIT: Final = Decimal("0.5")


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """What really happened to one SLO: all its events and the bad ones."""

    total: int
    bad: int

    @property
    def ratio(self) -> float:
        """The error ratio."""
        return self.bad / self.total


@dataclass(frozen=True, slots=True, kw_only=True)
class Backfill:
    """
    A story as it was scraped.

    Attributes:
        truth: By SLO, everything that happened.
        lost: By SLO, what died with its process before a scrape had seen it.
    """

    span: Span
    series: tuple[Series, ...]
    truth: Mapping[str, Truth]
    lost: Mapping[str, Truth]


def service_for(days: int, targets: int) -> tuple[Service, tuple[RuleGroup, ...]]:
    """Return the service whose SLOs have a period of so many days, and the rules of it."""
    named = ", ".join(f'"shop-{number}:8080"' for number in range(targets))
    text = _SPEC % {"targets": named, "period": f"{days}d"}
    built = build({"specs/shop.yaml": text})
    (rule_file,) = built.compiled[0].rule_files
    return built.specs[0].services[0], rule_file.groups


def played(service: Service, story: Story, span: Span, *, seed: int) -> Backfill:
    """Let a story happen from the beginning of a span to its end, and scrape it."""
    world = World(populate(service, Size()), story.traffic, seed=seed, start=span.start)
    accounts = {
        "availability": (
            world.account(Selection(metric="requests_total")),
            world.account(Selection(metric="requests_total", where=_BAD)),
        ),
        "latency": (
            world.account(Selection(metric="request_duration_seconds")),
            world.account(Selection(metric="request_duration_seconds", above=_LIMIT)),
        ),
    }
    stored = _stored(world, Scraper(world, story.scraping, seed=seed).until(span.end))
    return Backfill(
        span=span,
        series=tuple(stored),
        truth={
            slo: _truth(account.events(span) for account in pair) for slo, pair in accounts.items()
        },
        lost={
            slo: _truth(account.lost(span) for account in pair) for slo, pair in accounts.items()
        },
    )


def _truth(counts: Iterable[int]) -> Truth:
    total, bad = counts
    return Truth(total=total, bad=bad)


class _Stored:
    """The samples of one series while they come."""

    def __init__(self) -> None:
        self.times: list[int] = []
        self.values: list[float | None] = []

    def add(self, at: int, value: float | None) -> None:
        self.times.append(at)
        self.values.append(value)


def _stored(world: World, scrapes: Iterator[Scrape]) -> Iterator[Series]:
    """Yield what Prometheus stores: a series that a scrape no longer brings is marked as stale."""
    found: dict[tuple[int, str, tuple[tuple[str, str], ...]], _Stored] = {}
    alive: list[set[_Stored]] = [set() for _ in world.targets]
    known: dict[Instrument, list[_Stored]] = {}

    def series(target: int, exposed: Exposed) -> _Stored:
        key = (target, exposed.name, tuple(exposed.labels.items()))
        return found.setdefault(key, _Stored())

    for scrape in scrapes:
        now = set()
        up = series(scrape.target, Exposed("up", {}))
        up.add(scrape.at, float(scrape.process is not None))
        if scrape.process is not None:
            started = series(scrape.target, Exposed("process_start_time_seconds", {}))
            started.add(scrape.at, scrape.started / 1000)
            now.add(started)
            for instrument, values in zip(scrape.process.instruments, scrape.values, strict=True):
                if instrument not in known:
                    known[instrument] = [series(scrape.target, e) for e in instrument.series]
                for exposed, one, value in zip(
                    instrument.series, known[instrument], values, strict=True
                ):
                    if value != ABSENT:
                        one.add(scrape.at, value / 10**exposed.decimals)
                        now.add(one)
        for gone in alive[scrape.target] - now:
            gone.add(scrape.at, None)
        alive[scrape.target] = now
    for (target, name, labels), stored in found.items():
        every = {"__name__": name, **dict(labels), **world.targets[target].labels}
        yield Series(labels=every, times=stored.times, values=stored.values)
