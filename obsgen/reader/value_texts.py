"""Texts that stand in the place of values, read node by node."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from obsgen.diagnostics import Code, finding
from obsgen.model import Reader, ValueText
from obsgen.reader.colors import read_color
from obsgen.source import Entry, MappingNode, Node, Scalar

TEXT: Final = Code(
    "DSH673",
    "panel-text",
    why="the text would never stand in the place of a value",
    fix="Write an amount, a range or a word as the key: `texts: {0: down, 1..5: few, null: none}`.",
)
CODES: Final = (TEXT,)

# Grafana's `SpecialValueMatch`.
_SPECIAL: Final = frozenset({"null", "nan", "null+nan", "empty", "true", "false"})
_RANGE: Final = re.compile(r"(.*?)\.\.(.*)")
_AMOUNT: Final = re.compile(r"[-+.]?\d|\$", re.ASCII)


def read_texts(node: Node | None, reader: Reader) -> tuple[ValueText, ...]:
    """Read which values are shown as which texts."""
    return tuple(_texts(node, reader))


def _texts(node: Node | None, reader: Reader) -> Iterator[ValueText]:
    entries = node.entries.values() if isinstance(node, MappingNode) else ()
    for entry in entries:
        if entry.key.text.startswith("x-"):
            continue
        shown = _shown(entry, reader)
        if shown.text or shown.color:
            yield from _matched(entry.key, shown, reader)
            continue
        message = f"{entry.key.word} is shown as nothing"
        hint = "write a text, a `color`, or both"
        reader.report(finding(TEXT, entry.key.origin, message, hint))


def _shown(entry: Entry, reader: Reader) -> ValueText:
    value, place = entry.value, entry.key.origin
    if isinstance(value, MappingNode):
        color = read_color(value.get("color"), reader)
        return ValueText(text=reader.text(value.get("text")), color=color, origin=place)
    return ValueText(text=reader.text(value), origin=place)


def _matched(key: Scalar, shown: ValueText, reader: Reader) -> Iterator[ValueText]:
    """Yield what is shown, with the values that it is shown for."""
    word = key.text.strip()
    is_range = _RANGE.fullmatch(word)
    if word.lower() in _SPECIAL and not key.style:
        yield replace(shown, special=word.lower())
    elif is_range and word.strip("."):
        ends = (
            replace(key, text=end) if end else None for end in map(str.strip, is_range.groups())
        )
        yield replace(shown, amounts=tuple(ends))
    elif is_range:
        reader.report(finding(TEXT, key.origin, f"range {key.word} has no end", "write `1..5`"))
    elif _AMOUNT.match(word):
        yield replace(shown, amounts=(key,))
    else:
        yield replace(shown, literal=key.text)
