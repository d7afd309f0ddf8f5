"""
Reads tokens into a tree: operators with their precedence, calls and aggregations.

Nothing recurses, so that no text and no caller exhausts the stack: operators are reduced with a
stack of their own, and a reader that comes to a bracket yields until the expression inside is
read. Grammar: Prometheus `generated_parser.y`.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Final, Literal, NamedTuple, TypeVar, cast

from obsgen.matchers import KEYWORDS
from obsgen.promql.cursor import Cursor
from obsgen.promql.functions import (
    AGGREGATIONS,
    COMPARISONS,
    RIGHT_TO_LEFT,
    SIGN_STRENGTH,
    STRENGTH,
)
from obsgen.promql.lexer import Kind, Token
from obsgen.promql.modifiers import GROUPINGS, read_grouping, read_matching
from obsgen.promql.newer import FILL, FILLS, TRIM
from obsgen.promql.problem import LimitError, PromqlError, shown
from obsgen.promql.selector_grammar import read_selector, read_suffixes
from obsgen.promql.tree import (
    Aggregate,
    Binary,
    Call,
    Matching,
    Node,
    NumberLiteral,
    Paren,
    StringLiteral,
    Unary,
)

MAX_NESTING: Final = 200
"""Deepest brackets; promql-parser ends the process somewhere above 10,000."""

MAX_OPERATORS: Final = 1_000
"""Most operators; promql-parser ends the process somewhere above 4,000."""

_NUMBER_WORDS: Final = ("inf", "nan")


def read_expression(tokens: tuple[Token, ...]) -> Node:
    """
    Return the tree of a whole expression.

    Raises:
        PromqlError: at the first token that does not fit.
    """
    _check_limits(tokens)
    cursor = Cursor(tokens)
    node = _run(cursor)
    if cursor.token.kind is not Kind.END:
        raise _left_over(cursor)
    return node


_Result = TypeVar("_Result")
# Yields where an expression begins, and is sent its tree.
_Reading = Generator[None, Node, _Result]


def _run(cursor: Cursor) -> Node:
    readings = [_expression(cursor)]
    node: Node | None = None
    while readings:
        try:
            # A reader that has not begun takes None, as generators do.
            readings[-1].send(cast("Node", node))
        except StopIteration as done:
            readings.pop()
            node = done.value
        else:
            readings.append(_expression(cursor))
            node = None
    return cast("Node", node)


_DEPTH: Final = {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}


def _check_limits(tokens: tuple[Token, ...]) -> None:
    if len(tokens) <= min(MAX_NESTING, MAX_OPERATORS):
        return
    depth = operators = 0
    for token in tokens:
        if token.kind is Kind.SIGN:
            depth += _DEPTH.get(token.text, 0)
            operators += token.text in STRENGTH
        else:
            operators += token.word in STRENGTH
        if depth > MAX_NESTING:
            message = f"brackets are nested more than {MAX_NESTING} deep"
            raise LimitError(message, token.span, "record the inner part as a series of its own")
        if operators > MAX_OPERATORS:
            message = f"the expression has more than {MAX_OPERATORS} operators"
            raise LimitError(message, token.span, "record parts of it as series of their own")


def _left_over(cursor: Cursor) -> PromqlError:
    token, before = cursor.token, shown(cursor.last.text)
    if token.is_sign(")", "]", "}"):
        return PromqlError(f"{shown(token.text)} closes nothing", token.span)
    if token.is_sign("="):
        return PromqlError("`=` compares nothing outside of braces", token.span, "write `==`")
    if token.is_sign("=~", "!~"):
        hint = "match a label inside the braces of the selector"
        return PromqlError(f"{shown(token.text)} stands outside of braces", token.span, hint)
    if token.word in FILLS and cursor.next_token.is_sign("("):
        return FILL.found(token.text, token.span)
    if token.word in KEYWORDS:
        hint = "write `bool` right behind the comparison" if token.word == "bool" else ""
        return PromqlError(f"{shown(token.text)} is out of place after {before}", token.span, hint)
    if token.is_sign("{") and cursor.next_token.is_sign("{"):
        return cursor.unexpected("an operator")
    message = f"{shown(token.text)} follows {before} without an operator between them"
    return PromqlError(message, token.span)


class _Operator(NamedTuple):
    token: Token
    strength: int
    is_sign: bool = False
    is_bool: bool = False
    matching: Matching | None = None


def _expression(cursor: Cursor) -> _Reading[Node]:
    operands: list[Node] = []
    waiting: list[_Operator] = []
    while True:
        while sign := cursor.accept("+", "-"):
            waiting.append(_Operator(token=sign, strength=SIGN_STRENGTH, is_sign=True))
        operands.append((yield from _operand(cursor)))
        operator = _operator(cursor)
        if operator is None:
            break
        while waiting and _binds_before(waiting[-1], operator):
            _reduce(operands, waiting.pop())
        waiting.append(operator)
    while waiting:
        _reduce(operands, waiting.pop())
    return operands[0]


def _binds_before(left: _Operator, right: _Operator) -> bool:
    if left.strength == right.strength:
        return right.token.text not in RIGHT_TO_LEFT
    return left.strength > right.strength


def _reduce(operands: list[Node], operator: _Operator) -> None:
    rhs = operands.pop()
    if operator.is_sign:
        sign = cast("Literal['+', '-']", operator.token.text)
        operands.append(Unary(op=sign, expr=rhs, span=operator.token.span.to(rhs.span)))
        return
    lhs = operands.pop()
    operands.append(
        Binary(
            op=operator.token.text.lower(),
            lhs=lhs,
            rhs=rhs,
            is_bool=operator.is_bool,
            matching=operator.matching,
            span=lhs.span.to(rhs.span),
            op_span=operator.token.span,
        )
    )


def _operator(cursor: Cursor) -> _Operator | None:
    token = cursor.token
    text = token.word if token.kind is Kind.NAME else token.text
    if token.kind not in (Kind.NAME, Kind.SIGN) or text not in STRENGTH:
        return None
    cursor.take()
    _check_trim(token, cursor.token)
    word = cursor.accept_word("bool")
    if word is not None and text not in COMPARISONS:
        raise PromqlError(f"`bool` follows {shown(text)}, which compares nothing", word.span)
    return _Operator(
        token=token,
        strength=STRENGTH[text],
        is_bool=word is not None,
        matching=read_matching(cursor),
    )


def _check_trim(sign: Token, behind: Token) -> None:
    """Refuse `</` and `>/`, which trim native histograms."""
    if sign.is_sign("<", ">") and behind.is_sign("/") and sign.span.end == behind.span.start:
        raise TRIM.found(f"{sign.text}/", sign.span.to(behind.span))


def _operand(cursor: Cursor) -> _Reading[Node]:
    token = cursor.token
    if token.kind in (Kind.NUMBER, Kind.DURATION) or token.word in _NUMBER_WORDS:
        cursor.take()
        return read_suffixes(cursor, NumberLiteral(text=token.text, span=token.span))
    if token.kind is Kind.STRING:
        cursor.take()
        return read_suffixes(cursor, StringLiteral(value=token.value, span=token.span))
    if token.is_sign("("):
        return read_suffixes(cursor, (yield from _paren(cursor)))
    if token.is_sign("{") and not cursor.next_token.is_sign("{"):
        return read_suffixes(cursor, read_selector(cursor))
    if token.kind is Kind.NAME:
        return read_suffixes(cursor, (yield from _named(cursor)))
    raise cursor.unexpected("an operand")


def _paren(cursor: Cursor) -> _Reading[Paren]:
    opening = cursor.take()
    node = yield
    closing = cursor.close(opening, ")")
    return Paren(expr=node, span=opening.span.to(closing.span))


def _named(cursor: Cursor) -> _Reading[Node]:
    token, behind = cursor.token, cursor.next_token
    is_aggregation = token.word in AGGREGATIONS
    if is_aggregation and (behind.is_sign("(") or behind.word in GROUPINGS):
        return (yield from _aggregate(cursor))
    if token.word in KEYWORDS:
        hint = f'a metric of this name is `{{__name__="{token.text}"}}`'
        raise cursor.unexpected("an operand", hint)
    if behind.is_sign("("):
        return (yield from _call(cursor))
    return read_selector(cursor)


def _call(cursor: Cursor) -> _Reading[Call]:
    name = cursor.take()
    if name.word in FILLS:
        raise FILL.found(name.text, name.span)
    args = yield from _arguments(cursor)
    return Call(
        function=name.text, args=args, name_span=name.span, span=name.span.to(cursor.last.span)
    )


def _arguments(cursor: Cursor) -> _Reading[tuple[Node, ...]]:
    opening = cursor.take()
    args: list[Node] = []
    if not cursor.token.is_sign(")"):
        args.append((yield))
        while comma := cursor.accept(","):
            if cursor.token.is_sign(")"):
                raise PromqlError("a comma follows the last argument", comma.span)
            args.append((yield))
    cursor.close(opening, ")")
    return tuple(args)


def _aggregate(cursor: Cursor) -> _Reading[Aggregate]:
    name = cursor.take()
    grouping = read_grouping(cursor)
    if not cursor.token.is_sign("("):
        raise cursor.unexpected(f"`(` with what {shown(name.text)} adds up")
    opening = cursor.token
    args = yield from _arguments(cursor)
    arguments = opening.span.to(cursor.last.span)
    if grouping is None:
        grouping = read_grouping(cursor)
    elif cursor.token.word in GROUPINGS:
        raise PromqlError("labels are grouped twice", cursor.token.span)
    wanted = 1 if AGGREGATIONS[name.word] is None else 2
    if len(args) != wanted:
        example = f"`{name.word}({_PARAMS.get(name.word, '')}x)`"
        message = f"{shown(name.word)} takes {_COUNTS[wanted]}, found {len(args) or 'none'}"
        raise PromqlError(message, arguments, f"write {example}")
    return Aggregate(
        op=name.word,
        param=args[0] if wanted > 1 else None,
        expr=args[-1],
        grouping=grouping,
        name_span=name.span,
        span=name.span.to(cursor.last.span),
    )


_COUNTS: Final = {1: "one argument", 2: "two arguments"}
_PARAMS: Final = {
    "topk": "5, ",
    "bottomk": "5, ",
    "limitk": "5, ",
    "limit_ratio": "0.1, ",
    "quantile": "0.9, ",
    "count_values": '"value", ',
}
