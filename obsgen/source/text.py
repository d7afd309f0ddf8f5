"""Bytes to text that YAML can be: UTF-8, no control characters."""

from __future__ import annotations

import re
from typing import Final

from obsgen.diagnostics import Diagnostic, Origin, finding
from obsgen.source.problems import FORBIDDEN_CHARACTER, NOT_UTF8

_BREAK: Final = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
# What is no character of YAML 1.2, in small sets: compiling one for all takes 3 ms of each start.
_FORBIDDEN: Final = re.compile(
    "[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f]|[\ud800-\udfff]|\ufeff|[\ufffe\uffff]"
)


def split_lines(text: str) -> tuple[str, ...]:
    """Return the lines as YAML counts them; PyYAML also breaks at U+0085, U+2028 and U+2029."""
    return tuple(_BREAK.split(text))


def has_odd_breaks(text: str) -> bool:
    """Say whether lines end where only YAML 1.1 ends them: at U+2028 and U+2029."""
    return "\u2028" in text or "\u2029" in text


def with_plain_breaks(text: str) -> str:
    """Return the text with line feeds for all other line ends; YAML reads all of them as one."""
    return re.sub("\r\n|[\r\x85]", "\n", text)


def decode(file: str, data: bytes | str) -> tuple[str, tuple[Diagnostic, ...]]:
    """Return the text, up to the first byte that is none, and what is wrong with it."""
    if isinstance(data, bytes):
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError as error:
            good = data[: error.start].decode("utf-8")
            message = f"byte 0x{data[error.start]:02x} is not UTF-8"
            place = Origin(file, mark=_mark_after(good))
            return good, (finding(NOT_UTF8, place, message, "save the file as UTF-8"),)
    else:
        text = data
    text = text.removeprefix("\ufeff")
    if match := _FORBIDDEN.search(text):
        place = Origin(file, mark=_mark_after(text[: match.start()]))
        name = "NUL byte" if match[0] == "\0" else f"character U+{ord(match[0]):04X}"
        shown = _FORBIDDEN.sub("\ufffd", text)
        return shown, (finding(FORBIDDEN_CHARACTER, place, f"{name} in a text file"),)
    return text, ()


def _mark_after(text: str) -> tuple[int, int, int]:
    rows = _BREAK.split(text)
    return len(rows) - 1, len(rows[-1]), 1
