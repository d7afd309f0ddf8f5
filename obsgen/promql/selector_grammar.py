"""
Reads what stands right behind or inside a selector: matchers, ranges, `offset` and `@`.

Syntax: Prometheus documentation, "Querying basics".
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final, cast

from obsgen.promql.cursor import Cursor
from obsgen.promql.durations import duration_ms
from obsgen.promql.lexer import Kind, Token
from obsgen.promql.newer import DURATION, DURATION_FUNCTIONS, EXTENDED, EXTENDED_RANGE
from obsgen.promql.problem import PromqlError, shown
from obsgen.promql.tree import (
    METRIC_NAME_LABEL,
    Label,
    Matcher,
    MatchOp,
    MatrixSelector,
    Node,
    Subquery,
    VectorSelector,
)

_MATCH_SIGNS: Final = ("=", "!=", "=~", "!~")
_TIMES: Final = ("start", "end")
_ENDS: Final = (":", "]")
_NEEDS_SUBQUERY: Final = "for the range of an expression write a subquery: `(…)[1h:5m]`"


def read_selector(cursor: Cursor) -> VectorSelector:
    """Read `name`, `name{…}` or `{…}`."""
    name = cursor.take() if cursor.token.kind is Kind.NAME else None
    opening = cursor.accept("{")
    matchers = () if opening is None else _matchers(cursor, opening)
    first = name or opening or cursor.last
    _check_one_name(name, matchers)
    return VectorSelector(
        name=None if name is None else name.text,
        matchers=matchers,
        span=first.span.to(cursor.last.span),
    )


def read_suffixes(cursor: Cursor, node: Node) -> Node:
    """Read the ranges, offsets and fixed times behind an operand."""
    while True:
        if cursor.token.is_sign("["):
            node = _ranged(cursor, node)
        elif cursor.token.word == "offset":
            node = _shifted(cursor, node)
        elif cursor.token.is_sign("@"):
            node = _fixed(cursor, node)
        elif cursor.token.word in EXTENDED and isinstance(node, VectorSelector | MatrixSelector):
            raise EXTENDED_RANGE.found(cursor.token.text, cursor.token.span)
        else:
            return node


def read_labels(cursor: Cursor) -> tuple[Label, ...]:
    """Read the names of labels in parentheses; a comma may stand behind the last."""
    opening = cursor.take()
    labels: list[Label] = []
    while not cursor.token.is_sign(")"):
        labels.append(_label(cursor))
        if cursor.accept(",") is None:
            break
    cursor.close(opening, ")")
    return tuple(labels)


def _label(cursor: Cursor) -> Label:
    token = cursor.token
    if token.kind not in (Kind.NAME, Kind.STRING):
        raise cursor.unexpected("the name of a label")
    _check_label(token)
    cursor.take()
    return Label(name=token.value, span=token.span)


def _check_label(token: Token) -> None:
    if token.kind is Kind.NAME and ":" in token.text:
        message = f"label {shown(token.text)} holds a colon"
        raise PromqlError(message, token.span, "only names of metrics do")
    if token.kind is Kind.STRING and not token.value:
        raise PromqlError("the name of a label is empty", token.span)


def _check_one_name(name: Token | None, matchers: tuple[Matcher, ...]) -> None:
    names = [m for m in matchers if m.label == METRIC_NAME_LABEL and m.op == "="]
    if name is not None and names:
        message = f"the metric is named twice: {shown(name.text)} and {shown(names[0].value)}"
        raise PromqlError(message, names[0].span)
    if len(names) > 1:
        message = f"the metric is named twice: {shown(names[0].value)} and {shown(names[1].value)}"
        raise PromqlError(message, names[1].span)


def _matchers(cursor: Cursor, opening: Token) -> tuple[Matcher, ...]:
    matchers: list[Matcher] = []
    while not cursor.token.is_sign("}"):
        matchers.append(_matcher(cursor))
        if cursor.token.word == "or":
            hint = 'write `=~"a|b"`, or two selectors with `or` between them'
            raise PromqlError("`or` stands between matchers", cursor.token.span, hint)
        if cursor.accept(",") is None:
            break
    cursor.close(opening, "}")
    return tuple(matchers)


def _matcher(cursor: Cursor) -> Matcher:
    label = cursor.token
    if label.kind not in (Kind.NAME, Kind.STRING):
        raise cursor.unexpected('a matcher such as `job="api"`')
    cursor.take()
    if label.kind is Kind.STRING and cursor.token.is_sign(",", "}"):
        return _quoted_name(label)
    _check_label(label)
    sign = cursor.accept(*_MATCH_SIGNS)
    if sign is None:
        raise _no_match_sign(cursor, label)
    value = cursor.token
    if value.kind is not Kind.STRING:
        hint = f'write `{label.text}{sign.text}"{value.text}"`' if value.kind is Kind.NAME else ""
        raise cursor.unexpected("a string", hint)
    cursor.take()
    return Matcher(
        label=label.value,
        op=cast("MatchOp", sign.text),
        value=value.value,
        span=label.span.to(value.span),
        label_span=label.span,
        value_span=value.span,
    )


def _quoted_name(token: Token) -> Matcher:
    if not token.value:
        raise PromqlError("the name of a metric is empty", token.span)
    return Matcher(
        label=METRIC_NAME_LABEL,
        op="=",
        value=token.value,
        span=token.span,
        label_span=token.span,
        value_span=token.span,
    )


def _no_match_sign(cursor: Cursor, label: Token) -> PromqlError:
    wanted = f"one of `=`, `!=`, `=~`, `!~` after {shown(label.text)}"
    hints = {"==": "write `=`", "~": "write `=~`", ":": "write `=`"}
    return cursor.unexpected(wanted, hints.get(cursor.token.text, ""))


def _ranged(cursor: Cursor, node: Node) -> Node:
    opening = cursor.take()
    range_ms = _length(cursor, "a duration such as `5m`", *_ENDS)
    colon = cursor.accept(":")
    step_ms = 0
    if colon is not None and not cursor.token.is_sign("]"):
        step_ms = _length(cursor, "a step such as `1m`", *_ENDS)
    if cursor.token.kind in (Kind.NUMBER, Kind.DURATION):
        message = "a range is one plain duration"
        raise PromqlError(message, cursor.token.span, "write `1h30m`, the longest unit first")
    closing = cursor.close(opening, "]")
    span = node.span.to(closing.span)
    if colon is not None:
        return Subquery(expr=node, range_ms=range_ms, step_ms=step_ms, span=span)
    brackets = opening.span.to(closing.span)
    if not isinstance(node, VectorSelector):
        raise PromqlError("a range stands only behind a metric", brackets, _NEEDS_SUBQUERY)
    if node.offset_ms or node.at:
        message = "the range stands behind `offset` or `@`"
        raise PromqlError(message, brackets, "write it first: `x[5m] offset 1m`")
    return MatrixSelector(selector=node, range_ms=range_ms, span=span)


def _length(cursor: Cursor, wanted: str, *ends: str) -> int:
    """
    Read a duration.

    Args:
        ends: The signs that may follow a range; an offset ends where an expression goes on.
    """
    first = cursor.token
    if (first.word in DURATION_FUNCTIONS and cursor.next_token.is_sign("(")) or first.is_sign("("):
        raise _computed(cursor, first, *ends)
    if first.kind not in (Kind.NUMBER, Kind.DURATION):
        raise cursor.unexpected(wanted)
    cursor.take()
    if ends and cursor.token.is_sign(*"+-*/%^"):
        raise _computed(cursor, first, *ends)
    return duration_ms(first)


def _computed(cursor: Cursor, first: Token, *ends: str) -> PromqlError:
    """Return the complaint about a computed duration, with all of it underlined."""
    parts = [first.text] if cursor.last is first else []
    depth = 0
    while cursor.token.kind is not Kind.END and (depth or not cursor.token.is_sign(*ends)):
        token = cursor.take()
        parts.append(token.text)
        depth += token.is_sign("(") - token.is_sign(")")
        if not ends and depth == 0 and token.is_sign(")"):
            break
    if cursor.token.kind is Kind.END and (ends or depth):
        return cursor.unexpected("the rest of a duration")
    return DURATION.found("".join(parts), first.span.to(cursor.last.span))


def _shifted(cursor: Cursor, node: Node) -> Node:
    word = cursor.take()
    sign = cursor.accept("-", "+")
    offset_ms = _length(cursor, "a duration such as `5m`")
    if sign is not None and sign.text == "-":
        offset_ms = -offset_ms
    target = node.selector if isinstance(node, MatrixSelector) else node
    if not isinstance(target, VectorSelector | Subquery):
        raise _misplaced(word)
    if target.offset_ms:
        raise PromqlError("`offset` is written twice", word.span)
    return _with(cursor, node, replace(target, offset_ms=offset_ms))


def _fixed(cursor: Cursor, node: Node) -> Node:
    sign = cursor.take()
    target = node.selector if isinstance(node, MatrixSelector) else node
    if not isinstance(target, VectorSelector | Subquery):
        raise _misplaced(sign)
    if target.at:
        raise PromqlError("`@` is written twice", sign.span)
    return _with(cursor, node, replace(target, at=_time(cursor)))


def _time(cursor: Cursor) -> str:
    if word := cursor.accept_word(*_TIMES):
        opening = cursor.accept("(")
        if opening is None:
            raise cursor.unexpected(f"`(` after {shown(word.text)}", f"write `{word.word}()`")
        cursor.close(opening, ")")
        return f"{word.word}()"
    sign = cursor.accept("-", "+")
    if cursor.token.kind not in (Kind.NUMBER, Kind.DURATION):
        raise cursor.unexpected("a Unix timestamp, `start()` or `end()`")
    return ("-" if sign is not None and sign.text == "-" else "") + cursor.take().text


def _with(cursor: Cursor, node: Node, target: VectorSelector | Subquery) -> Node:
    span = node.span.to(cursor.last.span)
    if isinstance(node, MatrixSelector) and isinstance(target, VectorSelector):
        return replace(node, selector=target, span=span)
    return replace(target, span=span)


def _misplaced(word: Token) -> PromqlError:
    message = f"{shown(word.text)} stands only behind a metric, a range or a subquery"
    return PromqlError(message, word.span, "move it behind the metric itself")
