"""
How a scalar is spelled: plain where nothing else could be meant, else quoted, else as it stood.

Plain are words, durations, shares and sizes: what no version of YAML reads as a number, a date or a
truth value. What holds signs (patterns, templates, texts with commas) keeps its quotes, and so do
several words within brackets, where they help to see what belongs together.
"""

from __future__ import annotations

import re
from typing import Final

from obsgen.formatting.page import INDENT
from obsgen.formatting.tree import Leaf

_WORD: Final = r"[A-Za-z_/][A-Za-z0-9_./-]*"
_ONE_WORD: Final = re.compile(_WORD, re.ASCII)
_WORDS: Final = re.compile(rf"{_WORD}(?: [A-Za-z0-9_/][A-Za-z0-9_./-]*)*", re.ASCII)
_QUANTITY: Final = re.compile(
    r"(?:[0-9]+(?:ms|[smhdwy]))+|[0-9]+(?:\.[0-9]+)?(?:%|[kKMGTP]?i?B)", re.ASCII
)
_NOT_WORDS: Final = frozenset(
    {"null", "true", "false", "yes", "no", "on", "off", "y", "n", "inf", "nan"}
)
_ESCAPE: Final = re.compile(r"\\(.)", re.DOTALL)
_PLAIN_START: Final = re.compile(r"[^\s\-?:,\[\]{}#&*!|>'\"%@`]")
_NOT_IN_PLAIN: Final = re.compile(r":(?:\s|$)|\s#")
_NOT_IN_FLOW: Final = re.compile(r"[,\[\]{}]|:\S")
_HEADER: Final = re.compile(r"[|>][-+0-9]*")


def spelled(leaf: Leaf, text: str, *, in_flow: bool) -> str | None:
    """
    Return an alias or a scalar of one line as it is written in the end.

    Returns:
        None for what takes several lines.
    """
    written = text[leaf.start : leaf.end]
    if "\n" in written or leaf.style in {"|", ">"}:
        return None
    if not leaf.style or leaf.properties is not None:
        return written
    escapes = set(_ESCAPE.findall(written)) if leaf.style == '"' else set()
    if not leaf.value.isprintable() or escapes - {'"', "\\"}:
        return written
    return quoted(leaf.value, in_flow=in_flow)


def quoted(value: str, *, in_flow: bool = False) -> str:
    r"""
    Return a printable text as it is spelled where it was not plain.

    >>> [quoted(v) for v in ("node", "5m", "5..", "on", "it's", 'say "x"', "")]
    ['node', '5m', '"5.."', '"on"', '"it\'s"', '\'say "x"\'', '""']
    """
    words = _ONE_WORD if in_flow else _WORDS
    is_word = words.fullmatch(value) and value.lower() not in _NOT_WORDS
    if is_word or _QUANTITY.fullmatch(value):
        return value
    doubled = '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    single = "'" + value.replace("'", "''") + "'"
    return single if len(single) < len(doubled) else doubled


def may_be_plain(value: str, *, in_flow: bool) -> bool:
    """Say whether a text of one line means itself without quotes."""
    if not _PLAIN_START.match(value) or _NOT_IN_PLAIN.search(value) or value[-1].isspace():
        return False
    return not (in_flow and _NOT_IN_FLOW.search(value))


def header_of(leaf: Leaf, text: str) -> str:
    """Return the first signs of a block scalar: `|`, `>-`, `|2`."""
    match = _HEADER.match(text, leaf.start)
    assert match is not None
    return match.group()


def body_start(leaf: Leaf, text: str) -> int:
    """Return where the first line of a block scalar ends."""
    end = text.find("\n", leaf.start, leaf.end)
    return leaf.end if end < 0 else end


def body_end(leaf: Leaf, text: str, outer: int) -> int:
    """
    Return where the last line of a block scalar ends.

    Blank lines at its end belong to it only if it keeps them.
    """
    if "+" in header_of(leaf, text):
        return leaf.end - 1 if text[: leaf.end].endswith("\n") else leaf.end
    start = body_start(leaf, text)
    rows = text[start : leaf.end].split("\n")
    indent = _indent(rows[1:], leaf, text, outer)
    while len(rows) > 1 and not rows[-1].strip(" ") and len(rows[-1]) <= indent:
        rows.pop()
    return start + len("\n".join(rows))


def body(leaf: Leaf, text: str, *, outer: int, column: int) -> tuple[str, ...]:
    """
    Return the lines of a block scalar below its first.

    Args:
        outer: Where the key or dash that it belongs to stood.
        column: Where that one stands now.
    """
    start, end = body_start(leaf, text), body_end(leaf, text, outer)
    rows = text[start:end].split("\n")[1:]
    indent = _indent(rows, leaf, text, outer)
    has_number = any(sign.isdigit() for sign in header_of(leaf, text))
    inner = " " * (indent - outer + column if has_number else column + INDENT)
    return tuple(inner + row[indent:] if row[indent:] else "" for row in rows)


def _indent(rows: list[str], leaf: Leaf, text: str, outer: int) -> int:
    """Return how far the lines stood in, as libyaml finds out."""
    for sign in header_of(leaf, text):
        if sign.isdigit():
            return outer + int(sign)
    deepest = 0
    for row in rows:
        deepest = max(deepest, len(row) - len(row.lstrip(" ")))
        if row.strip(" "):
            break
    return max(deepest, outer + 1, 1)


def continued(start: int, end: int, text: str, column: int) -> tuple[str, ...]:
    """Return the lines of a plain or quoted scalar; the first as it is, the others in *column*."""
    first, *rest = text[start:end].split("\n")
    rows = [first, *(" " * column + row.lstrip(" \t") if row.strip(" \t") else "" for row in rest)]
    # What is behind a backslash is no white space at the end of a line.
    trimmed = (row if row.rstrip(" \t").endswith("\\") else row.rstrip(" \t") for row in rows[:-1])
    return (*trimmed, rows[-1])
