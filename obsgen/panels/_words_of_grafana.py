"""Grafana's own JSON, written in YAML: read exactly, and laid over what is there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from obsgen.artefacts import Json
from obsgen.diagnostics import Code, Origin, finding
from obsgen.model import Reader
from obsgen.source import MappingNode, Node, Scalar, Sequence
from obsgen.units import parse_number

VALUE: Final = Code(
    "DSH648",
    "raw-value",
    why="Grafana would ignore the value, or show the panel as broken",
    fix="Write what Grafana's own JSON of a panel holds there (Inspect, Panel JSON).",
)
CODES: Final = (VALUE,)


def json_of(node: Node, reader: Reader) -> Json:
    """Return what YAML says as JSON: numbers exact, quoted ones texts, keys in any order."""
    if isinstance(node, MappingNode):
        return {key: json_of(entry.value, reader) for key, entry in sorted(node.entries.items())}
    if not isinstance(node, Scalar):
        return [json_of(item, reader) for item in node.items]
    if node.is_null:
        return None
    if node.is_boolean:
        return node.is_true
    return _number(node, reader) if node.is_number else node.text


def _number(node: Scalar, reader: Reader) -> Json:
    try:
        number = parse_number(node.text)
    except ValueError:
        message = f"{node.word} is a number that nobody can read exactly"
        reader.report(finding(VALUE, node.origin, message, "write it shorter, or in quotes"))
        return None
    return int(number) if number == int(number) else number


def patched(base: Mapping[str, Json], patch: Mapping[str, Json]) -> dict[str, Json]:
    """
    Return *base* with *patch* laid over it: mappings key by key, all else replaced.

    A null removes the key (RFC 7396, "JSON Merge Patch"); within lists it stays.

    >>> patched({"a": {"b": 1, "c": 2}, "d": [1]}, {"a": {"b": None}, "d": [2]})
    {'a': {'c': 2}, 'd': [2]}
    """
    found = dict(base)
    for key, value in patch.items():
        if value is None:
            found.pop(key, None)
        elif isinstance(value, dict):
            under = found.get(key)
            found[key] = patched(under if isinstance(under, dict) else {}, value)
        else:
            found[key] = value
    return found


def report_value(origin: Origin, key: str, wanted: str, node: Node, reader: Reader) -> None:
    """Report a value of another shape than Grafana reads there."""
    is_near = isinstance(node, Sequence) and wanted.startswith(node.word)
    is_near = is_near or (isinstance(node, MappingNode) and wanted.startswith("{"))
    found = "and this is another" if is_near else f"found {node.word}"
    message = f"`{key}` takes {wanted}, {found}"
    reader.report(finding(VALUE, origin, message))
