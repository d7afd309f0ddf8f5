"""
Of alerts on one measure, the one that says more silences the others.

A disk that is 97% full is more than 90% full, too; where half of a job's targets are down, that
each of them is says nothing new. It is so only where the alert that remains is at least as urgent
and of the same team and category, and labels are compared that come from the same series.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Final

from obsgen.artefacts import InhibitRule
from obsgen.compile.alert_matchers import is_there
from obsgen.compile.slo_pages import KnownAlert, of_alerts
from obsgen.model import AlertRole, Condition, Query, SeverityScheme
from obsgen.promql import VectorSelector, parse, selectors

_UPWARDS: Final = (">", ">=")
_DOWNWARDS: Final = ("<", "<=")


def same_measure_rules(
    own: tuple[KnownAlert, ...], severities: SeverityScheme, everywhere: tuple[str, ...]
) -> Iterator[InhibitRule]:
    """
    Yield the inhibitions among the alerts of one service.

    Args:
        everywhere: The labels that every alert has: of its environment, or of its server.
    """
    measured = tuple((each, at) for each in own if (at := _condition(each)) is not None)
    for source, condition in measured:
        urgent = [
            each
            for each in own
            if severities.is_as_urgent(source.severity, each.severity)
            and _same_people(source, each)
        ]
        milder = [
            each
            for each, other in measured
            if each in urgent and _same_labels(source, each) and _is_milder(other, condition)
        ]
        targets = [each for each in urgent if _is_part_of(each, source, condition)]
        shared = tuple(sorted(_varying(source)))
        there = tuple(map(is_there, shared))
        equal = tuple(dict.fromkeys(("service", *shared, *everywhere)))
        for silenced, matchers in ((milder, ()), (targets, there)):
            if silenced:
                yield InhibitRule(
                    source=(*of_alerts(source.service, [source]), *matchers),
                    target=(*of_alerts(source.service, silenced), *matchers),
                    equal=equal,
                )


def _condition(each: KnownAlert) -> Condition | None:
    """Return the one comparison of an alert, if its limit is one and its labels are known."""
    condition = each.alert.body.threshold
    is_one = condition is not None and condition.limit.value is not None and not condition.limit.by
    return condition if is_one and not each.is_open else None


def _varying(each: KnownAlert) -> frozenset[str]:
    return (each.rule.carries or frozenset()) - each.rule.labels.keys()


def _same_people(source: KnownAlert, target: KnownAlert) -> bool:
    """Say whether whoever would be told of one is told of the other, as far as alerts say it."""
    labels = (source.rule.labels, target.rule.labels)
    is_alike = all(labels[0].get(k) == labels[1].get(k) for k in ("team", "category"))
    added = [{scalar.text for scalar in each.alert.notify} for each in (source, target)]
    return is_alike and added[1] <= added[0]


def _same_labels(one: KnownAlert, other: KnownAlert) -> bool:
    return one.alert.name != other.alert.name and _varying(one) == _varying(other)


def _is_milder(one: Condition, other: Condition) -> bool:
    """Say whether one condition holds wherever the other does, and elsewhere, too."""
    for words, sign in ((_UPWARDS, 1), (_DOWNWARDS, -1)):
        if one.comparison in words and other.comparison in words:
            limits = (sign * Fraction(c.limit.value or 0) for c in (one, other))
            return _asked(one) == _asked(other) and next(limits) < next(limits)
    return False


def _asked(condition: Condition) -> str:
    return condition.measure.expr(Query()).text


def _is_part_of(each: KnownAlert, source: KnownAlert, condition: Condition) -> bool:
    """Say whether an alert on single targets tells a part of what is told of them together."""
    varying = _varying(source)
    return (
        each.alert.body.role is AlertRole.TARGET_DOWN
        and condition.comparison in _DOWNWARDS
        and all(map(each.may_carry, varying))
        and {m.name for m in condition.measure.metrics} == {m.name for m in each.alert.body.metrics}
        and all(
            {m for m in _matchers(wide) if m[0] not in varying} <= _matchers(narrow)
            for wide in selectors(parse(source.rule.expr))
            for narrow in selectors(parse(each.rule.expr))
        )
    )


def _matchers(selector: VectorSelector) -> set[tuple[str, str, str]]:
    return {(m.label, m.op, m.value) for m in selector.matchers}
