"""One module is one kind of measure; its name is the key that chooses it."""

from __future__ import annotations

from typing import Final

KINDS: Final = (
    "rate",
    "increase",
    "share",
    "quantile",
    "mean",
    "distribution",
    "value",
    "sum",
    "avg",
    "min",
    "max",
    "age",
    "until",
    "used_of",
    "count",
    "ratio",
    "slo",
    "spend",
    "expr",
)
