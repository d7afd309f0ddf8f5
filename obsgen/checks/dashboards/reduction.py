"""A number that is not the current one: a mean or a sum over the time range of the dashboard."""

from __future__ import annotations

from typing import Final

from obsgen.checks._check import Check, Example
from obsgen.checks._panels import ShownPanel, items_of, mapping_of
from obsgen.checks._queries import Subject
from obsgen.checks.dashboards._kinds import REDUCED
from obsgen.checks.dashboards._rule import Found, of_panels
from obsgen.diagnostics import Code, Severity, finding
from obsgen.reader.shape import words

REDUCTION: Final = Code(
    "DSH655",
    "not-the-last-value",
    why="the number changes with the time range that happens to be chosen: of an error budget it "
    "is the mean of the last hours, and not what is left",
    fix="Write `reduceOptions: {calcs: [lastNotNull]}`; a mean or a highest value is asked for in "
    "the query: `max_over_time(…)`.",
    severity=Severity.WARNING,
)
CODES: Final = (REDUCTION,)

_LAST: Final = "lastNotNull"


def _look(subject: Subject, panel: ShownPanel) -> Found:
    del subject
    reduce = mapping_of(panel.options.get("reduceOptions"))
    calcs = [str(each) for each in items_of(reduce.get("calcs"))]
    # With `values` every row is shown, and nothing is reduced; without calculations, the last.
    if panel.type not in REDUCED or reduce.get("values") is True or calcs in ([], [_LAST]):
        return
    message = f"panel `{panel.shown_title}` shows {words(calcs)} of the time range"
    yield finding(REDUCTION, panel.origin, message, f"write `calcs: [{_LAST}]`")


KIND: Final = Check(
    run=of_panels(_look),
    examples=(
        Example(
            code=REDUCTION,
            wrong='{"type": "stat", "options": {"reduceOptions": {"calcs": ["mean"]}}}',
            right='{"type": "stat", "options": {"reduceOptions": {"calcs": ["lastNotNull"]}}}',
        ),
    ),
)
