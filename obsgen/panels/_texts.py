"""
Texts in the place of values, in Grafana's words.

Shapes: `ValueMap`, `RangeMap` and `SpecialValueMap` of Grafana's dashboard schema.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Final

from obsgen.artefacts import Json
from obsgen.diagnostics import Code, finding
from obsgen.model import Reports, ValueText
from obsgen.panels._thresholds import amount_in, example_of
from obsgen.source import Scalar
from obsgen.units import Unit, number_text

TEXT_AMOUNT: Final = Code(
    "DSH685",
    "panel-text-amount",
    why="a text stands for amounts of what the panel shows; for others it would never be seen",
    fix="Write the unit, as in `texts: {0%: none, 90%..100%: full}`; a bare 0 is always right.",
)
CODES: Final = (TEXT_AMOUNT,)


def mappings_of(
    texts: Sequence[ValueText], unit: Unit, report: Reports
) -> tuple[Mapping[str, Json], ...]:
    """Return Grafana's mappings; the first that fits a value is shown."""
    return tuple(_mappings(texts, unit, report))


def _mappings(
    texts: Sequence[ValueText], unit: Unit, report: Reports
) -> Iterator[Mapping[str, Json]]:
    for index, text in enumerate(texts):
        result: dict[str, Json] = {"index": index}
        if text.text:
            result["text"] = text.text
        if text.color:
            result["color"] = text.color
        if text.special:
            yield {"type": "special", "options": {"match": text.special, "result": result}}
        elif text.literal:
            yield {"type": "value", "options": {text.literal: result}}
        else:
            yield from _of_amounts(text, result, unit, report)


def _of_amounts(
    text: ValueText, result: dict[str, Json], unit: Unit, report: Reports
) -> Iterator[Mapping[str, Json]]:
    read = [_amount(amount, unit, report) for amount in text.amounts]
    if any(a is not None and v is None for a, v in zip(text.amounts, read, strict=True)):
        return
    if len(read) == 1:
        yield {"type": "value", "options": {number_text(read[0] or 0): result}}
        return
    low, high = read
    if low is not None and high is not None and low > high:
        report(finding(TEXT_AMOUNT, text.origin, "the range ends before it begins"))
        return
    yield {"type": "range", "options": {"from": low, "to": high, "result": result}}


def _amount(amount: Scalar | None, unit: Unit, report: Reports) -> Decimal | None:
    if amount is None:
        return None
    value = amount_in(amount.text, unit)
    if value is None:
        message = f"{amount.word} is not an amount in `{unit}`, which the panel shows"
        hint = f"write it as in `{example_of(unit)}`"
        report(finding(TEXT_AMOUNT, amount.origin, message, hint))
    return value
