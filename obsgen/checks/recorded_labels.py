"""Templates in the labels of recording rules, which nobody fills in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from obsgen.artefacts import RecordingRule
from obsgen.checks._check import Check, Example
from obsgen.checks._queries import Subject
from obsgen.diagnostics import Code, Diagnostic, Severity, finding

LITERAL: Final = Code(
    "ALR585",
    "template-in-recording",
    why="only the labels and annotations of alerts are templates: in a recording rule the braces "
    "become the value of the label, character for character",
    fix="Let the query bring the label (`by (…)`, `label_replace`), or write a plain text.",
    severity=Severity.WARNING,
)
CODES: Final = (LITERAL,)


def _run(subject: Subject) -> Iterator[Diagnostic]:
    for query in subject.queries:
        if not isinstance(query.rule, RecordingRule):
            continue
        for name, value in query.rule.labels.items():
            if "{{" in value:
                message = f"label `{name}` of {query.subject} stays `{value}`, as it is written"
                hint = "recording rules have no templates: keep the label in the query"
                yield finding(LITERAL, query.origin, message, hint)


KIND: Final = Check(
    run=_run,
    examples=(
        Example(
            code=LITERAL,
            wrong="- record: job:errors:rate5m\n  expr: sum by (job) (rate(errors_total[5m]))\n"
            "  labels: {team: '{{ $labels.job }}'}",
            right="- record: job:errors:rate5m\n  expr: sum by (job) (rate(errors_total[5m]))\n"
            "  labels: {team: shop}",
        ),
    ),
)
