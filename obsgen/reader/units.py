"""Units that a panel shows, read from their words."""

from __future__ import annotations

from typing import Final

from obsgen.artefacts.grafana_unit_ids import unit_of_id
from obsgen.diagnostics import Code, finding
from obsgen.model import Reader
from obsgen.source import Node
from obsgen.units import Unit, known_units

UNIT_WORD: Final = Code(
    "DSH612",
    "panel-unit-word",
    why="a unit is a word or a symbol, with a length of time after `/`",
    fix="Write `unit: ms`, `unit: MiB`, `unit: percent` or `unit: USD/h`.",
)
CODES: Final = (UNIT_WORD,)


def read_unit(node: Node | None, reader: Reader) -> Unit | None:
    """Read a unit; None where there is none."""
    text = reader.text(node)
    if not text or node is None:
        return None
    try:
        unit = Unit.parse(text)
    except ValueError:
        hint = "write a word such as `ms`, `MiB`, `percent` or `USD/h`"
        reader.report(finding(UNIT_WORD, node.origin, f"`{text}` is not a unit", hint))
        return None
    meant = None if known_units(unit.name) else unit_of_id(text)
    if meant is None:
        return unit
    message = f"`{text}` is Grafana's id of a unit"
    reader.report(finding(UNIT_WORD, node.origin, message, f"write `{meant}`"))
    return None
