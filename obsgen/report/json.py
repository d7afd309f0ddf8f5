"""Findings as lines of JSON, for programs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from obsgen.diagnostics import Diagnostic, Origin
from obsgen.report.findings import known_span, sorted_diagnostics
from obsgen.source import SourceMap


def render(
    diagnostics: Iterable[Diagnostic],
    source_map: SourceMap,
    *,
    files: Sequence[str] = (),
    color: bool = False,
) -> str:
    """Return one JSON object a line; places that no file has are null."""
    lines = (
        json.dumps(_object(diagnostic, source_map), ensure_ascii=False)
        for diagnostic in sorted_diagnostics(diagnostics, source_map)
    )
    return "".join(f"{line}\n" for line in lines)


def _object(diagnostic: Diagnostic, source_map: SourceMap) -> dict[str, object]:
    return {
        **_place(diagnostic.origin, source_map),
        "code": diagnostic.code.id,
        "name": diagnostic.code.name,
        "severity": str(diagnostic.severity),
        "message": diagnostic.message,
        "hint": diagnostic.hint,
        "related": [
            {**_place(related.origin, source_map), "message": related.message}
            for related in diagnostic.related
        ],
    }


def _place(origin: Origin, source_map: SourceMap) -> dict[str, object]:
    span = known_span(origin, source_map)
    return {
        "file": origin.file or None,
        "line": span and span.line,
        "column": span and span.column,
        "end_line": span and span.end_line,
        "end_column": span and span.end_column,
    }
