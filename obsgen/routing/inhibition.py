"""
Which alerts keep which from being notified.

Semantics: Alertmanager's `inhibit` package. A label that neither side has counts as equal; an alert
that matches both sides of a rule is not inhibited by alerts that do so, too; an inhibited alert
still inhibits others.
"""

from __future__ import annotations

from collections.abc import Iterable

from obsgen.artefacts import InhibitRule
from obsgen.routing.dispatch import Truth, matched
from obsgen.routing.labels import PossibleLabels


def inhibits(rule: InhibitRule, source: PossibleLabels, target: PossibleLabels) -> Truth:
    """
    Say whether a firing source keeps a target from being notified.

    None where that depends on labels that are not known.
    """
    sides = (matched(rule.source, source), matched(rule.target, target))
    if False in sides:
        return False
    # Both sides of the rule match both alerts: neither inhibits the other.
    both = (matched(rule.target, source), matched(rule.source, target))
    if both == (True, True):
        return False
    may_be_both = None in both and False not in both
    found: Truth = None if None in sides or may_be_both else True
    for label in rule.equal:
        values = (source.value(label), target.value(label))
        if None in values:
            found = None
        elif values[0] != values[1]:
            return False
    return found


def inhibitors(
    rules: Iterable[InhibitRule], target: PossibleLabels, firing: Iterable[PossibleLabels]
) -> tuple[PossibleLabels, ...]:
    """Return the firing alerts that surely inhibit a target, each once."""
    listed = tuple(rules)
    return tuple(
        source
        for source in firing
        if any(inhibits(rule, source, target) is True for rule in listed)
    )
