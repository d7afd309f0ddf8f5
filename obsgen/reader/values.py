"""Scalars to values: texts, durations, quantities, with what is wrong in each."""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction
from typing import Final

from obsgen.diagnostics import Code, finding
from obsgen.model import Reports
from obsgen.reader.shape import WRONG_TYPE, null_value
from obsgen.source import Node, Scalar, Sequence
from obsgen.units import RATIO, Duration, Quantity, Unit, parse_number

UNREADABLE_DURATION: Final = Code(
    "SCH111",
    "unreadable-duration",
    why="lengths of time are written as Prometheus writes them; `1m` is a minute, never a month",
    fix="Write `30s`, `5m`, `1h30m` or `7d`.",
)
UNREADABLE_QUANTITY: Final = Code(
    "PQL401",
    "unreadable-quantity",
    why="an amount is a number with its unit",
    fix="Write `250ms`, `10MB`, `4GiB`, `5%`, `100 USD`, `100/s`, `6/min`, or a bare count.",
)
MISSING_UNIT: Final = Code(
    "PQL402",
    "limit-without-unit",
    why="a bare number hides whether 0.5 are seconds or percent; only counts and unitless scores "
    "have none",
    fix="Write the unit: `above: 5%`, `below: 500ms`, `above: 10/s`.",
)
OTHER_DIMENSION: Final = Code(
    "PQL403",
    "other-dimension",
    why="the two can never be compared",
    fix="Write the limit in the dimension of the measure, or compare another measure.",
)
NO_COUNT: Final = Code(
    "SCH117",
    "whole-number",
    why="series, scrapes and the like are counted in whole numbers above 0",
    fix="Write the number without a unit, as in `20000`, or leave it out.",
)
CODES: Final = (
    NO_COUNT,
    UNREADABLE_DURATION,
    UNREADABLE_QUANTITY,
    MISSING_UNIT,
    OTHER_DIMENSION,
)


def read_text(node: Node | None, report: Reports) -> str:
    """Return a scalar's text; empty where there is none."""
    if node is None:
        return ""
    if not isinstance(node, Scalar):
        return ""
    if node.is_null:
        report(null_value(node, node.origin))
        return ""
    return node.text


def read_list(node: Node | None) -> tuple[Node, ...]:
    """Return the items of a list; a single scalar is a list of one."""
    if isinstance(node, Sequence):
        return node.items
    return (node,) if isinstance(node, Scalar) and not node.is_null else ()


def read_words(node: Node | None) -> tuple[str, ...]:
    """Return the texts of a list of scalars."""
    return tuple(i.text for i in read_list(node) if isinstance(i, Scalar) and not i.is_null)


def read_flag(node: Node | None) -> bool:
    """Return a boolean; false where there is none."""
    return isinstance(node, Scalar) and node.is_true


def read_count(node: Node | None, default: int, report: Reports) -> int:
    """Read a whole number above 0; *default* where there is none."""
    if not isinstance(node, Scalar) or node.is_null:
        return default
    text = node.text.replace("_", "")
    if text.isascii() and text.isdigit() and 0 < len(text) < _MOST_DIGITS and int(text) > 0:
        return int(text)
    message = f"{node.word} is not a whole number above 0"
    hint = f"write `{default}`, or leave it out" if default else "leave it out"
    report(finding(NO_COUNT, node.origin, message, hint))
    return default


_MOST_DIGITS: Final = 12


def read_number(node: Node | None, report: Reports) -> Decimal | None:
    """Return a plain number, reporting what is none."""
    if not isinstance(node, Scalar):
        return None
    try:
        return parse_number(node.text)
    except ValueError:
        message = f"{node.word} is not a number"
        report(finding(UNREADABLE_QUANTITY, node.origin, message))
        return None


