"""What stands in the settings of a datasource; JSON Schema has reported values of another type."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from obsgen.schema.shared import text
from obsgen.source import MappingNode, Node, Scalar


def text_of(node: Node | None, key: str) -> str:
    """Return a text, or empty where there is none."""
    value = node.get(key) if isinstance(node, MappingNode) else None
    return value.text if isinstance(value, Scalar) and not value.is_null else ""


def flag_of(node: MappingNode, key: str, *, default: bool) -> bool:
    """Return `true` or `false`, or the default where there is neither."""
    value = node.get(key)
    return value.is_true if isinstance(value, Scalar) and value.is_boolean else default


def texts_of(node: Node | None, key: str) -> Mapping[str, Scalar]:
    """Return a mapping of texts; keys `x-…` are the author's."""
    value = node.get(key) if isinstance(node, MappingNode) else None
    entries = value.entries.items() if isinstance(value, MappingNode) else ()
    return {
        name: entry.value
        for name, entry in entries
        if isinstance(entry.value, Scalar) and not name.startswith("x-")
    }


def texts_by_name(description: str, example: Mapping[str, str]) -> Mapping[str, Any]:
    """Return the JSON Schema of a mapping of texts."""
    return {
        "type": "object",
        "patternProperties": {"^x-": {}},
        "additionalProperties": text(),
        "description": description,
        "examples": [dict(example)],
    }
