"""
promql-parser, the authority on what is PromQL; the only file that imports it.

It takes quadratic time, ends the process on deep texts, tells no place and reads backticks and
some regular expressions wrongly. So a text arrives here only after `grammar` has read it within
its limits, and is rewritten from tokens: the order of tokens stays, strings are quoted anew.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator
from typing import Final

import promql_parser

from obsgen.matchers import KEYWORDS
from obsgen.promql.functions import AGGREGATIONS, FUNCTIONS
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
_RESERVED: Final = frozenset({*AGGREGATIONS, *FUNCTIONS, *KEYWORDS, *_UNKNOWN_NAMES})
_NO_VALUE: Final = "at least one non-empty matcher"


def escapes(token: Token) -> int:
    """Return how many backslashes a string has on the way to promql-parser, at most."""
    if token.kind is not Kind.STRING:
        return 0
    return max(quote(text).count("\\") for text in (token.value, rust_regex(token.value)))


def refusal(tokens: tuple[Token, ...], span: Span) -> str:
    """Return why promql-parser refuses these characters of the expression, or an empty string."""
    return _answer(rewritten(tokens, span))


def accepts_form(tokens: tuple[Token, ...], named: frozenset[int]) -> bool:
    """
    Say whether promql-parser accepts expressions of this form.

    Which metric is selected, and to which text a label is equal, is nothing to it: rules of many
    services have one form, of which it is asked once.

    Args:
        named: Where the names of selectors begin.
    """
    return not _answer(_joined(tokens, [_form(t, b, named) for b, t in _with_before(tokens)]))


@functools.lru_cache(maxsize=4_096)
def _answer(text: str) -> str:
    try:
        promql_parser.parse(text)
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
    within = tuple(
        token for token in tokens if token.span.start >= span.start and token.span.end <= span.end
    )
    return _joined(within, [_text(token, before) for before, token in _with_before(within)])


_REGEX_SIGNS: Final = frozenset({"=~", "!~"})
_EQUALS: Final = frozenset({"=", "!="})


def _with_before(tokens: tuple[Token, ...]) -> Iterator[tuple[str, Token]]:
    """Yield each token with the text of the one before it."""
    return zip(("", *(token.text for token in tokens)), tokens, strict=False)


def _joined(tokens: tuple[Token, ...], texts: Iterable[str]) -> str:
    """Return texts in the places of tokens: with a blank wherever there is anything between two."""
    parts: list[str] = []
    end = tokens[0].span.start if tokens else 0
    for token, text in zip(tokens, texts, strict=True):
        if token.span.start > end:
            parts.append(" ")
        parts.append(text)
        end = token.span.end
    return "".join(parts).rstrip(" ")


def _text(token: Token, before: str) -> str:
    if token.kind is Kind.STRING:
        return quote(rust_regex(token.value) if before in _REGEX_SIGNS else token.value)
    return _UNKNOWN_NAMES.get(token.word, token.text)


def _form(token: Token, before: str, named: frozenset[int]) -> str:
    """Return a stand-in for a name that is nobody's keyword, and for a text that is not empty."""
    if token.span.start in named and "_" in token.word and token.word not in _RESERVED:
        return "x_x"
    if token.kind is Kind.STRING and before in _EQUALS and token.value:
        return '"x"'
    return _text(token, before)
