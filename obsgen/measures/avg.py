"""`avg`: the average of a gauge over its series."""

from __future__ import annotations

from typing import Final

from obsgen.measures._aggregate import Aggregation, aggregate_kind
from obsgen.model import total

AVG: Final = Aggregation(
    op="avg",
    smooth="avg",
    word="average of",
    fold=lambda values: total(values) / len(values),
    members=lambda level, apart: (level - apart, level + apart),
    decoy=lambda lowest, large: large,
    is_exact=False,
    is_exact_with_window=False,
)

KIND: Final = aggregate_kind(AVG)
