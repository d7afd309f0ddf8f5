"""What authors write in Grafana's own words: nodes as plain data, numbers exact."""

from __future__ import annotations

from obsgen.artefacts import Json
from obsgen.source import MappingNode, Node, Sequence
from obsgen.units import parse_number


def as_json(node: Node) -> Json:
    """Return what Grafana is to read where a node stands; the order of keys says nothing."""
    if isinstance(node, MappingNode):
        return {key: as_json(entry.value) for key, entry in sorted(node.entries.items())}
    if isinstance(node, Sequence):
        return [as_json(item) for item in node.items]
    if node.is_null:
        return None
    if node.is_boolean:
        return node.is_true
    if not node.is_number:
        return node.text
    try:
        number = parse_number(node.text)
    except ValueError:  # longer than any number that somebody means
        return node.text
    return int(number) if number == number.to_integral_value() else number
