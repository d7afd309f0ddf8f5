"""
promql-parser, the authority on what is PromQL; the only file that imports it.

It takes quadratic time, ends the process on deep texts, tells no place and reads backticks and
some regular expressions wrongly. So a text arrives here only after `grammar` has read it within
its limits, and is rewritten from tokens: the order of tokens stays, strings are quoted anew.
"""

from __future__ import annotations

import functools
from typing import Final

import promql_parser

from obsgen.promql.lexer import Kind, Token
from obsgen.promql.problem import Span
from obsgen.promql.re2 import rust_regex
from obsgen.promql.strings import quote

# Each attempt parses anew; beyond this many operators narrowing a refusal costs seconds.
_MAX_NARROWED: Final = 400
MAX_ESCAPES: Final = 2_000
"""Most backslashes in the strings of an expression; promql-parser recurses at each of them."""

# promql-parser takes the first two for modifiers wherever they stand, and knows the third by the
# name that it has since Prometheus 3.0; so it reads others.
_UNKNOWN_NAMES: Final = {
    "anchored": "nchored_",
    "smoothed": "moothed_",
    "holt_winters": "double_exponential_smoothing",
}
_NO_VALUE: Final = "at least one non-empty matcher"


def escapes(token: Token) -> int:
    """Return how many backslashes a string has on the way to promql-parser, at most."""
    if token.kind is not Kind.STRING:
        return 0
    return max(quote(text).count("\\") for text in (token.value, rust_regex(token.value)))


def refusal(tokens: tuple[Token, ...], span: Span) -> str:
    """Return why promql-parser refuses these characters of the expression, or an empty string."""
    try:
        promql_parser.parse(rewritten(tokens, span))
    except ValueError as error:
        return str(error) or "not PromQL"
    return ""


def refuses_regex(pattern: str) -> bool:
    """Say whether promql-parser does not compile a regular expression."""
    try:
        promql_parser.parse(f"x{{y=~{quote(rust_regex(pattern))}}}")
    except ValueError:
        return True
    return False


@functools.lru_cache(maxsize=1_024)
def matches_empty(op: str, value: str) -> bool | None:
    """
    Say whether a series without the label matches; None for what is no regular expression.

    Asked of promql-parser, because Python's engine takes exponential time for some of them.
    """
    try:
        promql_parser.parse(f"{{x{op}{quote(rust_regex(value))}}}")
    except ValueError as error:
        return True if _NO_VALUE in str(error) else None
    return False


def prettified(text: str) -> str:
    """
    Return promql-parser's own layout of a text: a second opinion on what it means.

    Raises:
        ValueError: if it refuses the text.
    """
    return promql_parser.parse(text).prettify()


def is_cheap(tokens: tuple[Token, ...]) -> bool:
    """Say whether there is time to ask about parts of the expression, too."""
    return len(tokens) <= _MAX_NARROWED


def rewritten(tokens: tuple[Token, ...], span: Span) -> str:
    r"""
    Return the text of the tokens within the span, as promql-parser reads it.

    >>> from obsgen.promql.lexer import tokenize
    >>> rewritten(tokenize("x{a=~`\\d`} # digits"), Span(0, 20))
    'x{a=~"\\\\d"}'
    """
    parts: list[str] = []
    end, before = span.start, ""
    for token in tokens:
        if token.span.start < span.start or token.span.end > span.end or token.kind is Kind.END:
            continue
        parts.append(" " * (token.span.start > end and bool(parts)))
        is_regex = before in ("=~", "!~")
        if token.kind is Kind.STRING:
            parts.append(quote(rust_regex(token.value) if is_regex else token.value))
        else:
            parts.append(_UNKNOWN_NAMES.get(token.word, token.text))
        end, before = token.span.end, token.text
    return "".join(parts)
