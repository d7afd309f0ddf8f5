"""
The text of an expression on one line, with the parentheses that its tree needs.

The spelling is that of Prometheus' own formatter (`promql/parser/printer.go`): `sum by (a) (x)`,
`x[5m] @ 1 offset 5m`, matchers without blanks, strings in double quotes.
"""

from __future__ import annotations

import re
from typing import Final

from obsgen.matchers import is_plain_name
from obsgen.promql.durations import duration_text
from obsgen.promql.functions import RIGHT_TO_LEFT, SIGN_STRENGTH, STRENGTH
from obsgen.promql.strings import quote
from obsgen.promql.tree import (
    METRIC_NAME_LABEL,
    Aggregate,
    Binary,
    Call,
    Label,
    Matcher,
    MatrixSelector,
    Node,
    NumberLiteral,
    Paren,
    StringLiteral,
    Subquery,
    Unary,
    VectorSelector,
    fold,
)

_METRIC: Final = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*", re.ASCII)
_LABEL: Final = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*", re.ASCII)


def flat(node: Node) -> str:
    """Return the whole expression on one line."""
    return fold(node, _text)


def head(node: Call | Aggregate) -> str:
    """Return what stands before the opening parenthesis: `rate`, `sum by (job) `."""
    if isinstance(node, Call):
        return node.function
    if node.grouping is None:
        return node.op
    word = "without" if node.grouping.without else "by"
    return f"{node.op} {word} {_labels(node.grouping.labels)} "


def operator(node: Binary, rhs: str) -> str:
    """Return the operator with its modifiers, as they stand before the text *rhs*."""
    words = [node.op]
    if node.is_bool:
        words.append("bool")
    if node.matching is not None:
        words.append(f"{'on' if node.matching.on else 'ignoring'} {_labels(node.matching.labels)}")
        if node.matching.group:
            words.append(f"group_{node.matching.group}")
            # Without its own parentheses, `group_left (x)` would take the operand's.
            if node.matching.include or rhs.startswith("("):
                words.append(_labels(node.matching.include))
    return " ".join(words)


def selector_parts(node: VectorSelector) -> tuple[str, tuple[str, ...]]:
    """Return the name and the matchers of a selector, each as it is written."""
    matchers = tuple(map(matcher_text, node.matchers))
    if node.name is None:
        return "", matchers
    if _METRIC.fullmatch(node.name) and is_plain_name(node.name):
        return node.name, matchers
    return "", (f"{METRIC_NAME_LABEL}={quote(node.name)}", *matchers)


def suffix(node: Node) -> str:
    """Return what stands behind the braces of a selector or behind a subquery's operand."""
    match node:
        case VectorSelector():
            return _times(node)
        case MatrixSelector():
            return f"[{duration_text(node.range_ms)}]{_times(node.selector)}"
        case Subquery():
            step = duration_text(node.step_ms) if node.step_ms else ""
            return f"[{duration_text(node.range_ms)}:{step}]{_times(node)}"
    return ""


def in_place(node: Node, parent: Node, *, is_right: bool = False) -> Node:
    """Return the operand, in parentheses where *parent* would tear it apart."""
    if _needs_parens(node, parent, is_right=is_right):
        return Paren(expr=node, span=node.span)
    return node


def _needs_parens(node: Node, parent: Node, *, is_right: bool) -> bool:
    is_signed = isinstance(node, Unary) or (
        isinstance(node, NumberLiteral) and node.text.startswith(("-", "+"))
    )
    match parent:
        case Subquery():
            return is_signed or isinstance(node, Binary)
        case Unary():
            return isinstance(node, Binary) and STRENGTH[node.op] <= SIGN_STRENGTH
        case Binary() if is_signed:
            return not is_right and STRENGTH[parent.op] > SIGN_STRENGTH
        case Binary() if isinstance(node, Binary):
            ours, theirs = STRENGTH[node.op], STRENGTH[parent.op]
            return ours < theirs or (ours == theirs and is_right != (parent.op in RIGHT_TO_LEFT))
    return False


def _text(node: Node, children: tuple[str, ...]) -> str:
    match node:
        case NumberLiteral():
            return node.text
        case StringLiteral():
            return quote(node.value)
        case VectorSelector():
            return _selector(node) + suffix(node)
        case MatrixSelector():
            return _selector(node.selector) + suffix(node)
        case Subquery():
            return _placed(node.expr, children[0], node) + suffix(node)
        case Call() | Aggregate():
            return f"{head(node)}({', '.join(children)})"
        case Paren():
            return f"({children[0]})"
        case Unary():
            return node.op + _placed(node.expr, children[0], node)
        case Binary():
            lhs = _placed(node.lhs, children[0], node)
            rhs = _placed(node.rhs, children[1], node, is_right=True)
            return f"{lhs} {operator(node, rhs)} {rhs}"
    raise AssertionError(node)


def _placed(node: Node, text: str, parent: Node, *, is_right: bool = False) -> str:
    return f"({text})" if _needs_parens(node, parent, is_right=is_right) else text


def _selector(node: VectorSelector) -> str:
    name, matchers = selector_parts(node)
    return f"{name}{{{','.join(matchers)}}}" if matchers or not name else name


def matcher_text(matcher: Matcher) -> str:
    """Return a matcher as it stands between braces: `job="api"`."""
    return f"{_label(matcher.label)}{matcher.op}{quote(matcher.value)}"


def _label(name: str) -> str:
    return name if _LABEL.fullmatch(name) else quote(name)


def _labels(labels: tuple[Label, ...]) -> str:
    return f"({', '.join(_label(label.name) for label in labels)})"


def _times(node: VectorSelector | Subquery) -> str:
    at = f" @ {node.at}" if node.at else ""
    return at + (f" offset {duration_text(node.offset_ms)}" if node.offset_ms else "")
