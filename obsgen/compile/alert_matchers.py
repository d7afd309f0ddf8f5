"""Matchers on the labels of alerts, as routes and inhibitions are derived."""

from __future__ import annotations

from obsgen.artefacts import AlertmanagerMatcher
from obsgen.matchers import literal_pattern


def equals(label: str, value: str) -> AlertmanagerMatcher:
    """Return the matcher that takes one value."""
    return AlertmanagerMatcher(label=label, op="=", value=value)


def is_there(label: str) -> AlertmanagerMatcher:
    """Return the matcher that takes every value but none."""
    return AlertmanagerMatcher(label=label, op="!=", value="")


def one_of(label: str, values: tuple[str, ...]) -> AlertmanagerMatcher:
    """Return the matcher that takes each of some values, and nothing else."""
    if len(values) == 1:
        return equals(label, values[0])
    pattern = "|".join(map(literal_pattern, values))
    return AlertmanagerMatcher(label=label, op="=~", value=pattern)
