"""What fields of an integration say about each other: one of them, not both, together or not."""

from __future__ import annotations

from obsgen.diagnostics import finding
from obsgen.model import ReceiverReader
from obsgen.receivers._findings import FIELD_VALUE, missing, place
from obsgen.source import MappingNode, Node, Scalar


def given(node: Node | None, *keys: str) -> bool:
    """Say whether a mapping has all of these fields, none of them empty."""
    return isinstance(node, MappingNode) and all(_is_given(node, key) for key in keys)


def _is_given(node: MappingNode, key: str) -> bool:
    value = node.get(key)
    if isinstance(value, Scalar):
        return bool(value.text) and not value.is_null
    return value is not None


def is_true(node: MappingNode, key: str) -> bool:
    """Say whether a field is `true`."""
    value = node.get(key)
    return isinstance(value, Scalar) and value.is_true


def one_of(node: MappingNode, reader: ReceiverReader, *keys: str, hint: str) -> None:
    """Report that none of these fields is there, or each but the first that is."""
    some_of(node, reader, *keys, hint=hint)
    at_most_one(node, reader, *keys)


def some_of(node: MappingNode, reader: ReceiverReader, *keys: str, hint: str) -> None:
    """Report that none of these fields is there."""
    if not any(given(node, key) for key in keys):
        missing(node, reader, " or ".join(f"`{key}`" for key in keys), hint)


def at_most_one(node: MappingNode, reader: ReceiverReader, *keys: str) -> None:
    """Report each of these fields but the first that is there."""
    first, *others = [key for key in keys if given(node, key)] or [""]
    for other in others:
        conflict(node, reader, other, f"excludes `{first}`", "keep one of the two")


def needs(node: MappingNode, reader: ReceiverReader, key: str, *others: str) -> None:
    """Report a field that says something only beside one of some others."""
    if given(node, key) and not any(given(node, other) for other in others):
        words = " or ".join(f"`{other}`" for other in others)
        conflict(node, reader, key, f"needs {words}", f"add {words}, or leave `{key}` out")


def conflict(node: MappingNode, reader: ReceiverReader, key: str, problem: str, hint: str) -> None:
    """Report a field for what stands beside it."""
    value = node.get(key)
    if value is not None:
        message = f"{place(value, reader)} {problem}"
        reader.report(finding(FIELD_VALUE, value.origin.key(), message, hint))
