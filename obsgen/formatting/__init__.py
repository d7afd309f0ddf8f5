"""
The one layout of specs, as `obsgen fmt` writes it.

What the author wrote is taken over piece by piece; nothing is loaded and dumped again. What is
between the pieces is white space, and that is what changes, with the quotes of scalars and the text
of queries. What must not be broken stays as it stands.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from obsgen.diagnostics import Code, Diagnostic, Origin, Severity, finding
from obsgen.formatting.blocks import laid_out_text
from obsgen.formatting.heads import with_ordered_heads
from obsgen.formatting.sameness import comments, says_the_same
from obsgen.formatting.tree import read_documents
from obsgen.source import (
    Source,
    TokenKind,
    decode,
    has_odd_breaks,
    read_source,
    source_tokens,
    with_plain_breaks,
)

__all__ = ["CHANGES_MEANING", "CODES", "NOT_FORMATTED", "Formatted", "comments", "format_source"]

NOT_FORMATTED: Final = Code(
    "SRC020",
    "not-formatted",
    why="the file was left as it stands, because what it holds has no layout that is sure to mean "
    "the same everywhere",
    fix="Write what is named in the usual way: mappings and lists, lines that end with a plain "
    "line feed, documents that `---` separates.",
    severity=Severity.WARNING,
)
CHANGES_MEANING: Final = Code(
    "SRC021",
    "layout-changes-meaning",
    why="a layout that says something else than its author is worse than none, so the file was "
    "left as it stands",
    fix="Report it with the file: it is a bug in obsgen.",
)
CODES: Final = (NOT_FORMATTED, CHANGES_MEANING)

_HINT: Final = "`obsgen fmt` leaves the file as it stands"
_CHANGED: Final = "the layout would change what the file means"
_CHOMPING: Final = re.compile(r"([|>][0-9]?)[+-]?([0-9]?)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Formatted:
    """
    A file in its layout.

    Attributes:
        text: All of it; as it was, where it cannot be formatted.
        source: What was read, for the places of the findings.
        diagnostics: Why it was not formatted; none if it was.
    """

    text: bytes
    source: Source
    diagnostics: tuple[Diagnostic, ...] = ()


def format_source(file: str, data: bytes) -> Formatted:
    r"""
    Return a file in its layout, or as it is with the reasons why it has none.

    Args:
        file: Its name, as findings show it.
        data: Its bytes, whatever they are.

    >>> print(format_source("a.yaml", b"a:   { b: 'c' }\n\n\n").text.decode(), end="")
    a: {b: c}
    """
    source, diagnostics = read_source(file, data)
    if diagnostics:
        return Formatted(text=data, source=source, diagnostics=diagnostics)
    text, _ = decode(file, data)
    if has_odd_breaks(text):
        message = "a line ends with U+2028 or U+2029, which only YAML 1.1 takes for an end"
        return _left_alone(NOT_FORMATTED, data, source, message)
    text = _ended(with_plain_breaks(text))
    documents = read_documents(text)
    if any(document.is_odd for document in documents):
        message = "directives, `...` and documents that are no mapping have no layout"
        return _left_alone(NOT_FORMATTED, data, source, message)
    after = laid_out_text(text, documents)
    if not says_the_same(text, after):
        return _left_alone(CHANGES_MEANING, data, source, _CHANGED)
    # Which lines may move is seen when each stands where it belongs; they leave blank ones behind.
    ordered = with_ordered_heads(after)
    if ordered != after:
        after = laid_out_text(ordered, read_documents(ordered))
        if not says_the_same(text, after):
            return _left_alone(CHANGES_MEANING, data, source, _CHANGED)
    return Formatted(text=after.encode(), source=source)


def _left_alone(code: Code, data: bytes, source: Source, message: str) -> Formatted:
    found = finding(code, Origin(source.file), message, _HINT)
    return Formatted(text=data, source=source, diagnostics=(found,))


def _ended(text: str) -> str:
    """Return the text with its last line ended, which must not end a block scalar's text."""
    if not text or text.endswith("\n"):
        return text
    last = [token for token in source_tokens(text) if token.kind is TokenKind.SCALAR][-1:]
    if last and last[0].style in {"|", ">"} and last[0].end == len(text):
        start = last[0].start
        text = text[:start] + _CHOMPING.sub(r"\1-\2", text[start:], count=1)
    return text + "\n"
