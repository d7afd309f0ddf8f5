"""What stands in a panel kind beside its measures: keys of the kind's own."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Final

from obsgen.diagnostics import Code, finding
from obsgen.model import Measure, Reader
from obsgen.source import MappingNode, Node, Scalar

MEASURES_TWICE: Final = Code(
    "DSH640",
    "panel-measures-twice",
    why="a panel's measures stand either under `measures` or in the place of it",
    fix="Move all of them under `measures: […]`.",
)
CODES: Final = (MEASURES_TWICE,)

_MEASURES: Final = "measures"


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """
    A panel kind's value, read.

    Attributes:
        own: The kind's own keys.
    """

    measures: tuple[Measure, ...]
    own: Mapping[str, Node]

    def word(self, key: str, default: str) -> str:
        """Return one of the kind's words; the schema says which there are."""
        node = self.own.get(key)
        return node.text if isinstance(node, Scalar) and node.text else default

    def flag(self, key: str, default: bool) -> bool:
        """Return `true` or `false`."""
        node = self.own.get(key)
        return node.is_true if isinstance(node, Scalar) and node.is_boolean else default


def read_measured(node: Node, own: Collection[str], reader: Reader) -> Measured | None:
    """Read measures and the kind's own keys; None without a measure."""
    found: Mapping[str, Node] = {}
    if isinstance(node, MappingNode):
        found = {key: entry.value for key, entry in node.entries.items() if key in own}
        node = _measures_in(node, own, reader)
    measures = reader.measures(node)
    return Measured(measures=measures, own=found) if measures else None


def _measures_in(node: MappingNode, own: Collection[str], reader: Reader) -> Node:
    """Return what says the measures."""
    rest = {key: entry for key, entry in node.entries.items() if key not in own}
    inner = rest.get(_MEASURES)
    if inner is None:
        return replace(node, entries=rest)
    others = [key for key in rest if key != _MEASURES and not key.startswith("x-")]
    if others:
        place = (node.origin / others[0]).key()
        message = f"`{others[0]}` stands beside `{_MEASURES}`"
        hint = f"write it in one of the `{_MEASURES}`"
        reader.report(finding(MEASURES_TWICE, place, message, hint))
    return inner.value
