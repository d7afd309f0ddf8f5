"""What keeps an alert quiet: for whoever makes data of a good day."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from obsgen.catalogue import Metric
from obsgen.model.measures import Condition
from obsgen.units import Duration


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """
    What an alert watches; it is quiet while none of it goes wrong.

    Attributes:
        conditions: None of them is met.
        beyond: How far past its range a measure is extrapolated, in widths of that range; 0 for
            what is not foreseen.
        metrics: Their series exist.
        within: Each of them grows at least once in this time; None where it need not.
    """

    conditions: tuple[Condition, ...] = ()
    beyond: Fraction = Fraction(0)
    metrics: tuple[Metric, ...] = ()
    within: Duration | None = None


UNWATCHED: Final = Watched()
"""Nothing that data could be made for."""
