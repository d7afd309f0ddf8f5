"""Colours of panels: which there are, and from which amount each counts."""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction
from typing import Final

from obsgen.artefacts import Threshold
from obsgen.diagnostics import Code, finding
from obsgen.model import PanelSpec, Reports, ThresholdSpecs
from obsgen.source import Scalar
from obsgen.units import Quantity, Unit, as_decimal

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

_ALERT: Final = "alert"

NEUTRAL: Final = (Threshold(value=None, color="text"),)
"""No judgement; without it Grafana would paint everything from 80 on red."""


def is_color(text: str) -> bool:
    """Say whether Grafana knows a colour."""
    return text in COLORS or bool(_HEX.fullmatch(text))


def thresholds_of(common: PanelSpec, unit: Unit, report: Reports) -> tuple[Threshold, ...]:
    """Return the author's thresholds in *unit*, ascending, the base first."""
    return steps_of(common.thresholds, unit, report)


def steps_of(written: ThresholdSpecs, unit: Unit, report: Reports) -> tuple[Threshold, ...]:
    """Return thresholds as they were written in *unit*, ascending, the base first."""
    steps: dict[Decimal, str] = {}
    base = ""
    for color, amount in written:
        if amount is None:
            base = color
        elif (value := _value(amount, unit, report)) is not None:
            _check_alone(color, steps.get(value, color), amount, report)
            steps[value] = color
    if not base and not steps:
        return NEUTRAL
    opposite = "red" if "green" in steps.values() else "green"
    rising = (Threshold(value=value, color=steps[value]) for value in sorted(steps))
    return (Threshold(value=None, color=base or opposite), *rising)


def amount_in(text: str, unit: Unit) -> Decimal | None:
    """
    Return an amount as its author wrote it in *unit*, or None where it is none of that kind.

    A bare 0 is nothing in every unit.
    """
    try:
        quantity = Quantity.parse(text)
    except ValueError:
        return None
    is_nothing = quantity.unit.is_plain_count and not quantity.value
    value = Decimal(0) if is_nothing else quantity.converted_to(unit)
    return as_decimal(value) if isinstance(value, Fraction) else value


def example_of(unit: Unit) -> str:
    """Return an amount in a unit as an author writes it."""
    per = str(unit).removeprefix(unit.name)
    examples = {"time": "500ms", "bytes": "10MB", "ratio": "80%", "money": f"100 {unit.name}"}
    return examples.get(unit.dimension, "10") + per


def _check_alone(color: str, other: str, amount: Scalar, report: Reports) -> None:
    """Report a second colour from one amount on; an alert's limit may have one of its own."""
    if color != other and _ALERT not in amount.origin.path:
        message = f"`{color}` and `{other}` count from one amount on, {amount.word}"
        report(finding(THRESHOLD, amount.origin, message, "leave one of them out"))


def _value(amount: Scalar, unit: Unit, report: Reports) -> Decimal | None:
    value = amount_in(amount.text, unit)
    if value is None:
        message = f"threshold {amount.word} is not an amount in `{unit}`, which the panel shows"
        report(finding(THRESHOLD, amount.origin, message, f"write it as in `{example_of(unit)}`"))
    return value
