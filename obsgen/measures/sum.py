"""`sum`: the sum of a gauge over its series."""

from __future__ import annotations

from typing import Final

from obsgen.measures._aggregate import Aggregation, aggregate_kind
from obsgen.model import total

SUM: Final = Aggregation(
    op="sum",
    smooth="avg",
    word="sum of",
    fold=total,
    members=lambda level, apart: (level / 2, level / 2),
    decoy=lambda lowest, large: large,
    is_exact=True,
    is_exact_with_window=False,
)

KIND: Final = aggregate_kind(SUM)
