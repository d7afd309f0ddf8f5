"""
What is known of a series by its name: the type of its samples, their unit, labels and bounds.

The catalogue, recording rules and plain rule files each know their own series; expressions ask
all of them through one Protocol.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Protocol

from obsgen.promql.labels import Labels
from obsgen.promql.meaning.bounds import ANYTHING, Bounds
from obsgen.promql.tree import Node
from obsgen.units import Unit


class Sample(enum.Enum):
    """What the samples of a series are, in the words of messages."""

    COUNTER = "a counter"
    GAUGE = "a gauge"
    BUCKETS = "the buckets of a histogram"
    BUCKET_RATES = "the rates of buckets"
    HISTOGRAM = "a native histogram"
    UNKNOWN = "of an unknown type"

    @property
    def is_cumulative(self) -> bool:
        """Say whether only the growth of the samples means anything."""
        return self in {Sample.COUNTER, Sample.BUCKETS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """
    The series of one name.

    Attributes:
        metric: The declared metric: `x` of the series `x_bucket`.
        observed: What a histogram's observations are measured in; `unit` is that of the samples.
        values: The declared values of labels; a label that is not here may have any.
        buckets: Upper bounds of a classic histogram, ascending, without +Inf.
        source: The expression that records the series, or None.
        is_guessed: Only the name tells of it.
        is_whole: There is no such series itself, only its parts: `x` of a classic histogram.
    """

    name: str
    metric: str
    sample: Sample = Sample.UNKNOWN
    unit: Unit | None = None
    observed: Unit | None = None
    labels: Labels = field(default_factory=lambda: Labels(is_open=True, may_be_named=True))
    values: Mapping[str, frozenset[str]] = field(default_factory=dict)
    bounds: Bounds = ANYTHING
    buckets: tuple[Decimal, ...] = ()
    source: Node | None = None
    is_guessed: bool = False
    is_whole: bool = False


class KnownSeries(Protocol):
    """What is known of all series that expressions select."""

    def series_of(self, name: str) -> Series | None:
        """Return what is known of the series of a name; None where nothing is."""
        ...
