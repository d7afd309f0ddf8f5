"""Figures with their aims, as a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """
    What was measured.

    Attributes:
        ratio: Against what the aim speaks of; 0 for none.
        at_most: The aim of the ratio, to either side of 0.
        unit: Of both.
    """

    what: str
    measured: str
    ratio: float = 0
    at_most: float = 0
    unit: str = ""


def table(figures: Sequence[Figure]) -> str:
    """Return the figures below each other; the aim is said, never enforced."""
    rows = [("", "measured", "ratio", "aim", "")]
    for figure in figures:
        is_compared = bool(figure.ratio or figure.unit)
        ratio = (
            f"{figure.ratio:.{2 if not figure.unit else 3}f}{figure.unit}" if is_compared else ""
        )
        aim = f"≤ {figure.at_most}{figure.unit}" if figure.at_most else ""
        verdict = ("met" if abs(figure.ratio) <= figure.at_most else "missed") if aim else ""
        rows.append((figure.what, figure.measured, ratio, aim, verdict))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "".join(
        "  ".join(
            cell.ljust(width) if index == 0 else cell.rjust(width)
            for index, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        + "\n"
        for row in rows
    )
