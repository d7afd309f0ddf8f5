"""`sum`: the sum of a gauge over its series."""

from __future__ import annotations

from typing import Final

from obsgen.measures._aggregate import aggregate_kind

KIND: Final = aggregate_kind("sum", smooth="avg_over_time", word="sum of")
