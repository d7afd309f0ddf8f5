"""
The canonical text of PromQL that an author wrote, with the variables of Grafana left in it.

Each variable stands in the tree as a word, a number or a duration that nothing else in the text
has, and is put back where that one comes out again.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Final

from obsgen.promql.durations import duration_text
from obsgen.promql.layout import WIDTH, layout
from obsgen.promql.lexer import Kind, Token, tokenize
from obsgen.promql.parse import parse
from obsgen.promql.problem import PromqlError
from obsgen.promql.variables import substitute_variables

# An odd number of milliseconds below a year: nobody writes such a duration, and none is longer.
_FIRST_MS: Final = 86_399_999
_MAX_TRIED: Final = 1_000
_DIGITS: Final = "0123456789abcdefghijklmnopqrstuvwxyz"


def canonical(text: str, width: int = WIDTH) -> str | None:
    """
    Return an expression as `layout` writes it; None where only its author knows how.

    That is a text that is not PromQL, holds comments, or a variable in a place that no word,
    number or duration can take.

    >>> canonical("sum( rate(x{a='$b'}[$__rate_interval]) )")
    'sum(rate(x{a="$b"}[$__rate_interval]))'
    """
    try:
        tokens = tokenize(text)
        if _has_comment(text, tokens):
            return None
        meant = parse(substitute_variables(text))
        laid_out = _laid_out(text, tokens, width)
        if laid_out is None or parse(substitute_variables(laid_out)) != meant:
            return None
    except PromqlError:
        return None
    return laid_out


def _has_comment(text: str, tokens: tuple[Token, ...]) -> bool:
    ends = (0, *(token.span.end for token in tokens))
    starts = (*(token.span.start for token in tokens), len(text))
    return any("#" in text[end:start] for end, start in zip(ends, starts, strict=True))


def _laid_out(text: str, tokens: tuple[Token, ...], width: int) -> str | None:
    shown = substitute_variables(text)
    parts, end = [], 0
    put_back: list[tuple[str, str]] = []
    durations = itertools.count(_FIRST_MS, -2)
    for token in tokens:
        if token.kind is not Kind.VARIABLE:
            continue
        stand_in = _stand_in(shown[token.span.start : token.span.end], text, durations, put_back)
        if stand_in is None:
            return None
        parts += [text[end : token.span.start], stand_in]
        put_back.append((stand_in, token.text))
        end = token.span.end
    laid_out = layout(parse("".join((*parts, text[end:]))), width)
    for stand_in, variable in put_back:
        if laid_out.count(stand_in) != 1:
            return None
        laid_out = laid_out.replace(stand_in, variable)
    return laid_out


def _stand_in(
    shown: str, text: str, durations: Iterator[int], taken: list[tuple[str, str]]
) -> str | None:
    """Return a stand-in of the kind that `substitute_variables` chose, unlike all others."""
    if shown.rstrip() == "5m":
        words = (duration_text(ms) for ms in durations)
    elif shown.rstrip() in {"1", "0" * (len(shown) - 1) + "1"}:
        words = (f"9{number:05}" for number in itertools.count())
    elif set(shown) == {"x"}:
        words = (f"x{_in_letters(number, len(shown) - 1)}" for number in itertools.count())
    else:
        return None
    used = {word for word, _ in taken}
    for word in itertools.islice(words, _MAX_TRIED):
        if word not in text and not any(word in other or other in word for other in used):
            return word
    return None


def _in_letters(number: int, length: int) -> str:
    """Return digits, the last of a number first: a short word is the start of few long ones."""
    letters = ""
    for _ in range(length):
        number, digit = divmod(number, len(_DIGITS))
        letters += _DIGITS[digit]
    return letters
