"""`age`: how long ago the time was that a gauge holds."""

from __future__ import annotations

from typing import Final

from obsgen.measures._clock import distance_kind

KIND: Final = distance_kind(
    "age",
    description="How long ago the Unix time was that a gauge holds, every series of it.",
    example="last_success_timestamp_seconds",
    word="age of",
    is_ahead=False,
)
