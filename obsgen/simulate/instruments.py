"""
What a process counts with, whatever it is: what it takes in and what it shows.

Values are whole numbers in units of a decimal place, so that sums are exact and every machine
writes the same digits. A label set is absent until its first event, as with the client libraries.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from obsgen.simulate.play import Played
from obsgen.simulate.truth import Account, Tally

ABSENT: Final = -(2**63)
"""The value of a series that is not exposed, or not yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrivals:
    """
    What a process has to do in one step.

    Attributes:
        at: The step's beginning, in milliseconds since the epoch.
        load: Thousandths of a full hour's.
        healthy, failing: How many of each kind go well (after the usual kinds those that are turned
            away), and how many fail.
        alike: So many events at most take equally long.
        acts: What befalls some label sets of the target, or single metrics of it, now.
        pace: By how much the times of day, and what is some moments ago, are shortened.
        step: Its length in milliseconds.
    """

    at: int
    load: int
    healthy: Sequence[int]
    failing: Sequence[int]
    alike: int = 1
    acts: tuple[Played, ...] = ()
    pace: int = 1
    step: int = 5_000


@dataclass(frozen=True, slots=True)
class Exposed:
    """A series: its name, its own labels, and the decimal places that its values are counted in."""

    name: str
    labels: Mapping[str, str]
    decimals: int = 0


class Instrument(Protocol):
    """A metric of one process."""

    @property
    def series(self) -> tuple[Exposed, ...]:
        """All that it may expose, label set by label set."""
        ...

    @property
    def point(self) -> int:
        """How many series each label set has."""
        ...

    def take(self, arrivals: Arrivals) -> None:
        """Count one step."""
        ...

    def values(self) -> array[int]:
        """Return the value of each series now, ABSENT ones among them."""
        ...

    def watch(self, account: Account, tally: Tally) -> None:
        """From now on note the events of an account with a tally."""
        ...
