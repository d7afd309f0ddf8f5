"""Colours and thresholds, read node by node."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from obsgen.catalogue import near
from obsgen.diagnostics import Code, finding
from obsgen.model import Reader, ThresholdSpecs
from obsgen.panels._thresholds import COLORS, is_color
from obsgen.reader.values import read_list
from obsgen.source import MappingNode, Node, Scalar

COLOR: Final = Code(
    "DSH602",
    "panel-color",
    why="Grafana shows a colour that it does not know as black, or not at all",
    fix="Write a name of Grafana's palette (`green`, `dark-red`, …) or `#rrggbb`.",
)
CODES: Final = (COLOR,)

ALERT: Final = "alert"
"""Among thresholds no colour, but whose limit is one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """
    Thresholds as the author wrote them.

    Attributes:
        alerts: The names of those whose limits are thresholds.
    """

    steps: ThresholdSpecs = ()
    alerts: tuple[Scalar, ...] = ()


def read_color(node: Node | None, reader: Reader) -> str:
    """Read a colour; empty where there is none, or none that Grafana knows."""
    if not isinstance(node, Scalar) or not reader.text(node):
        return ""
    if is_color(node.text):
        return node.text
    guess = near(node.text, COLORS)
    hint = f"did you mean `{guess}`?" if guess else "write a colour's name, or `#rrggbb`"
    reader.report(finding(COLOR, node.origin, f"Grafana knows no colour {node.word}", hint))
    return ""


def read_thresholds(node: Node | None, reader: Reader) -> Thresholds:
    """Read colours with their amounts, and alerts."""
    entries = node.entries.values() if isinstance(node, MappingNode) else ()
    steps: list[tuple[str, Scalar | None]] = []
    alerts: list[Scalar] = []
    for entry in entries:
        word = entry.key.text
        if word == ALERT:
            alerts += [i for i in read_list(entry.value) if isinstance(i, Scalar) and i.text]
        elif not word.startswith("x-") and isinstance(entry.value, Scalar):
            is_base = word == "base"
            if color := read_color(entry.value if is_base else entry.key, reader):
                steps.append((color, None if is_base else entry.value))
    return Thresholds(steps=tuple(steps), alerts=tuple(alerts))
