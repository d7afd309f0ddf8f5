"""Weeks of history, a document for each service and day: what is behind a simulation at first."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol, TextIO

from obsgen.simulate.history import write_histories, write_history
from obsgen.simulate.play import Played
from obsgen.simulate.scrape import Scraper
from obsgen.simulate.stage import Cast, Plan
from obsgen.simulate.traffic import DAY, Scraping, Span
from obsgen.simulate.truth import MINUTE


class Takes(Protocol):
    """Opens what a document is written to."""

    def __call__(self, name: str, /) -> AbstractContextManager[TextIO]:
        """Open a document by its day and its service, such as `2026-01-15.checkout`."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """
    How a past is simulated.

    Attributes:
        interval: Milliseconds between scrapes.
    """

    span: Span
    seed: int
    interval: int

    def scraper(self, cast: Cast, acts: tuple[Played, ...]) -> Scraper:
        """Return what scrapes the world of a cast from the beginning on, in whole minutes."""
        step = min(self.interval, MINUTE)
        world = cast.world(seed=self.seed, start=self.span.start, step=step, acts=acts)
        return Scraper(world, Scraping(interval=self.interval), seed=self.seed)

    @property
    def days(self) -> tuple[Span, ...]:
        """The days of UTC that it touches, cut off where it begins and ends."""
        first = self.span.start // DAY * DAY
        whole = (Span(at, at + DAY) for at in range(first, self.span.end, DAY))
        return tuple(
            Span(max(day.start, self.span.start), min(day.end, self.span.end)) for day in whole
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Documents:
    """Services whose documents are written one after the other; a value that `pickle` takes."""

    casts: tuple[tuple[Cast, tuple[Played, ...]], ...]
    past: Past
    opened: Takes

    def __call__(self) -> Iterator[int]:
        """Write them; yield 1 for each."""
        for cast, acts in self.casts:
            scraper = self.past.scraper(cast, acts)
            for day in self.past.days:
                with self.opened(f"{_day(day.start)}.{cast.service}") as file:
                    write_history(scraper, day.end, file)
                yield 1


def documents(plan: Plan, past: Past, opened: Takes, *, most: int) -> tuple[Documents, ...]:
    """Share the services of a plan out among so many writers at most, each with as much to do."""
    shares: list[list[Cast]] = [[] for _ in range(min(most, len(plan.casts)))]
    for cast in sorted(plan.casts, key=_size, reverse=True):
        min(shares, key=lambda share: sum(map(_size, share))).append(cast)
    return tuple(
        Documents(
            casts=tuple((cast, plan.acts_of(cast.service, past.span)) for cast in share),
            past=past,
            opened=opened,
        )
        for share in shares
    )


def write_whole(plan: Plan, past: Past, file: TextIO) -> None:
    """Write all of a past as one document; all of its numbers are in memory meanwhile."""
    scrapers = [past.scraper(cast, plan.acts_of(cast.service, past.span)) for cast in plan.casts]
    write_histories(scrapers, past.span.end, file)


def _size(cast: Cast) -> int:
    """Return about how many series there are."""
    families = (family for target in cast.targets for family in target.families)
    return sum(
        (len(family.healthy) + len(family.failing)) * (1 + len(family.metric.buckets))
        for family in families
    )


def _day(at: int) -> str:
    """Return the day of a moment in UTC."""
    return datetime.datetime.fromtimestamp(at // 1_000, datetime.UTC).date().isoformat()
