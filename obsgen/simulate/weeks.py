"""Weeks of history in documents of a day each: what is behind a simulation when it begins."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import Protocol, TextIO

from obsgen.simulate.history import write_histories
from obsgen.simulate.scrape import Scraper
from obsgen.simulate.stage import Plan
from obsgen.simulate.traffic import DAY, Scraping, Span
from obsgen.simulate.truth import MINUTE


class Takes(Protocol):
    """Opens what a document is written to."""

    def __call__(self, name: str, /) -> AbstractContextManager[TextIO]:
        """Open a document by the day of its beginning, such as `2026-01-15`."""
        ...


def scrapers(plan: Plan, span: Span, *, seed: int, interval: int) -> tuple[Scraper, ...]:
    """Return what scrapes the worlds of a plan from the beginning of a span, in whole minutes."""
    step = min(interval, MINUTE)
    return tuple(
        Scraper(
            cast.world(
                seed=seed, start=span.start, step=step, acts=plan.acts_of(cast.service, span)
            ),
            Scraping(interval=interval),
            seed=seed,
        )
        for cast in plan.casts
    )


def write_day_by_day(found: tuple[Scraper, ...], span: Span, opened: Takes) -> Iterator[int]:
    """Write one document for each day of UTC; yield the milliseconds that each of them holds."""
    start = span.start
    while start < span.end:
        end = min(span.end, (start // DAY + 1) * DAY)
        with opened(day(start)) as file:
            write_histories(found, end, file)
        yield end - start
        start = end


def day(at: int) -> str:
    """Return the day of a moment in UTC."""
    return datetime.datetime.fromtimestamp(at // 1_000, datetime.UTC).date().isoformat()


def write_whole(found: tuple[Scraper, ...], span: Span, file: TextIO) -> None:
    """Write all of a span as one document; all of its numbers are in memory meanwhile."""
    write_histories(found, span.end, file)
