"""Which values the labels of a result can have, as far as declarations and matchers tell."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from obsgen import matchers
from obsgen.promql.labels import Labels
from obsgen.promql.strings import quote
from obsgen.promql.tree import (
    METRIC_NAME_LABEL,
    Aggregate,
    Call,
    Matcher,
    MatrixSelector,
    Node,
    StringLiteral,
    VectorSelector,
    without_parens,
)

Values = Mapping[str, frozenset[str]]
"""Labels with all values that a series may have there, an absent label aside."""
NO_VALUES: Final[Values] = {}
"""Nothing is known of any label; never written to."""

_TARGET_OF: Final = frozenset({"label_replace", "label_join"})


def as_matcher(matcher: Matcher) -> matchers.Matcher:
    """Return a matcher of an expression as all of obsgen knows matchers."""
    return matchers.Matcher(matcher.label, matcher.op, matcher.value)


def narrowed_values(node: VectorSelector, declared: Values) -> Values:
    """
    Return what the matchers of a selector leave of the declared values.

    >>> selected = VectorSelector(name="x", matchers=(Matcher(label="a", op="=~", value="b|c"),))
    >>> sorted(narrowed_values(selected, {"a": frozenset("abc")})["a"])
    ['b', 'c']
    """
    if not node.matchers:
        return declared
    found = dict(declared)
    for each in node.matchers:
        if each.label == METRIC_NAME_LABEL:
            continue
        matcher = as_matcher(each)
        told = matchers.only_values(matcher)
        before = found.get(each.label)
        if before is not None:
            found[each.label] = frozenset(value for value in before if matcher.matches(value))
        elif told is not None and "" not in told:
            found[each.label] = told
    return found


def values_after(node: Node, source: Values, labels: Labels) -> Values:
    """Return what is still known after a node: of labels that are there and not made anew."""
    made = _made(node)
    return {
        label: values
        for label, values in source.items()
        if label != made and labels.may_have(label)
    }


def values_of_absence(node: Call) -> Values:
    """Return what `absent` writes into labels: what its argument asks them to equal."""
    argument = without_parens(node.args[0]) if node.args else node
    selector = argument.selector if isinstance(argument, MatrixSelector) else argument
    matchers_ = selector.matchers if isinstance(selector, VectorSelector) else ()
    asked = [m for m in matchers_ if m.op == "=" and m.label != METRIC_NAME_LABEL]
    return {m.label: frozenset(o.value for o in asked if o.label == m.label) for m in asked}


def _made(node: Node) -> str:
    """Return the label that a node writes."""
    target: Node | None = None
    if isinstance(node, Call) and len(node.args) > 1:
        is_quantiles = node.function == "histogram_quantiles"
        target = node.args[1] if is_quantiles or node.function in _TARGET_OF else None
    elif isinstance(node, Aggregate) and node.op == "count_values":
        target = node.param
    target = None if target is None else without_parens(target)
    return target.value if isinstance(target, StringLiteral) else ""


def shown_matcher(matcher: Matcher) -> str:
    """Write a matcher for a message."""
    return f"{matcher.label}{matcher.op}{quote(matcher.value)}"
