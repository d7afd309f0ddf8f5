"""What came of the checks, for people and for programs."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping

from obsgen.diagnostics import Diagnostic, Severity
from obsgen.live.verify.run import PRODUCTS, Checked, all_findings
from obsgen.plurals import counted
from obsgen.report import FORMATS
from obsgen.sections import Column, Section
from obsgen.source import SourceMap

_OK, _FOUND, _FAILED = "ok", "found", "not checked"


def section(checks: tuple[Checked, ...]) -> Section:
    """Return the table: a row for each check."""
    columns = (
        Column("Check"),
        Column("Server"),
        Column("Looked at"),
        *(Column(word, is_number=True) for word in ("Errors", "Warnings", "Infos")),
        Column("Outcome"),
    )
    return Section(title="Servers and specs", columns=columns, rows=tuple(map(_row, checks)))


def _row(check: Checked) -> tuple[str, ...]:
    counts = _counts(check)
    looked = counted(check.outcome.looked, check.outcome.what)
    return (
        check.title,
        PRODUCTS.get(check.server, "both"),
        "" if check.failure else looked,
        *(str(counts[severity] or "") for severity in sorted(Severity, reverse=True)),
        outcome(check),
    )


def outcome(check: Checked) -> str:
    """Return in a word what came of a check."""
    if check.failure is not None:
        return _FAILED
    counts = _counts(check)
    return _FOUND if counts[Severity.ERROR] or counts[Severity.WARNING] else _OK


def document(
    checks: tuple[Checked, ...], source_map: SourceMap, more: Mapping[str, object]
) -> dict[str, object]:
    """
    Return one object for programs.

    Args:
        more: What stands beside the checks and the findings.
    """
    told = [
        {
            "check": check.name,
            "title": check.title,
            "server": check.server or None,
            "outcome": outcome(check),
            "looked_at": check.outcome.looked,
            **{f"{severity}s": _counts(check)[severity] for severity in Severity},
        }
        for check in checks
    ]
    lines = FORMATS["json"](all_findings(checks), source_map).split("\n")
    return {"checks": told, "findings": [json.loads(line) for line in lines if line], **more}


def _counts(check: Checked) -> Counter[Severity]:
    return Counter(one.severity for one in _unique(check.outcome.findings))


def _unique(findings: tuple[Diagnostic, ...]) -> list[Diagnostic]:
    """Return each finding once, as they are printed."""
    return list({(d.code.id, d.origin, d.message): d for d in findings}.values())
