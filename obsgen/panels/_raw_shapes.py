"""What Grafana's JSON of a panel holds in the places that are understood."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

from obsgen.artefacts import Json
from obsgen.model import Reader
from obsgen.panels._words_of_grafana import report_value
from obsgen.source import MappingNode, Node, Scalar, Sequence

Check = Callable[[Node], bool]


class Shape(NamedTuple):
    """What a key may hold: in words, and as a question."""

    words: str
    is_right: Check


def _is_text(node: Node) -> bool:
    return isinstance(node, Scalar) and not node.is_null


def _is_number(node: Node) -> bool:
    return isinstance(node, Scalar) and node.is_number


def _is_whole(node: Node) -> bool:
    return isinstance(node, Scalar) and node.is_number and node.text.lstrip("+-").isdigit()


def _is_mapping(node: Node) -> bool:
    return isinstance(node, MappingNode)


def _listed(*needed: str) -> Check:
    """Return the question for a list of mappings that have these keys."""

    def is_right(node: Node) -> bool:
        items = node.items if isinstance(node, Sequence) else (node,)
        return isinstance(node, Sequence) and all(
            isinstance(item, MappingNode) and all(item.get(key) is not None for key in needed)
            for item in items
        )

    return is_right


def _is_override(node: Node) -> bool:
    if not isinstance(node, MappingNode):
        return False
    matcher, properties = node.get("matcher"), node.get("properties")
    has_id = isinstance(matcher, MappingNode) and matcher.get("id") is not None
    return has_id and properties is not None and _listed("id")(properties)


def _are_overrides(node: Node) -> bool:
    return isinstance(node, Sequence) and all(map(_is_override, node.items))


def _are_steps(node: Node) -> bool:
    """Say whether these are steps of thresholds: a colour, from a number or from null on."""
    if not isinstance(node, MappingNode):
        return False
    steps = node.get("steps")
    if steps is None:
        return True
    return _listed("color")(steps) and all(
        isinstance(value, Scalar) and (value.is_null or value.is_number)
        for item in (steps.items if isinstance(steps, Sequence) else ())
        for value in (item.get("value") if isinstance(item, MappingNode) else None,)
        if value is not None
    )


_TEXT: Final = Shape("a text", _is_text)
_NUMBER: Final = Shape("a number", _is_number)
_WHOLE: Final = Shape("a whole number", _is_whole)
_MAPPING: Final = Shape("a mapping", _is_mapping)

PANEL: Final[Mapping[str, Shape]] = {
    "type": _TEXT,
    "title": _TEXT,
    "description": _TEXT,
    "options": _MAPPING,
    "fieldConfig": _MAPPING,
    "transformations": Shape("a list of mappings with an `id`", _listed("id")),
    "links": Shape("a list of mappings", _listed()),
    "timeFrom": _TEXT,
    "interval": _TEXT,
    "repeat": _TEXT,
    "maxPerRow": _WHOLE,
}
FIELD_CONFIG: Final[Mapping[str, Shape]] = {
    "defaults": _MAPPING,
    "overrides": Shape("a list of {matcher: {id: …}, properties: [{id: …}]}", _are_overrides),
}
DEFAULTS: Final[Mapping[str, Shape]] = {
    "unit": _TEXT,
    "decimals": _WHOLE,
    "min": _NUMBER,
    "max": _NUMBER,
    "noValue": _TEXT,
    "color": _MAPPING,
    "custom": _MAPPING,
    "mappings": Shape("a list of mappings with a `type`", _listed("type")),
    "thresholds": Shape("{mode: …, steps: [{color: …, value: …}]}", _are_steps),
    "links": Shape("a list of mappings", _listed()),
}


def has_shape(node: MappingNode, shapes: Mapping[str, Shape], reader: Reader) -> bool:
    """Say whether the values that are understood are of their shape, reporting each other one."""
    is_right = True
    for key, entry in node.entries.items():
        shape, value = shapes.get(key), entry.value
        if shape is None or (isinstance(value, Scalar) and value.is_null):
            continue
        if not shape.is_right(value):
            is_right = False
            report_value(value.origin, key, shape.words, value, reader)
    return is_right


def texts_in(node: MappingNode, shapes: Mapping[str, Shape]) -> dict[str, Json]:
    """Return what is a text to Grafana as its author wrote it: `title: 2030` is no number."""
    return {
        key: entry.value.text
        for key, entry in node.entries.items()
        if shapes.get(key) is _TEXT and isinstance(entry.value, Scalar) and not entry.value.is_null
    }
