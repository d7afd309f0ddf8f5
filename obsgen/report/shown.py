"""
Texts of a spec on a terminal: shown as they are, never acted on.

What a spec holds is never sent to a terminal as it stands: control characters are shown by their
pictures, and turns of direction by their number.
"""

from __future__ import annotations

import unicodedata
from typing import Final

WIDTH: Final = 160
"""Columns of a printed source line, gutter included; a longer one is cut around the carets."""

_PICTURES: Final = 0x2400
_DELETE: Final = 0x7F


def harmless(text: str) -> str:
    """Show a text without doing what its control characters say."""
    return text if text.isprintable() else "".join(map(cell, text))


def on_one_line(text: str) -> str:
    """Show a text as one line, whatever breaks it holds."""
    return harmless(" ".join(text.splitlines()))


def cell(char: str) -> str:
    r"""Show one character without doing what it says: NUL is `␀`, a turn of direction `\u202e`."""
    code = ord(char)
    if char == "\t":
        return "    "
    if code < ord(" "):
        return chr(_PICTURES + code)
    if code == _DELETE:
        return "␡"
    return char if char.isprintable() else f"\\u{code:04x}"


def columns_of(shown: str) -> int:
    """Return how many columns of a terminal a text takes that is shown harmlessly."""
    return sum(_columns(char) for char in shown)


def _columns(char: str) -> int:
    if char.isascii():
        return 1
    if unicodedata.combining(char) or unicodedata.category(char) in {"Mn", "Me"}:
        return 0
    return 2 if unicodedata.east_asian_width(char) in {"W", "F"} else 1
