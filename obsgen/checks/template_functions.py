"""Functions in the texts of alerts that the target Prometheus does not know yet."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from obsgen.artefacts import AlertingRule
from obsgen.checks._check import Check, Example
from obsgen.checks._queries import Subject
from obsgen.checks.features import TOO_NEW, too_new
from obsgen.diagnostics import Diagnostic
from obsgen.gotemplate import SINCE, parse_template

CODES: Final = ()


def _run(subject: Subject) -> Iterator[Diagnostic]:
    version = subject.compiled.prometheus.version
    for query in subject.alerts:
        for written in query.rule.texts.values() if isinstance(query.rule, AlertingRule) else ():
            if not any(name in written.text for name in SINCE):
                continue
            for called in parse_template(written.text).functions:
                since = SINCE.get(called.name, version)
                if since > version:
                    place = written.origin.characters(called.start, called.end)
                    yield too_new(f"`{called.name}`", since, version, place)


KIND: Final = Check(
    run=_run,
    examples=(
        Example(
            code=TOO_NEW,
            wrong="annotations: {graph: '{{ urlQueryEscape $labels.job }}'}",
            right="annotations: {graph: '{{ $labels.job | urlquery }}'}",
        ),
    ),
)
