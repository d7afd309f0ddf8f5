"""Colours of panels: which there are, and from which amount each counts."""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction
from typing import Final

from obsgen.artefacts import Threshold
from obsgen.diagnostics import Code, finding
from obsgen.model import PanelSpec, Reports
from obsgen.source import Scalar
from obsgen.units import Quantity, Unit

THRESHOLD: Final = Code(
    "DSH609",
    "panel-threshold",
    why="a colour counts from an amount on, and that amount has to be of the panel's own kind",
    fix="Write the unit: `thresholds: {base: red, green: 80%}`, `{base: green, red: 500ms}`.",
)
CODES: Final = (THRESHOLD,)

# Grafana documentation, "Configure standard options"; the names are those of its colour picker.
_HUES: Final = ("red", "orange", "yellow", "green", "blue", "purple")
_SHADES: Final = ("", "dark-", "semi-dark-", "light-", "super-light-")
COLORS: Final = (*(shade + hue for hue in _HUES for shade in _SHADES), "text", "transparent")
_HEX: Final = re.compile(r"#[0-9a-fA-F]{6}")

NEUTRAL: Final = (Threshold(value=None, color="text"),)
"""No judgement; without it Grafana would paint everything from 80 on red."""


def is_color(text: str) -> bool:
    """Say whether Grafana knows a colour."""
    return text in COLORS or bool(_HEX.fullmatch(text))


def thresholds_of(common: PanelSpec, unit: Unit, report: Reports) -> tuple[Threshold, ...]:
    """Return the author's thresholds in *unit*, ascending, the base first."""
    steps: dict[Decimal, str] = {}
    base = ""
    for color, amount in common.thresholds:
        if amount is None:
            base = color
        elif (value := _value(amount, unit, report)) is not None:
            steps[value] = color
    if not base and not steps:
        return NEUTRAL
    opposite = "red" if "green" in steps.values() else "green"
    rising = (Threshold(value=value, color=steps[value]) for value in sorted(steps))
    return (Threshold(value=None, color=base or opposite), *rising)


def _value(amount: Scalar, unit: Unit, report: Reports) -> Decimal | None:
    try:
        value = Quantity.parse(amount.text).converted_to(unit)
    except ValueError:
        value = None
    if value is None:
        message = f"threshold {amount.word} is not an amount in `{unit}`, which the panel shows"
        report(finding(THRESHOLD, amount.origin, message, f"write it as in `{_example(unit)}`"))
    if isinstance(value, Fraction):
        return Decimal(value.numerator) / Decimal(value.denominator)
    return value


def _example(unit: Unit) -> str:
    per = str(unit).removeprefix(unit.name)
    examples = {"time": "500ms", "bytes": "10MB", "ratio": "80%", "money": f"100 {unit.name}"}
    return examples.get(unit.dimension, "10") + per
