"""
What happens in a preview: some hours of an ordinary day, with one outage and one that goes on.

The moment at which it ends is fixed, so that the same specs give the same pictures.
"""

from __future__ import annotations

from typing import Final

from obsgen.simulate import Burst, Gap, Incident, Restart, Scraping, Span, Story, Traffic

NOW: Final = 1_768_485_600_000
"""2026-01-15 14:00 UTC, a Thursday, in milliseconds since the epoch."""

SCRAPE_MS: Final = 30_000
"""Coarser than most servers scrape, and still twice within the shortest window of rules."""

MINUTE: Final = 60_000
_PPM: Final = 1_000_000


def story(span: Span, targets: int, arrivals: int) -> Story:
    """
    Return what happens to so many targets; an hour or more of it is quiet at first.

    Args:
        arrivals: At one target in an hour of full load.
    """
    end = span.end
    traffic = Traffic(
        arrivals=arrivals,
        failing_ppm=150,
        incidents=(
            Incident(span=Span(end - 210 * MINUTE, end - 198 * MINUTE), failing_ppm=_PPM // 50),
            Incident(span=Span(end - 30 * MINUTE, end), failing_ppm=_PPM // 250),
        ),
        bursts=tuple(
            Burst(
                at=end - back * MINUTE,
                target=back % targets,
                events=60 + back,
                is_failing=False,
            )
            for back in (70, 118, 160, 250, 333)
        ),
        restarts=(Restart(at=end - 95 * MINUTE, target=0, down=45_000),),
    )
    gap = Gap(span=Span(end - 290 * MINUTE, end - 286 * MINUTE), targets=(targets - 1,))
    return Story(traffic=traffic, scraping=Scraping(interval=SCRAPE_MS, gaps=(gap,)))
