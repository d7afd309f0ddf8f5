"""`min`: the minimum of a gauge over its series."""

from __future__ import annotations

from fractions import Fraction
from typing import Final

from obsgen.measures._aggregate import Aggregation, aggregate_kind

MIN: Final = Aggregation(
    op="min",
    smooth="min",
    word="minimum of",
    fold=min,
    members=lambda level, apart: (level, level + apart),
    decoy=lambda lowest, large: Fraction(0) if lowest > 0 else lowest - large,
    is_exact=True,
    is_exact_with_window=True,
)

KIND: Final = aggregate_kind(MIN)