def read_duration(node: Node | None, report: Reports) -> Duration | None:
    """Return a duration longer than nothing, reporting what is none."""
    if not isinstance(node, Scalar):
        return None
    try:
        duration = Duration.parse(node.text)
    except ValueError:
        duration = Duration(0)
    if duration.ms:
        return duration
    hint = "write `30s`, `5m`, `1h30m` or `7d`"
    if re.fullmatch(r"\d+", node.text):
        hint = f"write the unit: `{node.text}s`, `{node.text}m` or `{node.text}d`"
    report(finding(UNREADABLE_DURATION, node.origin, f"{node.word} is not a duration", hint))
    return None


def read_wait(node: Node | None, report: Reports) -> Duration:
    """Return a duration that may be nothing (`for: 0s`)."""
    if isinstance(node, Scalar) and node.text in {"0", "0s", "0m"}:
        return Duration(0)
    return read_duration(node, report) or Duration(0)


def read_share(node: Node | None, report: Reports) -> Decimal | None:
    """Return a share written in percent: `20%`."""
    value = read_amount(node, RATIO, report, "the share")
    return value if isinstance(value, Decimal) else None


def read_amount(
    node: Node | None, unit: Unit, report: Reports, subject: str
) -> Decimal | Fraction | None:
    """
    Return a quantity in *unit*.

    Args:
        subject: What it is compared with, for messages.
    """
    if node is not None and not isinstance(node, Scalar):
        message = f"one amount belongs here, found {node.word}"
        report(finding(WRONG_TYPE, node.origin, message, f"write `{example_of(unit)}`"))
        return None
    if node is None or node.is_null:
        return None
    try:
        quantity = Quantity.parse(node.text)
    except ValueError:
        hint = f"write {_unit_words(unit)}: `{example_of(unit)}`"
        message = f"{node.word} is not a quantity"
        report(finding(UNREADABLE_QUANTITY, node.origin, message, hint))
        return None
    value = quantity.converted_to(unit)
    if value is not None:
        return value
    hint = f"write `{_suggested(quantity, unit)}`"
    if quantity.unit.is_plain_count:
        message = f"limit {node.word} has no unit, and {subject} is {_unit_words(unit)}"
        report(finding(MISSING_UNIT, node.origin, message, hint))
    else:
        found = _unit_words(quantity.unit)
        message = f"limit {node.word} is {found}, and {subject} is {_unit_words(unit)}"
        report(finding(OTHER_DIMENSION, node.origin, message, hint))
    return None


def check_quantity(node: Scalar, report: Reports) -> None:
    """Report what is no quantity of any unit."""
    if node.is_null:
        return
    try:
        Quantity.parse(node.text)
    except ValueError:
        message = f"{node.word} is not a quantity"
        hint = "write a number with its unit: `500ms`, `5%`, `10MB`; a count without one: `10`"
        report(finding(UNREADABLE_QUANTITY, node.origin, message, hint))


def _unit_words(unit: Unit) -> str:
    names = {
        "time": "a time",
        "bytes": "an amount of bytes",
        "ratio": "a ratio",
        "money": f"an amount of {unit.name}",
    }
    counted = "a count" if unit.name == "count" else f"a count of {unit.name}"
    name = names.get(unit.dimension, counted)
    return f"{name} per time" if unit.per_seconds else name


def example_of(unit: Unit) -> str:
    """Return an example of a quantity in a unit."""
    plain = {"time": "500ms", "bytes": "10MB", "ratio": "5%", "money": f"100 {unit.name}"}
    return plain.get(unit.dimension, "10") + ("/s" if unit.per_seconds else "")


def _suggested(quantity: Quantity, unit: Unit) -> str:
    if not quantity.unit.is_plain_count:
        return example_of(unit)
    number = quantity.text
    if unit.dimension == "ratio" and quantity.value <= 1:
        return f"{(quantity.value * 100).normalize():f}%"
    symbol = {"time": "s", "bytes": "B", "ratio": "%", "money": f" {unit.name}"}
    return number + symbol.get(unit.dimension, "") + ("/s" if unit.per_seconds else "")
