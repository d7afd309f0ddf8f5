"""What Loki keeps, and whose lines they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from obsgen.units import Duration

SINGLE_TENANT: str = "fake"
"""What Loki calls the one tenant that it has where nobody signs in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LokiConfig:
    """
    What is written for Loki beside its rules.

    Attributes:
        tenant: Whose lines the rules read.
        retention: How long lines are kept; 0s where the specs do not say.
        label: The label whose value decides otherwise, or empty.
        by_value: How long lines with each value are kept.
    """

    tenant: str = SINGLE_TENANT
    retention: Duration = Duration(0)
    label: str = ""
    by_value: Mapping[str, Duration] = field(default_factory=dict)
