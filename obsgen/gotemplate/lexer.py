"""
The tokens of one action: words, texts, numbers and signs, each with its place.

Grammar: Go's `text/template`. The first token that cannot be right stops the reading.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final, Literal

from obsgen.gotemplate.problem import Wrong, shown

SPACE: Final = " \t\r\n"
CLOSING: Final = re.compile(r"(?:[ \t\r\n]-)?\}\}")

_KEYWORDS: Final = frozenset(
    ("block", "break", "continue", "define", "else", "end", "if", "range", "template", "with")
)
_WORD: Final = re.compile(r"\w+")
_NUMBER: Final = re.compile(
    r"[+-]?(?:0[xX][0-9a-fA-F_]+|0[bB][01_]+|0[oO][0-7_]+"
    r"|(?:[0-9][0-9_]*(?:\.[0-9_]*)?|\.[0-9][0-9_]*)(?:[eE][+-]?[0-9_]+)?)i?"
)
_STRING: Final = re.compile(r'"(?:[^"\\\n]|\\.)*"')
_RAW: Final = re.compile("`[^`]*`")
_CHARACTER: Final = re.compile(r"'(?:[^'\\\n]|\\.)+'")
_ESCAPE: Final = re.compile(
    r"\\(?:[abfnrtv\\\"]|[0-3][0-7]{2}|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8})"
)
_AFTER_WORD: Final = frozenset(" \t\r\n.,|:)(")
_SINGLE: Final[Mapping[str, TokenKind]] = {
    "|": "pipe",
    "(": "paren",
    ")": "paren",
    "=": "assign",
    ",": "comma",
}

TokenKind = Literal[
    "assign",
    "bool",
    "comma",
    "constant",
    "declare",
    "dot",
    "end",
    "field",
    "function",
    "keyword",
    "nil",
    "paren",
    "pipe",
    "string",
    "variable",
]


@dataclass(frozen=True, slots=True)
class Token:
    """A token; *start* and *end* are its characters in the text."""

    kind: TokenKind
    text: str
    start: int
    end: int

    @property
    def inside(self) -> Token | None:
        """
        What stands between the quotes of a string.

        None for anything else, and where escapes would tell its characters wrongly.
        """
        if self.kind != "string" or "\\" in self.text:
            return None
        return replace(self, text=self.text[1:-1], start=self.start + 1, end=self.end - 1)


class Lexer:
    """
    Reads the tokens of one action, from after its `{{`.

    Attributes:
        at: How far it came, also when it raised.
    """

    def __init__(self, text: str, start: int, at: int, label_hint: str) -> None:
        self.text = text
        self.start = start
        self.at = at
        self._label_hint = label_hint

    def tokens(self) -> list[Token]:
        """Return all tokens; the last one is the closing `}}`."""
        found: list[Token] = []
        while True:
            if match := CLOSING.match(self.text, self.at):
                self.at = match.end()
                found.append(Token("end", match[0], match.start(), match.end()))
                return found
            if self.at >= len(self.text):
                self._unclosed()
            if self.text[self.at] in SPACE:
                self.at += 1
                continue
            token = self._token()
            self.at = token.end
            found.append(token)

    def _unclosed(self) -> None:
        hint = "write `}}` at its end"
        raise Wrong("`{{` is not closed", self.start, self.start + 2, hint, "unclosed")

    def _token(self) -> Token:
        text, at = self.text, self.at
        char = text[at]
        if char in "\"`'":
            return self._quoted(char)
        if char == "$":
            return self._word("variable")
        if char.isdecimal() or char in "+-" or re.match(r"\.[0-9]", text[at : at + 2]):
            return self._number()
        if char == ".":
            nxt = text[at + 1 : at + 2]
            if nxt.isalnum() or nxt == "_":
                return self._word("field")
            return Token("dot", ".", at, at + 1)
        if char.isalpha() or char == "_":
            return self._word("function")
        if text.startswith(":=", at):
            return Token("declare", ":=", at, at + 2)
        if char in _SINGLE:
            return Token(_SINGLE[char], char, at, at + 1)
        if text.startswith(("{{", "}"), at):
            self._unclosed()
        raise Wrong(f"`{shown(char)}` means nothing in a template", at, at + 1)

    def _quoted(self, quote: str) -> Token:
        pattern = {'"': _STRING, "`": _RAW, "'": _CHARACTER}[quote]
        match = pattern.match(self.text, self.at)
        if match is None:
            hint = f"write `{quote}` at its end" if quote != "`" else ""
            raise Wrong(f"text after `{quote}` has no end", self.at, self.at + 1, hint)
        if quote == '"':
            self._check_escapes(match)
        if quote == "'" and len(_ESCAPE.sub("x", match[0])) > len("'x'") and match[0] != r"'\''":
            hint = f'write it in double quotes: "{match[0][1:-1]}"'
            message = "single quotes hold one character"
            raise Wrong(message, match.start(), match.end(), hint)
        kind: TokenKind = "constant" if quote == "'" else "string"
        return Token(kind, match[0], match.start(), match.end())

    def _check_escapes(self, match: re.Match[str]) -> None:
        for escape in re.finditer(r"\\.", _ESCAPE.sub(_blank, match[0])):
            at = match.start() + escape.start()
            hint = f"write `\\{escape[0]}`, or the text in backquotes"
            raise Wrong(f"`{escape[0]}` is not an escape", at, at + 2, hint)

    def _number(self) -> Token:
        match = _NUMBER.match(self.text, self.at)
        end = match.end() if match else self.at + 1
        if match is None or _WORD.match(self.text, end):
            rest = _WORD.match(self.text, end)
            end = rest.end() if rest else end
            raise Wrong(f"`{shown(self.text[self.at : end])}` is not a number", self.at, end)
        return Token("constant", match[0], match.start(), match.end())

    def _word(self, kind: TokenKind) -> Token:
        """Read `$name`, `.Name` or a word, and what must not follow it."""
        start = self.at
        skip = 0 if kind == "function" else 1
        match = _WORD.match(self.text, start + skip)
        end = match.end() if match else start + skip
        follower = self.text[end : end + 1]
        if follower and follower not in _AFTER_WORD and not CLOSING.match(self.text, end):
            self._wrong_follower(start, end)
        text = self.text[start:end]
        if kind == "function":
            if text in {"true", "false"}:
                kind = "bool"
            elif text == "nil":
                kind = "nil"
            elif text in _KEYWORDS:
                kind = "keyword"
        return Token(kind, text, start, end)

    def _wrong_follower(self, start: int, end: int) -> None:
        char = self.text[end]
        word = self.text[start:end]
        if self.text.startswith(("{{", "}"), end):
            self._unclosed()
        hint = ""
        if char == "-" and word.startswith("."):
            hint = f'names with other characters: `index {self._label_hint} "a-b"`'
        raise Wrong(f"`{shown(char)}` cannot follow `{shown(word)}`", end, end + 1, hint)


def _blank(match: re.Match[str]) -> str:
    return " " * len(match[0])
