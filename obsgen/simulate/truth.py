"""
What really happened, event by event: the ground truth that formulas are held against.

An account counts the events of one selection in whole minutes, as they happen, whether or not
anybody scrapes. What a process had counted since its last scrape when it died is known too: no
formula can find that again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from obsgen.matchers import Matcher
from obsgen.simulate.traffic import Span

MINUTE: Final = 60_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """
    Which events are counted.

    Attributes:
        metric: A counter, or the base name of a histogram or a summary.
        where: Matchers on the labels of its series, `job` and `instance` among them.
        above: Of a histogram, only observations in the buckets beyond this bound.
    """

    metric: str
    where: tuple[Matcher, ...] = ()
    above: Decimal | None = None

    def takes(self, labels: Mapping[str, str]) -> bool:
        """Say whether the events under a label set are among them."""
        return all(m.matches(labels.get(m.label, "")) for m in self.where)


class Tally:
    """Counts for one account at one target."""

    def __init__(self) -> None:
        self.minute = 0
        self.pending = 0

    def add(self, events: int) -> None:
        """Note events that happen now."""
        self.minute += events
        self.pending += events


class Account:
    """
    The true counts of a selection.

    Attributes:
        start: Of the first minute, in milliseconds.
        minutes: Events in each minute that has ended.
    """

    def __init__(self, selection: Selection, start: int, targets: int) -> None:
        self.selection = selection
        self.start = start
        self.minutes: list[int] = []
        self.tallies = tuple(Tally() for _ in range(targets))
        self._losses: list[tuple[int, int]] = []

    def close_minute(self) -> None:
        """Note that a minute has ended."""
        self.minutes.append(sum(tally.minute for tally in self.tallies))
        for tally in self.tallies:
            tally.minute = 0

    def scraped(self, target: int) -> None:
        """Note that a scrape has seen all that a target counted so far."""
        self.tallies[target].pending = 0

    def died(self, target: int, at: int) -> None:
        """Note that a process is gone, and with it what no scrape had seen."""
        tally = self.tallies[target]
        if tally.pending:
            self._losses.append((at, tally.pending))
        tally.pending = 0

    def events(self, span: Span) -> int:
        """Return how many events there were; *span* is in whole minutes."""
        first, last = ((at - self.start) // MINUTE for at in (span.start, span.end))
        return sum(self.minutes[first:last])

    def lost(self, span: Span) -> int:
        """Return how many events died with their process before a scrape saw them."""
        return sum(events for at, events in self._losses if at in span)
