"""Values on top of each other: those that are parts of a whole."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from obsgen.diagnostics import Code, Origin, Severity, finding
from obsgen.model import Measure, Reports, observed

NO_PARTS: Final = Code(
    "DSH696",
    "no-parts-of-a-whole",
    why="quantiles and means do not add up: the height of the stack and the shares of a pie are of "
    "a sum that means nothing",
    fix="Show them as lines beside each other, or stack and cut what is counted: a `rate`.",
    severity=Severity.WARNING,
)
CODES: Final = (NO_PARTS,)


def check_parts(measures: Iterable[Measure], how: str, origin: Origin, report: Reports) -> None:
    """Report quantiles and means that are shown as parts of a whole; *how* says by what."""
    found = next((measure for measure in measures if observed(measure) is not None), None)
    if found is not None:
        message = f"{how} adds up `{found.title}`, which is no part of a sum"
        report(finding(NO_PARTS, origin, message, "show it in a `timeseries`, not stacked"))
