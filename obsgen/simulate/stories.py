"""Stories out of a seed: some days of a service, with everything that may befall it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from obsgen.simulate.chance import PPM, Chance
from obsgen.simulate.traffic import (
    DAY,
    HOUR,
    Burst,
    Gap,
    Incident,
    Restart,
    Scraping,
    Span,
    Traffic,
)
from obsgen.simulate.truth import MINUTE

_SECOND: Final = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """What happens, and how it is scraped."""

    traffic: Traffic
    scraping: Scraping


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """
    How often things happen, in a day; each target has restarts and gaps of its own.

    Attributes:
        arrivals: At one target in an hour of full load.
        failing_ppm: The share that fails on a good day.
        idle: Hours without traffic.
        incidents: Of ten minutes to two hours, with 2 to 60 percent failing.
        bursts: Each between two scrapes.
        restarts: For each target, down for 5 to 60 seconds.
        gaps: For each target, shorter than two minutes: it cannot be reached.
        long_gaps: Of the whole of Prometheus, of six to fifteen minutes.
    """

    arrivals: int = 20_000
    failing_ppm: int = 500
    idle: int = 1
    incidents: int = 1
    bursts: int = 40
    restarts: int = 1
    gaps: int = 2
    long_gaps: int = 1
    interval: int = 15_000
    jitter: int = 500
    missed_ppm: int = 5_000


def tell(plot: Plot, span: Span, *, targets: int, seed: int) -> Story:
    """
    Return the story of so many targets.

    Args:
        span: When things happen; before and after it there is no traffic.
    """
    teller = _Teller(span, targets, seed)
    # An hour before and after, so that a world may be quiet before and end quietly.
    around = (Span(0, span.start), Span(span.end, span.end + DAY))
    return Story(
        traffic=Traffic(
            arrivals=plot.arrivals,
            failing_ppm=plot.failing_ppm,
            idle=(*around, *teller.spans("idle", plot.idle, HOUR, HOUR)),
            incidents=tuple(teller.incidents(plot.incidents)),
            bursts=tuple(teller.bursts(plot.bursts)),
            restarts=tuple(teller.restarts(plot.restarts)),
        ),
        scraping=Scraping(
            interval=plot.interval,
            jitter=plot.jitter,
            missed_ppm=plot.missed_ppm,
            gaps=tuple(teller.gaps(plot.gaps, plot.long_gaps)),
        ),
    )


class _Teller:
    """Draws what happens; each kind of thing from a stream of its own."""

    def __init__(self, span: Span, targets: int, seed: int) -> None:
        self.span, self.targets, self.seed = span, targets, seed

    def spans(self, name: str, a_day: int, shortest: int, longest: int) -> Iterator[Span]:
        """Yield spans of whole seconds, each within a part of the time of its own."""
        chance = Chance(self.seed, "story", name)
        count = a_day * (self.span.end - self.span.start) // DAY
        for number in range(count):
            part = (self.span.end - self.span.start) // count
            length = chance.between(shortest // _SECOND, longest // _SECOND) * _SECOND
            room = max(1, (part - length) // _SECOND)
            start = self.span.start + number * part + chance.below(room) * _SECOND
            yield Span(start, start + length)

    def incidents(self, a_day: int) -> Iterator[Incident]:
        chance = Chance(self.seed, "story", "shares")
        for span in self.spans("incidents", a_day, 10 * MINUTE, 2 * HOUR):
            yield Incident(span=span, failing_ppm=chance.between(PPM // 50, 3 * PPM // 5))

    def bursts(self, a_day: int) -> Iterator[Burst]:
        chance = Chance(self.seed, "story", "sizes")
        for span in self.spans("bursts", a_day, _SECOND, _SECOND):
            target = chance.below(self.targets)
            yield Burst(at=span.start, target=target, events=chance.between(5, 200))

    def restarts(self, a_day: int) -> Iterator[Restart]:
        for target in range(self.targets):
            for span in self.spans(f"restarts {target}", a_day, 5 * _SECOND, MINUTE):
                yield Restart(at=span.start, target=target, down=span.end - span.start)

    def gaps(self, a_day: int, long_a_day: int) -> Iterator[Gap]:
        for target in range(self.targets):
            for span in self.spans(f"gaps {target}", a_day, 20 * _SECOND, 100 * _SECOND):
                yield Gap(span=span, targets=(target,))
        for span in self.spans("long gaps", long_a_day, 6 * MINUTE, 15 * MINUTE):
            yield Gap(span=span, is_noticed=False)
