"""What stops the reading of an action, and the words for it."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from obsgen.gotemplate.template import ErrorKind, TemplateError


class Wrong(Exception):
    """The rest of an action is not read."""

    def __init__(
        self, message: str, start: int, end: int, hint: str = "", kind: ErrorKind = "syntax"
    ) -> None:
        super().__init__(message)
        self.error = TemplateError(message, start, end, hint, kind)


def shown(text: str) -> str:
    """Return the text for a message, with escapes for what cannot be printed."""
    return "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in text)


def near(word: str, known: Iterable[str]) -> str:
    """Return the known word that is most like *word*, capitals aside, or nothing."""
    lowered = {name.casefold(): name for name in known}
    for close in difflib.get_close_matches(word.casefold(), lowered, 1, 0.7):
        return lowered[close]
    return ""
