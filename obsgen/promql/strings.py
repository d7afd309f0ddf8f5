"""
Strings as PromQL writes them: quotes, escapes, and backticks without escapes.

Escapes: Prometheus `util/strutil/quote.go`, which is Go's `strconv.Unquote` for both quotes.
"""

from __future__ import annotations

import re
from typing import Final

from obsgen.promql.problem import PromqlError, Span

_ESCAPE: Final = re.compile(
    r"\\(?:x(?P<x>[0-9a-fA-F]{2})|u(?P<u>[0-9a-fA-F]{4})|U(?P<U>[0-9a-fA-F]{8})"
    r"|(?P<o>[0-7]{3})|(?P<c>.))",
    re.DOTALL,
)
_LETTERS: Final = {
    "a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "\\": "\\",
}  # fmt: skip
_WRITTEN: Final = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"}
_QUOTE_NAMES: Final = {'"': "double-quoted", "'": "single-quoted"}
_MAX_OCTAL: Final = 0o377
_MAX_CODE_POINT: Final = 0x10FFFF
_SURROGATES: Final = range(0xD800, 0xE000)
_TWO_BYTES: Final = 0x10000


def quote(value: str) -> str:
    r"""
    Return the string in double quotes, with escapes for what would not show in a file.

    >>> print(quote('a "b" \\d'))
    "a \"b\" \\d"
    """
    if value.isprintable() and '"' not in value and "\\" not in value:
        return f'"{value}"'
    return '"' + "".join(_WRITTEN.get(c) or _visible(c) for c in value) + '"'


def unquote(text: str, start: int) -> str:
    """
    Return the value of a string with its quotes; *start* is where it begins in the expression.

    Raises:
        PromqlError: at an escape that PromQL does not know, or for bytes that are no text.
    """
    if text[0] == "`":
        return text[1:-1]
    if "\\" not in text:
        return text[1:-1]
    body, value, last = text[1:-1], bytearray(), 0
    for match in _ESCAPE.finditer(body):
        value += body[last : match.start()].encode()
        last = match.end()
        value += _escaped(match, text[0], start + 1)
    value += body[last:].encode()
    try:
        return value.decode()
    except UnicodeDecodeError as error:
        span = Span(start, start + len(text))
        hint = "write the character itself or `\\u00e9`"
        raise PromqlError("the escapes of this string are not UTF-8", span, hint) from error


def _escaped(match: re.Match[str], quote_mark: str, start: int) -> bytes:
    kind = match.lastgroup
    digits = match.group(kind) if kind else ""
    if kind == "c" and digits == quote_mark:
        return digits.encode()
    if kind == "c" and digits in _LETTERS:
        return _LETTERS[digits].encode()
    if kind == "x":
        return bytes([int(digits, 16)])
    if kind == "o" and int(digits, 8) <= _MAX_OCTAL:
        return bytes([int(digits, 8)])
    if kind in ("u", "U"):
        point = int(digits, 16)
        if point <= _MAX_CODE_POINT and point not in _SURROGATES:
            return chr(point).encode()
    span = Span(start + match.start(), start + match.end())
    where = _QUOTE_NAMES[quote_mark]
    sequence = f"`{match.group()}`" if match.group().isprintable() else "at the end of a line"
    message = f"unknown escape sequence {sequence} in a {where} string"
    raise PromqlError(message, span, f"write `\\{match.group()}` or use backticks")


def _visible(character: str) -> str:
    if character.isprintable():
        return character
    point = ord(character)
    if point < 0x80:  # noqa: PLR2004 - above, `\x` is a byte and not a character
        return f"\\x{point:02x}"
    return f"\\u{point:04x}" if point < _TWO_BYTES else f"\\U{point:08x}"
