"""
What happens to a service: how many arrive by day and by night, and what goes wrong, when.

All times are whole milliseconds since the epoch, all shares parts per million. Nothing here draws:
a story is a value, and `world` lets it happen.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

HOUR: Final = 3_600_000
DAY: Final = 24 * HOUR
FULL: Final = 1_000
"""The load of a full hour; a load is in thousandths of it."""

DAY_AND_NIGHT: Final = (
    *(90, 60, 50, 40, 40, 60, 130, 300, 550, 800, 930, 1_000),
    *(960, 980, 1_000, 970, 900, 820, 760, 700, 600, 430, 260, 150),
)
"""The load at each full hour, UTC."""

WEEK: Final = (1_000, 1_050, 1_080, 1_060, 980, 780, 740)
"""What arrives on each day from Monday on, in thousandths."""


@dataclass(frozen=True, slots=True)
class Span:
    """A length of time, without its end."""

    start: int
    end: int

    def __contains__(self, at: int) -> bool:
        return self.start <= at < self.end


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """
    For a while a larger share of what arrives fails.

    Attributes:
        targets: Places of the targets that it hits; none means all.
    """

    span: Span
    failing_ppm: int
    targets: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Burst:
    """So many at once at one target, beside its usual traffic: all between two scrapes."""

    at: int
    target: int
    events: int
    is_failing: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Restart:
    """
    The process of a target dies, and what it counted is forgotten.

    Attributes:
        down: Milliseconds until a new one counts from zero.
    """

    at: int
    target: int
    down: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Traffic:
    """
    What arrives at each target, and what becomes of it.

    Attributes:
        arrivals: At one target in an hour of full load.
        day: The load at each of 24 full hours; between them it is straight.
        failing_ppm: The share that fails on a good day.
        week: How much of that arrives on each of the seven days from Monday on, in thousandths.
        idle: When nothing arrives at all, bursts excepted.
        pace: By how much days and weeks are shortened.
    """

    arrivals: int
    day: tuple[int, ...] = DAY_AND_NIGHT
    week: tuple[int, ...] = ()
    failing_ppm: int = 500
    idle: tuple[Span, ...] = ()
    incidents: tuple[Incident, ...] = ()
    bursts: tuple[Burst, ...] = ()
    restarts: tuple[Restart, ...] = ()
    pace: int = 1

    def load(self, at: int) -> int:
        """
        Return the load at a moment, in thousandths.

        >>> Traffic(arrivals=1).load(90 * 60_000)  # half past one: 60 at one, 50 at two
        55
        """
        if any(at in span for span in self.idle):
            return 0
        at *= self.pace
        hour, part = divmod(at % DAY, HOUR)
        now, then = self.day[hour], self.day[(hour + 1) % len(self.day)]
        load = now + (then - now) * part // HOUR
        return load * self.week[_weekday(at)] // FULL if self.week else load

    def failing(self, at: int, target: int) -> int:
        """Return the share that fails at a target: of all incidents the gravest counts."""
        hits = (
            incident.failing_ppm
            for incident in self.incidents
            if at in incident.span and (not incident.targets or target in incident.targets)
        )
        return max((self.failing_ppm, *hits))


def _weekday(at: int) -> int:
    """Return 0 for a Monday; the epoch began with a Thursday."""
    return (at // DAY + 3) % 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """
    For a while there are no scrapes.

    Attributes:
        targets: Places of the targets that are not scraped; none means all.
        is_noticed: The scrapes fail, so `up` is 0; else Prometheus itself was away.
    """

    span: Span
    targets: tuple[int, ...] = ()
    is_noticed: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Scraping:
    """
    How the targets are scraped; all times are milliseconds.

    Attributes:
        jitter: The most that a scrape comes late.
        missed_ppm: The share of scrapes that leave no trace.
    """

    interval: int = 15_000
    jitter: int = 0
    missed_ppm: int = 0
    gaps: tuple[Gap, ...] = ()

    def gap(self, at: int, target: int) -> Gap | None:
        """Return the gap that a moment falls into."""
        for gap in self.gaps:
            if at in gap.span and (not gap.targets or target in gap.targets):
                return gap
        return None
