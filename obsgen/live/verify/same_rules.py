"""
Whether a loaded rule is the one of the build.

Prometheus gives expressions back as its own printer writes them, so trees are compared: numbers by
their value, matchers in any order.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from obsgen.artefacts import AlertingRule, RecordingRule
from obsgen.importers import answers
from obsgen.promql import (
    Node,
    NumberLiteral,
    PromqlError,
    VectorSelector,
    fold,
    parse,
    with_children,
)

Rule = RecordingRule | AlertingRule
Loaded = Mapping[str, object]

_SHOWN: Final = 120


def paired(
    rules: Sequence[Rule], loaded: Sequence[Loaded]
) -> tuple[list[tuple[Rule, Loaded]], list[Rule], list[Loaded]]:
    """
    Return the pairs of a group, and what has no partner on either side.

    Name and labels tell rules apart; of what is then left, those of one name are pairs whose labels
    differ.
    """
    pairs: dict[int, Loaded] = {}
    left = list(loaded)
    for has_labels in (True, False):
        for place, rule in enumerate(rules):
            if place in pairs:
                continue
            for other in left:
                if _is_pair(rule, other, has_labels=has_labels):
                    pairs[place] = other
                    left.remove(other)
                    break
    both = [(rules[place], pairs[place]) for place in sorted(pairs)]
    return both, [rule for place, rule in enumerate(rules) if place not in pairs], left


def _is_pair(rule: Rule, other: Loaded, *, has_labels: bool) -> bool:
    is_alert = answers.text(other, "type") == "alerting"
    name = rule.alert if isinstance(rule, AlertingRule) else rule.record
    if is_alert != isinstance(rule, AlertingRule) or name != answers.text(other, "name"):
        return False
    return not has_labels or dict(rule.labels) == _texts(other.get("labels"))


def is_same_rule(rule: Rule, other: Loaded) -> bool:
    """Say whether a loaded rule has the name and the labels of one of the build."""
    return _is_pair(rule, other, has_labels=True)


def differences(rule: Rule, other: Loaded) -> Iterator[str]:
    """Yield in words what the server has differently: `has another expression: …`."""
    query = answers.text(other, "query")
    if not is_same_query(rule.expr, query):
        shown = " ".join(query.split())
        short = f"{shown[:_SHOWN]}…" if len(shown) > _SHOWN else shown
        yield f"has another expression there: `{short}`"
    yield from _of_texts("label", rule.labels, _texts(other.get("labels")))
    if isinstance(rule, AlertingRule):
        yield from _of_texts("annotation", rule.annotations, _texts(other.get("annotations")))
        waits = {
            "duration": ("for", rule.for_),
            "keepFiringFor": ("keep_firing_for", rule.keep_firing_for),
        }
        for key, (name, wait) in waits.items():
            # Older servers do not tell of `keep_firing_for`.
            seconds = answers.number(other.get(key))
            if key in other and round(seconds * 1_000) != wait.ms:
                yield f"has `{name}: {seconds:g}s` there, not `{wait}`"


def is_same_query(one: str, other: str) -> bool:
    """
    Say whether two expressions mean the same to the letter.

    >>> is_same_query("sum by(a) (x{b='1', a!=''}) > 0.50", 'sum by (a) (x{a!="",b="1"}) > 0.5')
    True
    """
    try:
        return fold(parse(one), _plain) == fold(parse(other), _plain)
    except PromqlError:
        return " ".join(one.split()) == " ".join(other.split())


def _plain(node: Node, children: tuple[Node, ...]) -> Node:
    node = with_children(node, children)
    if isinstance(node, NumberLiteral):
        return replace(node, text=_number(node.text))
    if isinstance(node, VectorSelector):
        key = tuple(sorted(node.matchers, key=lambda m: (m.label, m.op, m.value)))
        return replace(node, matchers=key)
    return node


def _number(text: str) -> str:
    try:
        return repr(float(text))
    except ValueError:
        return text


def _of_texts(what: str, ours: Mapping[str, str], theirs: Mapping[str, str]) -> Iterator[str]:
    for name in sorted({*ours, *theirs}):
        if name not in theirs:
            yield f"lacks the {what} `{name}` there"
        elif name not in ours:
            yield f"has the {what} `{name}` there, which is in no spec"
        elif ours[name] != theirs[name]:
            short = theirs[name][:_SHOWN]
            yield f"has another {what} `{name}` there: `{short}`"


def _texts(value: object) -> dict[str, str]:
    return {k: v for k, v in answers.mapping(value).items() if isinstance(v, str)}
