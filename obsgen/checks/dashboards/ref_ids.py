"""Two queries of a panel under one letter."""

from __future__ import annotations

from collections import Counter
from typing import Final

from obsgen.checks._check import Check, Example
from obsgen.checks._panels import ShownPanel
from obsgen.checks._queries import Subject
from obsgen.checks.dashboards._rule import Found, of_panels
from obsgen.diagnostics import Code, finding

SAME_REF: Final = Code(
    "DSH656",
    "same-ref-id",
    why="Grafana asks all queries of a panel at once and sorts the answers by `refId`: of two "
    "under one letter one is lost",
    fix="Leave `refId` out, or write another letter.",
)
CODES: Final = (SAME_REF,)


def _look(subject: Subject, panel: ShownPanel) -> Found:
    del subject
    counted = Counter(target.ref for target in panel.targets)
    for ref, count in counted.items():
        if count > 1:
            message = f"{count} queries of panel `{panel.shown_title}` have the refId `{ref}`"
            place = [target for target in panel.targets if target.ref == ref][1].origin
            yield finding(SAME_REF, place, message, "leave it out, or write another letter")


KIND: Final = Check(
    run=of_panels(_look),
    examples=(
        Example(
            code=SAME_REF,
            wrong='{"targets": [{"refId": "A", "expr": "up"}, {"refId": "A", "expr": "up == 0"}]}',
            right='{"targets": [{"refId": "A", "expr": "up"}, {"refId": "B", "expr": "up == 0"}]}',
        ),
    ),
)
