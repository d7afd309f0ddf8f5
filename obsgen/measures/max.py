"""`max`: the maximum of a gauge over its series."""

from __future__ import annotations

from typing import Final

from obsgen.measures._aggregate import Aggregation, aggregate_kind

MAX: Final = Aggregation(
    op="max",
    smooth="max",
    word="maximum of",
    fold=max,
    members=lambda level, apart: (level - apart, level),
    decoy=lambda lowest, large: large,
    is_exact=True,
    is_exact_with_window=True,
)

KIND: Final = aggregate_kind(MAX)
