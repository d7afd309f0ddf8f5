"""
What a Prometheus stores of targets that it scrapes: samples, `up`, and its stale markers.

Written as its scrape loop does it: a failed scrape stores `up` 0 and ends every series of the
target; a series that a successful scrape lacks ends there; a target that is no longer discovered
ends altogether, one interval after its last scrape. A reload that changes only how metrics are
relabelled ends nothing (scrape/scrape.go: scrapeAndReport, endOfRunStaleness,
disableEndOfRunStalenessMarkers). All times are milliseconds since 1970.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from random import Random

from remote_write import Series

Labels = tuple[tuple[str, str], ...]
Exposition = Mapping[Labels, float]


class Events:
    """Events at their moments, several of them at some."""

    def __init__(self, moments: Sequence[tuple[int, int]]) -> None:
        self._times = [time for time, _ in moments]
        self._counts = [0, *accumulate(count for _, count in moments)]

    def until(self, time: int) -> int:
        """Count the events up to a moment, itself included."""
        return self._counts[bisect_right(self._times, time)]

    def between(self, start: int, end: int) -> int:
        """Count the events after one moment and up to another."""
        return self.until(end) - self.until(start)


def bursts(random: Random, span: range, *, gap: float, most: int) -> Events:
    """Return 1 to *most* events at once, every *gap* milliseconds of a span on average."""
    moments = []
    time = span.start + random.expovariate(1 / gap)
    while time < span.stop:
        moments.append((int(time), random.randint(1, most)))
        time += random.expovariate(1 / gap)
    return Events(moments)


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """
    One target as one scrape loop meets it.

    Attributes:
        labels: `job` and `instance`.
        scrapes: When it is scraped, ascending.
        expose: What it says at a moment; None when it does not answer.
        gone: The moment at which its stale markers stand after the last scrape, if there are any.
    """

    labels: Labels
    scrapes: Sequence[int]
    expose: Callable[[int], Exposition | None]
    gone: int | None = None


@dataclass(slots=True)
class _Written:
    times: list[int] = field(default_factory=list)
    values: list[float | None] = field(default_factory=list)

    def add(self, time: int, value: float | None) -> None:
        self.times.append(time)
        self.values.append(value)


def scraped(target: Target) -> list[Series]:
    """Return all that is stored of a target."""
    up = _Written()
    found: dict[Labels, _Written] = {}
    live: set[Labels] = set()
    for time in target.scrapes:
        exposed = target.expose(time)
        up.add(time, 0 if exposed is None else 1)
        for key in live.difference(exposed or ()):
            found[key].add(time, None)
        for key, value in (exposed or {}).items():
            if key not in found:
                found[key] = _Written()
            found[key].add(time, value)
        live = set(exposed or ())
    if target.gone is not None:
        for written in (up, *(found[key] for key in live)):
            written.add(target.gone, None)
    named = [((("__name__", "up"),), up), *found.items()]
    return [
        Series(labels=dict(key + target.labels), times=written.times, values=written.values)
        for key, written in named
    ]
