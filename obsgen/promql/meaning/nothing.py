"""
Why a part of an expression never yields a series: what no series has, what never pairs.

Only what declarations make sure; a series that lacks a declared label is not thought of.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from obsgen.matchers import contradiction, takes_nothing
from obsgen.promql.labels import Labels
from obsgen.promql.meaning.label_values import Values, as_matcher
from obsgen.promql.tree import METRIC_NAME_LABEL, Binary, Matcher, VectorSelector
from obsgen.promql.typing_rules import matches_empty

COMPARISON: Final = "comparison"
LABEL: Final = "label"
VALUE: Final = "value"
MATCHERS: Final = "matchers"
PAIRING: Final = "pairing"


def contradicting_matchers(node: VectorSelector, labels: Labels | None, declared: Values) -> str:
    """
    Return why no series passes the matchers of a selector, or an empty text.

    Args:
        labels: The declared labels of the series; None where nothing is known of them.
    """
    if unknown_labels(node, labels):
        return LABEL
    if unmet_values(node, declared):
        return VALUE
    if len(node.matchers) > 1 and contradiction(map(as_matcher, node.matchers)):
        return MATCHERS
    is_nothing = any(m.op == "!~" and takes_nothing(as_matcher(m)) for m in node.matchers)
    return MATCHERS if is_nothing else ""


def unknown_labels(node: VectorSelector, labels: Labels | None) -> tuple[Matcher, ...]:
    """Return the matchers that ask for a value of a label that no series has."""
    if labels is None:
        return ()
    return tuple(
        matcher
        for matcher in node.matchers
        if matcher.label != METRIC_NAME_LABEL
        and not labels.may_have(matcher.label)
        and matches_empty(matcher) is False
    )


def unmet_values(node: VectorSelector, declared: Values) -> tuple[Matcher, ...]:
    """Return the matchers that none of the declared values of their label passes."""
    return tuple(
        matcher
        for matcher in node.matchers
        if (values := declared.get(matcher.label)) is not None
        and matches_empty(matcher) is False
        and not any(map(as_matcher(matcher).matches, values))
    )


def unpaired(
    node: Binary, left: tuple[Labels, Values], right: tuple[Labels, Values]
) -> tuple[str, ...]:
    """Return the labels that must be equal on both sides and never are."""
    return tuple(
        label
        for label in _matched(node, left[0], right[0])
        if _is_one_sided(label, left[0], right[0]) or _is_apart(label, left, right)
    )


def _matched(node: Binary, left: Labels, right: Labels) -> Iterable[str]:
    """Return the labels that must be equal, of those of which anything is known."""
    known = sorted(left.sure | right.sure)
    if node.matching is None:
        return known
    names = frozenset(node.matching.names)
    return [label for label in known if (label in names) is node.matching.on]


def _is_one_sided(label: str, left: Labels, right: Labels) -> bool:
    return (left.must_have(label) and not right.may_have(label)) or (
        right.must_have(label) and not left.may_have(label)
    )


def _is_apart(label: str, left: tuple[Labels, Values], right: tuple[Labels, Values]) -> bool:
    mine, theirs = left[1].get(label), right[1].get(label)
    if (
        mine is None
        or theirs is None
        or not (left[0].must_have(label) or right[0].must_have(label))
    ):
        return False
    return not mine & theirs
