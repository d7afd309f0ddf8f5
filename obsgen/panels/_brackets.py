"""
Queries of other datasources, read as far as their brackets and quotes.

No more than that: what a query means, its own datasource says. Grafana's variables are passed
over, since what will stand there is not known.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, NamedTuple

from obsgen.promql.lexer import VARIABLE


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """
    What matters of a query language here.

    Attributes:
        name: As people write it.
        quotes: Signs that begin a text and end it; a backslash keeps the next sign in it.
        raw: Quotes in which a backslash is a backslash.
        comment: Begins a comment that goes on to the end of the line.
        half_open: A range may begin with one bracket and end with another: `[1 TO 5}`.
    """

    name: str
    quotes: str
    raw: str = ""
    comment: str = ""
    half_open: bool = False


# Loki documentation, "LogQL"; Tempo documentation, "TraceQL".
LOGQL: Final = Language(name="LogQL", quotes='"`', raw="`", comment="#")
TRACEQL: Final = Language(name="TraceQL", quotes='"`', raw="`", comment="//")
# Lucene, "Query parser syntax": `/` begins a regular expression wherever it is not escaped.
LUCENE: Final = Language(name="Lucene", quotes='"/', half_open=True)


class Fault(NamedTuple):
    """What is not closed, or closes nothing, and where."""

    message: str
    start: int
    end: int


_CLOSING: Final = {"(": ")", "[": "]", "{": "}"}
_OPENING: Final = {closing: opening for opening, closing in _CLOSING.items()}
_RANGES: Final = frozenset("[{]}")


def fault_in(text: str, language: Language) -> Fault | None:
    """
    Return the first bracket or quote of a query that has no other half.

    >>> fault_in('{app="a"} |= "it', LOGQL)
    Fault(message='the text that `"` begins has no end', start=13, end=14)
    >>> fault_in("duration_ms:[1000 TO ${most}}", LUCENE)
    """
    opened: list[tuple[str, int]] = []
    place = 0
    while place < len(text):
        sign = text[place]
        if (variable := VARIABLE.match(text, place)) is not None:
            place = variable.end()
        elif sign == "\\":
            place += 2
        elif language.comment and text.startswith(language.comment, place):
            place = _line_end(text, place)
        elif sign in language.quotes:
            end = _text_end(text, place, is_raw=sign in language.raw)
            if end is None:
                return Fault(f"the text that `{sign}` begins has no end", place, place + 1)
            place = end
        else:
            if sign in _CLOSING:
                opened.append((sign, place))
            elif sign in _OPENING and (fault := _closed(sign, place, opened, language)):
                return fault
            place += 1
    if opened:
        sign, start = opened[0]
        return Fault(f"`{sign}` is never closed", start, start + 1)
    return None


def _closed(
    sign: str, place: int, opened: list[tuple[str, int]], language: Language
) -> Fault | None:
    """Close the innermost bracket; return what is wrong with that."""
    if not opened:
        return Fault(f"`{sign}` closes nothing", place, place + 1)
    opening, _ = opened.pop()
    if opening == _OPENING[sign] or (language.half_open and {opening, sign} <= _RANGES):
        return None
    return Fault(
        f"`{sign}` stands where `{_CLOSING[opening]}` is to close `{opening}`", place, place + 1
    )


def _line_end(text: str, start: int) -> int:
    end = text.find("\n", start)
    return len(text) if end < 0 else end


def _text_end(text: str, start: int, *, is_raw: bool) -> int | None:
    """Return the place behind a text's closing quote."""
    quote = text[start]
    inside = re.escape(quote)
    pattern = rf"[^{inside}]*{inside}" if is_raw else rf"(?:\\.|[^\\{inside}])*{inside}"
    found = re.compile(pattern, re.DOTALL).match(text, start + 1)
    return None if found is None else found.end()
