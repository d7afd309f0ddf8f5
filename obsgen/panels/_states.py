"""States: texts and colours of single values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from obsgen.artefacts import Json
from obsgen.catalogue import near
from obsgen.diagnostics import Code, finding
from obsgen.model import Reader
from obsgen.panels._thresholds import COLORS, is_color
from obsgen.schema.shared import mapping, text
from obsgen.source import MappingNode, Node, Scalar
from obsgen.units import number_text, parse_number

STATE: Final = Code(
    "DSH642",
    "panel-state",
    why="a state is one value of the measure, with the text that stands for it and a colour that "
    "Grafana knows",
    fix="Write `states: {0: {text: down, color: red}, 1: {text: up, color: green}}`.",
)
CODES: Final = (STATE,)

SCHEMA: Final[Mapping[str, Any]] = {
    "type": "object",
    "additionalProperties": {
        **mapping(
            {
                "text": text("What stands for the value."),
                "color": text("A colour of Grafana's palette, or `#rrggbb`."),
            },
            required=["text"],
        ),
        "type": ["object", "string", "number", "boolean"],
    },
    "description": "Values with the text, or the text and the colour, that stand for them.",
    "examples": [{"0": {"text": "down", "color": "red"}, "1": {"text": "up", "color": "green"}}],
}


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What stands for a value; no colour leaves it to the panel."""

    value: Decimal
    text: str
    color: str = ""


def mappings_of(states: tuple[State, ...]) -> tuple[Mapping[str, Json], ...]:
    """Return Grafana's value mappings (`ValueMap`) of states."""
    if not states:
        return ()
    found: dict[str, Json] = {}
    for index, state in enumerate(states):
        color: dict[str, Json] = {"color": state.color} if state.color else {}
        found[number_text(state.value)] = {"text": state.text, **color, "index": index}
    return ({"type": "value", "options": found},)


def read_states(node: Node | None, reader: Reader) -> tuple[State, ...]:
    """Read `states`, in the order of the spec."""
    return tuple(_states(node, reader)) if isinstance(node, MappingNode) else ()


def _states(node: MappingNode, reader: Reader) -> Iterator[State]:
    for key, entry in node.entries.items():
        if key.startswith("x-"):
            continue
        value = _value(entry.key, reader)
        inner = entry.value
        if isinstance(inner, MappingNode):
            words = reader.text(inner.get("text"))
            color = _color(inner.get("color"), reader)
        else:
            words, color = reader.text(inner), ""
        if value is not None and words:
            yield State(value=value, text=words, color=color)


def _value(key: Scalar, reader: Reader) -> Decimal | None:
    try:
        return parse_number(key.text)
    except ValueError:
        message = f"state {key.word} is not a value of the measure"
        hint = "write the number: `0: {text: down, color: red}`"
        reader.report(finding(STATE, key.origin, message, hint))
        return None


def _color(node: Node | None, reader: Reader) -> str:
    color = reader.text(node)
    if node is None or not color or is_color(color):
        return color
    guess = near(color, COLORS)
    hint = f"did you mean `{guess}`?" if guess else "write a colour's name, or `#rrggbb`"
    reader.report(finding(STATE, node.origin, f"Grafana knows no colour `{color}`", hint))
    return ""
