"""What all formats do alike: order, count, find the place, hide what must not be shown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from obsgen.diagnostics import Diagnostic, Origin, Severity, Span
from obsgen.plurals import counted
from obsgen.source import SourceMap


def sorted_diagnostics(
    diagnostics: Iterable[Diagnostic], source_map: SourceMap
) -> tuple[Diagnostic, ...]:
    """Return each finding once, by file, line, column, code and message."""

    def place(diagnostic: Diagnostic) -> tuple[str, int, int, str, str]:
        span = source_map.span(diagnostic.origin)
        code = diagnostic.code.id
        return diagnostic.origin.file, span.line, span.column, code, diagnostic.message

    return tuple(sorted(_unique(diagnostics), key=place))


def summary(diagnostics: Iterable[Diagnostic]) -> str:
    """Count the findings, each once: `2 errors, 1 warning`, or `nothing found`."""
    counts = Counter(d.severity for d in _unique(diagnostics))
    parts = (
        counted(counts[severity], str(severity))
        for severity in sorted(Severity, reverse=True)
        if counts[severity]
    )
    return ", ".join(parts) or "nothing found"


def _unique(diagnostics: Iterable[Diagnostic]) -> Iterable[Diagnostic]:
    """Return the first of equal findings: what several environments share is found in each."""
    found = {(d.code.id, d.origin, d.message): d for d in reversed(tuple(diagnostics))}
    return found.values()


def known_span(origin: Origin, source_map: SourceMap) -> Span | None:
    """Return where something stands, or None for a file of which no line is known."""
    if not origin.file or (origin.mark is None and not source_map.lines(origin.file)):
        return None
    return source_map.span(origin)


def masked(diagnostics: Iterable[Diagnostic], source_map: SourceMap) -> SourceMap:
    """Return a map whose lines show stars where a finding points at a secret."""
    return source_map.masked(d.origin for d in diagnostics if d.code.hides)
