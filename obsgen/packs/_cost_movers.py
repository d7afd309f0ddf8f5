"""What became dearer and what cheaper, week on week."""

from __future__ import annotations

from typing import Final

from obsgen.packs._panels import steps
from obsgen.promql.build import Expr, binary, number

WEEK: Final = "7d"
NOW_HEADER: Final = "Last 7 days"
BEFORE_HEADER: Final = "7 days before"
CHANGE_COLORS: Final = steps("green", ("0.2", "orange"), ("0.5", "red"))


def difference(now: Expr, before: Expr) -> Expr:
    """Return by how much more was spent; what was not there counts 0."""
    return binary(_filled(now, before), "-", _filled(before, now))


def change(now: Expr, before: Expr) -> Expr:
    """Return the change as a part of what was spent before; nothing where that was nothing."""
    whole = binary(before, ">", number("0"))
    return binary(binary(_filled(now, before), "/", whole), "-", number("1"))


def _filled(part: Expr, other: Expr) -> Expr:
    """Return the part, and 0 where only the other is there."""
    return binary(part, "or", binary(number("0"), "*", other))
