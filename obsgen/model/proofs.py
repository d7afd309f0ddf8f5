"""
What unit tests are made of: which series give a measure, or an SLI, which value.

Each kind states its own inverse. What a test expects follows from the mathematics of the measure
and its window, never from the rule that is tested.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from obsgen.artefacts import InputSeries
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
class Rhythm:
    """
    When the events of an SLI fall, and how many there can be.

    Attributes:
        unit: The length of a slice of time that is one event; None where every tile counts as
            many events as happened.
        settles: Events are counted in the first tile that ends after they are settled; else at
            once.
        is_weighable: A tile may hold any number of events; else each is one.
    """

    unit: Duration | None = None
    settles: bool = True
    is_weighable: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """
    A stretch of even traffic.

    Attributes:
        intervals: How long it lasts, in samples of the stage.
        total: Events within each tile; None where the series are not there.
        bad: The bad ones among them.
    """

    intervals: int
    total: Fraction | None
    bad: Fraction = Fraction(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """
    On what an SLI is played.

    Attributes:
        tile: The length of a tile; samples are as far apart.
        by: The labels of the groups.
        groups: The values that some of them must have; the SLI chooses the others.
    """

    tile: Duration
    by: tuple[str, ...] = ()
    groups: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """
    Series that give the traffic that was asked for.

    Attributes:
        groups: The values of the group labels; a label without a value is absent.
        services: Other services whose rules take part.
    """

    series: tuple[InputSeries, ...]
    groups: Mapping[str, str] = field(default_factory=dict)
    services: tuple[str, ...] = ()
