"""A panel of numbers without a title or a description."""

from __future__ import annotations

from typing import Final

from obsgen.checks._check import Check, Example
from obsgen.checks._panels import ShownPanel
from obsgen.checks._queries import Subject
from obsgen.checks.dashboards._kinds import OF_NUMBERS
from obsgen.checks.dashboards._rule import Found, of_panels
from obsgen.diagnostics import Code, Severity, finding

TITLE_DESCRIPTION: Final = Code(
    "DSH634",
    "panel-title-description-rule",
    why="whoever looks at night sees a number and must know what it means and what to do about it",
    fix="Write `title:` and `description:`; kinds of measures bring both.",
    severity=Severity.WARNING,
)
CODES: Final = (TITLE_DESCRIPTION,)


def _look(subject: Subject, panel: ShownPanel) -> Found:
    del subject
    if panel.type not in OF_NUMBERS:
        return
    missing = [word for word in ("title", "description") if not getattr(panel, word).strip()]
    if missing:
        message = f"panel `{panel.shown_title}` has no {' and no '.join(missing)}"
        yield finding(TITLE_DESCRIPTION, panel.origin, message, "say what it shows")


KIND: Final = Check(
    run=of_panels(_look),
    examples=(
        Example(
            code=TITLE_DESCRIPTION,
            wrong='{"type": "stat", "title": "Errors"}',
            right='{"type": "stat", "title": "Errors", "description": "Share of requests that '
            'failed. Above 5%, look at the newest deployment."}',
        ),
    ),
)
