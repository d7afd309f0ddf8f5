"""JSON with exact numbers, in the order in which it was built; what fits stands on one line."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from obsgen.units import number_text

_INDENT: Final = "  "
_COLUMNS: Final = 100
"""A list or a mapping that needs more has a line for each of its items."""
# One for all: `json.dumps` makes an encoder anew for each text, which is a quarter of a build.
_scalar: Final = json.JSONEncoder(ensure_ascii=False).encode


def dump(data: Any) -> bytes:
    r"""
    Write a document, two blanks a level, with a line end at its end.

    A line is what people compare: of a panel that moves, its place is one. What holds one thing,
    and a list of mappings, is no level of its own: it opens and closes on their lines.

    >>> dump({"value": Decimal("0.10"), "none": []})
    b'{"value": 0.1, "none": []}\n'
    >>> print(dump({"list": [{"expr": "a" * 60, "legend": "b" * 60}, {}]}).decode(), end="")
    {"list": [{
      "expr": "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
      "legend": "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
    }, {}]}
    """
    return (_text(data, "") + "\n").encode()


def _text(data: Any, indent: str) -> str:
    if data is None or isinstance(data, str | int | float):
        return _scalar(data)
    if isinstance(data, Decimal):
        return number_text(data)
    if isinstance(data, Mapping):
        inner = indent if len(data) == 1 else indent + _INDENT
        entries = [f"{_scalar(key)}: {_text(value, inner)}" for key, value in data.items()]
        return _collection("{", entries, "}", indent, inner)
    is_level = len(data) > 1 and not all(isinstance(item, Mapping) for item in data)
    inner = indent + _INDENT if is_level else indent
    return _collection("[", [_text(item, inner) for item in data], "]", indent, inner)


def _collection(opening: str, items: list[str], closing: str, indent: str, inner: str) -> str:
    length = sum(map(len, items)) + 2 * len(items)
    is_short = len(indent) + length <= _COLUMNS and not any("\n" in item for item in items)
    if is_short or inner == indent:
        return f"{opening}{', '.join(items)}{closing}"
    inside = f",\n{inner}".join(items)
    return f"{opening}\n{inner}{inside}\n{indent}{closing}"
