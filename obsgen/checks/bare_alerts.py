"""Rules of files that leave out what whoever is called needs: time to be sure, and a text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from obsgen.artefacts import AlertingRule
from obsgen.checks._check import Check, Example
from obsgen.checks._queries import Query, Subject
from obsgen.diagnostics import Code, Diagnostic, Severity, finding
from obsgen.promql import VectorSelector

NO_FOR: Final = Code(
    "ALR537",
    "alert-without-for",
    why="an alert without `for` fires at the first evaluation: one late scrape, one restart, and "
    "somebody is called for what is over before they look",
    fix="Add `for: 5m`; `for: 0s` says that it shall fire at once.",
    severity=Severity.INFO,
)
NO_TEXT: Final = Code(
    "ALR538",
    "alert-without-text",
    why="whoever is called at night reads the annotations first; here the name is all there is",
    fix="Add `annotations: {summary: …}` that says what is wrong, and where.",
    severity=Severity.INFO,
)
CODES: Final = (NO_FOR, NO_TEXT)


def _run(subject: Subject) -> Iterator[Diagnostic]:
    for query in subject.alerts:
        rule = query.rule
        if isinstance(rule, AlertingRule) and rule.written is not None and _is_of_series(query):
            if not rule.says_for:
                message = f"alert `{query.name}` has no `for`: it fires at the first evaluation"
                yield finding(NO_FOR, query.origin, message, "add `for: 5m`, or `for: 0s`")
            # What the Project demands is missed by name.
            if not any(rule.annotations.values()) and not subject.settings.required_annotations:
                message = f"alert `{query.name}` has no annotations"
                yield finding(NO_TEXT, query.origin, message, "add `annotations: {summary: …}`")


def _is_of_series(query: Query) -> bool:
    """Leave out the watchdog's `vector(1)`, which nobody is called for."""
    return bool(query.nodes(VectorSelector))


KIND: Final = Check(
    run=_run,
    lints=("L9",),
    examples=(
        Example(
            code=NO_FOR,
            wrong="- {alert: Down, expr: 'up == 0'}",
            right="- {alert: Down, expr: 'up == 0', for: 5m}",
        ),
        Example(
            code=NO_TEXT,
            wrong="- {alert: Down, expr: 'up == 0', for: 5m}",
            right="- {alert: Down, expr: 'up == 0', for: 5m, annotations: {summary: '…'}}",
        ),
    ),
)
