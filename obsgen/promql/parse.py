"""
From the text of an expression to its tree, or to the characters that are wrong.

Four readers in turn, each more exact on places than the next: tokens, grammar, types, and at last
promql-parser, which must accept what the others did.
"""

from __future__ import annotations

import functools
import itertools
from typing import Final, Literal

from obsgen.promql.authority import (
    MAX_ESCAPES,
    accepts_form,
    escapes,
    is_cheap,
    refusal,
    refuses_regex,
)
from obsgen.promql.functions import Type
from obsgen.promql.grammar import read_expression
from obsgen.promql.labels import selectors
from obsgen.promql.lexer import Token, tokenize
from obsgen.promql.problem import LimitError, PromqlError, Span, shown
from obsgen.promql.re2 import regex_problem
from obsgen.promql.tree import Node, walk
from obsgen.promql.typing_rules import result_type

_CACHED: Final = 16_384
# A backslash within `\Q…\E` becomes two, and each is quoted.
_MOST_ESCAPES_OF_A_CHARACTER: Final = 4


def parse(text: str, *, result: Literal["any", "vector"] = "any") -> Node:
    """
    Return the tree of an expression.

    Args:
        text: At most 64 KiB, with at most 200 nested brackets and 1,000 operators.
        result: `vector` where the result is recorded, graphed or alerted on: a number will do,
            a range or a string will not.

    Raises:
        PromqlError: for every other text; nothing else, whatever the text.

    >>> parse("sum by (job) (rate(errors_total[5m]))").children[0].span
    Span(start=14, end=36)
    """
    node, found = _parsed(text)
    if result == "vector" and found is Type.MATRIX:
        hint = "a range becomes a vector with `rate(…)`, or another function over time"
        raise PromqlError("a range vector cannot be graphed or compared", node.span, hint)
    if result == "vector" and found is Type.STRING:
        raise PromqlError("a string cannot be graphed or compared", node.span)
    return node


@functools.lru_cache(maxsize=_CACHED)
def _parsed(text: str) -> tuple[Node, Type]:
    tokens = tokenize(text)
    _check_escapes(text, tokens)
    node = read_expression(tokens)
    found = result_type(node)
    named = frozenset(s.span.start for s in selectors(node) if s.name is not None)
    if not accepts_form(tokens, named) and (reason := refusal(tokens, Span(0, len(text)))):
        raise PromqlError(*_narrowed(node, tokens, reason))
    return node, found


def _check_escapes(text: str, tokens: tuple[Token, ...]) -> None:
    if len(text) * _MOST_ESCAPES_OF_A_CHARACTER <= MAX_ESCAPES:
        return
    for token, count in zip(tokens, itertools.accumulate(map(escapes, tokens)), strict=True):
        if count > MAX_ESCAPES:
            message = f"strings need more than {MAX_ESCAPES} backslashes"
            raise LimitError(message, token.span)


def _narrowed(node: Node, tokens: tuple[Token, ...], reason: str) -> tuple[str, Span]:
    """Blame the smallest part that is refused on its own."""
    for matcher in (m for selector in selectors(node) for m in selector.matchers if m.is_regex):
        if refuses_regex(matcher.value):
            problem = regex_problem(matcher.value)
            why = f": {problem}" if problem else ""
            message = f"{shown(matcher.value)} is not a regular expression{why}"
            return message, matcher.value_span
    # A part of a part is shorter, so the first refusal is the smallest.
    parts = sorted(walk(node), key=lambda n: (n.span.end - n.span.start, n.span.start))
    for part in parts if is_cheap(tokens) else ():
        if found := refusal(tokens, part.span):
            return f"promql-parser does not accept this: {found}", part.span
    return f"promql-parser does not accept this: {reason}", node.span
