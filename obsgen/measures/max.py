"""`max`: the maximum of a gauge over its series."""

from __future__ import annotations

from typing import Final

from obsgen.measures._aggregate import aggregate_kind

KIND: Final = aggregate_kind("max", smooth="max_over_time", word="maximum of")
