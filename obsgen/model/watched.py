"""What keeps an alert quiet: for whoever makes data of a good day."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from obsgen.catalogue import Metric
from obsgen.model.measures import Condition
from obsgen.units import Duration


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """
    What an alert watches; it is quiet while none of it goes wrong.

    Attributes:
        conditions: None of them is met.
        beyond: By so many times the width of what a measure shows it is followed beyond that, as a
            line goes on.
        metrics: Each of their series is there,
        within: and grows within so long, where that is said.
    """

    conditions: tuple[Condition, ...] = ()
    beyond: Fraction = Fraction(0)
    metrics: tuple[Metric, ...] = ()
    within: Duration | None = None


UNWATCHED = Watched()
"""Nothing that data could be made for."""
