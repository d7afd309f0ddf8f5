"""
What unit tests are made of: which series give a measure, or an SLI, which value.

Each kind states its own inverse. What a test expects follows from the mathematics of the measure
and its window, never from the rule that is tested.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from obsgen.units import Duration


@dataclass(frozen=True, slots=True)
class Unprovable:
    """Why no series can be told; *reason* goes on after "it cannot be proven: "."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Domain:
    """
    The values that a measure can take.

    Attributes:
        low, high: The bounds, both taken; None where there is none.
        step: The smallest difference of two values; None where they lie as close as one likes.
    """

    low: Decimal | Fraction | None = None
    high: Decimal | Fraction | None = None
    step: Decimal | Fraction | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """
    A stretch of even traffic.

    Attributes:
        units: How long it lasts, in units of the SLI (`Sli.unit`).
        total: Events within each unit; None where the series are not there.
        bad: The bad ones among them.
    """

    units: int
    total: Fraction | None
    bad: Fraction = Fraction(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """
    On what an SLI is played.

    Attributes:
        interval: The distance of samples.
        unit: The length of the SLI's unit; a multiple of *interval*.
        groups: The values of the labels of `by`.
    """

    interval: Duration
    unit: Duration
    groups: Mapping[str, str]

    def intervals(self, flow: Flow) -> int:
        """Return how many samples a stretch of traffic lasts."""
        return flow.units * self.unit.ms // self.interval.ms
