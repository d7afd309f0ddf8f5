"""Time intervals whose years are over: told by the day of the build, where one is given."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from obsgen.artefacts import AlertmanagerConfig
from obsgen.diagnostics import Code, Diagnostic, Severity, finding
from obsgen.time_spans import TimeSpan, ends

OVER: Final = Code(
    "ALR670",
    "interval-over",
    why="what is sent during the interval alone is never sent again, and what it muted is told",
    fix="Write the years to come, or leave `years` out; remove the interval if it is done with.",
    severity=Severity.WARNING,
)
CODES: Final = (OVER,)


def past_intervals(config: AlertmanagerConfig | None, today: str) -> Iterator[Diagnostic]:
    """
    Yield a finding for each interval that never comes again.

    Args:
        today: `2026-11-25`; empty where no day is given: then nothing is said.
    """
    if config is None or not today:
        return
    year = int(today[:4])
    for interval in config.time_intervals:
        last = max((_last_year(span, year) for span in interval.spans), default=year)
        if last < year:
            message = f"interval `{interval.name}` is over: its last year is {last}"
            hint = f"write `years: {year}..{year + 1}`, or leave `years` out"
            yield finding(OVER, interval.origin / "years", message, hint)


def _last_year(span: TimeSpan, year: int) -> int:
    return max(last for _, last in ends(span, "years")) if "years" in span else year
