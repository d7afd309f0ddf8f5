"""`until`: how long it is to the time that a gauge holds; negative once that has passed."""

from __future__ import annotations

from typing import Final

from obsgen.measures._clock import distance_kind

KIND: Final = distance_kind(
    "until",
    description="How long it is to the Unix time that a gauge holds, every series of it; negative "
    "once that has passed.",
    example="certificate_expiry_timestamp_seconds",
    word="time until",
    is_ahead=True,
)
