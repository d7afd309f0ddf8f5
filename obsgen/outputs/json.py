"""JSON with exact numbers, in the order in which it was built."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from obsgen.units import number_text

_INDENT: Final = "  "


def dump(data: Any) -> bytes:
    r"""
    Write a document, two blanks a level, with a line end at its end.

    >>> dump({"value": Decimal("0.10"), "none": []})
    b'{\n  "value": 0.1,\n  "none": []\n}\n'
    """
    return (_text(data, "") + "\n").encode()


def _text(data: Any, indent: str) -> str:
    inner = indent + _INDENT
    if isinstance(data, Mapping):
        entries = (
            f"{json.dumps(k, ensure_ascii=False)}: {_text(v, inner)}" for k, v in data.items()
        )
        return _collection("{", entries, "}", indent)
    if isinstance(data, Sequence) and not isinstance(data, str):
        return _collection("[", (_text(item, inner) for item in data), "]", indent)
    if isinstance(data, Decimal):
        return number_text(data)
    return json.dumps(data, ensure_ascii=False)


def _collection(opening: str, items: Any, closing: str, indent: str) -> str:
    inside = f",\n{indent}{_INDENT}".join(items)
    if not inside:
        return opening + closing
    return f"{opening}\n{indent}{_INDENT}{inside}\n{indent}{closing}"
