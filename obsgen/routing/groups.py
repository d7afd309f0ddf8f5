"""The group of an alert: what comes in one notification."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from obsgen.artefacts import Route
from obsgen.units import Duration

ALL_LABELS: Final = "..."
GROUP_WAIT: Final = Duration.parse("30s")
GROUP_INTERVAL: Final = Duration.parse("5m")
REPEAT_INTERVAL: Final = Duration.parse("4h")
"""What Alertmanager takes where nothing is said (documentation, `route`)."""


def grouping_of(route: Route, labels: Mapping[str, str]) -> Mapping[str, str]:
    """
    Return the labels of the group that an alert is in, sorted by name.

    Args:
        route: With the grouping that it inherits; without any, all its alerts are one group.

    A label that an alert lacks is not among those of its group (`dispatch.go`, `getGroupLabels`).
    """
    by = route.group_by or ()
    chosen = labels if by == (ALL_LABELS,) else {k: labels[k] for k in by if k in labels}
    return dict(sorted(chosen.items()))


def group_key(route: Route, labels: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Return the labels of a group as a key."""
    return tuple(grouping_of(route, labels).items())
