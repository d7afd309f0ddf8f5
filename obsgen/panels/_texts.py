"""
Texts in the place of values, in Grafana's words.

Shapes: `ValueMap`, `RangeMap` and `SpecialValueMap` of Grafana's dashboard schema.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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
    why="a text stands for amounts of what the panel shows, each value for one text at most",
    fix="Write the unit, as in `texts: {0%: none, 90%..100%: full}`, and ranges that do not lie "
    "over each other; a bare 0 is always right.",
)
CODES: Final = (TEXT_AMOUNT,)

_LOWEST: Final = Decimal("-Infinity")
_HIGHEST: Final = Decimal("Infinity")
_WORDS_BEHIND: Final = 3


def mappings_of(
    texts: Sequence[ValueText], unit: Unit, report: Reports
) -> tuple[Mapping[str, Json], ...]:
    """
    Return Grafana's mappings, of which the first that fits a value is shown.

    Single amounts come before the ranges that they lie in, and these from low to high, whatever
    the order in which they were written.
    """
    read = [each for text in texts if (each := _read(text, unit, report)) is not None]
    found = sorted(read, key=_place)
    _check_apart([each for each in found if each.is_range], report)
    return tuple(_mapping(each, index) for index, each in enumerate(found))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    """A text with its amounts in the unit that is shown; None for an open end."""

    text: ValueText
    amounts: tuple[Decimal | None, ...] = ()

    @property
    def is_range(self) -> bool:
        return len(self.amounts) > 1


def _read(text: ValueText, unit: Unit, report: Reports) -> _Read | None:
    amounts = tuple(_amount(amount, unit, report) for amount in text.amounts)
    if any(a is not None and v is None for a, v in zip(text.amounts, amounts, strict=True)):
        return None
    return _Read(text=text, amounts=amounts)


def _place(read: _Read) -> tuple[int, Decimal, str]:
    """Return where a mapping stands among the others."""
    low = next(iter(read.amounts), None)
    rank = len(read.amounts) or _WORDS_BEHIND
    return rank, _LOWEST if low is None else low, read.text.special or read.text.literal


def _check_apart(ranges: Sequence[_Read], report: Reports) -> None:
    """Report ranges that end before they begin, or of which two would fit one value."""
    reached = _LOWEST
    for each in ranges:
        low, high = each.amounts
        begin, end = _LOWEST if low is None else low, _HIGHEST if high is None else high
        if begin > end:
            report(finding(TEXT_AMOUNT, each.text.origin, "the range ends before it begins"))
        elif begin < reached:
            report(finding(TEXT_AMOUNT, each.text.origin, "the range begins within another"))
        reached = max(reached, end)


def _mapping(read: _Read, index: int) -> Mapping[str, Json]:
    text = read.text
    result: dict[str, Json] = {"index": index}
    if text.text:
        result["text"] = text.text
    if text.color:
        result["color"] = text.color
    if read.is_range:
        low, high = read.amounts
        return {"type": "range", "options": {"from": low, "to": high, "result": result}}
    if text.special:
        return {"type": "special", "options": {"match": text.special, "result": result}}
    value = text.literal or number_text(read.amounts[0] or 0)
    return {"type": "value", "options": {value: result}}


def _amount(amount: Scalar | None, unit: Unit, report: Reports) -> Decimal | None:
    if amount is None:
        return None
    value = amount_in(amount.text, unit)
    if value is None:
        message = f"{amount.word} is not an amount in `{unit}`, which the panel shows"
        hint = f"write it as in `{example_of(unit)}`"
        report(finding(TEXT_AMOUNT, amount.origin, message, hint))
    return value
