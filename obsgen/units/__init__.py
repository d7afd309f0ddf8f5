"""
Durations, units and quantities, exact from the spec's own text to the output.

Nothing here is a float: durations are whole milliseconds, amounts are `Decimal`, and a number is
printed in plain notation, so that `99.9` percent never becomes `0.9990000000000001` in a rule.
"""

from __future__ import annotations

from obsgen.units.durations import Duration
from obsgen.units.numbers import as_decimal, number_text, parse_number, rounded_text
from obsgen.units.quantity import Quantity, shown_in
from obsgen.units.unit import BYTES, COUNT, RATIO, SECONDS, Dimension, Unit, known_units, unit_names

__all__ = [
    "BYTES",
    "COUNT",
    "RATIO",
    "SECONDS",
    "Dimension",
    "Duration",
    "Quantity",
    "Unit",
    "as_decimal",
    "known_units",
    "number_text",
    "parse_number",
    "rounded_text",
    "shown_in",
    "unit_names",
]
