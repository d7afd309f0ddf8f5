"""
What is wrong with an expression, and which of its characters are to blame.

The one exception of this package: `parse` raises it for every text that is not PromQL, so that a
caller underlines characters of the spec instead of quoting a parser.
"""

from __future__ import annotations

from typing import Final, NamedTuple


class Span(NamedTuple):
    """Characters of an expression, counted from 0: the first, and one past the last."""

    start: int
    end: int

    def to(self, other: Span) -> Span:
        """Return the characters from the start of this span to the end of *other*."""
        return Span(self.start, max(self.end, other.end))


NO_SPAN: Final = Span(0, 0)
"""The place of nodes that were built, not read."""


class PromqlError(ValueError):
    """
    A text that is not PromQL.

    Attributes:
        message: Subject, problem, what was found; lower case, no full stop.
        span: The characters to underline.
        hint: What to write instead, or empty.
    """

    def __init__(self, message: str, span: Span, hint: str = "") -> None:
        """Keep the three; the message is also the text of the exception."""
        super().__init__(message)
        self.message = message
        self.span = span
        self.hint = hint


class LimitError(PromqlError):
    """A text that a Prometheus may take, and that is longer or deeper than what is read here."""


def shown(text: str) -> str:
    """
    Return text of the user for a message: short, on one line and in backticks.

    >>> shown("a + b"), shown("a" * 50)
    ('`a + b`', '`aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa…`')
    """
    line = "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in " ".join(text.split()))
    return f"`{line}`" if len(line) <= _SHOWN else f"`{line[: _SHOWN - 1]}…`"


_SHOWN: Final = 40
