"""
Findings as workflow commands, which GitHub Actions shows beside the changed lines.

Escapes of `::error …::`: GitHub documentation, "Workflow commands for GitHub Actions", and the
`toolkit` that writes them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from obsgen.diagnostics import Diagnostic, Origin, Severity
from obsgen.report.findings import known_span, sorted_diagnostics
from obsgen.source import SourceMap

_LEVELS: Final = {
    Severity.ERROR: "error",
    Severity.WARNING: "warning",
    Severity.INFO: "notice",
}


def render(
    diagnostics: Iterable[Diagnostic],
    source_map: SourceMap,
    *,
    files: Sequence[str] = (),
    color: bool = False,
) -> str:
    """Return one command a line."""
    return "".join(
        f"{_command(diagnostic, source_map)}\n"
        for diagnostic in sorted_diagnostics(diagnostics, source_map)
    )


def _command(diagnostic: Diagnostic, source_map: SourceMap) -> str:
    title = f"{diagnostic.code.id} {diagnostic.code.name}"
    properties = {**_place(diagnostic.origin, source_map), "title": title}
    written = ",".join(f"{name}={_escaped(text, ':,')}" for name, text in properties.items())
    hint = f"\nhint: {diagnostic.hint}" if diagnostic.hint else ""
    level = _LEVELS[diagnostic.severity]
    return f"::{level} {written}::{_escaped(diagnostic.message + hint)}"


def _place(origin: Origin, source_map: SourceMap) -> dict[str, str]:
    span = known_span(origin, source_map)
    if span is None:
        return {"file": origin.file} if origin.file else {}
    place = {"file": origin.file, "line": str(span.line)}
    if span.end_line > span.line:
        # Columns may not be sent for more than one line.
        return {**place, "endLine": str(span.end_line)}
    # The end is the last column here: left out, it is the first one.
    last = max(span.column, span.end_column - 1)
    return {
        **place,
        "col": str(span.column),
        "endLine": str(span.end_line),
        "endColumn": str(last),
    }


def _escaped(text: str, more: str = "") -> str:
    for char in f"%\r\n{more}":
        text = text.replace(char, f"%{ord(char):02X}")
    return text
